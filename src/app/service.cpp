#include "app/service.hpp"

#include <utility>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/export/translations.hpp"
#include "rightful/store/catalog_versions.hpp"

#include "app/catalog_files.hpp"
#include "app/program_settings.hpp"

namespace rightful::app {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHandlerThreads = 8;
constexpr std::size_t kBesides = 4;  // caretaker, keeper, start-up, one to spare

std::string worker_name(Random& random) {
  std::array<std::byte, 6> bytes{};
  random.fill(bytes);
  return "w-" + to_hex(bytes);
}

queue::WorkerSettings worker_settings(const Settings& settings, Random& random) {
  queue::WorkerSettings worker;
  worker.name = worker_name(random);
  worker.slots = static_cast<int>(settings.integer("workers"));
  worker.poll = std::chrono::milliseconds(settings.integer("worker.poll_ms"));
  worker.lease = settings.seconds("worker.lease");
  worker.child_time_limit = settings.seconds("child.time_limit");
  worker.retry.first = settings.seconds("worker.retry_base");
  return worker;
}

/// Only ciphertext is spilled there.
std::filesystem::path work_directory(const ServiceOptions& options) {
  return options.data / "work";
}

exporting::ExportSettings export_settings(const ServiceOptions& options, const Settings& settings) {
  exporting::ExportSettings result;
  result.package_directory = options.packages;
  result.work_directory = work_directory(options);
  result.package_lifetime = std::chrono::days(settings.integer("package.lifetime_days"));
  result.child_memory_mib = settings.integer("child.memory_mib");
  result.landlock = settings.text("child.landlock") == "require" ? exporting::Landlock::Require
                                                                 : exporting::Landlock::IfAvailable;
  result.environment = options.environment;
  return result;
}

http::HttpServerSettings http_settings(const Settings& settings) {
  http::HttpServerSettings result;
  result.listen = settings.text("listen");
  result.tls_certificate = settings.path("tls.certificate");
  result.tls_key = settings.path("tls.key");
  result.handler_threads = kHandlerThreads;
  return result;
}

/// Freezes the catalog, so that requests that arrive now run with it.
void activate(StateStore& state, const LoadedCatalog& loaded, Clock& clock) {
  const auto sha256 = crypto::sha256(as_bytes(loaded.text));
  store::Transaction transaction = state.pool().begin();
  store::catalog_versions::activate(transaction,
                                    loaded.text,
                                    sha256,
                                    state.keys().catalog_mac(sha256),
                                    static_cast<std::int64_t>(loaded.catalog.datasets().size()),
                                    clock.now());
  transaction.commit();
}

}  // namespace

Result<LoadedCatalog> parse_catalog(std::string text, std::string_view name) {
  auto parsed = catalog::Catalog::parse(text, name);
  std::string problems;
  if (parsed) {
    for (const std::string& missing : exporting::check_translations(*parsed)) {
      problems += (problems.empty() ? "" : "\n") + missing;
    }
    if (problems.empty()) {
      return LoadedCatalog{.catalog = *std::move(parsed), .text = std::move(text)};
    }
    return fail(ErrorCode::InvalidArgument, std::move(problems));
  }
  for (const catalog::CatalogProblem& problem : parsed.error()) {
    problems += (problems.empty() ? "" : "\n") + catalog::to_string(problem);
  }
  return fail(ErrorCode::InvalidArgument, std::move(problems));
}

Result<LoadedCatalog> load_catalog(const std::filesystem::path& file) {
  RIGHTFUL_TRY(const auto files, read_catalog_files(file));
  return parse_catalog(catalog::bundle(files), files.front().name);
}

std::size_t connections_for(const Settings& settings, ServiceFace face) {
  const auto slots = static_cast<std::size_t>(settings.integer("workers"));
  return (face == ServiceFace::HttpAndWorkers ? kHandlerThreads : 0) + 2 * slots + kBesides;
}

