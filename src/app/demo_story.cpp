#include "app/demo_story.hpp"

#include <barrier>
#include <thread>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/store/jobs.hpp"
#include "rightful/store/packages.hpp"

#include "app/client_session.hpp"
#include "app/demo_files.hpp"
#include "app/demo_people.hpp"
#include "app/demo_proofs.hpp"
#include "app/progress_display.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

/// Making the data takes about so much of building the company.
constexpr double kMakingShare = 0.6;

/// Between two steps: Ctrl-C or SIGTERM ends the demo in order.
Result<void> go_on(const DemoWorld& world) {
  if (!world.stop.wait(0)) return {};
  return fail(ErrorCode::Unavailable, "stopped before the end; a next run begins anew");
}

/// What the catalog of the demo names by environment variables.
std::optional<std::string> demo_variable(const DemoWorld& world, const std::string& name) {
  if (name == "DEMO_SHOP_URL" && world.shop) return world.shop->reader_url();
  if (name == "DEMO_VOICE_ROOT") return (world.place.company() / "voice").string();
  if (name == "DEMO_DOORBELL_ROOT") return (world.place.company() / "doorbell").string();
  return std::nullopt;
}

Result<void> start_service(DemoWorld& world, const Settings& settings) {
  StateStoreOptions options{.data = world.place.state(),
                            .keys = world.place.keys(),
                            .database = "embedded",
                            .ledger_origin = settings.text("ledger.origin"),
                            .cluster = ClusterUse::Own,
                            .schema = SchemaUse::Migrate,
                            .role = "demo",
                            .connections = connections_for(settings, ServiceFace::HttpAndWorkers)};
  if (!fs::exists(options.keys)) {
    RIGHTFUL_TRY(crypto::ServerKeys::create(options.keys, world.random));
  }
  RIGHTFUL_TRY(world.state, StateStore::open(options, world.clock, world.random));
  RIGHTFUL_TRY(world.state->run_ledger(SignerUse::Child));
  RIGHTFUL_TRY(const auto catalog,
               parse_catalog(std::string(kDemoCatalogYaml), "demo/catalog.yaml"));
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

/// One person of several, in a thread of their own: all meet at `start`, then each asks.
Result<void> ask_and_fetch(DemoWorld& world,
                           DemoRequester& person,
                           std::barrier<>& start,
                           ProgressDisplay& display,
                           std::size_t row) {
  start.arrive_and_wait();
  RIGHTFUL_TRY(person.ask());
  const auto fetched = person.wait_and_fetch(world.out, [&](const RequestView& view) {
    if (!has_ended(view)) display.update(row, share_of(view), words_about(view));
    return !world.stop.wait(0);
  });
  if (!fetched) return world.stop.wait(0) ? go_on(world) : fetched;
  const std::optional<ReleasedPackage>& package = person.request().package;
  if (!package) return fail(ErrorCode::NotFound, "what was fetched is no released package");
  display.finish(row, fmt::format("released, {} fetched", human_size(package->size_bytes)));
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
        try {
          ends[i - first] = ask_and_fetch(world, *world.people[i], start, display, i - first);
        } catch (const Failure& failure) {  // carried over to the thread that waits
          ends[i - first] = fail(ErrorCode::Unavailable, failure.what());
        }
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
  if (!package || !request.package)
    return fail(ErrorCode::NotFound, "a released package is not on record");
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

}  // namespace

void clear_output(const fs::path& out) {
  fs::create_directories(out);
  for (const std::string_view name : {"report.json", "ledger.tar", "trust.txt"})
    fs::remove(out / name);
  for (const DemoRole& role : {kSchmidtRole, kSchmittRole, kNobodyRole}) {
    for (const std::string_view extension : {"zip", "zip.part", "code"}) {
      fs::remove(out / fmt::format("{}.{}", role.file_name, extension));
    }
  }
}

Result<void> build_company(DemoWorld& world, Console console) {
  console.out << "1  Building the company\n" << std::flush;
  const Stopwatch watch(world.clock);
  {
    ProgressDisplay display(console, world.clock, {"company"});
    DemoCompanyPlan plan = world.plan;
    plan.progress = [&](double share, std::string_view table) {
      display.update(0, share * kMakingShare, fmt::format("inventing {}", table));
    };
    RIGHTFUL_TRY(world.company, make_demo_company(world.place.company(), plan));
    display.update(0, kMakingShare, "loading its database");
    RIGHTFUL_TRY(auto shop, DemoShop::build(world.place.company()));
    world.shop.emplace(std::move(shop));
    display.finish(0, "ready");
  }
  world.report.company_seconds = watch.seconds();
  world.report.company_rows = world.company.rows;
  world.report.company_files = world.company.files;
  world.report.company_file_bytes = world.company.file_bytes;
  console.out << fmt::format("   {} accounts, {} rows, {} recordings and pictures ({}), {:.1f} s\n",
                             demo_people().size(),
                             human_count(world.company.rows),
                             human_count(world.company.files),
                             human_size(world.company.file_bytes),
                             world.report.company_seconds)
              << std::flush;
  return go_on(world);
}

Result<void> start_rightful(DemoWorld& world, const Settings& settings, Console console) {
  console.out << "2  Starting Rightful, enrolling three people\n" << std::flush;
  const Stopwatch watch(world.clock);
  RIGHTFUL_TRY(start_service(world, settings));
  RIGHTFUL_TRY(enrol_people(world));
  world.report.start_seconds = watch.seconds();
  console.out << fmt::format("   {}, {:.1f} s\n", world.service->url(), world.report.start_seconds)
              << std::flush;
  return go_on(world);
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
  return go_on(world);
}

void run_proofs(DemoWorld& world, Console console) {
  console.out << "4  Is it true?\n" << std::flush;
  const ProofPlan plan{.out = world.out,
                       .state = world.place.state(),
                       .company = world.place.company(),
                       .scratch = world.place.proof(),
                       .sounds = world.plan.sounds,
                       .state_url = world.state->url(),
                       .ledger = world.state->ledger_directory(),
                       .pool = world.state->pool(),
                       .stop = world.stop,
                       .holdings = world.company};
  std::vector<ProofSubject> subjects;
  subjects.reserve(world.people.size());
  for (std::size_t i = 0; i < world.people.size(); ++i) {
    subjects.push_back(
        {*world.people[i], world.report.exports[i].rows, world.report.exports[i].objects});
  }
  prove(plan, subjects, [&](const Proof& proof) {
    console.out << text_of(proof) << std::flush;
    world.report.proofs.push_back(proof);
  });
  console.out << '\n' << std::flush;
}

}  // namespace rightful::app
