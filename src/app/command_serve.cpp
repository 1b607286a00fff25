#include <fmt/format.h>

#include "rightful/core/log.hpp"

#include "app/command.hpp"
#include "app/program_settings.hpp"
#include "app/service.hpp"
#include "app/state_store.hpp"
#include "app/stop_signal.hpp"
#include "app/work_roles.hpp"

namespace rightful::app {

namespace {

CommandSpec serve_spec() {
  return {.name = "serve",
          .summary = "Run the service: HTTP API and workers.",
          .purpose =
              "Answers requests over HTTP and makes the exports in child processes of its own. It "
              "keeps its state in a "
              "PostgreSQL of its own below the data directory, or in yours (--database). It needs "
              "a catalog, which says which "
              "records of which sources belong to whom; sources and folders that the catalog names "
              "by environment variables "
              "are read from the environment of this process.\n\nSIGTERM or Ctrl-C ends it in "
              "order; exports that run are put "
              "back and made again.",
          .arguments = {},
          .options = {},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful admin keys init && SHOP_URL=postgresql://… rightful serve "
                        "--catalog catalog.yaml",
                        "First start."},
                       {"rightful serve --catalog catalog.yaml --workers 0",
                        "Only HTTP; `rightful work` makes the exports elsewhere."}},
          .exit_codes = "4 The database does not answer."};
}

CommandSpec work_spec() {
  return {.name = "work",
          .summary = "Run only workers, on as many machines as wanted; or the ledger's parts.",
          .purpose =
              "Takes exports from the queue of a service that runs elsewhere, or on this machine "
              "on the same data "
              "directory. It needs the same keys, package directory and source variables as "
              "`rightful serve`, and no "
              "catalog: each request brings the version that it was asked under.\n\nWith --role "
              "sequencer it builds and publishes the ledger of a service that was started with "
              "--ledger-sequencer elsewhere. With --role signer it signs the ledger's checkpoints "
              "for a sequencer on this machine: best as a user of its own, who may read "
              "--signer-dir and --ledger-dir and nothing else. It opens no database.",
          .arguments = {},
          .options = {{"--role",
                       "workers|sequencer|signer",
                       "What this process does. Default: workers."},
                      {"--peer-user",
                       "NAME",
                       "For --role signer: a further user whose processes may ask, beside its own. "
                       "May be given several times.",
                       Repeats::Yes}},
          .settings = TakesSettings::Yes,
          .examples = {{"rightful work --database postgresql://state.internal/rightful --workers 4",
                        "Four exports at a time."},
                       {"rightful work --role signer --signer-dir /var/lib/rightful-signer "
                        "--ledger-dir /srv/ledger --peer-user rightful",
                        "The signer as a user of its own."}},
          .exit_codes = "4 The database does not answer."};
}

Result<Settings> prepare(const Invocation& invocation) {
  RIGHTFUL_TRY(auto settings, read_settings(invocation.line, invocation.environment));
  RIGHTFUL_TRY(const auto level, log::parse_level(settings.text("log.level")));
  log::set_level(level);
  return settings;
}

Result<Settings> prepare_serve(const Invocation& invocation) {
  RIGHTFUL_TRY(auto settings, prepare(invocation));
  if (settings.path("catalog").empty()) {
    return fail(
        ErrorCode::InvalidArgument,
        "say which catalog to serve with --catalog FILE; docs/catalog.md tells how to write one");
  }
  return settings;
}

Result<Settings> prepare_work(const Invocation& invocation) {
  RIGHTFUL_TRY(auto settings, prepare(invocation));
  const bool makes_exports = invocation.line.value("--role").value_or("workers") == "workers";
  if (makes_exports && settings.integer("workers") == 0)
    return fail(ErrorCode::InvalidArgument, "--workers must be at least 1 here");
  return settings;
}

