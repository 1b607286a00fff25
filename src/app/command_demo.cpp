#include <unistd.h>

#include <array>
#include <barrier>
#include <fstream>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "rightful/core/files.hpp"
#include "rightful/core/log.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/store/jobs.hpp"
#include "rightful/store/packages.hpp"

#include "app/client_session.hpp"
#include "app/command.hpp"
#include "app/demo_company.hpp"
#include "app/demo_files.hpp"
#include "app/demo_people.hpp"
#include "app/demo_place.hpp"
#include "app/demo_proofs.hpp"
#include "app/demo_report.hpp"
#include "app/demo_requester.hpp"
#include "app/demo_shop.hpp"
#include "app/log_file.hpp"
#include "app/program_settings.hpp"
#include "app/progress_display.hpp"
#include "app/service.hpp"
#include "app/state_store.hpp"
#include "app/stop_signal.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFreePort = "127.0.0.1:0";
constexpr mode_t kReadable = 0644;

CommandSpec spec() {
  return {.name = "demo",
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
              "folder, `demo` below the default data directory, and is made anew at every run; "
              "nothing else is touched. Log "
              "lines go to state/log/rightful.log in it.",
          .arguments = {},
          .options = {{"--once", "", "End after the proofs instead of serving."},
                      {"--out",
                       "DIR",
                       "Where the packages, their codes and report.json go. Default: `out` in the "
                       "demo's folder."},
                      {"--scale",
                       "full|small",
                       "`small` makes a twenty-fifth of the company, for tests. Default: full."},
                      {"--seed", "N", "Another company of the same kind. Default: 20181220."}},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful demo", "The whole story, then the API on http://127.0.0.1:8480."},
                       {"rightful demo --once --out result",
                        "Leaves result/anna-schmidt.zip, anna-schmitt.zip, nobody.zip, a .code "
                        "beside each, and report.json."}},
          .exit_codes = "4 The database does not start."};
}

/// Everything that one run of the demo has open, in the order in which it came into being.
struct DemoWorld {
  DemoPlace place;
  fs::path out;
  DemoCompanyPlan plan;
  SystemClock clock{};
  SystemRandom random{};
  DemoCompany company{};
  std::optional<DemoShop> shop{};
  std::unique_ptr<StateStore> state{};
  std::unique_ptr<Service> service{};
  std::vector<std::unique_ptr<DemoRequester>> people{};
  DemoReport report{};
};

class Stopwatch {
 public:
  explicit Stopwatch(const Clock& clock) : clock_(clock), begun_(clock.steady_now()) {}

  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(clock_.steady_now() - begun_).count();
  }

 private:
  const Clock& clock_;
  std::chrono::steady_clock::time_point begun_;
};

Result<DemoCompanyPlan> plan_of(const ParsedCommand& line) {
  DemoCompanyPlan plan;
  const std::string scale = line.value("--scale").value_or("full");
  if (scale != "full" && scale != "small")
    return fail(ErrorCode::InvalidArgument, "--scale must be full or small");
  plan.scale = scale == "small" ? DemoScale::Small : DemoScale::Full;
  if (const auto seed = line.value("--seed")) {
    std::size_t used = 0;
    const bool is_number = !seed->empty() && seed->size() < 19 &&
                           seed->find_first_not_of("0123456789") == std::string::npos;
    if (!is_number)
      return fail(ErrorCode::InvalidArgument, "--seed must be a whole number below 10^18");
    plan.seed = std::stoull(*seed, &used);
  }
  return plan;
}

/// What the catalog of the demo names by environment variables.
std::optional<std::string> demo_variable(const DemoWorld& world, const std::string& name) {
  if (name == "DEMO_SHOP_URL") return world.shop->reader_url();
  if (name == "DEMO_VOICE_ROOT") return (world.place.company() / "voice").string();
  if (name == "DEMO_DOORBELL_ROOT") return (world.place.company() / "doorbell").string();
  return std::nullopt;
}

Result<void> build_company(DemoWorld& world, Console console) {
  console.out << "1  Building the company … " << std::flush;
  const Stopwatch watch(world.clock);
  RIGHTFUL_TRY(world.company, make_demo_company(world.place.company(), world.plan));
  RIGHTFUL_TRY(auto shop, DemoShop::build(world.place.company()));
  world.shop.emplace(std::move(shop));
  world.report.company_seconds = watch.seconds();
  world.report.company_rows = world.company.rows;
  world.report.company_files = world.company.files;
  world.report.company_file_bytes = world.company.file_bytes;
  console.out << fmt::format("{} accounts, {} rows, {} recordings and pictures ({}), {:.1f} s\n",
                             demo_people().size(),
                             human_count(world.company.rows),
                             human_count(world.company.files),
                             human_size(world.company.file_bytes),
                             world.report.company_seconds)
              << std::flush;
  return {};
}

