/// @file
/// Staff: who may look at the ledger and administer it, known by a bearer token. Not the
/// requesters: those sign in with sign_in.hpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/lifecycle/refusal.hpp"
#include "rightful/lifecycle/token.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::lifecycle {

/// None contains another: an officer decides about people, an auditor reads the ledger, an operator
/// keeps the machines running and reads no entry.
enum class StaffRole : std::uint8_t { Officer, Auditor, Operator };

/// `officer`, `auditor`, `operator`.
[[nodiscard]] std::string_view name_of(StaffRole role) noexcept;
/// @return InvalidArgument
[[nodiscard]] Result<StaffRole> parse_staff_role(std::string_view text);
/// @return InvalidArgument unless it is `[a-z0-9][a-z0-9._-]{0,63}`.
[[nodiscard]] Result<void> check_staff_name(std::string_view name);

struct StaffMember {
  std::string name;
  StaffRole role;
  ledger::StaffRef ref;  ///< the pseudonym under which the ledger names them
  Instant added_at;
  std::optional<Instant> ended_at;
};

struct NewStaff {
  StaffMember member;
  Token token;  ///< shown once
};

/// A row of the table as `admin staff list` shows it.
struct StaffLine {
  std::string name;
  std::string role;
  Instant added_at;
  std::optional<Instant> ended_at;
  bool is_authentic;  ///< false: changed by somebody without the server keys; its token is refused
};

using ErasureWhy = ledger::Code<ledger::CodeList::ErasureWhy>;
using ViewedWhat = ledger::Code<ledger::CodeList::ViewedWhat>;

/// Law      GDPR Art. 5(2), 32(4): whoever acts under the controller's authority is known.
/// Owns     nothing: everything given must outlive it.
/// Threads  any; each call takes one connection of the pool.
/// Errors   Failure when the database does not answer.
/// Secrets  tokens leave in NewStaff only; the database keeps their hash.
class StaffAccess {
 public:
  /// @param face  where tokens are shown: to the API, or to commands (`admin`).
  StaffAccess(store::Pool& pool,
              const crypto::ServerKeys& keys,
              Clock& clock,
              Random& random,
              ledger::Code<ledger::CodeList::Face> face = "api");
  ~StaffAccess();
  StaffAccess(const StaffAccess&) = delete;
  StaffAccess& operator=(const StaffAccess&) = delete;

  /// Who shows this token. Unknown tokens, ended members and rows that somebody changed without the
  /// server keys get one answer, and are counted as `signin.refused`.
  /// @return StaffNeeded
  [[nodiscard]] Answer<StaffMember> check(const Token& token);
  /// The same for something that only some roles may do. @param what  what was asked for.
  /// @return RoleNeeded for another role, after `staff.refused` is committed; StaffNeeded.
  [[nodiscard]] Answer<StaffMember> admit(const Token& token,
                                          std::initializer_list<StaffRole> roles,
                                          ViewedWhat what);
  /// Counts what was offered as a token and is none.
  void count_refused();

  /// Lets somebody in, or in again after their end, with a new token and this role.
  /// @param by  the member of staff who does it; empty = whoever has the server keys.
  /// @return InvalidArgument for a bad name, Conflict while the name is in use or when its row was
  /// changed without the server keys.
  [[nodiscard]] Result<NewStaff> add(const std::string& name,
                                     StaffRole role,
                                     const std::optional<ledger::StaffRef>& by);
  /// Their token is refused from now on. @return NotFound; Conflict when they had ended.
  [[nodiscard]] Result<void> end(const std::string& name,
                                 const std::optional<ledger::StaffRef>& by);
  /// By name, the ended ones too.
  [[nodiscard]] std::vector<StaffLine> list();
  /// Destroys the link between a name and its pseudonym; from then on nobody can tell whose leaves
  /// those are. Law  GDPR Art. 17.
  /// @return NotFound; Conflict while the member has not ended.
  [[nodiscard]] Result<void> forget(const std::string& name, ErasureWhy why);

  /// Writes what was refused since the last call as one counted leaf. Called by Caretaker once a
  /// minute.
  void tidy();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rightful::lifecycle