ServiceOptions service_options(const Invocation& invocation,
                               const Settings& settings,
                               ServiceFace face,
                               const std::filesystem::path& data) {
  return {.face = face,
          .data = data,
          .packages = package_directory(settings, data),
          .environment = [&invocation](const std::string& name) -> std::optional<std::string> {
            std::string value = find_in(invocation.environment, name);
            return value.empty() ? std::nullopt : std::optional(std::move(value));
          }};
}

/// A source whose address is missing would fail every request; better not to start.
Result<void> require_addresses(const Invocation& invocation, const catalog::Catalog& catalog) {
  for (const catalog::Source& source : catalog.sources()) {
    for (const auto& [key, variable] : source.variables()) {
      if (!find_in(invocation.environment, variable).empty()) continue;
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("the catalog's source `{}` needs the environment variable {}, which "
                              "is not set; set it and start again",
                              source.name,
                              variable));
    }
  }
  return {};
}

Result<void> serve(const Invocation& invocation, const Settings& settings, const StopSignal& stop) {
  RIGHTFUL_TRY(const auto catalog, load_catalog(settings.path("catalog")));
  if (settings.integer("workers") > 0) RIGHTFUL_TRY(require_addresses(invocation, catalog.catalog));
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(auto options, state_store_options(settings, invocation.environment));
  options.cluster = ClusterUse::Own;
  options.role = "serve";
  options.connections = connections_for(settings, ServiceFace::HttpAndWorkers);
  RIGHTFUL_TRY(const auto state, StateStore::open(options, clock, random));
  RIGHTFUL_TRY(const auto service,
               Service::start(
                   service_options(invocation, settings, ServiceFace::HttpAndWorkers, options.data),
                   settings,
                   &catalog,
                   *state,
                   clock,
                   random));
  if (settings.text("ledger.sequencer") == "beside") {
    RIGHTFUL_TRY(state->run_ledger(SignerUse::Child));
  }
  invocation.console.out << fmt::format("rightful {} serves {}\n", RIGHTFUL_VERSION, service->url())
                         << std::flush;
  static_cast<void>(stop.wait(-1));
  invocation.console.err << "stopping\n";
  return {};
}

Result<void> work(const Invocation& invocation, const Settings& settings, const StopSignal& stop) {
  const std::string role = invocation.line.value("--role").value_or("workers");
  if (role == "sequencer") return work_as_sequencer(invocation, settings, stop);
  if (role == "signer") return work_as_signer(invocation, settings, stop);
  SystemClock clock;
  SystemRandom random;
  RIGHTFUL_TRY(auto options, state_store_options(settings, invocation.environment));
  options.cluster = ClusterUse::Attach;
  options.role = "work";
  options.connections = connections_for(settings, ServiceFace::WorkersOnly);
  RIGHTFUL_TRY(const auto state, StateStore::open(options, clock, random));
  RIGHTFUL_TRY(
      const auto service,
      Service::start(service_options(invocation, settings, ServiceFace::WorkersOnly, options.data),
                     settings,
                     nullptr,
                     *state,
                     clock,
                     random));
  invocation.console.out << fmt::format("rightful {} works, {} exports at a time\n",
                                        RIGHTFUL_VERSION,
                                        settings.integer("workers"))
                         << std::flush;
  static_cast<void>(stop.wait(-1));
  invocation.console.err << "stopping\n";
  return {};
}

template <Result<Settings> (*Prepare)(const Invocation&),
          Result<void> (*Face)(const Invocation&, const Settings&, const StopSignal&)>
ExitCode run(const Invocation& invocation) {
  const auto settings = Prepare(invocation);
  if (!settings) return report_usage(invocation.console, settings.error());
  const StopSignal stop;
  const auto done = Face(invocation, *settings, stop);
  return done ? ExitCode::Ok : report(invocation.console, done.error());
}

}  // namespace

Command serve_command() {
  return {.spec = serve_spec(), .run = &run<&prepare_serve, &serve>};
}

Command work_command() {
  return {.spec = work_spec(), .run = &run<&prepare_work, &work>};
}

}  // namespace rightful::app
