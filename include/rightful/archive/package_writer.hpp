/// @file
/// Writes one package as a stream: page, encrypted inner ZIP, envelope. Not the content
/// (inner_zip_writer.hpp), not the place where it is stored (package_sink.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/archive/package_sink.hpp"
#include "rightful/archive/sealed_spool.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/passphrase.hpp"

namespace rightful::archive {

/// What stands before the content.
struct PackageHead {
  std::string
      read_me_html;  ///< READ-ME.html, 1 to 48 KiB, nothing personal: it is readable by everybody
  const crypto::Passphrase& passphrase;  ///< needed only during the constructor
  std::array<std::byte, 16> salt;        ///< random, used once
  Instant modified;                      ///< time of every entry
  SpoolSettings spool;                   ///< for the inner central directory
};

/// The encrypted entry, which the sealed payload of the envelope binds.
struct ContentFacts {
  crypto::Sha256Digest sha256;  ///< of salt, verifier, ciphertext and tag
  std::uint64_t size = 0;       ///< of the same bytes
};

/// The whole file. Its SHA-256 is known only after it was read back (VerifyReport), because the
/// header of the encrypted entry is patched last.
struct PackageFacts {
  std::uint64_t size;
};

/// Order of calls: constructor → inner() … → finish_content() → finish(); all checked
/// (RIGHTFUL_CHECK).
///
/// Format   APPNOTE 6.3.10, WinZip AE-2; docs/formats/package.md
/// Owns     a thread that encrypts, authenticates and hashes behind a bounded queue, and two that
///          deflate before it; the sink must outlive the writer.
/// Threads  one for all calls; the sink is called from the writer's own thread while content is
///          written.
/// Errors   Failure; one from the sink surfaces at a later call of inner() or at finish_content().
///          Sticky.
/// Secrets  destroying an unfinished writer stops its threads and wipes the keys; the sink's bytes
///          are then useless.
/// Cost     about 10 MiB of memory for any package.
class PackageWriter {
 public:
  PackageWriter(PackageSink& sink, const PackageHead& head);
  PackageWriter(const PackageWriter&) = delete;
  PackageWriter& operator=(const PackageWriter&) = delete;
  ~PackageWriter();

  [[nodiscard]] InnerZipWriter& inner() noexcept;
  /// Ends the inner ZIP and the encrypted entry and patches its header.
  ContentFacts finish_content();
  /// @param envelope_json  1 byte to 64 KiB.
  PackageFacts finish(std::string_view envelope_json);

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace rightful::archive