Result<std::unique_ptr<Service>> Service::start(const ServiceOptions& options,
                                                const Settings& settings,
                                                const LoadedCatalog* catalog,
                                                StateStore& state,
                                                Clock& clock,
                                                Random& random) {
  std::unique_ptr<Service> service(new Service());
  service->packages_ = std::make_unique<exporting::DirectoryPackageStore>(options.packages);
  service->pressure_ = std::make_unique<store::LedgerPressure>(state.pool(), clock);
  if (catalog != nullptr) {
    activate(state, *catalog, clock);
    service->sign_in_ =
        std::make_unique<lifecycle::SignIn>(state.pool(), state.keys(), clock, random);
    service->requests_ = std::make_unique<lifecycle::AccessRequests>(
        state.pool(),
        *service->pressure_,
        *service->packages_,
        clock,
        random,
        lifecycle::AccessRequestSettings{.timezone = catalog->catalog.controller().timezone});
    service->staff_ =
        std::make_unique<lifecycle::StaffAccess>(state.pool(), state.keys(), clock, random);
    service->caretaker_ = std::make_unique<lifecycle::Caretaker>(
        *service->sign_in_, *service->requests_, *service->staff_, clock);
    service->caretaker_->start();
  }
  if (settings.integer("workers") > 0)
    service->start_workers(options, settings, state, clock, random);
  if (options.face == ServiceFace::HttpAndWorkers) {
    RIGHTFUL_TRY(service->start_http(
        options, settings, catalog->catalog.controller(), state, clock, random));
  }
  service->start_keeper(state, clock);
  return service;
}

void Service::start_workers(const ServiceOptions& options,
                            const Settings& settings,
                            StateStore& state,
                            Clock& clock,
                            Random& random) {
  authority_ = std::make_unique<exporting::StatementAuthority>(state.pool(), state.keys());
  gate_ = std::make_unique<exporting::LedgerGate>(state.pool(), *pressure_, clock);
  handler_ = std::make_unique<exporting::ExportHandler>(state.pool(),
                                                        *packages_,
                                                        state.keys(),
                                                        clock,
                                                        random,
                                                        *gate_,
                                                        export_settings(options, settings));
  worker_ = std::make_unique<queue::Worker>(state.pool(),
                                            state.heartbeat(),
                                            *handler_,
                                            *authority_,
                                            clock,
                                            random,
                                            worker_settings(settings, random));
  worker_->start();
}

Result<void> Service::start_http(const ServiceOptions& options,
                                 const Settings& settings,
                                 const catalog::Controller& controller,
                                 StateStore& state,
                                 Clock& clock,
                                 Random& random) {
  uploads_ = std::make_unique<exporting::ManualUploads>(state.pool(), state.keys(), clock, random);
  linked_uploads_ = std::make_unique<exporting::LinkedUploads>(
      state.pool(), *uploads_, clock, random, work_directory(options));
  ledger_audit_ = std::make_unique<lifecycle::LedgerAudit>(
      state.pool(), state.keys(), clock, ledger_directory(settings, options.data));
  http::ApiSettings api{.version = RIGHTFUL_VERSION,
                        .service_key = state.keys().service_key().public_key(),
                        .is_ready =
                            [&state] {
                              state.pool().ask();
                              return true;
                            },
                        .languages = controller.languages};
  api_ = std::make_unique<http::Api>(
      *sign_in_, *requests_, *linked_uploads_, *staff_, *ledger_audit_, clock, std::move(api));
  RIGHTFUL_TRY(server_, http::HttpServer::create(http_settings(settings), *api_, clock, random));
  server_->start();
  return {};
}

void Service::start_keeper(StateStore& state, Clock& clock) {
  keeper_ = std::jthread([this, &state, &clock](const std::stop_token& stop) {
    while (!clock.wait_for(stop, 1s)) {
      state.keep();
      watch_ledger();
    }
  });
}

// A log that falls behind is an alarm, whether somebody asks for a package or not.
void Service::watch_ledger() {
  try {
    static_cast<void>(pressure_->trouble());
  } catch (const Failure& failure) {
    log::warn("keeper_failed", "cause={}", failure.cause());
  }
}

std::string Service::url() const {
  return server_ ? server_->url() : std::string();
}

Service::~Service() {
  if (server_) server_->stop();
  if (worker_) worker_->stop();
  if (caretaker_) caretaker_->stop();
  if (keeper_.joinable()) {
    keeper_.request_stop();
    keeper_.join();
  }
}

}  // namespace rightful::app
