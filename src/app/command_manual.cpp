#include <charconv>

#include <fmt/format.h>

#include "rightful/core/files.hpp"
#include "rightful/export/manual_uploads.hpp"

#include "app/admin_command.hpp"
#include "app/client.hpp"
#include "app/command.hpp"
#include "app/program_settings.hpp"
#include "app/secret_input.hpp"
#include "app/state_store.hpp"

namespace rightful::app {

namespace {

// The catalog's `max_mib` is checked by the upload itself, whatever it is.
constexpr std::size_t kMaxFileBytes = std::size_t{1024} << 20U;
constexpr int kLinkDays = 7;
constexpr int kMaxLinkDays = 90;

std::vector<ArgumentSpec> task_arguments() {
  return {{"REQUEST", "The request's id, a UUID; `admin manual list` shows it."},
          {"DATASET", "The dataset's name in the catalog."}};
}

CommandSpec list_spec() {
  return {
      .name = "admin manual list",
      .summary = "What colleagues must supply by hand, and by when.",
      .purpose =
          "Lists each dataset of kind `manual` that an open request waits for: request, dataset, "
          "what to do, and the legal date. An export that waits goes on by itself when its "
          "uploads are there; one that is still incomplete two days before its date fails "
          "visibly and is marked LATE.",
      .arguments = {},
      .options = {},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin manual list", "Everything that is waited for."}},
      .exit_codes = "4 The database does not answer."};
}

CommandSpec upload_spec() {
  return {
      .name = "admin manual upload",
      .summary = "Supply a dataset by hand, into one request.",
      .purpose =
          "Takes one file for one dataset of one request. Type the account ID as your own system "
          "shows it beside the records, do not copy it from Rightful: it is compared with the "
          "request's, with the one inside the file and with the owner of every record, and one "
          "difference refuses the upload and is logged. What is taken is encrypted at once under a "
          "key of its own and destroyed when the package is released.",
      .arguments = {{"REQUEST", "The request's id, a UUID; `admin manual list` shows it."},
                    {"DATASET", "The dataset's name in the catalog."},
                    {"FILE",
                     "JSON in the form of docs/sources/manual.md; - reads standard input."}},
      .options = {{"--account",
                   "ID",
                   "The account ID, typed anew; - asks for it without showing it "
                   "to other users of this machine."},
                  {"--replace", "", "Put this file in the place of one that was supplied before."}},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin manual upload 0b6c1f0e-6f0e-4c53-9f4e-2f6f3b1f9a11 letters "
                    "letters.json --account C-10204417",
                    "One dataset."}},
      .exit_codes = "4 The database does not answer."};
}

CommandSpec link_spec() {
  return {
      .name = "admin manual link",
      .summary = "Make a link through which a colleague supplies a dataset.",
      .purpose =
          "Prints a link, once, that is good for one upload of one dataset into one request. Hand "
          "it to the colleague who has the records, and to nobody else: whoever holds it sees the "
          "title of the dataset, your instructions, the request's number and its date, never whose "
          "request it is. They type the account ID as their own system shows it, and every check "
          "of `admin manual upload` is made.\n\nThe link ends with the first upload that is "
          "taken, with the fifth account that is typed wrong, with its time, with the request, and "
          "when another is made for the same dataset.",
      .arguments = task_arguments(),
      .options = {{"--days",
                   "N",
                   "How long it is good, 1 to 90; never beyond the legal date. "
                   "Default: 7."},
                  {"--replace", "", "The upload may replace one that was supplied before."},
                  {"--server",
                   "URL",
                   "Where the colleague's browser reaches the service. Default: from `listen` and "
                   "`tls.certificate`."}},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful admin manual link 0b6c1f0e-6f0e-4c53-9f4e-2f6f3b1f9a11 letters "
                    "--server https://privacy.example.org",
                    "One link, for a week."}},
      .exit_codes = "4 The database does not answer."};
}

CommandSpec unlink_spec() {
  return {.name = "admin manual unlink",
          .summary = "Take such a link back.",
          .purpose =
              "Ends the link of one dataset of one request at once. What was supplied through it "
              "stays; `admin manual upload --replace` replaces it.",
          .arguments = task_arguments(),
          .options = {},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful admin manual unlink 0b6c1f0e-6f0e-4c53-9f4e-2f6f3b1f9a11 letters",
                        "It went to the wrong person."}},
          .exit_codes = "4 The database does not answer."};
}

Result<std::unique_ptr<StateStore>> open_state(const Invocation& invocation,
                                               const Settings& settings,
                                               Clock& clock,
                                               Random& random) {
  RIGHTFUL_TRY(auto options, state_store_options(settings, invocation.environment));
  options.role = "admin";
  return StateStore::open(options, clock, random);
}

Result<void> list_tasks(const Invocation& invocation, const Settings& settings) {
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(const auto state, open_state(invocation, settings, clock, random));
  exporting::ManualUploads uploads(state->pool(), state->keys(), clock, random);
  const auto tasks = uploads.list();
  for (const auto& task : tasks) {
    invocation.console.out << fmt::format("{}  {}  due {}  {}{}\n",
                                          task.request.to_string(),
                                          task.dataset,
                                          format_rfc3339(task.due_at).substr(0, 10),
                                          task.is_supplied ? "supplied" : "waiting",
                                          task.is_late ? "  LATE" : "");
    invocation.console.out << "    " << task.title << '\n';
    if (!task.instructions.empty()) invocation.console.out << "    " << task.instructions << '\n';
    if (!task.assignee.empty()) invocation.console.out << "    " << task.assignee << '\n';
    if (task.refused > 0) {
      invocation.console.out << fmt::format("    {} uploads were refused\n", task.refused);
    }
  }
  if (tasks.empty()) invocation.console.err << "Nothing is waited for.\n";
  return {};
}

