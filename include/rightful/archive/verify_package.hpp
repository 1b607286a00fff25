/// @file
/// The independent check before release: reads a stored package back and compares it with what it
/// has to be. Shares only primitives of `crypto` with the writer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/archive/read_at.hpp"
#include "rightful/core/account_id.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/passphrase.hpp"

namespace rightful::archive {

enum class VerifyDepth : std::uint8_t {
  Structure,  ///< bytes of media entries are covered by the HMAC and the content hash only
  Full        ///< every entry is unpacked, hashed and searched for canaries
};

/// What the package has to be, from elsewhere than the package. Empty optionals are not compared.
struct VerifyExpectation {
  AccountId account;
  RequestId request;
  crypto::SignPublicKey service_key;
  std::optional<crypto::Sha256Digest> content_sha256 = {};
  std::optional<crypto::Sha256Digest> manifest_digest = {};
  std::optional<std::string> envelope_json = {};  ///< byte for byte
  std::optional<std::uint64_t> size = {};
};

struct VerifyReport {
  std::uint64_t size = 0;                ///< of the stored file
  crypto::Sha256Digest sha256;           ///< of the stored file
  crypto::Sha256Digest content_sha256;   ///< of the encrypted entry's bytes
  crypto::Sha256Digest manifest_digest;  ///< SHA-256 of MANIFEST.sha256
  std::uint64_t inner_size = 0;          ///< of the inner ZIP
  std::uint64_t entries = 0;             ///< listed in the manifest
  std::uint64_t records = 0;             ///< in all Data entries
  std::uint64_t objects = 0;             ///< Media entries
};

/// Reads everything once, front to back (the lists of the inner ZIP a second time), and refuses:
/// passphrase, HMAC or content hash that do not hold · gaps, overlaps, trailing bytes, unknown
/// flags or fields, unsafe or double names in either ZIP · a local header that differs from the
/// directory · an entry whose size, CRC or SHA-256 is not the manifest's · an entry outside the
/// manifest, or a listed one that is absent or elsewhere · a MANIFEST.sha256 that says something
/// else · a signature that does not hold for this account, request and service key · a data entry
/// that is not a JSON array of objects, each with exactly one "@owner" (a string, or a list of
/// strings) that names the account, or with another "@owner" anywhere that does not · a media entry
/// of another owner · record or object counts that differ between entry, manifest and dataset · a
/// canary of another account.
///
/// Format   docs/formats/package.md
/// Threads  starts three of its own (reading, decryption, hashes); ends them before it returns.
/// Errors   Failure when `stored` cannot be read.
/// Cost     memory stays under 24 MiB for any package (names: 8 bytes an entry on top).
/// @return NotAuthentic (passphrase, HMAC, hash or signature) · InvalidArgument (structure, JSON) ·
/// Conflict (manifest and content disagree, or not the expected package) · Denied (foreign owner,
/// canary) · LimitExceeded (nesting, sizes). The detail begins with one closed word and a colon:
/// `passphrase outer hmac content inner entry manifest signature owner records canary envelope`. It
/// names entries by number, never by content.
[[nodiscard]] Result<VerifyReport> verify_package(const ReadAt& stored,
                                                  const crypto::Passphrase& passphrase,
                                                  const VerifyExpectation& expectation,
                                                  VerifyDepth depth);

/// Called with bytes of the encrypted entry done and in all; return false to stop.
using PackageProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// The text of envelope.json, which opens without a passphrase. Nothing about it is verified here
/// (crypto::open_envelope does). @return InvalidArgument when this is not a package.
[[nodiscard]] Result<std::string> read_envelope(const ReadAt& stored);

}  // namespace rightful::archive
