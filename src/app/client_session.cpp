#include "app/client_session.hpp"

#include <fmt/format.h>

#include "rightful/crypto/server_keys.hpp"

#include "app/progress_display.hpp"
#include "app/secret_input.hpp"
#include "app/terminal.hpp"

namespace rightful::app {

namespace {

constexpr std::string_view kDefaultServer = "http://127.0.0.1:8480";

std::string_view stage_words(std::string_view stage) {
  if (stage.empty()) return "waiting for a worker";
  if (stage == "starting") return "checking who asked";
  if (stage == "collecting") return "collecting";
  if (stage == "packaging") return "closing the package";
  if (stage == "verifying") return "reading it back and checking it";
  if (stage == "releasing") return "releasing";
  return stage;
}

/// Letters and digits only, in lower case.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    out += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

/// 16 bytes in hexadecimal, however they are grouped.
bool is_fingerprint(std::string_view typed) {
  constexpr std::size_t kDigits = 32;
  const std::string digits = plain(typed);
  return digits.size() == kDigits &&
         digits.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

Result<void> check_client_line(const ParsedCommand& line) {
  if (const auto server = line.value("--server")) RIGHTFUL_TRY(Client::check_server(*server));
  if (const auto account = line.value("--account")) {
    const auto parsed = AccountId::parse(*account);
    if (!parsed) return fail(ErrorCode::InvalidArgument, "--account: " + parsed.error().detail);
  }
  const auto key = line.value("--service-key");
  if (key && !is_fingerprint(*key)) {
    return fail(ErrorCode::InvalidArgument,
                "--service-key is malformed: a fingerprint has 32 digits 0-9 and a-f, such as "
                "\"0f3a 77c2 … 9b1e\"; spaces and hyphens do not count");
  }
  return {};
}

Result<void> check_request_line(const ParsedCommand& line) {
  RIGHTFUL_TRY(check_client_line(line));
  const auto id = line.argument(0);
  if (!id || RequestId::parse(*id)) return {};
  return fail(ErrorCode::InvalidArgument,
              "REQUEST is an id such as 9f0c1c3e-6f0e-4c53-9f4e-2f6f3b1f9a11; `rightful status` "
              "lists yours");
}

ExitCode run_for_customer(const Invocation& invocation,
                          Result<void> (*check)(const ParsedCommand&),
                          Result<ExitCode> (*action)(const Invocation&)) {
  const auto checked = check(invocation.line);
  if (!checked) return report_usage(invocation.console, checked.error());
  const auto done = action(invocation);
  return done ? *done : report(invocation.console, done.error());
}

bool is_fingerprint_of(std::string_view typed, const crypto::SignPublicKey& key) {
  return plain(typed) == plain(crypto::fingerprint(key));
}

std::vector<OptionSpec> client_options() {
  return {{"--server",
           "URL",
           "The service, https://… Default: http://127.0.0.1:8480 (what `rightful demo` serves)."},
          {"--account",
           "ID",
           "Your account ID, exactly as the company writes it. Asked for when absent."},
          {"--credential-file",
           "FILE",
           "File whose first line is the credential (`-` = standard input). Without it you are "
           "asked, and nothing is "
           "shown while you type. A credential is never accepted on the command line: every user "
           "of the machine could "
           "read it there."},
          {"--service-key",
           "FINGERPRINT",
           "Refuse unless the service's signing key has this fingerprint. The first key that a "
           "server shows is "
           "remembered in ~/.config/rightful/services.json; a changed one is refused."}};
}

Result<AccountId> account_of(const Invocation& invocation) {
  std::optional<std::string> text = invocation.line.value("--account");
  if (!text) {
    RIGHTFUL_TRY(text, read_line("Account ID: "));
  }
  auto account = AccountId::parse(*text);
  if (!account) return fail(ErrorCode::InvalidArgument, "--account: " + account.error().detail);
  return account;
}

Result<Client> meet_server(const Invocation& invocation, ClientWorld& world) {
  world.http = make_http_client();
  const std::string server =
      invocation.line.value("--server").value_or(std::string(kDefaultServer));
  RIGHTFUL_TRY(auto client, Client::create(*world.http, world.clock, world.random, server));
  RIGHTFUL_TRY(const ServiceFacts service, client.service());
  const std::string shown = crypto::fingerprint(service.service_key);
  if (const auto wanted = invocation.line.value("--service-key");
      wanted && !is_fingerprint_of(*wanted, service.service_key)) {
    return fail(
        ErrorCode::NotAuthentic,
        fmt::format("{} shows the signing key {}, not the one of --service-key; nothing was sent",
                    client.server(),
                    shown));
  }
  RIGHTFUL_TRY(auto known, KnownServices::open(KnownServices::default_path()));
  if (!known.find(client.server())) {
    invocation.console.err << fmt::format(
        "First contact with {}: its signing key is {}.\n", client.server(), shown);
  }
  RIGHTFUL_TRY(known.meet(client.server(), service.service_key));
  return client;
}

Result<SignedInClient> sign_in(const Invocation& invocation, ClientWorld& world) {
  RIGHTFUL_TRY(const auto account, account_of(invocation));
  RIGHTFUL_TRY(auto client, meet_server(invocation, world));
  RIGHTFUL_TRY(const auto known, KnownServices::open(KnownServices::default_path()));
  RIGHTFUL_TRY(const auto credential,
               secret_from(invocation.line.value("--credential-file"), "Credential: "));
  RIGHTFUL_TRY(client.sign_in(account, credential));
  const auto service_key = known.find(client.server());
  if (!service_key) {
    return fail(ErrorCode::Conflict,
                fmt::format("the signing key of {} was taken out of {} meanwhile; run the same "
                            "command again",
                            client.server(),
                            KnownServices::default_path().string()));
  }
  return SignedInClient{
      .client = std::move(client), .account = account, .service_key = *service_key};
}

Result<RequestView> chosen_request(Client& client, const std::optional<std::string>& id) {
  if (id) {
    RIGHTFUL_TRY(const auto parsed, RequestId::parse(*id));
    return client.show(parsed);
  }
  RIGHTFUL_TRY(const auto all, client.list());
  if (all.empty())
    return fail(ErrorCode::NotFound, "there is no request yet; `rightful request` makes one");
  return all.front();
}

std::string words_about(const RequestView& request) {
  if (!request.progress) return request.state;
  const ExportProgress& progress = *request.progress;
  std::string words(stage_words(progress.stage));
  if (progress.rows > 0) {
    words += fmt::format(", {} rows, {} recordings and other files",
                         human_count(static_cast<std::uint64_t>(progress.rows)),
                         human_count(static_cast<std::uint64_t>(progress.objects)));
  }
  if (progress.attempt > 1) words += fmt::format(" (attempt {})", progress.attempt);
  return words;
}

double share_of(const RequestView& request) {
  constexpr double kCollecting = 0.8;
  constexpr double kVerifying = 0.9;
  if (has_ended(request)) return 1;
  if (!request.progress) return 0;
  const ExportProgress& progress = *request.progress;
  if (progress.stage == "verifying" || progress.stage == "releasing") return kVerifying;
  if (progress.datasets_total == 0) return 0;
  return kCollecting * static_cast<double>(progress.datasets_done) /
         static_cast<double>(progress.datasets_total);
}

}  // namespace rightful::app
