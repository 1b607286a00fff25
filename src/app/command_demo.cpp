#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rightful/core/files.hpp"
#include "rightful/crypto/server_keys.hpp"

#include "app/command.hpp"
#include "app/demo_story.hpp"
#include "app/ledger_view.hpp"
#include "app/log_file.hpp"
#include "app/program_settings.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFreePort = "127.0.0.1:0";
constexpr mode_t kReadable = 0644;

CommandSpec spec() {
  return {
      .name = "demo",
      .summary =
          "See it work: two look-alike customers ask at the same moment, each gets only their "
          "own data.",
      .purpose =
          "Builds an invented voice-assistant company (14 accounts, some 100,000 rows, 2,255 "
          "real recordings from Debian "
          "packages) in a PostgreSQL of its own, starts Rightful on it, and lets two customers "
          "ask at the same instant: "
          "Anna Schmidt, of whom 1,700 recordings exist, and Anna Schmitt, who lives in the "
          "same house, has the same "
          "birthday, and never owned a device. A third person has no data at all. Then it "
          "prints what each got, and tests "
          "in front of you that nothing was mixed up and that nobody else can open a "
          "package.\n\nWithout --once it goes on "
          "serving the API on this machine until Ctrl-C, so that you can try the other "
          "commands.\n\nEverything lives in one "
          "folder, `demo` below the default data directory, and is made anew at every run, but for "
          "the service's keys; nothing else is touched. Log lines go to "
          "state/log/rightful.log in it.",
      .arguments = {},
      .options = {{"--once", "", "End after the proofs instead of serving."},
                  {"--out",
                   "DIR",
                   "Where the packages, their codes, the ledger with its trust file, and "
                   "report.json go. Default: `out` in the demo's folder."},
                  {"--scale",
                   "full|small",
                   "`small` makes a twenty-fifth of the company, for tests. Default: full."},
                  {"--seed", "N", "Another company of the same kind. Default: 20181220."}},
      .settings = TakesSettings::Yes,
      .examples = {{"rightful demo", "The whole story, then the API on http://127.0.0.1:8480."},
                   {"rightful demo --once --out result",
                    "Leaves result/anna-schmidt.zip, anna-schmitt.zip, nobody.zip, a .code "
                    "beside each, ledger.tar, trust.txt and report.json."}},
      .exit_codes = "4 The database does not start."};
}

Result<DemoCompanyPlan> plan_of(const ParsedCommand& line) {
  DemoCompanyPlan plan;
  const std::string scale = line.value("--scale").value_or("full");
  plan.scale = scale == "small" ? DemoScale::Small : DemoScale::Full;
  if (const auto seed = line.value("--seed")) {
    const bool is_number = !seed->empty() && seed->size() < 19 &&
                           seed->find_first_not_of("0123456789") == std::string::npos;
    if (!is_number)
      return fail(ErrorCode::InvalidArgument, "--seed must be a whole number below 10^18");
    plan.seed = std::stoull(*seed);
  }
  return plan;
}

/// The demo's own defaults: no Landlock needed, one free port when nobody is to visit; flags still
/// win.
Result<Settings> demo_settings(const Invocation& invocation) {
  static constexpr std::array<std::string_view, 7> kItsOwn = {"database",
                                                              "catalog",
                                                              "keys.dir",
                                                              "package.dir",
                                                              "ledger.dir",
                                                              "ledger.sequencer",
                                                              "signer.dir"};
  for (const auto& [name, value] : invocation.line.settings()) {
    if (std::ranges::find(kItsOwn, name) == kItsOwn.end()) continue;
    return fail(ErrorCode::InvalidArgument,
                fmt::format("the demo brings its own `{}`; `rightful serve` takes yours", name));
  }
  RIGHTFUL_TRY(auto settings, read_settings(invocation.line, invocation.environment));
  RIGHTFUL_TRY(settings.set("child.landlock", "if_available"));
  RIGHTFUL_TRY(settings.set("database", "embedded"));
  if (invocation.line.has("--once")) RIGHTFUL_TRY(settings.set("listen", kFreePort));
  for (const auto& [name, value] : invocation.line.settings()) {
    RIGHTFUL_TRY(settings.set(name, value));
  }
  return settings;
}

std::string own_program() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? "rightful" : program.string();
}

/// Where an auditor finds the log of the demo.
fs::path published_log(const DemoWorld& world) {
  const auto live = view_live_log(world.state->pool());
  return world.state->ledger_directory() / (live ? live->name : std::string());
}

