#include "rightful/lifecycle/staff.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/store/staff.hpp"

#include "lifecycle/refusal_counter.hpp"

namespace rightful::lifecycle {
namespace {

namespace rows = store::staff;

constexpr std::size_t kLongestName = 64;
constexpr const char* kWhoIsThere = "; `rightful admin staff list` names all";
constexpr std::size_t kLeavesPerCommit = 16;

using RoleCode = ledger::Code<ledger::CodeList::StaffRole>;

RoleCode code_of(StaffRole role) {
  switch (role) {
    case StaffRole::Officer:
      return RoleCode("officer");
    case StaffRole::Auditor:
      return RoleCode("auditor");
    case StaffRole::Operator:
      return RoleCode("operator");
  }
  return RoleCode("operator");
}

std::int64_t microseconds(Instant instant) {
  return instant.time_since_epoch().count();
}

crypto::StaffFacts facts_of(const rows::StaffRow& row, const std::string& actor) {
  crypto::StaffFacts facts{.name = row.name,
                           .role = row.role,
                           .actor = actor,
                           .token_hash = row.token_hash,
                           .added_us = microseconds(row.added_at)};
  if (row.ended_at) facts.ended_us = microseconds(*row.ended_at);
  return facts;
}

/// Empty for a row that the server keys do not vouch for.
std::optional<StaffMember> authentic(const rows::StaffRow& row, const crypto::ServerKeys& keys) {
  if (!row.actor || !keys.check_staff_mac(facts_of(row, *row.actor), row.mac)) return std::nullopt;
  auto role = parse_staff_role(row.role);
  auto ref = ledger::StaffRef::parse(*row.actor);
  if (!role || !ref) return std::nullopt;
  return StaffMember{row.name, *role, *std::move(ref), row.added_at, row.ended_at};
}

template <class Fields>
ledger::Event event_by(const std::optional<ledger::StaffRef>& by, const Fields& fields) {
  if (by) return {ledger::Staff{*by}, fields};
  return {ledger::System{}, fields};
}

std::unexpected<Refusal> staff_needed() {
  return refuse(RefusalKind::StaffNeeded, "no member of staff has this token");
}

std::unexpected<Error> changed_row(const std::string& name) {
  log::error("staff_row_forged");
  return fail(ErrorCode::Conflict,
              "the row of " + name +
                  " was changed by somebody without the server keys; look into it, delete the row "
                  "from staff_member, then add the member again");
}

}  // namespace

std::string_view name_of(StaffRole role) noexcept {
  return code_of(role).text();
}

Result<StaffRole> parse_staff_role(std::string_view text) {
  for (const StaffRole role : {StaffRole::Officer, StaffRole::Auditor, StaffRole::Operator}) {
    if (name_of(role) == text) return role;
  }
  return fail(ErrorCode::InvalidArgument, "a role is officer, auditor or operator");
}

Result<void> check_staff_name(std::string_view name) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto fits = [&](char c) { return is_plain(c) || c == '.' || c == '_' || c == '-'; };
  const bool is_name = !name.empty() && name.size() <= kLongestName && is_plain(name.front()) &&
                       std::ranges::all_of(name, fits);
  if (is_name) return {};
  return fail(ErrorCode::InvalidArgument,
              "a name of staff has 1 to 64 of a-z 0-9 . _ - and begins with a letter or a digit");
}

struct StaffAccess::Parts {
  store::Pool& pool;
  const crypto::ServerKeys& keys;
  Clock& clock;
  Random& random;
  ledger::Code<ledger::CodeList::Face> face;
  RefusalCounter refusals{};

  void put(store::Transaction& transaction,
           rows::StaffRow row,
           ledger::Code<ledger::CodeList::AccessChange> change,
           const std::optional<ledger::StaffRef>& by) {
    if (!row.actor) throw Failure(Retry::Never, "bad_row", "a row of staff names no actor");
    row.mac = keys.staff_mac(facts_of(row, *row.actor));
    const auto whom = ledger::StaffRef::parse(*row.actor);
    const auto role = RoleCode::parse(row.role);
    if (!whom || !role) throw Failure(Retry::Never, "bad_row", "a row of staff is malformed");
    rows::put(
        transaction,
        row,
        event_by(by, ledger::events::StaffChanged{.change = change, .role = *role, .whom = *whom}));
    transaction.commit();
  }
};

StaffAccess::StaffAccess(store::Pool& pool,
                         const crypto::ServerKeys& keys,
                         Clock& clock,
                         Random& random,
                         ledger::Code<ledger::CodeList::Face> face)
    : parts_(new Parts{pool, keys, clock, random, face}) {}

StaffAccess::~StaffAccess() = default;

