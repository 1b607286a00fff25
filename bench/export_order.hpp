/// @file
/// One order for the export child and the talk with it, as its supervisor leads it.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/requester_root.hpp"
#include "rightful/crypto/signature.hpp"
#include "rightful/sources/account_reader.hpp"

#include "bench/measured_run.hpp"

namespace rightful::bench {

/// Whose data are exported, what the catalog says about them, and where they are.
struct ExportedData {
  std::string account;
  std::string catalog;
  sources::SourceLocations locations;
};

/// One export: the child's process from start to end.
struct ExportRunFacts {
  Measurement whole;                                     ///< without a name
  std::vector<std::pair<std::string, double>> stages_s;  ///< in order; they add up to nearly all
};

/// The person who asked, and the service that answers. Nothing of the state database: an export
/// needs none.
class ExportOrder {
 public:
  /// @param place  holds package and work folder
  ExportOrder(ExportedData data, const std::filesystem::path& place);

  /// Errors  Failure naming what the child says went wrong.
  [[nodiscard]] ExportRunFacts run(const std::filesystem::path& self);

  [[nodiscard]] std::filesystem::path package() const { return packages_ / object_name_; }

  /// The code that opens the newest package, found with the requester's own keys.
  [[nodiscard]] std::string code() const;

 private:
  class Talk;

  [[nodiscard]] std::string child_input() const;

  ExportedData data_;
  SystemRandom random_;
  crypto::RequesterRoot requester_ = crypto::RequesterRoot::generate(random_);
  crypto::SigningKey service_ = crypto::SigningKey::generate(random_);
  RequestId request_ = RequestId::random(random_);
  AccountId account_;
  std::filesystem::path packages_;
  std::filesystem::path work_;
  std::string object_name_;
  std::string envelope_;
};

/// Its peak memory is the largest of all runs.
[[nodiscard]] ExportRunFacts median_by_wall(std::vector<ExportRunFacts> runs);

}  // namespace rightful::bench
