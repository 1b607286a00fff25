#include <fmt/format.h>

#include "app/client_session.hpp"
#include "app/command.hpp"
#include "app/secret_input.hpp"

namespace rightful::app {

namespace {

// NIST SP 800-63B section 5.1.1.2: eight characters is the least for a secret that a person
// chooses.
constexpr std::size_t kLeastCredentialBytes = 8;

CommandSpec spec() {
  std::vector<OptionSpec> options = client_options();
  options.push_back({"--invitation-file",
                     "FILE",
                     "File whose first line is the invitation (`-` = standard input). Without it "
                     "you are asked."});
  options.push_back({"--language",
                     kLanguageValue,
                     "Language of your packages, such as en. Default: the one that the company has "
                     "put down for you."});
  options.push_back(
      {"--recovery-code-file",
       "FILE",
       "Write the recovery code into this new file (mode 0600) instead of printing it."});
  return {.name = "enrol",
          .summary = "Set up your account with the invitation that you were given.",
          .purpose =
              "Makes your keys on this machine and tells the service only their public halves. "
              "From then on only you can "
              "open what the service packs for you.\n\nYou choose a credential (a password). It "
              "never leaves this machine. "
              "You are also shown a recovery code, once: keep it on paper. It opens your packages "
              "without the service, and "
              "when the credential is forgotten.",
          .arguments = {},
          .options = std::move(options),
          .settings = TakesSettings::No,
          .examples = {{"rightful enrol --server https://rightful.example.org --account C-10204417",
                        "Asks for the invitation and a new credential."}},
          .exit_codes =
              "3 The server is not the one that was met before.\n4 The server does not answer; try "
              "again later."};
}

Result<ExitCode> hand_over(const Invocation& invocation, const crypto::RecoveryCode& code) {
  const auto file = invocation.line.value("--recovery-code-file");
  if (!file) {
    invocation.console.out << code.expose() << '\n';
    invocation.console.err
        << "This is your recovery code. It is shown once: write it down and keep it safe.\n";
    return ExitCode::Ok;
  }
  RIGHTFUL_TRY(write_new_secret_file(*file, code.expose()));
  invocation.console.err << "Your recovery code is in " << *file << "; keep it safe.\n";
  return ExitCode::Ok;
}

Result<ExitCode> enrol(const Invocation& invocation) {
  ClientWorld world;
  RIGHTFUL_TRY(const auto account, account_of(invocation));
  RIGHTFUL_TRY(auto client, meet_server(invocation, world));
  RIGHTFUL_TRY(const auto invitation,
               secret_from(invocation.line.value("--invitation-file"), "Invitation: "));
  RIGHTFUL_TRY(const auto credential,
               new_secret_from(invocation.line.value("--credential-file"), "New credential: "));
  if (credential.size() < kLeastCredentialBytes) {
    return fail(ErrorCode::InvalidArgument,
                "a credential has at least 8 characters: it is all that keeps others from your "
                "packages. Nothing was sent");
  }
  RIGHTFUL_TRY(const auto code,
               client.enrol(account, invitation, credential, invocation.line.value("--language")));
  invocation.console.err << "You are enrolled. `rightful request` asks for your data.\n";
  return hand_over(invocation, code);
}

ExitCode run(const Invocation& invocation) {
  return run_for_customer(invocation, &check_client_line, &enrol);
}

}  // namespace

Command enrol_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
