#include "rightful/archive/verify_package.hpp"

#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/crypto/envelope.hpp"

#include "archive/reader/inner_bytes.hpp"
#include "archive/reader/inner_check.hpp"
#include "archive/reader/open_content.hpp"
#include "archive/reader/outer_file.hpp"
#include "archive/reader/plaintext_stream.hpp"
#include "archive/reader/refuse.hpp"

namespace rightful::archive {
namespace {

using reader::refuse;

Result<void> check_envelope(const std::string& text, const VerifyExpectation& expected) {
  if (expected.envelope_json && *expected.envelope_json != text) {
    return refuse(ErrorCode::Conflict, "envelope", "not the one that was written");
  }
  const auto envelope = crypto::parse_envelope(text);
  if (!envelope) return refuse(ErrorCode::InvalidArgument, "envelope", "has another shape");
  if (envelope->request != expected.request || envelope->service_key != expected.service_key) {
    return refuse(ErrorCode::Conflict, "envelope", "names another request or service");
  }
  return {};
}

VerifyReport empty_report(const ReadAt& stored, const reader::OuterFile& file) {
  const crypto::Sha256Digest none = crypto::Sha256Digest::from(std::array<std::byte, 32>{});
  return {.size = stored.size(),
          .sha256 = none,
          .content_sha256 = none,
          .manifest_digest = none,
          .inner_size = file.inner_size,
          .entries = 0,
          .records = 0,
          .objects = 0};
}

}  // namespace

Result<VerifyReport> verify_package(const ReadAt& stored,
                                    const crypto::Passphrase& passphrase,
                                    const VerifyExpectation& expectation,
                                    VerifyDepth depth) {
  if (expectation.size && *expectation.size != stored.size()) {
    return refuse(ErrorCode::Conflict, "outer", "the file has another size");
  }
  RIGHTFUL_TRY(const reader::OuterFile file, reader::read_outer(stored));
  RIGHTFUL_TRY(check_envelope(file.envelope, expectation));
  RIGHTFUL_TRY(auto forward, reader::open_content(file, passphrase));
  RIGHTFUL_TRY(auto anywhere, reader::open_content(file, passphrase));
  const reader::InnerBytes inner(stored, file, std::move(anywhere));
  const PackageProgress no_progress;
  reader::PlaintextStream stream(
      stored, file, std::move(forward), reader::HashScope::ContentAndFile, no_progress);
  VerifyReport report = empty_report(stored, file);
  const Result<void> inside = reader::check_inner(stream, inner, expectation, depth, report);
  // What is inside is judged only after the HMAC: a changed file is called changed, not malformed.
  RIGHTFUL_TRY(const reader::StreamFacts facts, stream.finish());
  report.content_sha256 = facts.content_sha256;
  RIGHTFUL_CHECK(facts.file_sha256.has_value());  // HashScope::ContentAndFile
  report.sha256 = *facts.file_sha256;
  if (expectation.content_sha256 && *expectation.content_sha256 != report.content_sha256) {
    return refuse(ErrorCode::NotAuthentic, "content", "the content hash does not hold");
  }
  RIGHTFUL_TRY(inside);
  return report;
}

Result<std::string> read_envelope(const ReadAt& stored) {
  RIGHTFUL_TRY(reader::OuterFile file, reader::read_outer(stored));
  return std::move(file.envelope);
}

}  // namespace rightful::archive
