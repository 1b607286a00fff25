#include <chrono>

#include <fmt/format.h>

#include "rightful/ledger/trust_file.hpp"

#include "app/admin_command.hpp"
#include "app/command.hpp"
#include "app/ledger_view.hpp"
#include "app/program_settings.hpp"
#include "app/state_store.hpp"

namespace rightful::app {

namespace {

namespace tables = store::ledger_tables;

constexpr std::string_view kNoLog =
    "there is no ledger yet: `rightful migrate` opens it, and so does the first start of "
    "`rightful serve`";
constexpr std::uint64_t kCountedRows = 1'000'000;
/// From then on `serve` calls it an alarm too.
constexpr std::chrono::seconds kBehind{10};
/// Twice the time after which a log that is signed has a new checkpoint, whatever happens.
constexpr std::chrono::minutes kLateCheckpoint{10};

CommandSpec status_spec() {
  return {
      .name = "admin ledger status",
      .summary = "How the ledger is: sizes, age of the checkpoint, frozen or not and why.",
      .purpose =
          "Prints for every log its origin, how many entries are sequenced and how many are "
          "signed, how old the newest checkpoint is, its signing keys, and whether it is frozen "
          "and why; then how many leaves wait in the outbox and for how long. Changes nothing, "
          "and writes no entry.",
      .arguments = {},
      .options = {},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin ledger status", "Everything."}},
      .exit_codes = "4 The database does not answer."};
}

CommandSpec trust_spec() {
  return {.name = "admin ledger trust",
          .summary = "Print the trust file for auditors.",
          .purpose =
              "Prints the keys that sign the ledger, as text for `rightful audit verify --trust`. "
              "Give it to auditors by another way than the ledger itself, and read it out to them "
              "once: whoever can change what they trust can show them anything. While a key is "
              "replaced there are two lines for a log; a key that was retired is left out.",
          .arguments = {},
          .options = {{"--log",
                       "NAME",
                       "Only this log: the last part of its origin, such as 2026. Default: all."}},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful admin ledger trust > trust.txt", "For every log."}},
          .exit_codes = "4 The database does not answer."};
}

Result<std::unique_ptr<StateStore>> open_to_read(const Invocation& invocation,
                                                 const Settings& settings,
                                                 Clock& clock,
                                                 Random& random) {
  RIGHTFUL_TRY(auto options, state_store_options(settings, invocation.environment));
  options.ledger = LedgerUse::Read;
  return StateStore::open(options, clock, random);
}

std::string age_of(Instant then, Instant now) {
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - then);
  return fmt::format("{:.1f} s", static_cast<double>(age.count()) / 1000.0);
}

std::string words_about(const Result<std::optional<ledger::FreezeReason>>& reason,
                        const LogView& view) {
  if (view.is_given_up) return "for good: it was given up, and its successor goes on";
  if (!reason) return "unknown: " + reason.error().detail;
  const auto& frozen = *reason;
  if (!frozen && view.log.state == tables::LogState::Frozen)
    return "in the database only, then rightful admin ledger thaw";
  if (!frozen) return "no";
  return fmt::format("{}, then {}",
                     ledger::name_of(*frozen),
                     ledger::can_thaw(*frozen) ? "rightful admin ledger thaw"
                                               : "rightful admin ledger open --recover");
}

void print_log(std::ostream& out, const LogView& view, const SignerPlace& place, Instant now) {
  out << fmt::format("{}\n  origin   {}\n  state    {}\n  entries  {}\n",
                     view.name,
                     view.log.origin.text(),
                     tables::name_of(view.log.state),
                     view.head.size());
  if (view.newest) {
    out << fmt::format(
        "  signed   {}, {} ago\n", view.newest->size, age_of(view.newest->signed_at, now));
  } else {
    out << "  signed   nothing yet\n";
  }
  for (const auto& key : view.keys) {
    out << fmt::format("  key      {} from {}{} {}\n",
                       tables::name_of(key.state),
                       key.first_size,
                       key.last_size ? fmt::format(" to {}", *key.last_size) : std::string(),
                       key.key.text());
  }
  const bool is_live =
      view.log.state == tables::LogState::Open || view.log.state == tables::LogState::Frozen;
  const bool is_late = view.newest && now - view.newest->signed_at > kLateCheckpoint;
  if (view.log.state == tables::LogState::Open && is_late)
    out << "  late     a checkpoint comes every five minutes: do sequencer and signer run?\n";
  if (is_live) {
    out << fmt::format("  frozen   {}\n", words_about(freeze_reason(place, view), view));
  }
}

/// The row of a checkpoint is committed before its file is put in place: a file that names more
/// than the database, looked at in this order, was written by a database that is no more.
void print_what_is_lost(std::ostream& out, StateStore& state, const LogView& view) {
  const auto published = published_size(state.ledger_directory(), view);
  if (view.is_given_up || !published || *published <= view.head.size()) return;
  const auto now = view_log_or_live(state.pool(), view.name);
  if (!now || *published <= now->head.size()) return;
  out << fmt::format(
      "  lost     the published checkpoint names {} entries: a backup was restored; "
      "docs/operations.md, \"After a restore\"\n",
      *published);
}

tables::OutboxFacts outbox_of(store::Pool& pool) {
  store::Transaction transaction = pool.begin();
  return tables::outbox_facts(transaction, kCountedRows);
}

void print_outbox(std::ostream& out, const tables::OutboxFacts& outbox) {
  out << fmt::format("outbox\n  rows     {}\n  oldest   {:.1f} s\n",
                     outbox.rows,
                     static_cast<double>(outbox.oldest_age.count()) / 1000.0);
  if (outbox.oldest_age < kBehind) return;
  out << "  behind   entries wait: does `rightful serve`, or `rightful work --role sequencer`, "
         "run?\n";
}

Result<void> status(const Invocation& invocation, const Settings& settings) {
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(const auto state, open_to_read(invocation, settings, clock, random));
  const SignerPlace place(state->signer_directory());
  const auto outbox = outbox_of(state->pool());  // first: what has left it is in the logs then
  const auto views = view_logs(state->pool());
  if (views.empty()) return fail(ErrorCode::NotFound, std::string(kNoLog));
  for (const LogView& view : views) {
    print_log(invocation.console.out, view, place, clock.now());
    print_what_is_lost(invocation.console.out, *state, view);
  }
  print_outbox(invocation.console.out, outbox);
  return {};
}

Result<void> trust(const Invocation& invocation, const Settings& settings) {
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(const auto state, open_to_read(invocation, settings, clock, random));
  const auto only = invocation.line.value("--log");
  std::vector<ledger::NoteKey> keys;
  for (const LogView& view : view_logs(state->pool())) {
    if (only && view.name != *only) continue;
    const auto of_log = keys_that_sign(view);
    keys.insert(keys.end(), of_log.begin(), of_log.end());
  }
  if (keys.empty()) {
    return fail(ErrorCode::NotFound,
                only ? "there is no log named " + *only +
                           " with a signing key; `rightful admin ledger status` lists the logs"
                     : std::string(kNoLog));
  }
  invocation.console.out << ledger::format_trust_file(keys);
  return {};
}

}  // namespace

Command admin_ledger_status_command() {
  return {.spec = status_spec(), .run = &run_admin<&check_nothing, &status>};
}

Command admin_ledger_trust_command() {
  return {.spec = trust_spec(), .run = &run_admin<&check_nothing, &trust>};
}

}  // namespace rightful::app
