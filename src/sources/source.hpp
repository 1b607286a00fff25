/// @file
/// What every kind of source offers inside this layer. A kind that has tables is a RecordSource,
/// one that has objects an ObjectSource; later kinds may be both.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/sources/account_reader.hpp"
#include "rightful/sources/ownership_guard.hpp"
#include "rightful/sources/record_sink.hpp"
#include "rightful/sources/source_error.hpp"

#include "sources/object_name.hpp"
#include "sources/pseudonyms.hpp"

namespace rightful::sources {

/// What all sources of one export share. Outlives them.
struct ReadContext {
  OwnershipGuard guard;
  Pseudonyms pseudonyms;
  /// Names of the sources whose objects have keys, not paths (object_name.hpp).
  std::set<std::string, std::less<>> key_stores = {};
};

/// How the objects of a source are named. @param source  of objects.
[[nodiscard]] inline ObjectNames names_in(const ReadContext& context, std::string_view source) {
  return context.key_stores.contains(source) ? ObjectNames::Keys : ObjectNames::Paths;
}

/// What a source is opened with. Everything but `datasets` outlives the source.
struct SourceOrder {
  const catalog::Source& source;
  const SourceLocations& locations;
  /// Those of this source; they outlive it too, the list does not. Empty for objects.
  const std::vector<const catalog::Dataset*>& datasets;
  const AccountScope& scope;
  ReadContext& context;
};

/// What an environment variable of the source holds. @param key  of SourceLocations.
/// @return NotConfigured when it is not set, or holds control characters.
[[nodiscard]] SourceResult<std::string> find_location(const catalog::Source& source,
                                                      const SourceLocations& locations,
                                                      const std::string& key,
                                                      const std::string& variable);

/// The same, of an order.
[[nodiscard]] SourceResult<std::string> location_of(const SourceOrder& order,
                                                    const std::string& key,
                                                    const std::string& variable);

/// One source, opened for one account. Threads  one.
class RecordSource {
 public:
  virtual ~RecordSource() = default;

  [[nodiscard]] virtual SnapshotFacts snapshot() const = 0;
  /// @param dataset  one of those that the source was opened with (checked).
  [[nodiscard]] virtual SourceResult<DatasetFacts> read(const catalog::Dataset& dataset,
                                                        RecordSink& sink) = 0;
  /// Lets go of connection and snapshot.
  virtual void end_records() noexcept = 0;
};

class ObjectSource {
 public:
  virtual ~ObjectSource() = default;

  [[nodiscard]] virtual SnapshotFacts snapshot() const = 0;
  /// The guard has agreed to the reference.
  [[nodiscard]] virtual SourceResult<std::unique_ptr<ObjectStream>> open_object(
      const ObjectReference& object) = 0;
};

}  // namespace rightful::sources
