#include "rightful/archive/unlock_package.hpp"

#include <utility>

#include "archive/output_place.hpp"
#include "archive/reader/entry_walker.hpp"
#include "archive/reader/inner_bytes.hpp"
#include "archive/reader/open_content.hpp"
#include "archive/reader/plaintext_stream.hpp"
#include "archive/reader/refuse.hpp"

namespace rightful::archive {
namespace {

using reader::CentralRecord;
using reader::ChunkSource;

Result<UnlockReport> write_inner_zip(ChunkSource& stream, const OutputPlace& place) {
  const UniqueFd file = place.open_file();
  std::uint64_t bytes = 0;
  while (true) {
    RIGHTFUL_TRY(const ByteView part, stream.next());
    if (part.empty()) break;
    RIGHTFUL_TRY(place.write(file, part));
    bytes += part.size();
  }
  return UnlockReport{.files = 1, .bytes = bytes};
}

Result<std::uint64_t> write_entry(ChunkSource& content,
                                  const OutputPlace& place,
                                  const UniqueFd& file) {
  std::uint64_t bytes = 0;
  while (true) {
    RIGHTFUL_TRY(const ByteView part, content.next());
    if (part.empty()) return bytes;
    RIGHTFUL_TRY(place.write(file, part));
    bytes += part.size();
  }
}

/// Names were checked with the directory (is_safe_name).
Result<UnlockReport> write_folder(ChunkSource& stream,
                                  const ReadAt& inner,
                                  const OutputPlace& place) {
  RIGHTFUL_TRY(const reader::InnerIndex index, reader::read_inner_index(inner));
  reader::EntryWalker walker(stream, inner, index.place);
  UnlockReport report{.files = 0, .bytes = 0};
  while (true) {
    RIGHTFUL_TRY(const CentralRecord* const record, walker.enter());
    if (record == nullptr) break;
    RIGHTFUL_TRY(const UniqueFd file, place.open_entry(record->name));
    RIGHTFUL_TRY(const std::uint64_t bytes, write_entry(walker.content(), place, file));
    ++report.files;
    report.bytes += bytes;
  }
  RIGHTFUL_TRY(walker.finish());
  return report;
}

Result<void> check_hash(const reader::StreamFacts& facts, const UnlockOptions& options) {
  if (options.content_sha256 && *options.content_sha256 != facts.content_sha256) {
    return reader::refuse(ErrorCode::NotAuthentic, "content", "the content hash does not hold");
  }
  return {};
}

/// The caller wants no more, or nothing more can be written: no reason to read on.
bool is_stop(const Result<UnlockReport>& written) {
  return !written && (written.error().code == ErrorCode::Conflict ||
                      written.error().code == ErrorCode::LimitExceeded);
}

}  // namespace

Result<UnlockReport> unlock_package(const ReadAt& stored,
                                    const crypto::Passphrase& passphrase,
                                    const UnlockOptions& options) {
  RIGHTFUL_TRY(const reader::OuterFile file, reader::read_outer(stored));
  RIGHTFUL_TRY(auto forward, reader::open_content(file, passphrase));
  RIGHTFUL_TRY(auto anywhere, reader::open_content(file, passphrase));
  RIGHTFUL_TRY(OutputPlace place,
               OutputPlace::prepare(options.target, options.form, options.overwrite));
  reader::PlaintextStream stream(
      stored, file, std::move(forward), reader::HashScope::Content, options.progress);
  const reader::InnerBytes inner(stored, file, std::move(anywhere));
  const Result<UnlockReport> written = options.form == UnlockForm::InnerZip
                                           ? write_inner_zip(stream, place)
                                           : write_folder(stream, inner, place);
  if (is_stop(written)) return written;
  // What is inside is judged only after the HMAC: a changed file is called changed, not malformed.
  RIGHTFUL_TRY(const reader::StreamFacts facts, stream.finish());
  RIGHTFUL_TRY(check_hash(facts, options));
  RIGHTFUL_TRY(const UnlockReport report, written);
  RIGHTFUL_TRY(place.commit());
  return report;
}

}  // namespace rightful::archive
