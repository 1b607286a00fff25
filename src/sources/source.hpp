/// @file
/// What every kind of source offers inside this layer. A kind that has tables is a RecordSource,
/// one that has objects an ObjectSource; later kinds may be both.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "rightful/sources/account_reader.hpp"
#include "rightful/sources/ownership_guard.hpp"
#include "rightful/sources/record_sink.hpp"
#include "rightful/sources/source_error.hpp"

#include "sources/pseudonyms.hpp"

namespace rightful::sources {

/// What all sources of one export share. Outlives them.
struct ReadContext {
  OwnershipGuard guard;
  Pseudonyms pseudonyms;
};

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
