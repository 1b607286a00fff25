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

#include "bench/company.hpp"
#include "bench/measured_run.hpp"

namespace rightful::bench {

/// One export: the child's process from start to end.
struct ExportRunFacts {
  Measurement whole;
  std::vector<std::pair<std::string, double>> stages_s;  ///< in order; they add up to nearly all
};

/// The person who asked, and the service that answers. Nothing of the state database: an export
/// needs none.
class ExportOrder {
 public:
  /// @param place  holds package and work folder
  ExportOrder(const Company& company, std::filesystem::path place);

  /// Errors  Failure naming what the child says went wrong.
  [[nodiscard]] ExportRunFacts run(const std::filesystem::path& self);

  [[nodiscard]] std::filesystem::path package() const { return packages_ / object_name_; }

  /// The code that opens the newest package, found with the requester's own keys.
  [[nodiscard]] std::string code() const;

 private:
  class Talk;

  [[nodiscard]] std::string child_input() const;

  const Company& company_;
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

}  // namespace rightful::bench
