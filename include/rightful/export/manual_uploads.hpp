/// @file
/// What colleagues supply by hand into one request: who may, what is checked, and how it is kept
/// until the package is released. Docs: docs/sources/manual.md, docs/adr/0024, docs/adr/0029.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/event_fields.hpp"
#include "rightful/lifecycle/token.hpp"
#include "rightful/store/manual_tasks.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::exporting {

struct ManualDataset;

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

/// How often the account may be typed wrong through one link before the link ends.
inline constexpr std::int64_t kMaxWrongAccounts = 5;

/// An upload and what is said about it. Points at what outlives it.
struct UploadOffer {
  const RequestId& request;
  const std::string& dataset;
  /// As whoever supplies it typed it, never as we know it.
  const AccountId& typed;
  std::streambuf& text;  ///< any bytes; read from its start, more than once
  std::uint64_t size_bytes = 0;
  Replace replace = Replace::Refuse;
  /// The token's hash when it comes through a link, which must be alive, and ends with success.
  std::optional<crypto::Sha256Digest> link{};
};

struct UploadRefusal {
  Error error;
  /// Empty: there is nothing to supply (NotFound), or the link is dead (Expired).
  std::optional<ledger::Code<ledger::CodeList::SupplyWhy>> why{};
};

struct NewUploadLink {
  lifecycle::Token token;  ///< shown once, stored only as a hash
  Instant until;
};

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
  /// @return how many records; NotFound (no such request or dataset waits), Denied (another
  ///         account), Conflict (closed, or supplied already and Replace::Refuse), InvalidArgument
  ///         (the form), LimitExceeded; Expired for a link that is dead.
  /// Errors  Failure when the database does not answer. Cost  one record and one value in memory.
  [[nodiscard]] std::expected<std::uint64_t, UploadRefusal> take(const UploadOffer& offer);

  /// The same of a text in memory, without a link.
  [[nodiscard]] Result<std::uint64_t> upload(const RequestId& request,
                                             const std::string& dataset,
                                             const AccountId& typed,
                                             std::string_view text,
                                             Replace replace);

  /// Makes the one link through which this dataset of this request can be supplied; one that was
  /// there ends.
  /// @param lifetime  positive; cut at the request's legal date.
  /// @param replace   Allow: also in the place of what was supplied before.
  /// @return NotFound (no such request or dataset waits), Conflict (closed; supplied already and
  ///         Replace::Refuse; the legal date has passed).
  [[nodiscard]] Result<NewUploadLink> make_link(const RequestId& request,
                                                const std::string& dataset,
                                                std::chrono::seconds lifetime,
                                                Replace replace);
  /// @return NotFound when there is none.
  [[nodiscard]] Result<void> revoke_link(const RequestId& request, const std::string& dataset);

 private:
  struct Task;

  [[nodiscard]] std::expected<ManualDataset, UploadRefusal> look(const UploadOffer& offer);
  [[nodiscard]] std::expected<Task, UploadRefusal> open(store::Transaction& transaction,
                                                        const UploadOffer& offer);
  [[nodiscard]] UploadRefusal refuse(store::Transaction& transaction,
                                     const UploadOffer& offer,
                                     const store::ManualTask& task,
                                     UploadRefusal refusal);
  [[nodiscard]] bool keep(store::Transaction& transaction,
                          const UploadOffer& offer,
                          const store::ManualTask& task);

  store::Pool& pool_;
  const crypto::ServerKeys& keys_;
  Clock& clock_;
  Random& random_;
};

}  // namespace rightful::exporting