/// The demo's own defaults: no Landlock needed, one free port when nobody is to visit; flags still
/// win.
Result<Settings> demo_settings(const Invocation& invocation) {
  RIGHTFUL_TRY(auto settings, read_settings(invocation.line, invocation.environment));
  RIGHTFUL_TRY(settings.set("child.landlock", "if_available"));
  RIGHTFUL_TRY(settings.set("database", "embedded"));
  if (invocation.line.has("--once")) RIGHTFUL_TRY(settings.set("listen", kFreePort));
  for (const auto& [name, value] : invocation.line.settings()) {
    RIGHTFUL_TRY(settings.set(name, value));
  }
  return settings;
}

Result<void> start_service(DemoWorld& world, const Settings& settings) {
  StateStoreOptions options{.data = world.place.state(),
                            .keys = world.place.state() / "keys",
                            .database = "embedded",
                            .ledger_origin = settings.text("ledger.origin"),
                            .cluster = ClusterUse::Own,
                            .schema = SchemaUse::Migrate,
                            .role = "demo",
                            .connections = connections_for(settings, ServiceFace::HttpAndWorkers)};
  RIGHTFUL_TRY(crypto::ServerKeys::create(options.keys, world.random));
  RIGHTFUL_TRY(world.state, StateStore::open(options, world.clock, world.random));
  RIGHTFUL_TRY(const auto catalog,
               parse_catalog(std::string(demo_catalog_yaml), "demo/catalog.yaml"));
  const ServiceOptions service{
      .face = ServiceFace::HttpAndWorkers,
      .data = world.place.state(),
      .packages = world.place.state() / "packages",
      .environment = [&world](const std::string& name) { return demo_variable(world, name); }};
  RIGHTFUL_TRY(
      world.service,
      Service::start(service, settings, &catalog, *world.state, world.clock, world.random));
  return {};
}

/// As `admin account add` does it, for all three.
Result<void> enrol_people(DemoWorld& world) {
  for (const DemoRole& role : {kSchmidtRole, kSchmittRole, kNobodyRole}) {
    RIGHTFUL_TRY(auto person,
                 DemoRequester::create(role, world.service->url(), world.clock, world.random));
    const auto invitation = world.service->sign_in().create_account(person->account(), "en");
    if (!invitation) return fail(ErrorCode::Conflict, invitation.error().detail);
    RIGHTFUL_TRY(person->enrol(invitation->token.expose(), world.place.people()));
    world.people.push_back(std::move(person));
  }
  return {};
}

Result<void> start_rightful(DemoWorld& world, const Settings& settings, Console console) {
  console.out << "2  Starting Rightful, enrolling three people … " << std::flush;
  const Stopwatch watch(world.clock);
  RIGHTFUL_TRY(start_service(world, settings));
  RIGHTFUL_TRY(enrol_people(world));
  world.report.start_seconds = watch.seconds();
  console.out << fmt::format("{}, {:.1f} s\n", world.service->url(), world.report.start_seconds)
              << std::flush;
  return {};
}

/// The thread of one person: all meet at `start`, then each asks.
Result<void> ask_and_fetch(DemoRequester& person,
                           std::barrier<>& start,
                           const fs::path& out,
                           ProgressDisplay& display,
                           std::size_t row) {
  start.arrive_and_wait();
  RIGHTFUL_TRY(person.ask());
  const auto fetched = person.wait_and_fetch(out, [&](const RequestView& view) {
    display.update(row, share_of(view), words_about(view));
    return true;
  });
  if (!fetched) return fetched;
  display.finish(
      row, fmt::format("released, {} fetched", human_size(person.request().package->size_bytes)));
  return {};
}

/// Asks for the people [first, last) at one instant.
Result<void> ask_together(DemoWorld& world, Console console, std::size_t first, std::size_t last) {
  std::vector<std::string> names;
  for (std::size_t i = first; i < last; ++i) {
    names.emplace_back(world.people[i]->role().name);
  }
  ProgressDisplay display(console, world.clock, names);
  std::barrier start(static_cast<std::ptrdiff_t>(last - first));
  std::vector<Result<void>> ends(last - first);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = first; i < last; ++i) {
      threads.emplace_back([&, i] {
        ends[i - first] = ask_and_fetch(*world.people[i], start, world.out, display, i - first);
      });
    }
  }
  for (Result<void>& end : ends) {
    if (!end) return end;
  }
  return {};
}

double seconds_between(const std::string& from, const std::string& to) {
  const auto begun = parse_rfc3339(from);
  const auto ended = parse_rfc3339(to);
  return begun && ended ? std::chrono::duration<double>(*ended - *begun).count() : 0;
}

