#include "rightful/export/export_handler.hpp"

#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/lifecycle/incidents.hpp"
#include "rightful/store/catalog_versions.hpp"
#include "rightful/store/pool.hpp"
#include "rightful/store/transaction.hpp"

#include "export/export_attempt.hpp"
#include "export/order.hpp"
#include "export/upload_files.hpp"

namespace rightful::exporting {

namespace {

// The sealed payload's `not_after` is an upper bound of the package's life: the row decides, so it
// only has to be later than any release of this attempt can make it.
constexpr std::chrono::days kReleaseSlack{2};

[[noreturn]] void stop(std::string_view cause) {
  throw queue::AttemptFailed(queue::failure_of(cause, queue::FailureClass::Stop));
}

struct Loaded {
  store::RequestOrder order;
  store::CatalogVersion catalog;
};

Loaded load(store::Pool& pool, const store::ClaimedJob& job) {
  if (!job.catalog_version) stop("no_catalog");
  auto transaction = pool.begin();
  auto order = store::jobs::load_order(transaction, job.request, job.account);
  if (!order) stop("no_keys");
  auto catalog = store::catalog_versions::find(transaction, *job.catalog_version);
  if (!catalog) stop("no_catalog");
  return {*std::move(order), *std::move(catalog)};
}

/// Whoever can write into the state database could name other tables and folders in a catalog: only
/// one that an operator with the server keys put into force is run.
void check_catalog(const crypto::ServerKeys& keys, const store::CatalogVersion& catalog) {
  const auto sha256 = crypto::sha256(as_bytes(catalog.content));
  if (sha256 != catalog.sha256 || !keys.check_catalog_mac(sha256, catalog.mac)) {
    throw queue::AttemptFailed(
        queue::failure_of("forged_catalog", queue::FailureClass::Quarantine));
  }
}

/// Only what the catalog names by a variable; the child gets no environment.
sources::SourceLocations resolve(const catalog::Catalog& catalog, const ExportSettings& settings) {
  sources::SourceLocations locations;
  for (const auto& source : catalog.sources()) {
    for (const auto& [key, variable] : source.variables()) {
      const auto value = settings.environment(variable);
      if (!value || value->empty()) stop("not_configured");
      locations.emplace(key, *value);
    }
  }
  return locations;
}

std::vector<std::string> names_of(const catalog::Catalog& catalog) {
  std::vector<std::string> names;
  for (const auto& dataset : catalog.datasets())
    names.push_back(dataset.name);
  return names;
}

}  // namespace

ExportHandler::ExportHandler(store::Pool& pool,
                             PackageStore& packages,
                             const crypto::ServerKeys& keys,
                             Clock& clock,
                             Random& random,
                             ReleaseGate& gate,
                             ExportSettings settings)
    : pool_(pool),
      packages_(packages),
      keys_(keys),
      clock_(clock),
      random_(random),
      gate_(gate),
      settings_(std::move(settings)) {
  std::error_code error;
  std::filesystem::create_directories(settings_.work_directory, error);
  if (error) throw_system_failure("making the work directory", error.value());
  std::filesystem::permissions(settings_.work_directory, std::filesystem::perms::owner_all, error);
}

std::unique_ptr<queue::JobAttempt> ExportHandler::begin(const store::ClaimedJob& job) {
  Loaded loaded = load(pool_, job);
  const auto order = Order::parse(loaded.order);
  if (!order) stop("no_keys");
  check_catalog(keys_, loaded.catalog);
  const auto catalog = catalog::Catalog::parse(loaded.catalog.content, "catalog");
  if (!catalog) stop("bad_catalog");
  std::string checkpoint = gate_.newest_checkpoint();
  const Instant now = clock_.now();
  sources::SourceLocations locations = resolve(*catalog, settings_);
  auto uploads = fetch_uploads(
      {pool_, keys_, clock_, random_, settings_.work_directory}, job, *catalog, locations);
  ChildInput input{.account = job.account,
                   .request = job.request,
                   .statement = order->statement,
                   .sign_key = order->sign_key,
                   .signature = order->signature,
                   .service_key = keys_.service_key().public_key(),
                   .recovery_wrap = loaded.order.recovery_wrap,
                   .language = loaded.order.language,
                   .catalog = loaded.catalog.content,
                   .catalog_version = loaded.catalog.version,
                   .catalog_sha256 = loaded.catalog.sha256,
                   .checkpoint = std::move(checkpoint),
                   .locations = std::move(locations),
                   .package_directory = settings_.package_directory,
                   .object_name = job.object_name,
                   .work_directory = settings_.work_directory,
                   .created = now,
                   .not_after = now + settings_.package_lifetime + kReleaseSlack,
                   .memory_mib = settings_.child_memory_mib,
                   .is_landlock_required = settings_.landlock == Landlock::Require};
  return std::make_unique<ExportAttempt>(AttemptParts{pool_,
                                                      packages_,
                                                      keys_,
                                                      clock_,
                                                      random_,
                                                      gate_,
                                                      settings_.package_lifetime,
                                                      std::move(uploads)},
                                         job,
                                         std::move(input),
                                         names_of(*catalog));
}

void ExportHandler::destroy_object(std::string_view object_name) {
  destroy_and_look(std::string(object_name));
}

// `package.deleted` says that it is gone.
void ExportHandler::destroy_and_look(const std::string& object_name) {
  packages_.destroy(object_name);
  if (packages_.read(object_name)) {
    throw Failure(Retry::Later, "io_error", "a destroyed package is still in the package store");
  }
}

bool ExportHandler::quarantine(const store::ClaimedJob& job,
                               const store::AttemptEnd& end,
                               const queue::JobFailure& failure) {
  using StageCode = ledger::Code<ledger::CodeList::Stage>;
  const auto ref = ledger::RequestRef::parse(job.request_ref);
  if (!ref) throw Failure(Retry::Never, "bad_row", "a request's ledger reference is not one");
  const Instant now = clock_.now();
  const std::optional<ledger::Integer> number =
      failure.dataset_number ? std::optional(ledger::Integer(*failure.dataset_number))
                             : std::nullopt;
  ledger::Event event(
      ledger::System{},
      job.account,
      *ref,
      ledger::events::JobQuarantined{
          .ds = number,
          .stage = StageCode::parse(end.stage).value_or(StageCode("starting")),
          .why = ledger::Code<ledger::CodeList::GuardCause>::or_other(failure.cause)},
      ledger::Outcome::Denied);
  auto transaction = pool_.begin();
  const store::JobEnd why{std::string(name_of(failure.failure_class)), failure.cause, failure.note};
  if (!store::jobs::quarantine(transaction, job, end, why, now, std::move(event))) return false;
  static_cast<void>(lifecycle::open_incident(transaction,
                                             {.cause = failure.cause,
                                              .request = job.request,
                                              .account = job.account,
                                              .request_ref = job.request_ref,
                                              .reporter = lifecycle::Reporter::System,
                                              .note = failure.note},
                                             now,
                                             random_));
  transaction.commit();
  return true;
}

void ExportHandler::sweep() {
  // The store first: every object in it had its row before its first byte.
  report_lost_requests();
  remove_left_uploads(settings_.work_directory);
  const auto objects = packages_.list();
  destroy_left_objects();
  sort_out(objects);
  report_missing(objects);
}

void ExportHandler::report_lost_requests() {
  auto transaction = pool_.begin();
  for (const auto& request : store::jobs::requests_without_job(transaction))
    log::error("request_without_job", "request={}", request);
}

void ExportHandler::destroy_left_objects() {
  std::vector<store::LeftObject> left;
  {
    auto transaction = pool_.begin();
    store::jobs::end_abandoned_attempts(transaction);
    left = store::jobs::left_objects(transaction);
    transaction.commit();
  }
  for (const auto& object : left) {
    destroy_and_look(object.object_name);
    auto transaction = pool_.begin();
    store::jobs::mark_object_destroyed(transaction, object.job, object.attempt, "rescued");
    transaction.commit();
  }
}

void ExportHandler::sort_out(const std::vector<StoredObject>& objects) {
  std::vector<std::string> names;
  names.reserve(objects.size());
  for (const auto& object : objects)
    names.push_back(object.object_name);
  std::map<std::string, store::KnownObject> known;
  {
    auto transaction = pool_.begin();
    for (auto& row : store::jobs::known_objects(transaction, names))
      known.emplace(row.object_name, row);
  }
  for (const auto& object : objects) {
    const auto row = known.find(object.object_name);
    if (row == known.end()) {
      log::warn("unknown_object", "object={} complete={}", object.object_name, object.is_complete);
      if (!object.is_complete) packages_.destroy(object.object_name);
    } else if (row->second.is_destroyed) {
      packages_.destroy(object.object_name);
    }
  }
}

void ExportHandler::report_missing(const std::vector<StoredObject>& objects) {
  std::vector<std::string> released;
  {
    auto transaction = pool_.begin();
    released = store::jobs::released_objects(transaction);
  }
  std::set<std::string_view> listed;
  for (const auto& object : objects)
    listed.insert(object.object_name);
  for (const auto& name : released) {
    // Released after the list was made, perhaps: the store itself has the last word.
    if (!listed.contains(name) && !packages_.read(name))
      log::error("package_object_missing", "object={}", name);
  }
}

}  // namespace rightful::exporting
