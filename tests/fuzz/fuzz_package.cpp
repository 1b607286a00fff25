// A stored package, changed in any layer: the file as it is, the inner ZIP before encryption, or an
// entry before the manifest was made and signed (forged_package.hpp closes the layers around the
// change). What is accepted must hold what another parser finds in it.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "rightful/archive/canary.hpp"
#include "rightful/core/check.hpp"
#include "rightful/crypto/hash.hpp"

#include "tests/fuzz/edits.hpp"
#include "tests/fuzz/forged_package.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::fuzz {
namespace {

namespace fixture = archive::testing;
using archive::VerifyDepth;
using archive::VerifyReport;

constexpr std::array<std::string_view, 12> kWords{"passphrase",
                                                  "outer",
                                                  "hmac",
                                                  "content",
                                                  "inner",
                                                  "entry",
                                                  "manifest",
                                                  "signature",
                                                  "owner",
                                                  "records",
                                                  "canary",
                                                  "envelope"};

Result<VerifyReport> verify(const archive::ReadAt& stored, VerifyDepth depth) {
  static const crypto::Passphrase kPassphrase = fixture::fixed_passphrase();
  static const archive::VerifyExpectation kKnown{
      .account = fixture::account("A-1"),
      .request = fixture::request_id(7),
      .service_key = fixture::service_key().public_key()};
  return archive::verify_package(stored, kPassphrase, kKnown, depth);
}

bool names_account(const nlohmann::json& owner) {
  if (owner.is_string()) return owner == "A-1";
  return owner.is_array() && std::ranges::find(owner, nlohmann::json("A-1")) != owner.end();
}

/// The records as the JSON library reads them: whose they are, and how many.
void check_records(const std::string& text, std::uint64_t count) {
  const auto records = nlohmann::json::parse(text, nullptr, false);
  if (records.is_discarded()) return;  // 1e999, which the library alone refuses
  RIGHTFUL_CHECK(records.is_array() && records.size() == count);
  for (const auto& record : records) {
    RIGHTFUL_CHECK(record.is_object() && record.contains("@owner"));
    RIGHTFUL_CHECK(names_account(record["@owner"]));
  }
}

void check_accepted(const Forged& forged, const VerifyReport& report, VerifyDepth depth) {
  RIGHTFUL_CHECK(report.size == forged.file.size());
  RIGHTFUL_CHECK(report.sha256 == crypto::sha256(forged.file));
  if (!forged.is_whole) return;
  RIGHTFUL_CHECK(report.manifest_digest == crypto::sha256(as_bytes(forged.entries[6].content)));
  check_records(forged.entries[1].content, report.records);
  const std::string foreign = archive::canary_token(fixture::account("A-2"));
  for (std::size_t i = 0; i < 5; ++i) {
    if (depth == VerifyDepth::Structure && i == 3) continue;
    RIGHTFUL_CHECK(forged.entries[i].content.find(foreign) == std::string::npos);
  }
}

void check_refused(const Forged& forged, const Error& error) {
  RIGHTFUL_CHECK(!forged.is_original);
  const std::string_view word = std::string_view(error.detail).substr(0, error.detail.find(": "));
  RIGHTFUL_CHECK(std::ranges::find(kWords, word) != kWords.end());
}

}  // namespace

void run_one(std::string_view input) {
  const Forged forged = forge(parse_edits(input));
  const fixture::MemoryReadAt stored(forged.file);
  const auto full = verify(stored, VerifyDepth::Full);
  if (full) {
    check_accepted(forged, *full, VerifyDepth::Full);
  } else {
    check_refused(forged, full.error());
  }
  // The shorter check is worth its time where the layers hold: it may accept more, never less.
  if (!full && !forged.is_whole) return;
  const auto structure = verify(stored, VerifyDepth::Structure);
  RIGHTFUL_CHECK(structure.has_value() || !full.has_value());
  if (structure) check_accepted(forged, *structure, VerifyDepth::Structure);
}

}  // namespace rightful::fuzz
