#include "rightful/archive/manifest.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "archive/json_text.hpp"
#include "archive/package_format.hpp"
#include "archive/zip_records.hpp"

namespace rightful::archive {
namespace {

constexpr std::size_t kFlushBytes = 64 * std::size_t{1024};
constexpr std::size_t kMaxDatasetChars = 255;

/// Catalog texts may come from anywhere; the reader's limit for one text is the format's.
constexpr std::size_t kMaxTextBytes = 8 * std::size_t{1024};

/// One member of an object that is being written, with the comma before all but the first.
class ObjectText {
 public:
  explicit ObjectText(std::string& out) : out_(out) { out_.push_back('{'); }

  ObjectText& text(std::string_view name, std::string_view value) {
    if (value.size() > kMaxTextBytes) {
      throw Failure(Retry::Never, "manifest", "a text is too long for the manifest");
    }
    key(name);
    append_json_string(out_, value);
    return *this;
  }

  ObjectText& number(std::string_view name, std::uint64_t value) {
    key(name);
    out_ += std::to_string(value);
    return *this;
  }

  /// `item(element)` appends one element's text.
  template <class Range, class Item>
  ObjectText& list(std::string_view name, const Range& range, Item item) {
    key(name);
    out_.push_back('[');
    bool is_first = true;
    for (const auto& element : range) {
      out_ += is_first ? "\n" : ",\n";
      is_first = false;
      item(element);
    }
    out_.push_back(']');
    return *this;
  }

  void key(std::string_view name) {
    if (has_members_) out_ += ',';
    has_members_ = true;
    append_json_string(out_, name);
    out_.push_back(':');
  }

  void close() { out_.push_back('}'); }

 private:
  std::string& out_;
  bool has_members_ = false;
};

void append_dataset(std::string& out, const DatasetCoverage& dataset) {
  ObjectText object(out);
  object.text("name", dataset.name)
      .text("title", dataset.title)
      .text("source", dataset.source)
      .number("rows", dataset.rows)
      .number("objects", dataset.objects)
      .text("reason_if_empty", dataset.reason_if_empty)
      .list("missing",
            dataset.missing,
            [&out](const MissingItem& item) {
              ObjectText(out).text("what", item.what).text("reason", item.reason).close();
            })
      .list("redactions", dataset.redactions, [&out](const RedactionNote& note) {
        ObjectText(out).text("field", note.field).text("reason", note.reason).close();
      });
  object.close();
}

/// Everything up to the opening bracket of the entries.
std::string head_text(const ManifestHead& head) {
  std::string out;
  ObjectText object(out);
  object.text("format", "rightful/v1/manifest")
      .text("request", head.request.to_string())
      .text("account", head.account.expose())
      .text("created", format_rfc3339(head.created));
  object.key("catalog");
  ObjectText(out)
      .text("version", head.catalog_version)
      .text("sha256", to_hex(head.catalog_sha256.bytes()))
      .close();
  object.text("checkpoint", head.checkpoint)
      .text("random", to_base64(head.random))
      .list("snapshots",
            head.snapshots,
            [&out](const SnapshotTime& snapshot) {
              ObjectText(out)
                  .text("source", snapshot.source)
                  .text("kind", snapshot.kind)
                  .text("state", snapshot.is_consistent ? "snapshot" : "as_read")
                  .text("taken_at", format_rfc3339(snapshot.taken_at))
                  .close();
            })
      .list("datasets", head.datasets, [&out](const DatasetCoverage& dataset) {
        append_dataset(out, dataset);
      });
  object.key("entries");
  out.push_back('[');
  return out;
}

/// A fact as it waits in the spool: fixed part, then name and dataset.
struct Fact {
  std::string name;
  std::string dataset;
  std::uint64_t size = 0;
  std::array<std::byte, 32> sha256{};
  bool has_records = false;
  std::uint64_t records = 0;
};

constexpr std::size_t kFactFixedBytes = 1 + 1 + 8 + 32 + 1 + 8;

void append_fact(SealedSpool& spool, const EntryFacts& entry, const EntryRole& role) {
  RecordText text;
  text.u8(static_cast<std::uint8_t>(entry.name.size()))
      .u8(static_cast<std::uint8_t>(role.dataset.size()))
      .u64(entry.size)
      .raw(entry.sha256.bytes())
      .u8(role.records ? 1 : 0)
      .u64(role.records.value_or(0))
      .text(entry.name)
      .text(role.dataset);
  spool.append(text.bytes());
}

/// Reads the facts back in their order, in large pieces.
class FactReader {
 public:
  explicit FactReader(const SealedSpool& spool) : spool_(spool.read()), buffer_(kFlushBytes) {}

  std::optional<Fact> next() {
    if (!need(kFactFixedBytes)) return std::nullopt;
    Fact fact;
    const std::size_t name_size = byte(0);
    const std::size_t dataset_size = byte(1);
    fact.size = number(2);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(at_ + 10), 32, fact.sha256.begin());
    fact.has_records = byte(42) != 0;
    fact.records = number(43);
    at_ += kFactFixedBytes;
    RIGHTFUL_CHECK(need(name_size + dataset_size));
    fact.name = text(0, name_size);
    fact.dataset = text(name_size, dataset_size);
    at_ += name_size + dataset_size;
    return fact;
  }

