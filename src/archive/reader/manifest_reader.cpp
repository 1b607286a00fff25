#include "archive/reader/manifest_reader.hpp"

#include <charconv>

#include "archive/package_format.hpp"
#include "archive/reader/checkpoint_shape.hpp"
#include "archive/reader/refuse.hpp"

namespace rightful::archive::reader {
namespace {

constexpr std::string_view kFormat = "rightful/v1/manifest";
constexpr std::size_t kMaxDatasets = 10'000;

}  // namespace

std::unexpected<Error> ManifestReader::malformed() {
  static_cast<void>(json_.next(Texts::Skip));
  const ErrorCode code = json_.error().code == ErrorCode::LimitExceeded
                             ? ErrorCode::LimitExceeded
                             : ErrorCode::InvalidArgument;
  return refuse(code, "manifest", "another shape than the format's");
}

Result<void> ManifestReader::expect(JsonToken token) {
  if (json_.next(Texts::Keep) != token) return malformed();
  return {};
}

Result<void> ManifestReader::key(std::string_view name) {
  RIGHTFUL_TRY(expect(JsonToken::Key));
  if (json_.text() != name) return malformed();
  return {};
}

Result<std::string> ManifestReader::text() {
  RIGHTFUL_TRY(expect(JsonToken::String));
  if (json_.is_cut()) return refuse(ErrorCode::LimitExceeded, "manifest", "a text is too long");
  return std::string(json_.text());
}

Result<std::string> ManifestReader::text_member(std::string_view name) {
  RIGHTFUL_TRY(key(name));
  return text();
}

Result<std::uint64_t> ManifestReader::count() {
  RIGHTFUL_TRY(expect(JsonToken::Number));
  const std::string_view digits = json_.text();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return malformed();
  return value;
}

Result<std::uint64_t> ManifestReader::count_member(std::string_view name) {
  RIGHTFUL_TRY(key(name));
  return count();
}

template <class Item>
Result<void> ManifestReader::list_member(std::string_view name, Item item) {
  RIGHTFUL_TRY(key(name));
  RIGHTFUL_TRY(expect(JsonToken::BeginArray));
  while (true) {
    const JsonToken token = json_.next(Texts::Keep);
    if (token == JsonToken::EndArray) return {};
    if (token != JsonToken::BeginObject) return malformed();
    RIGHTFUL_TRY(item());
    RIGHTFUL_TRY(expect(JsonToken::EndObject));
  }
}

Result<void> ManifestReader::pair(std::string_view first, std::string_view second) {
  RIGHTFUL_TRY(text_member(first));
  RIGHTFUL_TRY(text_member(second));
  return {};
}

Result<void> ManifestReader::dataset(ManifestFacts& facts) {
  RIGHTFUL_TRY(const std::string name, text_member("name"));
  RIGHTFUL_TRY(pair("title", "source"));
  DatasetCount dataset;
  RIGHTFUL_TRY(dataset.rows, count_member("rows"));
  RIGHTFUL_TRY(dataset.objects, count_member("objects"));
  RIGHTFUL_TRY(text_member("reason_if_empty"));
  RIGHTFUL_TRY(list_member("missing", [this] { return pair("what", "reason"); }));
  RIGHTFUL_TRY(list_member("redactions", [this] { return pair("field", "reason"); }));
  if (facts.datasets.size() == kMaxDatasets) {
    return refuse(ErrorCode::LimitExceeded, "manifest", "too many datasets");
  }
  if (!facts.datasets.emplace(name, dataset).second) {
    return refuse(ErrorCode::InvalidArgument, "manifest", "a dataset occurs twice");
  }
  return {};
}

Result<ManifestFacts> ManifestReader::read_head() {
  ManifestFacts facts;
  RIGHTFUL_TRY(expect(JsonToken::BeginObject));
  RIGHTFUL_TRY(const std::string format, text_member("format"));
  if (format != kFormat) return malformed();
  RIGHTFUL_TRY(facts.request, text_member("request"));
  RIGHTFUL_TRY(facts.account, text_member("account"));
  RIGHTFUL_TRY(text_member("created"));
  RIGHTFUL_TRY(key("catalog"));
  RIGHTFUL_TRY(expect(JsonToken::BeginObject));
  RIGHTFUL_TRY(pair("version", "sha256"));
  RIGHTFUL_TRY(expect(JsonToken::EndObject));
  RIGHTFUL_TRY(facts.checkpoint, text_member("checkpoint"));
  if (facts.checkpoint != format::kNoCheckpoint && !is_checkpoint(facts.checkpoint))
    return malformed();
  RIGHTFUL_TRY(text_member("random"));
  RIGHTFUL_TRY(list_member("snapshots", [this]() -> Result<void> {
    RIGHTFUL_TRY(pair("source", "kind"));
    return pair("state", "taken_at");
  }));
  RIGHTFUL_TRY(list_member("datasets", [this, &facts] { return dataset(facts); }));
  RIGHTFUL_TRY(key("entries"));
  RIGHTFUL_TRY(expect(JsonToken::BeginArray));
  return facts;
}

Result<std::optional<ListedEntry>> ManifestReader::next_entry() {
  const JsonToken token = json_.next(Texts::Keep);
  if (token == JsonToken::EndArray) {
    RIGHTFUL_TRY(expect(JsonToken::EndObject));
    RIGHTFUL_TRY(expect(JsonToken::End));
    return std::nullopt;
  }
  if (token != JsonToken::BeginObject) return malformed();
  ListedEntry entry;
  RIGHTFUL_TRY(entry.name, text_member("name"));
  RIGHTFUL_TRY(entry.size, count_member("size"));
  RIGHTFUL_TRY(entry.sha256_hex, text_member("sha256"));
  RIGHTFUL_TRY(entry.kind, text_member("kind"));
  JsonToken more = json_.next(Texts::Keep);
  // The optional members, in this order.
  if (more == JsonToken::Key && json_.text() == "dataset") {
    RIGHTFUL_TRY(entry.dataset, text());
    more = json_.next(Texts::Keep);
  }
  if (more == JsonToken::Key && json_.text() == "records") {
    RIGHTFUL_TRY(entry.records, count());
    more = json_.next(Texts::Keep);
  }
  if (more == JsonToken::Key && json_.text() == "owner") {
    RIGHTFUL_TRY(entry.owner, text());
    more = json_.next(Texts::Keep);
  }
  if (more != JsonToken::EndObject) return malformed();
  return entry;
}

}  // namespace rightful::archive::reader
