/// @file
/// What the demo claims about the packages it made, each claim tested on the real bytes, with a
/// control that shows that the test can fail.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "rightful/core/result.hpp"
#include "rightful/store/pool.hpp"

#include "app/demo_company.hpp"
#include "app/demo_requester.hpp"
#include "app/stop_signal.hpp"

namespace rightful::app {

enum class ProofResult : std::uint8_t { Holds, Fails, NotTried };

struct Proof {
  std::string name;       ///< for report.json: `other_credential_refused`
  std::string statement;  ///< plain words
  ProofResult result;
  std::string detail;  ///< what was done, with numbers
};

struct ProofSubject {
  DemoRequester& requester;
  std::uint64_t rows;     ///< in the package, as recorded at release
  std::uint64_t objects;  ///< likewise
};

struct ProofPlan {
  std::filesystem::path out;  ///< where the packages are
  std::filesystem::path
      state;  ///< Rightful's own folder: cluster with write-ahead log, packages, work, logs
  std::filesystem::path company;  ///< the company's folder, for the controls
  std::filesystem::path scratch;  ///< unpacked packages lie here for a while; removed at the end
  std::filesystem::path sounds;   ///< where the recordings came from
  std::string state_url;          ///< for pg_dump
  std::filesystem::path ledger;   ///< where its logs are published
  store::Pool& pool;              ///< of its database
  const StopSignal& stop;
  const DemoCompany& holdings;
};

/// @param subjects  Anna Schmidt, Anna Schmitt, nobody, in this order. @param show  called with
/// each proof as soon as it is done. Errors  Failure when the disk is full.
void prove(const ProofPlan& plan,
           std::vector<ProofSubject>& subjects,
           const std::function<void(const Proof&)>& show);

}  // namespace rightful::app
