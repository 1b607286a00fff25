#include <fmt/format.h>

#include "rightful/core/files.hpp"
#include "rightful/ledger/trust_file.hpp"
#include "rightful/lifecycle/erasure.hpp"

#include "app/admin_command.hpp"
#include "app/admin_state.hpp"
#include "app/command.hpp"
#include "app/secret_input.hpp"
#include "app/staff_tokens.hpp"

namespace rightful::app {

namespace {

constexpr std::string_view kExitCodes = "4 The database does not answer.";
constexpr std::string_view kReplayExitCodes =
    "3 A published log does not hold. 4 The database does not answer.";

OptionSpec why_option() {
  return {"--why",
          "account_closed|erasure_request|retention|error",
          "What it is done for; the leaf says it."};
}

CommandSpec subject_spec() {
  return {.name = "admin ledger erase-subject",
          .summary = "Make the ledger forget a person.",
          .purpose =
              "Destroys the key of a person's pseudonyms, in every log, and logs "
              "`subject_key.destroyed` in the same transaction. Their entries stay as they are, "
              "and every checkpoint still holds; nobody can tell any more whose entries those are. "
              "Requests, packages and incidents of the person get fresh references, so that no row "
              "of the database leads to an entry.\n\nRefused while something about the person is "
              "unfinished: an open request, a stored package, an open incident. What happens later "
              "is logged under a new pseudonym. Backups hold the key until the key-encryption key "
              "was rotated (`rightful admin ledger rotate-kek`). This cannot be taken back.",
          .arguments = {{"ACCOUNT",
                         "The account ID, 1 to 128 bytes; - reads it from standard input, where "
                         "other users of this machine do not see it."}},
          .options = {why_option()},
          .settings = TakesSettings::Yes,
          .examples = {{"echo C-10204417 | rightful admin ledger erase-subject - --why "
                        "erasure_request",
                        "One person."}},
          .exit_codes = kExitCodes};
}

CommandSpec staff_spec() {
  return {.name = "admin ledger forget-staff",
          .summary = "Make the ledger forget who a member of staff was.",
          .purpose =
              "Destroys the link between the name of a member of staff and their pseudonym, and "
              "logs `actor.forgotten`. They must have ended (`rightful admin staff end`). This "
              "cannot be taken back.",
          .arguments = {{"NAME", "As it was added."}},
          .options = {why_option()},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful admin ledger forget-staff a.miller --why account_closed",
                        "One member."}},
          .exit_codes = kExitCodes};
}

CommandSpec replay_spec() {
  return {
      .name = "admin ledger replay-erasures",
      .summary = "After a restore: destroy again what was erased since the backup.",
      .purpose =
          "A restored backup brings back keys that were destroyed after it was made. This reads "
          "the published logs below --ledger-dir, checks each against its signed checkpoint, and "
          "destroys every key that one of them names as destroyed, and every link to a member of "
          "staff who was forgotten. `backup.restored` says who did it, and how many.\n\n`rightful "
          "serve` refuses to start until this was done. Open the successor of the log first "
          "(`rightful admin ledger open --recover`): a log is never continued past lost entries. "
          "May be repeated.",
      .arguments = {},
      .options = {officer_option(),
                  {"--trust",
                   "FILE",
                   "Trust file of a log that the restored database does not know."},
                  {"--drop-unopenable",
                   "",
                   "Take away pseudonym keys whose key-encryption key was destroyed since the "
                   "backup: nobody can open them any more, and those persons get new pseudonyms."}},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin ledger replay-erasures --officer-token officer.token",
                    "Before the service starts."}},
      .exit_codes = kReplayExitCodes};
}

Result<lifecycle::ErasureWhy> why_of(const ParsedCommand& line) {
  const auto text = line.value("--why");
  if (!text) {
    return fail(ErrorCode::InvalidArgument,
                "say with --why what it is done for: account_closed, erasure_request, retention or "
                "error");
  }
  return lifecycle::ErasureWhy::parse(*text);
}

Result<void> check_subject(const ParsedCommand& line) {
  const std::string text = line.required_argument(0);
  if (text != "-") {
    const auto account = AccountId::parse(text);
    if (!account) return fail(ErrorCode::InvalidArgument, "ACCOUNT: " + account.error().detail);
  }
  RIGHTFUL_TRY(const auto why, why_of(line));
  static_cast<void>(why);
  return {};
}

Result<void> check_staff(const ParsedCommand& line) {
  RIGHTFUL_TRY(lifecycle::check_staff_name(line.required_argument(0)));
  RIGHTFUL_TRY(const auto why, why_of(line));
  static_cast<void>(why);
  return {};
}

Result<AccountId> account_in(const std::string& argument) {
  if (argument != "-") return AccountId::parse(argument);
  RIGHTFUL_TRY(const auto line, secret_from_file("-"));
  return AccountId::parse(as_text(line.expose()));
}

Result<void> erase(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto account, account_in(invocation.line.required_argument(0)));
  RIGHTFUL_TRY(const auto why, why_of(invocation.line));
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(lifecycle::erase_subject(state->tools(), account, why));
  invocation.console.err
      << "The key is destroyed: nobody can tell any more whose entries those are. Backups hold it "
         "until the next `rightful admin ledger rotate-kek`.\n";
  return {};
}

Result<void> forget(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto why, why_of(invocation.line));
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(state->staff->forget(invocation.line.required_argument(0), why));
  invocation.console.err << "The link between name and pseudonym is destroyed.\n";
  return {};
}

Result<std::vector<ledger::NoteKey>> trusted_keys(const ParsedCommand& line) {
  const auto file = line.value("--trust");
  if (!file) return std::vector<ledger::NoteKey>();
  const auto content = read_file(*file, ledger::kMaxTrustFileSizeBytes);
  if (!content)
    return fail(content.error().code, "--trust " + *file + ": " + content.error().detail);
  RIGHTFUL_TRY(const auto trust, ledger::TrustFile::parse(*content));
  return trust.log_keys();
}

Result<void> replay(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(auto trusted, trusted_keys(invocation.line));
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  RIGHTFUL_TRY(const auto officer, officer_of(*state->staff, invocation.line));
  RIGHTFUL_TRY(
      const auto report,
      lifecycle::replay_erasures(state->tools(),
                                 {.directory = state->store->ledger_directory(),
                                  .trusted = std::move(trusted),
                                  .drops_unopenable = invocation.line.has("--drop-unopenable")},
                                 officer.ref));
  invocation.console.out << fmt::format(
      "logs searched            {}\nkeys destroyed again     {}\nstaff forgotten again    {}\n"
      "keys nobody could open   {}\nkeys of no account here  {}\n",
      report.logs,
      report.subjects,
      report.staff,
      report.unopenable,
      report.unknown);
  return {};
}

}  // namespace

Command admin_ledger_erase_subject_command() {
  return {.spec = subject_spec(), .run = &run_admin<&check_subject, &erase>};
}

Command admin_ledger_forget_staff_command() {
  return {.spec = staff_spec(), .run = &run_admin<&check_staff, &forget>};
}

Command admin_ledger_replay_erasures_command() {
  return {.spec = replay_spec(), .run = &run_admin<&check_officer, &replay>};
}

}  // namespace rightful::app