void print_what_next(const DemoWorld& world, Console console) {
  const std::string people = world.place.people().string();
  const std::string out = world.out.string();
  const std::string server = world.service->url();
  console.out << fmt::format(
      "The service runs at {0} until Ctrl-C. In another terminal:\n\n"
      "  R={1}\n"
      "  # Anna Schmidt asks once more, sees what she has asked for, and fetches what was made:\n"
      "  $R request --server {0} --account {2} --credential-file {3}/anna-schmidt.credential\n"
      "  $R status --server {0} --account {2} --credential-file {3}/anna-schmidt.credential\n"
      "  $R download --server {0} --account {2} --credential-file {3}/anna-schmidt.credential "
      "--output schmidt.zip\n"
      "  # She opens the one that the demo has fetched:\n"
      "  $R unlock {4}/anna-schmidt.zip --server {0} --account {2} --credential-file "
      "{3}/anna-schmidt.credential --into schmidt\n"
      "  # Anna Schmitt tries it with hers, and is refused (exit code 3):\n"
      "  $R unlock {4}/anna-schmidt.zip --server {0} --account {5} --credential-file "
      "{3}/anna-schmitt.credential --into schmitt\n"
      "  # 7-Zip, with the code that was revealed to Anna Schmidt:\n"
      "  7zz x {4}/anna-schmidt.zip < {4}/anna-schmidt.code\n"
      "  # without the service, by the recovery code:\n"
      "  $R unlock {4}/anna-schmidt.zip --account {2} --recovery-code-file "
      "{3}/anna-schmidt.recovery --service-key \"{6}\" --into offline\n"
      "  # The ledger, as an auditor checks it (docs/audit.md):\n"
      "  $R audit verify {7} --trust {4}/trust.txt --explain\n\n",
      server,
      own_program(),
      kSchmidtRole.account_id,
      people,
      out,
      kSchmittRole.account_id,
      crypto::fingerprint(world.people.front()->service_key()),
      published_log(world).string());
}

Result<ExitCode> run_demo(const Invocation& invocation,
                          const Settings& settings,
                          DemoWorld& world) {
  const Console console = invocation.console;
  const Stopwatch watch(world.clock);
  console.out << fmt::format("Rightful {} demo in {}, seed {}\n\n",
                             RIGHTFUL_VERSION,
                             world.place.directory().string(),
                             world.plan.seed)
              << std::flush;
  clear_output(world.out);
  RIGHTFUL_TRY(build_company(world, console));
  RIGHTFUL_TRY(start_rightful(world, settings, console));
  RIGHTFUL_TRY(tell_story(world, console));
  run_proofs(world, console);
  world.report.total_seconds = watch.seconds();
  write_file_atomically(world.out / "report.json", as_bytes(json_of(world.report)), kReadable);
  console.out << fmt::format("Packages, codes and report.json are in {} ({:.1f} s in all).\n",
                             world.out.string(),
                             world.report.total_seconds)
              << std::flush;
  if (!world.report.holds()) {
    console.err << "rightful: a proof failed; please report it with report.json\n";
    return ExitCode::Failed;
  }
  if (invocation.line.has("--once")) return ExitCode::Ok;
  print_what_next(world, console);
  console.out << std::flush;
  static_cast<void>(world.stop.wait(-1));
  console.out << "stopping\n" << std::flush;
  return ExitCode::Ok;
}

Result<ExitCode> prepare_and_run(const Invocation& invocation,
                                 const Settings& settings,
                                 const DemoCompanyPlan& plan) {
  RIGHTFUL_TRY(const auto directory, demo_directory(settings, invocation.environment));
  RIGHTFUL_TRY(auto place, DemoPlace::prepare(directory));
  const std::string out = invocation.line.value("--out").value_or((directory / "out").string());
  LogFile log_file(place.state() / "log" / "rightful.log");
  const Invocation here{.line = invocation.line,
                        .environment = invocation.environment,
                        .console = {.out = invocation.console.out,
                                    .err = log_file.terminal(),
                                    .is_err_terminal = invocation.console.is_err_terminal}};
  const StopSignal stop;
  DemoWorld world{.stop = stop, .place = std::move(place), .out = fs::absolute(out), .plan = plan};
  world.report.version = RIGHTFUL_VERSION;
  world.report.seed = plan.seed;
  return run_demo(here, settings, world);
}

ExitCode run(const Invocation& invocation) {
  const auto settings = demo_settings(invocation);
  const auto plan = plan_of(invocation.line);
  if (!settings) return report_usage(invocation.console, settings.error());
  if (!plan) return report_usage(invocation.console, plan.error());
  const auto done = prepare_and_run(invocation, *settings, *plan);
  return done ? *done : report(invocation.console, done.error());
}

}  // namespace

Command demo_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