Result<AccountId> typed_account(const std::string& argument) {
  if (argument != "-") return AccountId::parse(argument);
  RIGHTFUL_TRY(const auto line, secret_from_file("-"));
  return AccountId::parse(as_text(line.expose()));
}

Result<void> take_upload(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto request, RequestId::parse(invocation.line.required_argument(0)));
  RIGHTFUL_TRY(const auto account, typed_account(invocation.line.required_value("--account")));
  const std::string file = invocation.line.required_argument(2);
  RIGHTFUL_TRY(const auto content, read_file(file == "-" ? "/dev/stdin" : file, kMaxFileBytes));
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(const auto state, open_state(invocation, settings, clock, random));
  exporting::ManualUploads uploads(state->pool(), state->keys(), clock, random);
  RIGHTFUL_TRY(const auto records,
               uploads.upload(request,
                              invocation.line.required_argument(1),
                              account,
                              as_text(content),
                              invocation.line.has("--replace") ? exporting::Replace::Allow
                                                               : exporting::Replace::Refuse));
  invocation.console.err << fmt::format("Taken: {} records. The export goes on by itself.\n",
                                        records);
  return {};
}

/// @return nothing unless 1 … kMaxLinkDays.
std::optional<int> days_of(const ParsedCommand& line) {
  const auto text = line.value("--days");
  if (!text) return kLinkDays;
  int days = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), days);
  const bool is_whole = error == std::errc() && end == text->data() + text->size();
  if (!is_whole || days < 1 || days > kMaxLinkDays) return std::nullopt;
  return days;
}

std::string server_of(const ParsedCommand& line, const Settings& settings) {
  if (auto given = line.value("--server")) {
    while (given->ends_with('/'))
      given->pop_back();
    return *given;
  }
  return (settings.path("tls.certificate").empty() ? "http://" : "https://") +
         settings.text("listen");
}

Result<void> make_link(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto request, RequestId::parse(invocation.line.required_argument(0)));
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(const auto state, open_state(invocation, settings, clock, random));
  exporting::ManualUploads uploads(state->pool(), state->keys(), clock, random);
  RIGHTFUL_TRY(const auto made,
               uploads.make_link(request,
                                 invocation.line.required_argument(1),
                                 std::chrono::days(days_of(invocation.line).value_or(kLinkDays)),
                                 invocation.line.has("--replace") ? exporting::Replace::Allow
                                                                  : exporting::Replace::Refuse));
  invocation.console.out << server_of(invocation.line, settings) << "/upload#"
                         << made.token.expose() << '\n';
  invocation.console.err << fmt::format(
      "The link above is shown once and is good until {}, for one upload.\n",
      format_rfc3339(made.until));
  return {};
}

Result<void> revoke_link(const Invocation& invocation, const Settings& settings) {
  RIGHTFUL_TRY(const auto request, RequestId::parse(invocation.line.required_argument(0)));
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(const auto state, open_state(invocation, settings, clock, random));
  exporting::ManualUploads uploads(state->pool(), state->keys(), clock, random);
  RIGHTFUL_TRY(uploads.revoke_link(request, invocation.line.required_argument(1)));
  invocation.console.err << "The link works no more.\n";
  return {};
}

Result<void> check_request(const ParsedCommand& line) {
  if (RequestId::parse(line.required_argument(0))) return {};
  return fail(ErrorCode::InvalidArgument,
              "REQUEST is an id such as 0b6c1f0e-6f0e-4c53-9f4e-2f6f3b1f9a11; `rightful admin "
              "manual list` shows it");
}

Result<void> check_link_line(const ParsedCommand& line) {
  RIGHTFUL_TRY(check_request(line));
  if (!days_of(line)) return fail(ErrorCode::InvalidArgument, "--days is a number from 1 to 90");
  if (const auto server = line.value("--server")) return Client::check_server(*server);
  return {};
}

Result<void> check_upload_line(const ParsedCommand& line) {
  RIGHTFUL_TRY(check_request(line));
  const auto typed = line.value("--account");
  if (!typed) {
    return fail(ErrorCode::InvalidArgument,
                "--account is missing: type the account ID as your own system shows it");
  }
  if (*typed == "-" && line.required_argument(2) == "-") {
    return fail(ErrorCode::InvalidArgument,
                "FILE and --account cannot both come from standard input");
  }
  if (*typed == "-") return {};
  const auto account = AccountId::parse(*typed);
  if (!account) return fail(ErrorCode::InvalidArgument, "--account: " + account.error().detail);
  return {};
}

}  // namespace

Command admin_manual_list_command() {
  return {.spec = list_spec(), .run = &run_admin<&check_nothing, &list_tasks>};
}

Command admin_manual_upload_command() {
  return {.spec = upload_spec(), .run = &run_admin<&check_upload_line, &take_upload>};
}

Command admin_manual_link_command() {
  return {.spec = link_spec(), .run = &run_admin<&check_link_line, &make_link>};
}

Command admin_manual_unlink_command() {
  return {.spec = unlink_spec(), .run = &run_admin<&check_request, &revoke_link>};
}

}  // namespace rightful::app
