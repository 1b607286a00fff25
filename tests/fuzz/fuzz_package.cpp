// A stored package, changed: accepted only with the content, manifest and envelope that it had.
// The encryption is a stream, so a changed ciphertext bit is the same changed bit inside.
#include "rightful/core/check.hpp"

#include "tests/fuzz/edits.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::fuzz {
namespace {

namespace fixture = archive::testing;
using archive::VerifyDepth;

const fixture::Built& original() {
  static const fixture::Built kBuilt = fixture::build(fixture::Recipe::small());
  return kBuilt;
}

Result<archive::VerifyReport> verify(const archive::ReadAt& stored, VerifyDepth depth) {
  // Of what is expected only the identities: the rest would refuse before much was read.
  const auto& known = original().expectation;
  return archive::verify_package(
      stored,
      fixture::fixed_passphrase(),
      {.account = known.account, .request = known.request, .service_key = known.service_key},
      depth);
}

}  // namespace

void run_one(std::string_view input) {
  const fixture::MemoryReadAt stored(edited(original().bytes, input));
  const auto& known = original().expectation;
  const auto envelope = archive::read_envelope(stored);
  const auto report = verify(stored, VerifyDepth::Full);
  if (!report) {
    RIGHTFUL_CHECK(stored.bytes != original().bytes);
    RIGHTFUL_CHECK(report.error().detail.find(": ") != std::string::npos);
    return;
  }
  RIGHTFUL_CHECK(envelope.has_value());
  RIGHTFUL_CHECK(report->size == stored.size());
  RIGHTFUL_CHECK(report->content_sha256 == known.content_sha256);
  RIGHTFUL_CHECK(report->manifest_digest == known.manifest_digest);
  RIGHTFUL_CHECK(verify(stored, VerifyDepth::Structure).has_value());
}

}  // namespace rightful::fuzz
