#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "rightful/store/enrolment_leaf.hpp"

#include "app/admin_command.hpp"
#include "app/admin_state.hpp"
#include "app/command.hpp"
#include "app/ledger_view.hpp"
#include "app/staff_tokens.hpp"

namespace rightful::app {

namespace {

namespace tables = store::ledger_tables;
using tables::SignerKeyState;

constexpr std::string_view kUsualOverlap = "30d";

CommandSpec spec() {
  return {
      .name = "admin ledger rotate-signer",
      .summary = "Replace the key that signs the ledger's checkpoints.",
      .purpose =
          "Makes a new key beside the present one. `keyring.rotated` names it in the ledger, "
          "under the old key. For 30 days every checkpoint carries both signatures; then the old "
          "key signs no more, by itself. Give auditors the new trust file (`rightful admin ledger "
          "trust`) within that time: one with two lines at first, one with the new key alone "
          "afterwards. When the time is over, --finish destroys the old key.\n\nThis is for a key "
          "that nobody else has. If somebody may have read it, open a successor instead: "
          "`rightful admin ledger open --recover --why key_compromised`.",
      .arguments = {},
      .options = {{"--overlap", "TIME", "How long both sign: 90s, 15m, 24h, 30d. Default: 30d."},
                  {"--finish", "", "Destroy the key whose time is over."},
                  officer_option()},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin ledger rotate-signer --officer-token officer.token", "Begin."},
                   {"rightful admin ledger rotate-signer --finish --officer-token officer.token",
                    "After 30 days."}},
      .exit_codes = "4 The database does not answer."};
}

Result<std::chrono::seconds> parse_overlap(std::string_view text) {
  std::uint32_t number = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error == std::errc() && stop + 1 == end && number > 0 && number <= 100'000) {
    if (*stop == 's') return std::chrono::seconds(number);
    if (*stop == 'm') return std::chrono::minutes(number);
    if (*stop == 'h') return std::chrono::hours(number);
    if (*stop == 'd') return std::chrono::days(number);
  }
  return fail(ErrorCode::InvalidArgument, "--overlap is a number with s, m, h or d, such as 30d");
}

Result<void> check(const ParsedCommand& line) {
  RIGHTFUL_TRY(check_officer(line));
  RIGHTFUL_TRY(parse_overlap(line.value("--overlap").value_or(std::string(kUsualOverlap))));
  return {};
}

/// Rows and leaf in one transaction. A run that broke off behind it is found by the row.
Result<void> announce(AdminState& state,
                      const LogView& view,
                      const SignerRoom::Key& next,
                      const ledger::StaffRef& officer) {
  const bool is_known = std::ranges::any_of(
      view.keys, [&](const tables::SignerKeyRow& row) { return row.key == next.key; });
  if (is_known) return {};
  store::Transaction transaction = state.store->pool().begin();
  for (const tables::SignerKeyRow& row : view.keys) {
    if (row.state != SignerKeyState::Active) continue;
    RIGHTFUL_TRY(
        tables::set_signer_key_state(transaction, row.key, SignerKeyState::Retiring, std::nullopt));
  }
  RIGHTFUL_TRY(tables::add_signer_key(transaction,
                                      view.log.log_id,
                                      {.key = next.key,
                                       .first_size = view.head.size(),
                                       .last_size = std::nullopt,
                                       .state = SignerKeyState::Next}));
  store::stage_enrolment_leaf(
      transaction,
      view.log.log_id,
      view.log.origin,
      state.store->keys(),
      ledger::Event(ledger::Staff{officer},
                    ledger::events::KeyringRotated{
                        .epoch = next.epoch, .key = next.key.public_key(), .ring = "signer"}),
      state.clock,
      state.random);
  transaction.commit();
  return {};
}

Result<void> begin(const Invocation& invocation,
                   AdminState& state,
                   const LogView& view,
                   const SignerRoom& room,
                   const ledger::StaffRef& officer) {
  RIGHTFUL_TRY(
      const auto overlap,
      parse_overlap(invocation.line.value("--overlap").value_or(std::string(kUsualOverlap))));
  RIGHTFUL_TRY(const auto memory, room.memory());
  RIGHTFUL_TRY(const auto present, room.keys(view.log.origin));
  const bool is_broken_off = present.size() == 2 && !present.front().until && !present.back().until;
  if (present.size() != 1 && !is_broken_off) {
    return fail(ErrorCode::Conflict,
                "a key is being replaced already; end that with --finish when its time is over");
  }
  SignerRoom::Key next = present.back();
  if (!is_broken_off) {
    RIGHTFUL_TRY(next, room.make_next_key(view.log.origin, state.random));
    RIGHTFUL_TRY(announce(state, view, next, officer));
    RIGHTFUL_TRY(const auto both, memory.with_keys({present.front().key, next.key}));
    room.keep(both);
  }
  const Instant until = state.clock.now() + overlap;
  RIGHTFUL_TRY(room.take_next_key(next, until));
  invocation.console.out << next.key.text() << '\n';
  invocation.console.err << fmt::format(
      "Both keys sign until {}. Give auditors the trust file of `rightful admin ledger trust` "
      "before.\n",
      format_rfc3339(until));
  return {};
}

Result<void> finish(const Invocation& invocation,
                    AdminState& state,
                    const LogView& view,
                    const SignerRoom& room) {
  const Instant now = state.clock.now();
  RIGHTFUL_TRY(const auto memory, room.memory());
  RIGHTFUL_TRY(const auto present, room.keys(view.log.origin));
  std::vector<ledger::NoteKey> staying;
  for (const SignerRoom::Key& key : present) {
    if (!key.until || *key.until > now) staying.push_back(key.key);
    if (key.until && *key.until > now) {
      return fail(ErrorCode::Conflict,
                  "the old key signs until " + format_rfc3339(*key.until) + "; come back then");
    }
  }
  if (staying.size() != 1 || (present.size() == 1 && memory.keys().size() == 1)) {
    return fail(ErrorCode::Conflict, "no key is being replaced");
  }
  // The key first: one that the memory does not name would freeze the log.
  RIGHTFUL_TRY(room.destroy_ended_keys(view.log.origin, now));
  RIGHTFUL_TRY(const auto one, memory.with_keys(staying));
  room.keep(one);
  invocation.console.err << "The old key is destroyed.\n";
  return {};
}

Result<void> rotate(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(const auto officer, officer_of(*state->staff, invocation.line));
  RIGHTFUL_TRY(const LogView view, view_live_log(state->store->pool()));
  if (view.log.state == tables::LogState::Frozen) {
    return fail(ErrorCode::Conflict,
                "the log is frozen; `rightful admin ledger status` says why and what to do");
  }
  RIGHTFUL_TRY(const auto room, SignerPlace(state->store->signer_directory()).enter(view.name));
  return invocation.line.has("--finish") ? finish(invocation, *state, view, room)
                                         : begin(invocation, *state, view, room, officer.ref);
}

}  // namespace

Command admin_ledger_rotate_command() {
  return {.spec = spec(), .run = &run_admin<&check, &rotate>};
}

}  // namespace rightful::app
