#include "sources/manual_source.hpp"

#include <algorithm>
#include <array>
#include <fstream>

#include <fmt/format.h>

#include "rightful/core/check.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/crypto/sealed_upload.hpp"
#include "rightful/sources/manual_upload.hpp"

#include "sources/http_record_reader.hpp"

namespace rightful::sources {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kMaxSealedBytes = crypto::kUploadPieceBytes + 40;

/// The next piece of the file, or none at its end. @return false when the file is cut off.
bool next_piece(std::ifstream& file, std::optional<Bytes>& piece) {
  piece.reset();
  std::array<char, kLengthBytes> length{};
  file.read(length.data(), length.size());
  if (file.gcount() == 0) return true;
  if (file.gcount() != static_cast<std::streamsize>(kLengthBytes)) return false;
  std::size_t size = 0;
  for (const char byte : length) {
    size = (size << 8U) | static_cast<unsigned char>(byte);
  }
  if (size > kMaxSealedBytes) return false;
  piece.emplace(size);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the stream reads characters
  file.read(reinterpret_cast<char*>(piece->data()), static_cast<std::streamsize>(size));
  return file.gcount() == static_cast<std::streamsize>(size);
}

/// The plaintext; empty when any piece is not what it should be.
std::optional<std::string> open_file(const std::string& path,
                                     ByteView key,
                                     const crypto::UploadPlace& place) {
  std::ifstream file(path, std::ios::binary);
  std::optional<Bytes> piece;
  if (!next_piece(file, piece) || !piece) return std::nullopt;
  std::string text;
  for (std::uint32_t number = 0; piece; ++number) {
    std::optional<Bytes> next;
    if (!next_piece(file, next)) return std::nullopt;
    const auto which = next ? crypto::UploadPiece::Middle : crypto::UploadPiece::Last;
    const auto plain = crypto::open_upload_piece(key, place, number, which, *piece);
    if (!plain) return std::nullopt;
    text += as_text(plain->expose());
    piece = std::move(next);
  }
  return text;
}

std::string record_name(std::uint64_t number) {
  return fmt::format("record {}", number);
}

/// What is wrong with one record; empty = nothing.
std::string problem_of(const PageRecord& record,
                       const std::vector<ColumnHead>& columns,
                       std::uint64_t number) {
  std::string scratch;
  for (const auto& [name, value] : record.members) {
    const auto column =
        std::ranges::find(columns, name, [](const ColumnHead& head) -> const std::string& {
          return head.field->name;
        });
    if (column == columns.end()) {
      return record_name(number) + " has a member that is no field of the dataset";
    }
    if (!to_value(column->kind, value, scratch)) {
      return fmt::format(
          "`{}` of {} is no {}", column->field->name, record_name(number), name_of(column->kind));
    }
  }
  if (record.members.size() == columns.size()) return "";
  return record_name(number) + " lacks a field: a value that is absent is `null`";
}

}  // namespace

std::string manual_location_key(const catalog::Dataset& dataset) {
  return dataset.source + "." + dataset.name;
}

std::string manual_location(const std::filesystem::path& file, ByteView key) {
  return file.string() + " " + to_hex(key);
}

Result<std::uint64_t> check_upload(const catalog::Dataset& dataset,
                                   const AccountId& account,
                                   std::streambuf& text) {
  const auto head = read_page_head(text);
  if (!head) return fail(ErrorCode::InvalidArgument, "in the upload " + head.error().detail);
  if (head->account != account.expose()) {
    return fail(ErrorCode::Denied, "the upload names another account");
  }
  if (head->next || head->count != head->records) {
    return fail(ErrorCode::InvalidArgument,
                "an upload holds all records: `next` is null and `count` is their number");
  }
  const auto columns = HttpRecordReader::columns_of(dataset);
  std::optional<Error> problem;
  std::string last_key;
  std::uint64_t number = 0;
  read_page_records(text, [&](const PageRecord& record) {
    ++number;
    const bool is_ours = std::ranges::find(record.owners, account.expose()) != record.owners.end();
    if (!is_ours) {
      problem = Error{ErrorCode::Denied, record_name(number) + " is not the account's"};
    } else if (!record.key || record.key->empty() || (number > 1 && *record.key <= last_key)) {
      problem = Error{ErrorCode::InvalidArgument,
                      "the `@key` of " + record_name(number) +
                          " is missing or does not come after the one before it"};
    } else if (auto what = problem_of(record, columns, number); !what.empty()) {
      problem = Error{ErrorCode::InvalidArgument, std::move(what)};
    } else {
      last_key = *record.key;
    }
    return !problem;
  });
  if (problem) return std::unexpected(*std::move(problem));
  return number;
}

SourceResult<std::unique_ptr<RecordSource>> ManualSource::open(const SourceOrder& order) {
  auto opened = std::unique_ptr<ManualSource>(new ManualSource(order));
  for (const catalog::Dataset* dataset : order.datasets) {
    RIGHTFUL_TRY(opened->load(order, *dataset));
  }
  return opened;
}

ManualSource::ManualSource(const SourceOrder& order)
    : source_(order.source),
      context_(order.context),
      facts_{order.source.name, "manual", SystemClock().now(), true, false} {}

SourceResult<void> ManualSource::load(const SourceOrder& order, const catalog::Dataset& dataset) {
  const auto refuse = [&](SourceErrorKind kind, std::string detail) {
    return std::unexpected(SourceError{kind, source_.name, dataset.name, std::move(detail)});
  };
  const auto found = order.locations.find(manual_location_key(dataset));
  if (found == order.locations.end()) {
    return refuse(SourceErrorKind::NotConfigured, "nothing was supplied for it");
  }
  const std::size_t space = found->second.rfind(' ');
  RIGHTFUL_CHECK(space != std::string::npos);
  const auto key = from_hex(std::string_view(found->second).substr(space + 1));
  RIGHTFUL_CHECK(key.has_value());
  const RequestId request = order.scope.request();
  auto text = open_file(
      found->second.substr(0, space), *key, {order.scope.account(), request, dataset.name});
  if (!text) {
    return refuse(SourceErrorKind::ForeignRecord,
                  "the upload was changed, or was made for another request");
  }
  const auto head = read_page_head(*text);
  if (!head) return refuse(SourceErrorKind::BadAnswer, "in the upload " + head.error().detail);
  const std::array<std::optional<std::string_view>, 1> owner{head->account};
  RIGHTFUL_TRY(context_.guard.check(source_.name, dataset.name, owner));
  if (head->next || head->count != head->records) {
    return refuse(SourceErrorKind::CountMismatch, "the upload does not hold all its records");
  }
  facts_.taken_at = std::min(facts_.taken_at, head->taken_at);
  uploads_.emplace(&dataset, Upload{*std::move(text), *head});
  return {};
}

SourceResult<DatasetFacts> ManualSource::read(const catalog::Dataset& dataset, RecordSink& sink) {
  const auto found = uploads_.find(&dataset);
  RIGHTFUL_CHECK(found != uploads_.end());
  const Upload& upload = found->second;
  RecordGate gate(
      {&dataset, HttpRecordReader::columns_of(dataset), upload.head.count}, context_, sink);
  HttpRecordReader reader(dataset, gate);
  SourceResult<void> outcome;
  read_page_records(upload.text, [&](const PageRecord& record) {
    outcome = reader.read(record);
    return outcome.has_value();
  });
  if (!outcome) return std::unexpected(outcome.error());
  return gate.close();
}

}  // namespace rightful::sources
