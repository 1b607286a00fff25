/// @file
/// What the customer's commands have in common: options, meeting the server, signing in. Declares
/// no command.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/http_client.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"

#include "app/client.hpp"
#include "app/command.hpp"
#include "app/known_services.hpp"

namespace rightful::app {

/// `--server`, `--account`, `--credential-file`, `--service-key`.
[[nodiscard]] std::vector<OptionSpec> client_options();
/// The lines of `exit_codes` for commands that sign in.
inline constexpr std::string_view kClientExitCodes =
    "3 The credential is wrong, or the server is not the one that was met before.\n"
    "4 The server does not answer; try again later.";

/// Whether a fingerprint that a person typed names `key`; spaces, hyphens and letter case do not
/// count.
[[nodiscard]] bool is_fingerprint_of(std::string_view typed, const crypto::SignPublicKey& key);

/// What can be wrong with the words alone: the forms of `--server`, `--account`, `--service-key`.
/// @return InvalidArgument
[[nodiscard]] Result<void> check_client_line(const ParsedCommand& line);
/// The same for a command whose one argument is a request.
[[nodiscard]] Result<void> check_request_line(const ParsedCommand& line);

/// Runs a customer's command. Nothing is done, and the exit code is 2, when `check` refuses.
[[nodiscard]] ExitCode run_for_customer(const Invocation& invocation,
                                        Result<void> (*check)(const ParsedCommand&),
                                        Result<ExitCode> (*action)(const Invocation&));

/// Owns what a Client needs from outside.
struct ClientWorld {
  std::unique_ptr<HttpClient> http;
  SystemClock clock;
  SystemRandom random;
};

/// The account of `--account`, else asked on the terminal.
[[nodiscard]] Result<AccountId> account_of(const Invocation& invocation);

/// A client whose server showed the key it is known by; a first meeting is written down and told on
/// the console.
[[nodiscard]] Result<Client> meet_server(const Invocation& invocation, ClientWorld& world);

struct SignedInClient {
  Client client;
  AccountId account;
  crypto::SignPublicKey service_key;
};

/// As meet_server, and signed in with the credential of `--credential-file` or the terminal.
[[nodiscard]] Result<SignedInClient> sign_in(const Invocation& invocation, ClientWorld& world);

/// The request that is named, else the newest of the account. @return NotFound
[[nodiscard]] Result<RequestView> chosen_request(Client& client,
                                                 const std::optional<std::string>& id);

/// One line about a running export: stage, rows, recordings.
[[nodiscard]] std::string words_about(const RequestView& request);
/// How far it is, 0 to 1; a guess from datasets and stage.
[[nodiscard]] double share_of(const RequestView& request);

}  // namespace rightful::app
