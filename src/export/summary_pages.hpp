/// @file
/// The pages about the whole package: overview, Art. 15 information, and their twins for programs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/sources/account_reader.hpp"

#include "export/dataset_summary.hpp"
#include "export/phrases.hpp"

namespace rightful::exporting {

/// What all of them tell about.
struct PackageSummary {
  const catalog::Catalog& catalog;
  const Phrases& phrases;
  RequestId request;
  Instant created;
  std::int64_t catalog_version;
  std::vector<sources::SnapshotFacts> snapshots;
  std::vector<DatasetSummary> datasets;  ///< every one of the catalog, in its order
};

/// `index.html`: counts, what was searched, what is left out, how to read the folder.
[[nodiscard]] std::string index_page(const PackageSummary& summary);
/// `about/index.html`. Law  GDPR Art. 15(1)(a)–(h), (2), for the datasets in which something was
/// found.
[[nodiscard]] std::string about_page(const PackageSummary& summary);
/// `about/disclosure.jsonld`: the same facts for programs, in terms of the W3C's Data Privacy
/// Vocabulary.
/// Format  JSON-LD 1.1 with its context inside; docs/formats/package-content.md section 5
[[nodiscard]] std::string disclosure_jsonld(const PackageSummary& summary);
/// `about/omissions.json`
[[nodiscard]] std::string omissions_json(const PackageSummary& summary);

}  // namespace rightful::exporting
