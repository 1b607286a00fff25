/// @file
/// The bound reader: everything that one account has in all sources of one catalog, and nothing
/// else. It is made from one scope; no call of it can name an account, and nobody sees a
/// connection.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/account_scope.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/sources/record_sink.hpp"
#include "rightful/sources/source_error.hpp"

namespace rightful::sources {

/// Where the sources are: the key of each of Source::variables() → what that environment variable
/// holds (URL, folder, token). Sources whose catalog entry says all need none.
///
/// Secrets  URLs may hold passwords: never logged.
using SourceLocations = std::map<std::string, std::string, std::less<>>;

/// An object's bytes, front to back, in constant memory.
///
/// Threads  one.
class ObjectStream {
 public:
  virtual ~ObjectStream() = default;

  /// Known from the start, and held to: exactly so many bytes come, or ObjectChanged.
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  /// Changes whenever the object is replaced or changed; nothing else is said about its form.
  [[nodiscard]] virtual std::string version() const = 0;
  /// @return bytes put at the front of `buffer`; 0 = the end, and the object was whole and
  ///         unchanged. ObjectChanged. Errors Failure on I/O.
  [[nodiscard]] virtual SourceResult<std::size_t> read(std::span<std::byte> buffer) = 0;
};

/// What was done with one dataset, for manifest and ledger.
struct DatasetFacts {
  std::string dataset;
  std::string source;
  std::uint64_t rows = 0;  ///< counted = delivered
  std::uint64_t objects = 0;
  /// How often each rule fired: field → values removed or replaced. Only fields with a rule.
  std::map<std::string, std::uint64_t> redacted;
  std::map<std::string, std::uint64_t> pseudonymised;
};

/// How consistent a source was read, for the manifest.
struct SnapshotFacts {
  std::string source;
  std::string kind;
  Instant taken_at;        ///< by the source's clock where it has one
  bool is_consistent;      ///< one snapshot for all records (files: false, each object for itself)
  bool has_writable_role;  ///< `allow_writable_role` was needed
};

/// Owns     one connection with one open snapshot for each database source; until end_records() no
///          table that is read can be dropped, changed or emptied there.
/// Threads  one.
/// Errors   Failure(Later): `source_lost` when a source cannot be reached, `database_lost` when it
///          goes away, `serialization` when a table was emptied while the snapshot was taken.
/// Cost     memory does not grow with rows or objects, except one entry per distinct pseudonymised
/// value.
class AccountReader {
 public:
  /// Opens every source that the catalog's datasets use, checks roles and schema, takes the
  /// snapshots.
  /// @param catalog    must outlive the reader.
  /// @return AccountNotPossible, SchemaChanged, RoleTooPowerful, NotConfigured: nothing was read
  /// then.
  [[nodiscard]] static SourceResult<AccountReader> open(const catalog::Catalog& catalog,
                                                        const AccountScope& scope,
                                                        const SourceLocations& locations);

  AccountReader(const AccountReader&) = delete;
  AccountReader& operator=(const AccountReader&) = delete;
  AccountReader(AccountReader&&) noexcept;
  AccountReader& operator=(AccountReader&&) noexcept;
  ~AccountReader();

  [[nodiscard]] std::vector<SnapshotFacts> snapshots() const;

  /// Streams every record of the account in `dataset` into `sink`.
  /// @param dataset  of the reader's catalog (checked, RIGHTFUL_CHECK).
  /// @return ForeignRecord, CountMismatch, RefusedReference.
  [[nodiscard]] SourceResult<DatasetFacts> read(const catalog::Dataset& dataset, RecordSink& sink);

  /// Opens an object that read() gave to the sink.
  /// @return MissingObject (also where the catalog says `missing: note`: the caller decides),
  ///         RefusedReference, ForeignRecord, ObjectChanged.
  [[nodiscard]] SourceResult<std::unique_ptr<ObjectStream>> open_object(
      const ObjectReference& object);

  /// Lets go of the snapshots when all records are read, so that a long packaging holds nothing
  /// open in the company's databases. read() must not be called afterwards (checked).
  void end_records();

 private:
  class Impl;
  explicit AccountReader(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace rightful::sources
