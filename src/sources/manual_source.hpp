/// @file
/// What colleagues supplied by hand, as a source of records. Sealed in a file until it is opened.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "sources/http_page.hpp"
#include "sources/record_gate.hpp"
#include "sources/source.hpp"

namespace rightful::sources {

/// Cost     one upload in memory, as large as the catalog's `max_mib` lets it be.
class ManualSource final : public RecordSource {
 public:
  /// Opens the upload of every dataset, and refuses one that is another account's.
  [[nodiscard]] static SourceResult<std::unique_ptr<RecordSource>> open(const SourceOrder& order);

  [[nodiscard]] SnapshotFacts snapshot() const override { return facts_; }

  [[nodiscard]] SourceResult<DatasetFacts> read(const catalog::Dataset& dataset,
                                                RecordSink& sink) override;

  void end_records() noexcept override { uploads_.clear(); }

 private:
  struct Upload {
    std::string text;
    PageHead head;
  };

  explicit ManualSource(const SourceOrder& order);

  SourceResult<void> load(const SourceOrder& order, const catalog::Dataset& dataset);

  const catalog::Source& source_;
  ReadContext& context_;
  SnapshotFacts facts_;
  std::map<const catalog::Dataset*, Upload> uploads_;
};

}  // namespace rightful::sources