Answer<StaffMember> StaffAccess::check(const Token& token) {
  std::optional<rows::StaffRow> row;
  {
    store::Transaction transaction = parts_->pool.begin();
    row = rows::find_by_token(transaction, token.hash());
  }
  auto member = row ? authentic(*row, parts_->keys) : std::nullopt;
  if (row && !member) log::error("staff_row_forged");
  if (!member || member->ended_at) {
    count_refused();
    return staff_needed();
  }
  return *std::move(member);
}

Answer<StaffMember> StaffAccess::admit(const Token& token,
                                       std::initializer_list<StaffRole> roles,
                                       ViewedWhat what) {
  RIGHTFUL_TRY(StaffMember member, check(token));
  if (std::ranges::find(roles, member.role) != roles.end()) return member;
  store::Transaction transaction = parts_->pool.begin();
  transaction.record(ledger::Event(ledger::Staff{member.ref},
                                   ledger::events::StaffRefused{.what = what},
                                   ledger::Outcome::Denied));
  transaction.commit();
  return refuse(RefusalKind::RoleNeeded, "the role of this member of staff does not allow it");
}

void StaffAccess::count_refused() {
  parts_->refusals.count(std::nullopt, SignInTrouble::BadStaffToken);
}

Result<NewStaff> StaffAccess::add(const std::string& name,
                                  StaffRole role,
                                  const std::optional<ledger::StaffRef>& by) {
  RIGHTFUL_TRY(check_staff_name(name));
  store::Transaction transaction = parts_->pool.begin();
  if (const auto old = rows::lock(transaction, name)) {
    const auto member = authentic(*old, parts_->keys);
    if (!member) return changed_row(name);
    if (!member->ended_at) {
      return fail(ErrorCode::Conflict,
                  name +
                      " is a member of staff already; end them first to change the role or to "
                      "make a new token");
    }
  }
  Token token = Token::generate(parts_->random);
  const std::string actor =
      rows::pseudonym_of(transaction, name, ledger::StaffRef::random(parts_->random));
  rows::StaffRow row{.name = name,
                     .role = std::string(name_of(role)),
                     .token_hash = token.hash(),
                     .mac = token.hash(),  // put() writes the real one
                     .added_at = parts_->clock.now(),
                     .ended_at = std::nullopt,
                     .actor = actor};
  parts_->put(transaction, row, "granted", by);
  auto ref = ledger::StaffRef::parse(actor);
  return NewStaff{.member = {name, role, *std::move(ref), row.added_at, std::nullopt},
                  .token = std::move(token)};
}

Result<void> StaffAccess::end(const std::string& name, const std::optional<ledger::StaffRef>& by) {
  RIGHTFUL_TRY(check_staff_name(name));
  store::Transaction transaction = parts_->pool.begin();
  auto row = rows::lock(transaction, name);
  if (!row)
    return fail(ErrorCode::NotFound, "there is no member of staff named " + name + kWhoIsThere);
  const auto member = authentic(*row, parts_->keys);
  if (!member) return changed_row(name);
  if (member->ended_at) {
    return fail(ErrorCode::Conflict,
                name + " ended on " + format_rfc3339(*member->ended_at) + " already");
  }
  row->ended_at = parts_->clock.now();
  parts_->put(transaction, *std::move(row), "revoked", by);
  return {};
}

std::vector<StaffLine> StaffAccess::list() {
  store::Transaction transaction = parts_->pool.begin();
  std::vector<StaffLine> lines;
  for (const rows::StaffRow& row : rows::list(transaction)) {
    lines.push_back(
        {row.name, row.role, row.added_at, row.ended_at, authentic(row, parts_->keys).has_value()});
  }
  return lines;
}

Result<void> StaffAccess::forget(const std::string& name, ErasureWhy why) {
  RIGHTFUL_TRY(check_staff_name(name));
  store::Transaction transaction = parts_->pool.begin();
  const auto row = rows::lock(transaction, name);
  if (!row)
    return fail(ErrorCode::NotFound, "there is no member of staff named " + name + kWhoIsThere);
  const auto member = authentic(*row, parts_->keys);
  if (!member) return changed_row(name);
  if (!member->ended_at) {
    return fail(ErrorCode::Conflict,
                name + " is a member of staff still; end them first (`rightful admin staff end`)");
  }
  const bool was_there =
      rows::forget(transaction,
                   name,
                   ledger::Event(ledger::System{},
                                 ledger::events::ActorForgotten{.whom = member->ref, .why = why}));
  if (!was_there)
    return fail(ErrorCode::NotFound, "there is no member of staff named " + name + kWhoIsThere);
  transaction.commit();
  return {};
}

void StaffAccess::tidy() {
  const RefusalCounter::Counts counts = parts_->refusals.take(kLeavesPerCommit);
  if (counts.empty()) return;
  try {
    store::Transaction transaction = parts_->pool.begin();
    RefusalCounter::record(counts, transaction, parts_->face);
    transaction.commit();
  } catch (const Failure&) {
    parts_->refusals.put_back(counts);
    throw;
  }
}

}  // namespace rightful::lifecycle
