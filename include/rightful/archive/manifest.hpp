/// @file
/// Writes manifest.json, MANIFEST.sha256 and manifest.sig, which say what the inner ZIP holds.
/// Their reader is part of verify_package.hpp and shares nothing with this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/core/account_id.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

namespace rightful::archive {

/// What an entry is; decided by its name alone (kind_of), so that a reader need not believe the
/// manifest.
enum class EntryKind : std::uint8_t {
  Data,    ///< `data/….json`: an array of records, each with "@owner"
  Schema,  ///< `data/….schema.json`
  Media,   ///< `media/…`
  About,   ///< `about/…`
  Page     ///< everything else: index.html, pages, their style
};
[[nodiscard]] EntryKind kind_of(std::string_view name) noexcept;
/// `data`, `schema`, `media`, `about`, `page`.
[[nodiscard]] std::string_view name_of(EntryKind kind) noexcept;

/// The manifest's `checkpoint` as a file of its own, to be given to `rightful audit verify`. A
/// package with a checkpoint has this entry with exactly its bytes, one without has none.
inline constexpr std::string_view kCheckpointEntry = "about/ledger-checkpoint.txt";

/// What the writer knows about an entry beside its bytes.
struct EntryRole {
  std::string_view dataset = {};         ///< required for Data and Media; catalog name
  std::optional<std::uint64_t> records;  ///< required for Data and only there
};

/// Something that a dataset should have held and does not, with the reason; neither holds personal
/// data.
struct MissingItem {
  std::string what;
  std::string reason;
};

/// A field that was left out or shortened, and by which rule of the catalog.
struct RedactionNote {
  std::string field;
  std::string reason;
};

/// One per dataset of the catalog, empty ones too.
struct DatasetCoverage {
  std::string name;
  std::string title;
  std::string source;
  std::uint64_t rows = 0;     ///< the sum of the records of its Data entries
  std::uint64_t objects = 0;  ///< the number of its Media entries
  std::string reason_if_empty = {};
  std::vector<MissingItem> missing = {};
  std::vector<RedactionNote> redactions = {};
};

/// When the snapshot of one source was taken.
/// How a source was read.
struct SnapshotTime {
  std::string source;
  Instant taken_at;
  std::string kind = {};      ///< `postgresql`, `s3` …
  bool is_consistent = true;  ///< one state of all its records; else each was read as it was then
};

struct ManifestHead {
  RequestId request;
  AccountId account;
  Instant created;
  std::string catalog_version;
  crypto::Sha256Digest catalog_sha256;
  std::string checkpoint = "-";      ///< note of the newest ledger checkpoint; `-` for none
  std::array<std::byte, 32> random;  ///< so that the digest in the ledger cannot be guessed
  std::vector<SnapshotTime> snapshots;
  std::vector<DatasetCoverage> datasets;
};

/// Collects one fact per entry, then writes the three closing entries of the inner ZIP.
///
/// Order of calls: add() for every entry in the order written → write() → write_signature().
/// Format   docs/formats/package.md, "manifest.json", "MANIFEST.sha256", "manifest.sig"
/// Owns     a spool of facts; `zip` must outlive it.
/// Threads  one.
/// Errors   Failure from zip and spool.
/// Cost     constant memory for any number of entries; about 130 bytes of spool each.
class ManifestWriter {
 public:
  ManifestWriter(InnerZipWriter& zip, SpoolSettings spool);
  ManifestWriter(const ManifestWriter&) = delete;
  ManifestWriter& operator=(const ManifestWriter&) = delete;
  ~ManifestWriter();

  /// Lists an entry that `zip` has just ended. Its role must fit its kind (checked,
  /// RIGHTFUL_CHECK).
  void add(const EntryFacts& entry, const EntryRole& role);
  /// Writes manifest.json and MANIFEST.sha256. Every entry of `zip` has been added (checked).
  /// @return the manifest digest: SHA-256 of MANIFEST.sha256, whose last line covers manifest.json.
  /// It is what the service signs (crypto::service_text with ServiceLabel::Manifest) and what the
  /// ledger holds.
  crypto::Sha256Digest write(const ManifestHead& head);
  /// Writes manifest.sig: the 64 bytes.
  void write_signature(const crypto::Signature& signature);

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace rightful::archive
