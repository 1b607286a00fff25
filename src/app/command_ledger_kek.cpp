#include <fmt/format.h>

#include "rightful/lifecycle/kek_rotation.hpp"

#include "app/admin_command.hpp"
#include "app/admin_state.hpp"
#include "app/command.hpp"
#include "app/staff_tokens.hpp"

namespace rightful::app {

namespace {

CommandSpec spec() {
  return {
      .name = "admin ledger rotate-kek",
      .summary = "Replace the key that wraps the keys of pseudonyms.",
      .purpose =
          "Makes a new key-encryption key in the key directory, wraps every key of a pseudonym and "
          "of an upload by hand anew under it while the service runs, logs `keyring.rotated`, and "
          "destroys the old key's file. From then on no backup that is older brings an erased key "
          "back. Do it at least every 30 days.\n\nA run that breaks off leaves every key readable; "
          "run it again and it goes on. Running processes read the new key by themselves, and keep "
          "the old one in memory until they are restarted. Where workers on other machines have "
          "key directories of their own: run it with --prepare, carry the new file "
          "subject-wrap.<n>.key there, then run it without, and remove the old file there. Back "
          "the "
          "new file up, apart from the database, before you rely on it; backups of the old file "
          "must be destroyed too.",
      .arguments = {},
      .options = {{"--prepare", "", "Make the new key's file, and change nothing else."},
                  officer_option()},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin ledger rotate-kek --officer-token officer.token",
                    "Once a month."}},
      .exit_codes = "4 The database does not answer, or processes keep using the old key."};
}

Result<void> check(const ParsedCommand& line) {
  if (line.has("--prepare")) return {};
  return check_officer(line);
}

Result<void> rotate(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto state, AdminState::open(invocation, settings));
  if (invocation.line.has("--prepare")) {
    RIGHTFUL_TRY(const auto epoch, lifecycle::prepare_kek(state->tools()));
    invocation.console.err << fmt::format(
        "The key directory holds subject-wrap.{}.key; nothing uses it yet.\n", epoch);
    return {};
  }
  RIGHTFUL_TRY(const auto officer, officer_of(*state->staff, invocation.line));
  RIGHTFUL_TRY(const auto done, lifecycle::rotate_kek(state->tools(), officer.ref));
  invocation.console.err << fmt::format(
      "{}Key-encryption key {} is in use: {} keys of pseudonyms and {} of uploads were wrapped "
      "anew, and the old one is destroyed.\n",
      done.went_on ? "A rotation that had broken off is finished. " : "",
      done.epoch,
      done.subject_keys,
      done.uploads);
  return {};
}

}  // namespace

Command admin_ledger_rotate_kek_command() {
  return {.spec = spec(), .run = &run_admin<&check, &rotate>};
}

}  // namespace rightful::app
