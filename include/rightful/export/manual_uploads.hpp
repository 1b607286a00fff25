/// @file
/// What colleagues supply by hand into one request: who may, what is checked, and how it is kept
/// until the package is released. Docs: docs/sources/manual.md, docs/adr/0024.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/store/manual_tasks.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::exporting {

/// One thing that a colleague is asked for.
struct ManualTaskView {
  RequestId request;
  std::string dataset;
  std::string title;         ///< in the controller's first language
  std::string instructions;  ///< the same; may be empty
  std::string assignee;      ///< a mailbox; may be empty
  bool is_supplied = false;
  bool is_late = false;  ///< the warning has begun: the request waits for a person
  Instant due_at;
  std::int64_t refused = 0;  ///< uploads that were not taken
};

enum class Replace : std::uint8_t { Refuse, Allow };

/// Threads  may be called from any thread.
class ManualUploads {
 public:
  /// All must outlive the object.
  ManualUploads(store::Pool& pool, const crypto::ServerKeys& keys, Clock& clock, Random& random)
      : pool_(pool), keys_(keys), clock_(clock), random_(random) {}

  /// What is waited for, and what was supplied and is not released yet; the earliest date first.
  [[nodiscard]] std::vector<ManualTaskView> list();

  /// Takes an upload: compares what was typed and what is inside with the request's account, checks
  /// the form, encrypts it piece by piece under a key of its own, wakes the export. A refusal is
  /// logged (dataset.supply_refused) and counted, and nothing of the upload is kept.
  /// @param typed  the account as whoever supplies it typed it, never as we know it.
  /// @return how many records; NotFound (no such request or dataset waits), Denied (another
  ///         account), Conflict (closed, or supplied already and Replace::Refuse), InvalidArgument
  ///         (the form), LimitExceeded.
  /// Errors  Failure when the database does not answer.
  [[nodiscard]] Result<std::uint64_t> upload(const RequestId& request,
                                             const std::string& dataset,
                                             const AccountId& typed,
                                             std::string_view text,
                                             Replace replace);

 private:
  [[nodiscard]] bool keep(store::Transaction& transaction,
                          const RequestId& request,
                          const std::string& dataset,
                          const store::ManualTask& task,
                          std::string_view text);

  store::Pool& pool_;
  const crypto::ServerKeys& keys_;
  Clock& clock_;
  Random& random_;
};

}  // namespace rightful::exporting
