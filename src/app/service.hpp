/// @file
/// The running service: the parts of `serve`, `work` and `demo`, joined. The member list is the
/// parts list; destruction in reverse is the orderly end.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/settings.hpp"
#include "rightful/export/authority_check.hpp"
#include "rightful/export/export_handler.hpp"
#include "rightful/export/linked_uploads.hpp"
#include "rightful/export/manual_uploads.hpp"
#include "rightful/export/package_store.hpp"
#include "rightful/export/release_gate.hpp"
#include "rightful/http/api.hpp"
#include "rightful/http/server.hpp"
#include "rightful/lifecycle/access_requests.hpp"
#include "rightful/lifecycle/caretaker.hpp"
#include "rightful/lifecycle/ledger_audit.hpp"
#include "rightful/lifecycle/sign_in.hpp"
#include "rightful/lifecycle/staff.hpp"
#include "rightful/queue/worker.hpp"
#include "rightful/store/ledger_pressure.hpp"

#include "app/state_store.hpp"

namespace rightful::app {

/// A catalog that was parsed without problems, and its text.
struct LoadedCatalog {
  catalog::Catalog catalog;
  std::string text;
};

/// @return NotFound, or InvalidArgument with every problem, one a line.
[[nodiscard]] Result<LoadedCatalog> load_catalog(const std::filesystem::path& file);
[[nodiscard]] Result<LoadedCatalog> parse_catalog(std::string text, std::string_view name);

enum class ServiceFace : std::uint8_t {
  HttpAndWorkers,  ///< `serve`: `workers` may be 0
  WorkersOnly      ///< `work`
};

struct ServiceOptions {
  ServiceFace face;
  std::filesystem::path data;
  std::filesystem::path packages;
  /// The value of an environment variable that the catalog names.
  std::function<std::optional<std::string>(const std::string&)> environment;
};

/// How many connections start() needs in the pool of the state store.
[[nodiscard]] std::size_t connections_for(const Settings& settings, ServiceFace face);

class Service {
 public:
  /// Freezes the catalog as a version, then starts workers and HTTP. `state`, `clock` and `random`
  /// must outlive it.
  /// @param catalog  needed by HttpAndWorkers; absent for WorkersOnly.
  /// @return InvalidArgument, Conflict: address or certificate, as http::HttpServer::create.
  [[nodiscard]] static Result<std::unique_ptr<Service>> start(const ServiceOptions& options,
                                                              const Settings& settings,
                                                              const LoadedCatalog* catalog,
                                                              StateStore& state,
                                                              Clock& clock,
                                                              Random& random);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// `http://127.0.0.1:8480`; empty for WorkersOnly.
  [[nodiscard]] std::string url() const;

  /// For `demo`, which invites its own people.
  [[nodiscard]] lifecycle::SignIn& sign_in() { return *sign_in_; }

 private:
  Service() = default;

  [[nodiscard]] Result<void> start_http(const ServiceOptions& options,
                                        const Settings& settings,
                                        const catalog::Controller& controller,
                                        StateStore& state,
                                        Clock& clock,
                                        Random& random);
  void start_workers(const ServiceOptions& options,
                     const Settings& settings,
                     StateStore& state,
                     Clock& clock,
                     Random& random);
  void start_keeper(StateStore& state, Clock& clock);
  void watch_ledger();

  // Ciphertext of packages; the child writes there, downloads read there.
  std::unique_ptr<exporting::DirectoryPackageStore> packages_;
  // Whether the ledger keeps up with what happens here.
  std::unique_ptr<store::LedgerPressure> pressure_;
  // Who may get in.
  std::unique_ptr<lifecycle::SignIn> sign_in_;
  // What the person who got in may do.
  std::unique_ptr<lifecycle::AccessRequests> requests_;
  // Who of the staff may read and administer.
  std::unique_ptr<lifecycle::StaffAccess> staff_;
  // Expiry and counted leaves, once a minute.
  std::unique_ptr<lifecycle::Caretaker> caretaker_;
  // Checks statement and keys before a child starts.
  std::unique_ptr<exporting::StatementAuthority> authority_;
  // Nothing is released before a signed checkpoint covers it.
  std::unique_ptr<exporting::LedgerGate> gate_;
  // What an export job is told, believed and released by.
  std::unique_ptr<exporting::ExportHandler> handler_;
  // Claims jobs and runs one child for each.
  std::unique_ptr<queue::Worker> worker_;
  // What colleagues supply by hand: the checks, and the way through a link.
  std::unique_ptr<exporting::ManualUploads> uploads_;
  std::unique_ptr<exporting::LinkedUploads> linked_uploads_;
  // The ledger for its readers.
  std::unique_ptr<lifecycle::LedgerAudit> ledger_audit_;
  // Routes of the API.
  std::unique_ptr<http::Api> api_;
  // Sockets and TLS.
  std::unique_ptr<http::HttpServer> server_;
  // The ledger's sign of life and the embedded server's nurse, every second.
  std::jthread keeper_;
};

}  // namespace rightful::app