/// What the release recorded about one person's package.
Result<DemoExportFigures> figures_of(DemoWorld& world, const DemoRequester& person) {
  const RequestView& request = person.request();
  store::Transaction transaction = world.state->pool().begin();
  const auto package = store::packages::find(transaction, request.id, person.account());
  if (!package) return fail(ErrorCode::NotFound, "a released package is not on record");
  std::optional<std::int64_t> peak;
  for (const store::AttemptView& attempt :
       store::jobs::attempts(transaction, request.id, person.account())) {
    if (attempt.peak_memory_kib) peak = std::max(peak.value_or(0), *attempt.peak_memory_kib);
  }
  return DemoExportFigures{
      .role = person.role(),
      .rows = static_cast<std::uint64_t>(package->rows),
      .objects = static_cast<std::uint64_t>(package->objects),
      .recordings = world.company.holdings.find(person.role().account_id)->second.recordings,
      .package_bytes = static_cast<std::uint64_t>(package->size_bytes),
      .seconds = seconds_between(request.received_at, request.package->released_at),
      .child_peak_kib = peak,
      .package_sha256 = to_hex(package->sha256)};
}

Result<void> tell_story(DemoWorld& world, Console console) {
  console.out << "3  Anna Schmidt and Anna Schmitt ask at the same instant\n" << std::flush;
  RIGHTFUL_TRY(ask_together(world, console, 0, 2));
  console.out << "   and somebody about whom nothing is stored\n" << std::flush;
  RIGHTFUL_TRY(ask_together(world, console, 2, 3));
  for (const auto& person : world.people) {
    RIGHTFUL_TRY(person->reveal_code(world.out));
    RIGHTFUL_TRY(auto figures, figures_of(world, *person));
    world.report.exports.push_back(std::move(figures));
  }
  console.out << '\n' << table_of(world.report) << '\n' << std::flush;
  return {};
}

void run_proofs(DemoWorld& world, Console console) {
  console.out << "4  Is it true?\n" << std::flush;
  const ProofPlan plan{.out = world.out,
                       .state = world.place.state(),
                       .company = world.place.company(),
                       .scratch = world.place.proof(),
                       .sounds = world.plan.sounds,
                       .state_url = world.state->url(),
                       .holdings = world.company};
  std::vector<ProofSubject> subjects;
  for (std::size_t i = 0; i < world.people.size(); ++i) {
    subjects.push_back(
        {*world.people[i], world.report.exports[i].rows, world.report.exports[i].objects});
  }
  world.report.proofs = prove(plan, subjects);
  console.out << proofs_text(world.report) << '\n' << std::flush;
}

/// Only names that an earlier run made.
void clear_output(const fs::path& out) {
  fs::create_directories(out);
  fs::remove(out / "report.json");
  for (const DemoRole& role : {kSchmidtRole, kSchmittRole, kNobodyRole}) {
    for (const std::string_view extension : {"zip", "zip.part", "code"}) {
      fs::remove(out / fmt::format("{}.{}", role.file_name, extension));
    }
  }
}

std::string own_program() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? "rightful" : program.string();
}

void print_what_next(const DemoWorld& world, Console console) {
  const std::string people = world.place.people().string();
  const std::string out = world.out.string();
  const std::string server = world.service->url();
  console.out << fmt::format(
      "The service runs at {0} until Ctrl-C. In another terminal:\n\n"
      "  R={1}\n"
      "  # Anna Schmidt looks at her requests, and opens her package:\n"
      "  $R status --server {0} --account {2} --credential-file {3}/anna-schmidt.credential\n"
      "  $R unlock {4}/anna-schmidt.zip --server {0} --account {2} --credential-file "
      "{3}/anna-schmidt.credential --into schmidt\n"
      "  # Anna Schmitt tries it with hers, and is refused (exit code 3):\n"
      "  $R unlock {4}/anna-schmidt.zip --server {0} --account {5} --credential-file "
      "{3}/anna-schmitt.credential --into schmitt\n"
      "  # 7-Zip, with the code that was revealed to Anna Schmidt:\n"
      "  7zz x {4}/anna-schmidt.zip < {4}/anna-schmidt.code\n"
      "  # without the service, by the recovery code:\n"
      "  $R unlock {4}/anna-schmidt.zip --account {2} --recovery-code-file "
      "{3}/anna-schmidt.recovery --service-key {6} --into offline\n\n",
      server,
      own_program(),
      kSchmidtRole.account_id,
      people,
      out,
      kSchmittRole.account_id,
      crypto::fingerprint(world.people.front()->service_key()));
}

Result<ExitCode> run_demo(const Invocation& invocation,
                          const Settings& settings,
                          DemoWorld& world) {
  const Console console = invocation.console;
  const StopSignal stop;
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
  static_cast<void>(stop.wait(-1));
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
  DemoWorld world{.place = std::move(place), .out = fs::absolute(out), .plan = plan};
  world.report.version = RIGHTFUL_VERSION;
  world.report.seed = plan.seed;
  return run_demo(here, settings, world);
}

ExitCode run(const Invocation& invocation) {
  const auto settings = demo_settings(invocation);
  const auto plan = plan_of(invocation.line);
  if (!settings || !plan) {
    static_cast<void>(report(invocation.console, settings ? plan.error() : settings.error()));
    return ExitCode::Usage;
  }
  const auto done = prepare_and_run(invocation, *settings, *plan);
  return done ? *done : report(invocation.console, done.error());
}

}  // namespace

Command demo_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