 private:
  bool need(std::size_t count) {
    if (end_ - at_ >= count) return true;
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(at_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_),
              buffer_.begin());
    end_ -= at_;
    at_ = 0;
    end_ += spool_.read(std::span(buffer_).subspan(end_));
    return end_ >= count;
  }

  [[nodiscard]] std::size_t byte(std::size_t offset) const {
    return std::to_integer<std::size_t>(buffer_[at_ + offset]);
  }

  [[nodiscard]] std::uint64_t number(std::size_t offset) const {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;)
      value = (value << 8U) | byte(offset + i);
    return value;
  }

  [[nodiscard]] std::string text(std::size_t offset, std::size_t size) const {
    return std::string(as_text(ByteView(buffer_).subspan(at_ + offset, size)));
  }

  SpoolReader spool_;
  Bytes buffer_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

void append_entry(std::string& out, const Fact& fact, std::string_view account) {
  const EntryKind kind = kind_of(fact.name);
  ObjectText object(out);
  object.text("name", fact.name)
      .number("size", fact.size)
      .text("sha256", to_hex(fact.sha256))
      .text("kind", name_of(kind));
  if (!fact.dataset.empty()) object.text("dataset", fact.dataset);
  if (fact.has_records) object.number("records", fact.records);
  if (kind == EntryKind::Media) object.text("owner", account);
  object.close();
}

bool fits_kind(EntryKind kind, const EntryRole& role) {
  const bool needs_dataset = kind == EntryKind::Data || kind == EntryKind::Media;
  return role.dataset.size() <= kMaxDatasetChars && (!needs_dataset || !role.dataset.empty()) &&
         role.records.has_value() == (kind == EntryKind::Data);
}

/// The closing entries have names that nothing else may have, so this fails only when somebody used
/// one of them, or all the room.
void begin_closing(InnerZipWriter& zip, std::string_view name) {
  const auto begun = zip.begin_entry(name, Compression::Deflate);
  if (!begun) throw Failure(Retry::Never, "manifest", "no room for a closing entry");
}

}  // namespace

EntryKind kind_of(std::string_view name) noexcept {
  if (name.starts_with("media/")) return EntryKind::Media;
  if (name.starts_with("about/")) return EntryKind::About;
  if (!name.starts_with("data/") || !name.ends_with(".json")) return EntryKind::Page;
  return name.ends_with(".schema.json") ? EntryKind::Schema : EntryKind::Data;
}

std::string_view name_of(EntryKind kind) noexcept {
  switch (kind) {
    case EntryKind::Data:
      return "data";
    case EntryKind::Schema:
      return "schema";
    case EntryKind::Media:
      return "media";
    case EntryKind::About:
      return "about";
    case EntryKind::Page:
      return "page";
  }
  return "";
}

struct ManifestWriter::State {
  State(InnerZipWriter& target, SpoolSettings spool) : zip(target), facts(std::move(spool)) {}

  EntryFacts write_manifest(const ManifestHead& head);
  EntryFacts write_sums(const EntryFacts& manifest);

  InnerZipWriter& zip;
  SealedSpool facts;
  std::uint64_t count = 0;
};

EntryFacts ManifestWriter::State::write_manifest(const ManifestHead& head) {
  begin_closing(zip, format::kManifestName);
  std::string text = head_text(head);
  FactReader reader(facts);
  bool is_first = true;
  while (const auto fact = reader.next()) {
    text += is_first ? "\n" : ",\n";
    is_first = false;
    append_entry(text, *fact, head.account.expose());
    if (text.size() < kFlushBytes) continue;
    zip.write(as_bytes(text));
    text.clear();
  }
  text += "]}\n";
  zip.write(as_bytes(text));
  return zip.end_entry();
}

EntryFacts ManifestWriter::State::write_sums(const EntryFacts& manifest) {
  begin_closing(zip, format::kSumsName);
  std::string text;
  FactReader reader(facts);
  while (const auto fact = reader.next()) {
    text.append(to_hex(fact->sha256)).append("  ").append(fact->name).append("\n");
    if (text.size() < kFlushBytes) continue;
    zip.write(as_bytes(text));
    text.clear();
  }
  text.append(to_hex(manifest.sha256.bytes())).append("  ").append(manifest.name).append("\n");
  zip.write(as_bytes(text));
  return zip.end_entry();
}

ManifestWriter::ManifestWriter(InnerZipWriter& zip, SpoolSettings spool)
    : state_(std::make_unique<State>(zip, std::move(spool))) {}

ManifestWriter::~ManifestWriter() = default;

void ManifestWriter::add(const EntryFacts& entry, const EntryRole& role) {
  RIGHTFUL_CHECK(fits_kind(kind_of(entry.name), role));
  append_fact(state_->facts, entry, role);
  ++state_->count;
}

crypto::Sha256Digest ManifestWriter::write(const ManifestHead& head) {
  RIGHTFUL_CHECK(state_->count == state_->zip.entry_count());  // nothing outside the manifest
  const EntryFacts manifest = state_->write_manifest(head);
  return state_->write_sums(manifest).sha256;
}

void ManifestWriter::write_signature(const crypto::Signature& signature) {
  const auto written =
      state_->zip.add(format::kSignatureName, Compression::Store, signature.bytes());
  if (!written) throw Failure(Retry::Never, "manifest", "no room for a closing entry");
}

}  // namespace rightful::archive
