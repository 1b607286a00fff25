#include <fmt/format.h>

#include "rightful/crypto/server_keys.hpp"
#include "rightful/lifecycle/retry_request.hpp"
#include "rightful/lifecycle/sign_in.hpp"

#include "app/admin_command.hpp"
#include "app/command.hpp"
#include "app/program_settings.hpp"
#include "app/secret_input.hpp"
#include "app/state_store.hpp"

namespace rightful::app {

namespace {

CommandSpec keys_spec() {
  return {.name = "admin keys init",
          .summary = "Make the service's own keys, once per installation.",
          .purpose =
              "Makes the key directory with fresh random keys: the service's signing key, and "
              "those that protect verifiers, "
              "wraps and the ledger. They never enter the database. Whoever has database and keys "
              "can test passwords, and "
              "whoever loses the keys loses every account's way in: back them up apart from the "
              "database. Existing keys are "
              "never overwritten.",
          .arguments = {},
          .options = {},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful admin keys init", "Below the data directory."},
                       {"rightful admin keys init --keys-dir /etc/rightful/keys",
                        "Elsewhere; give --keys-dir to the other commands too."}},
          .exit_codes = ""};
}

CommandSpec account_spec() {
  return {
      .name = "admin account add",
      .summary = "Let a person in: prints a one-time invitation.",
      .purpose =
          "Makes Rightful know an account and prints an invitation, once, to standard output. Hand "
          "it to the person over a "
          "channel that is theirs alone; with it, `rightful enrol` sets up their keys within 14 "
          "days. Whoever enrols first "
          "with it is the account's owner.\n\nThe account ID is the one by which your sources know "
          "the person, exactly, "
          "never an e-mail address. As an argument it can be read by other users of this machine "
          "while the command runs: "
          "write - to read it from standard input.",
      .arguments = {{"ACCOUNT", "The account ID, 1 to 128 bytes; - reads it from standard input."}},
      .options = {{"--language",
                   kLanguageValue,
                   "Language of the account, one that the catalog offers. Default: en."},
                  {"--again",
                   "",
                   "A further invitation for an account that is known and has not enrolled."}},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin account add C-10204417 > invitation.txt", "One person."}},
      .exit_codes = "4 The database does not answer."};
}

CommandSpec retry_spec() {
  return {.name = "admin request retry",
          .summary = "Put a failed request back to work, once its cause is mended.",
          .purpose =
              "Requests that failed wait for a person: the log line `export_needs_a_person` names "
              "the cause. Mend it, then "
              "give the request's id here. It runs again with the newest catalog; its legal date "
              "has not moved. A "
              "quarantined request is not put back by this: an incident must be settled first.",
          .arguments = {{"REQUEST", "The request's id, a UUID."}},
          .options = {},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful admin request retry 0b6c1f0e-6f0e-4c53-9f4e-2f6f3b1f9a11",
                        "One request."}},
          .exit_codes = "4 The database does not answer."};
}

Result<void> init_keys(const Invocation& invocation, const Settings& settings) {
  SystemRandom random;
  RIGHTFUL_TRY(const auto data, data_directory(settings, invocation.environment));
  const auto directory = key_directory(settings, data);
  std::error_code error;
  std::filesystem::create_directories(directory.parent_path(), error);
  if (error)
    return fail(ErrorCode::Denied,
                "cannot make " + directory.parent_path().string() + ": " + error.message());
  RIGHTFUL_TRY(crypto::ServerKeys::create(directory, random));
  RIGHTFUL_TRY(const auto keys, crypto::ServerKeys::open(directory));
  invocation.console.out << fmt::format("{}\n",
                                        crypto::fingerprint(keys.service_key().public_key()));
  invocation.console.err << fmt::format(
      "The keys are in {}. Above is the fingerprint of the signing key: publish it, people compare "
      "it.\n",
      directory.string());
  return {};
}

Result<AccountId> named_account(const std::string& argument) {
  if (argument != "-") return AccountId::parse(argument);
  RIGHTFUL_TRY(const auto line, secret_from_file("-"));
  return AccountId::parse(as_text(line.expose()));
}

Result<void> add_account(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto account, named_account(invocation.line.required_argument(0)));
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(auto options, state_store_options(settings, invocation.environment));
  options.role = "admin";
  RIGHTFUL_TRY(const auto state, StateStore::open(options, clock, random));
  lifecycle::SignIn sign_in(state->pool(), state->keys(), clock, random);
  const std::string language = invocation.line.value("--language").value_or("en");
  const auto invitation = invocation.line.has("--again")
                              ? sign_in.invite_again(account)
                              : sign_in.create_account(account, language);
  if (!invitation) {
    const bool exists = invitation.error().kind == lifecycle::RefusalKind::AccountExists;
    return fail(ErrorCode::Conflict,
                exists ? "this account is known already; --again makes a further invitation"
                       : invitation.error().detail);
  }
  invocation.console.out << invitation->token.expose() << '\n';
  invocation.console.err << fmt::format(
      "The invitation above is shown once and is good until {}.\n",
      format_rfc3339(invitation->expires_at));
  return {};
}

Result<void> retry_request(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto request, RequestId::parse(invocation.line.required_argument(0)));
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(auto options, state_store_options(settings, invocation.environment));
  options.role = "admin";
  RIGHTFUL_TRY(const auto state, StateStore::open(options, clock, random));
  const auto done = lifecycle::retry_failed(state->pool(), request, clock, random);
  if (!done) {
    const bool is_absent = done.error().kind == lifecycle::RefusalKind::NotFound;
    return fail(is_absent ? ErrorCode::NotFound : ErrorCode::Conflict, done.error().detail);
  }
  invocation.console.err << "The request waits for a worker again.\n";
  return {};
}

Result<void> check_account(const ParsedCommand& line) {
  const std::string text = line.required_argument(0);
  if (text == "-") return {};
  const auto account = AccountId::parse(text);
  if (!account) return fail(ErrorCode::InvalidArgument, "ACCOUNT: " + account.error().detail);
  return {};
}

Result<void> check_request(const ParsedCommand& line) {
  if (RequestId::parse(line.required_argument(0))) return {};
  return fail(ErrorCode::InvalidArgument,
              "REQUEST is an id such as 0b6c1f0e-6f0e-4c53-9f4e-2f6f3b1f9a11; the log line "
              "`export_needs_a_person` has it");
}

}  // namespace

Command admin_keys_init_command() {
  return {.spec = keys_spec(), .run = &run_admin<&check_nothing, &init_keys>};
}

Command admin_request_retry_command() {
  return {.spec = retry_spec(), .run = &run_admin<&check_request, &retry_request>};
}

Command admin_account_add_command() {
  return {.spec = account_spec(), .run = &run_admin<&check_account, &add_account>};
}

}  // namespace rightful::app
