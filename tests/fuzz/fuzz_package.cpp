// A stored package, changed in any layer: the file as it is, the inner ZIP before encryption, or an
// entry before the manifest was made and signed (forged_package.hpp closes the layers around the
// change). What is accepted must hold what another parser finds in it.
#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "rightful/archive/canary.hpp"
#include "rightful/core/check.hpp"
#include "rightful/crypto/hash.hpp"

#include "archive/reader/byte_feed.hpp"
#include "archive/reader/inner_check.hpp"
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

const archive::VerifyExpectation& expected() {
  static const archive::VerifyExpectation kKnown{
      .account = fixture::account("A-1"),
      .request = fixture::request_id(7),
      .service_key = fixture::service_key().public_key()};
  return kKnown;
}

/// As before release: the whole file.
Result<VerifyReport> verify_file(const archive::ReadAt& stored, VerifyDepth depth) {
  static const crypto::Passphrase kPassphrase = fixture::fixed_passphrase();
  return archive::verify_package(stored, kPassphrase, expected(), depth);
}

/// The inner ZIP alone.
Result<VerifyReport> verify_inner(const Bytes& bytes, VerifyDepth depth) {
  const fixture::MemoryReadAt inner(bytes);
  archive::reader::RangeSource stream(inner, 0, inner.size());
  const auto none = crypto::Sha256Digest::from(std::array<std::byte, 32>{});
  VerifyReport report{.size = 0,
                      .sha256 = none,
                      .content_sha256 = none,
                      .manifest_digest = none,
                      .inner_size = inner.size(),
                      .entries = 0,
                      .records = 0,
                      .objects = 0};
  RIGHTFUL_TRY(archive::reader::check_inner(stream, inner, expected(), depth, report));
  return report;
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
  RIGHTFUL_CHECK(report.entries <= 10'000);
  if (!forged.is_whole) return;
  RIGHTFUL_CHECK(report.entries == 5);
  RIGHTFUL_CHECK(report.manifest_digest == crypto::sha256(as_bytes(forged.entries[6].content)));
  check_records(forged.entries[1].content, report.records);
  const std::string foreign = archive::canary_token(fixture::account("A-2"));
  for (std::size_t i = 0; i < 5; ++i) {
    if (depth == VerifyDepth::Structure && i == 3) continue;
    RIGHTFUL_CHECK(forged.entries[i].content.find(foreign) == std::string::npos);
  }
}

void check_refused(const Error& error) {
  const std::string_view word = std::string_view(error.detail).substr(0, error.detail.find(": "));
  RIGHTFUL_CHECK(std::ranges::find(kWords, word) != kWords.end());
}

/// Once in `one_in` inputs.
bool is_chosen(std::string_view input, std::size_t one_in) {
  return std::hash<std::string_view>()(input) % one_in == 0;
}

/// @return the verdict of the deeper check.
Result<VerifyReport> check_inside(const Forged& forged, std::string_view input) {
  auto full = verify_inner(forged.inner, VerifyDepth::Full);
  RIGHTFUL_CHECK(full.has_value() || !forged.is_original);
  if (full) {
    check_accepted(forged, *full, VerifyDepth::Full);
  } else {
    check_refused(full.error());
  }
  if (!full && !is_chosen(input, 8)) return full;
  // The shorter check may accept more, never less.
  const auto structure = verify_inner(forged.inner, VerifyDepth::Structure);
  RIGHTFUL_CHECK(structure.has_value() || !full.has_value());
  if (structure) check_accepted(forged, *structure, VerifyDepth::Structure);
  return full;
}

void check_file(const Bytes& file, const Forged& forged) {
  const fixture::MemoryReadAt stored(file);
  const auto report = verify_file(stored, VerifyDepth::Full);
  if (!report) return check_refused(report.error());
  RIGHTFUL_CHECK(archive::read_envelope(stored).has_value());
  RIGHTFUL_CHECK(report->size == file.size() && report->sha256 == crypto::sha256(file));
  check_accepted(forged, *report, VerifyDepth::Full);
}

}  // namespace

void run_one(std::string_view input) {
  const std::vector<Edit> script = parse_edits(input);
  const Forged forged = forge(script);
  const auto inside = check_inside(forged, input);
  const bool is_file_edited = std::ranges::any_of(script, [](const Edit& edit) {
    return edit.target.layer == EditTarget::Layer::File && edit.kind != 'f';
  });
  if (is_file_edited) {
    check_file(forge_file(forged, script), forged);
  } else if (is_chosen(input, 64)) {
    const auto whole =
        verify_file(fixture::MemoryReadAt(forge_file(forged, {})), VerifyDepth::Full);
    RIGHTFUL_CHECK(whole.has_value() == inside.has_value());
    if (!whole) RIGHTFUL_CHECK(whole.error().detail == inside.error().detail);
  }
}

}  // namespace rightful::fuzz
