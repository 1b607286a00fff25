#include "export/export_attempt.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/crypto/envelope.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/pseudonym.hpp"
#include "rightful/store/packages.hpp"
#include "rightful/store/pool.hpp"
#include "rightful/store/requests.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::exporting {

namespace {

// The window of a ledger writer holds 32 leaves, and several exports may commit at once.
constexpr std::size_t kDatasetsPerCommit = 4;
constexpr std::int64_t kPackageFormat = 1;
// The closed words of archive::verify_package. Not the entries it walked: that would be a count of
// somebody's recordings in the ledger.
constexpr std::int64_t kVerifyChecks = 12;

constexpr std::array<std::string_view, 4> kStages{
    "starting", "collecting", "packaging", "verifying"};

[[noreturn]] void refuse_frame() {
  throw queue::AttemptFailed(queue::failure_of("protocol", queue::FailureClass::Stop));
}

[[noreturn]] void refuse_result() {
  throw queue::AttemptFailed(queue::failure_of("false_result", queue::FailureClass::Quarantine));
}

ledger::RequestRef parse_ref(const std::string& text) {
  const auto ref = ledger::RequestRef::parse(text);
  if (!ref) throw Failure(Retry::Never, "bad_row", "a request's ledger reference is not one");
  return *ref;
}

crypto::Sha256Digest hash_of(const archive::ReadAt& object) {
  crypto::Sha256 hash;
  std::vector<std::byte> buffer(std::size_t{1} << 20U);
  for (std::uint64_t offset = 0; offset < object.size();) {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), object.size() - offset));
    const auto part = std::span(buffer).first(size);
    object.read_at(offset, part);
    hash.update(part);
    offset += size;
  }
  return std::move(hash).finish();
}

std::optional<store::CommittedLeaves> commit_if_ours(store::Transaction& transaction,
                                                     bool is_ours) {
  if (!is_ours) throw queue::LeaseLost();
  return transaction.commit();
}

}  // namespace

ExportAttempt::ExportAttempt(const AttemptParts& parts,
                             store::ClaimedJob job,
                             ChildInput input,
                             std::vector<std::string> datasets)
    : parts_(parts),
      job_(std::move(job)),
      request_ref_(parse_ref(job_.request_ref)),
      package_ref_(ledger::PackageRef::random(parts.random)),
      input_(std::move(input)),
      datasets_(std::move(datasets)),
      facts_(datasets_.size()) {
  progress_.datasets_total = static_cast<std::int64_t>(datasets_.size());
}

template <class Fields>
ledger::Event ExportAttempt::event(const Fields& fields, ledger::Outcome outcome) const {
  return {ledger::System{}, job_.account, request_ref_, fields, outcome};
}

std::optional<std::string> ExportAttempt::on_frame(std::string_view text) {
  const auto message = parse_child_message(text);
  // After its last word a child has nothing to say.
  if (!message || result_ || failure_) refuse_frame();
  return std::visit([this](const auto& typed) { return on(typed); }, *message);
}

ExportAttempt::Answer ExportAttempt::on(const StageMessage& message) {
  const auto* now = std::ranges::find(kStages, stage_);
  const auto* next = std::ranges::find(kStages, message.stage);
  if (next == kStages.end() || next != now + 1) refuse_frame();
  if (message.stage == "packaging") record_datasets();
  if (message.stage == "verifying") {
    if (!signed_envelope_) refuse_frame();
    enter_verifying();
  } else {
    enter_stage(message.stage);
  }
  return std::nullopt;
}

ExportAttempt::Answer ExportAttempt::on(const ProgressMessage& message) {
  const auto& next = message.progress;
  const bool is_plausible = next.datasets_total == progress_.datasets_total &&
                            next.datasets_done <= next.datasets_total &&
                            next.datasets_done >= progress_.datasets_done &&
                            next.rows >= progress_.rows && next.objects >= progress_.objects &&
                            next.bytes >= progress_.bytes;
  if (!is_plausible) refuse_frame();
  progress_ = next;
  return std::nullopt;
}

ExportAttempt::Answer ExportAttempt::on(const DatasetMessage& message) {
  const std::size_t index = index_of(message.name);
  if (stage_ != "collecting" || facts_[index]) refuse_frame();
  facts_[index] = message;
  return std::nullopt;
}

ExportAttempt::Answer ExportAttempt::on(const SignMessage& message) {
  if (stage_ != "packaging") refuse_frame();
  auto& slot =
      message.label == crypto::ServiceLabel::Manifest ? signed_manifest_ : signed_envelope_;
  const bool is_in_order =
      message.label == crypto::ServiceLabel::Manifest || signed_manifest_.has_value();
  if (slot || !is_in_order) refuse_frame();
  slot = message.digest;
  // Our own request and our own account: what the child believes to work for does not matter here.
  const auto text = crypto::service_text(message.label, job_.request, job_.account, message.digest);
  return encode(SignatureMessage{message.label, parts_.keys.service_key().sign(text)});
}

ExportAttempt::Answer ExportAttempt::on(const ResultMessage& message) {
  if (stage_ != "verifying") refuse_frame();
  if (message.manifest_sha256 != signed_manifest_) refuse_result();
  check_envelope(message);
  check_stored(message);
  result_ = message;
  return std::nullopt;
}

ExportAttempt::Answer ExportAttempt::on(const FailureMessage& message) {
  const auto otherwise =
      message.is_retried ? queue::FailureClass::Retry : queue::FailureClass::Stop;
  auto failure = queue::failure_of(message.cause, otherwise);
  if (!message.dataset.empty())
    failure.dataset_number = static_cast<std::int64_t>(index_of(message.dataset)) + 1;
  failure_ = std::move(failure);
  return std::nullopt;
}

void ExportAttempt::enter_stage(std::string_view stage) {
  auto transaction = parts_.pool.begin();
  commit_if_ours(transaction, store::jobs::set_stage(transaction, job_.lease, stage));
  stage_ = stage;
}

// Here the request becomes `verifying`: the leaf of that move is `job.collected`.
void ExportAttempt::enter_verifying() {
  auto transaction = parts_.pool.begin();
  const bool is_ours = store::jobs::set_stage(transaction, job_.lease, "verifying");
  transaction.record(event(ledger::events::JobCollected{.datasets = facts_.size()}));
  commit_if_ours(transaction, is_ours);
  stage_ = "verifying";
}

// Every dataset for every request, so that presence tells nothing.
void ExportAttempt::record_datasets() {
  if (std::ranges::any_of(facts_, [](const auto& fact) { return !fact.has_value(); }))
    refuse_frame();
  for (std::size_t first = 0; first < facts_.size(); first += kDatasetsPerCommit) {
    auto transaction = parts_.pool.begin();
    const bool is_ours = store::jobs::hold(transaction, job_.lease);
    const std::size_t end = std::min(facts_.size(), first + kDatasetsPerCommit);
    for (std::size_t index = first; index < end; ++index)
      record_dataset(transaction, index);
    commit_if_ours(transaction, is_ours);
  }
}

void ExportAttempt::record_dataset(store::Transaction& transaction, std::size_t index) {
  const std::optional<DatasetMessage>& reported = facts_[index];
  RIGHTFUL_CHECK(reported.has_value());  // record_datasets() refuses otherwise
  const DatasetMessage& fact = *reported;
  const auto number = index + 1;
  transaction.record(event(ledger::events::DatasetCollected{
      .catalog = input_.catalog_version,
      .ds = number,
      .media = ledger::RowsBucket::of(static_cast<std::uint64_t>(fact.objects)),
      .rows = ledger::RowsBucket::of(static_cast<std::uint64_t>(fact.rows)),
      .size = ledger::SizeBucket::of(static_cast<std::uint64_t>(fact.bytes))}));
  if (fact.redacted > 0) {
    transaction.record(event(ledger::events::DatasetRedacted{
        .ds = number,
        .rows = ledger::RowsBucket::of(static_cast<std::uint64_t>(fact.redacted)),
        .rule = "remove"}));
  }
  if (fact.pseudonymised > 0) {
    transaction.record(event(ledger::events::DatasetRedacted{
        .ds = number,
        .rows = ledger::RowsBucket::of(static_cast<std::uint64_t>(fact.pseudonymised)),
        .rule = "pseudonymise"}));
  }
}

void ExportAttempt::check_envelope(const ResultMessage& message) {
  const auto envelope = crypto::parse_envelope(message.envelope);
  if (!envelope) refuse_result();
  const bool is_for_us = envelope->request == job_.request &&
                         envelope->unlock_key == input_.statement.unlock_key &&
                         envelope->service_key == parts_.keys.service_key().public_key();
  if (!is_for_us) refuse_result();
}

void ExportAttempt::check_stored(const ResultMessage& message) {
  const auto object = parts_.packages.read(job_.object_name);
  if (!object || (*object)->size() != static_cast<std::uint64_t>(message.size)) refuse_result();
  if (hash_of(**object) != message.sha256) refuse_result();
}

std::size_t ExportAttempt::index_of(std::string_view dataset) const {
  const auto found = std::ranges::find(datasets_, dataset);
  if (found == datasets_.end()) refuse_frame();
  return static_cast<std::size_t>(found - datasets_.begin());
}

const ResultMessage& ExportAttempt::result() const {
  RIGHTFUL_CHECK(result_.has_value());
  return *result_;
}

std::optional<store::CommittedLeaves> ExportAttempt::record_verified() {
  const ResultMessage& sealed = result();
  auto transaction = parts_.pool.begin();
  const bool is_ours = store::jobs::set_stage(transaction, job_.lease, "releasing");
  transaction.record(event(ledger::events::PackageSealed{
      .format = kPackageFormat,
      .key = ledger::key_reference(input_.statement.unlock_key, input_.sign_key),
      .manifest = sealed.manifest_sha256,
      .pkg = package_ref_,
      .sha256 = sealed.sha256,
      .size = ledger::SizeBucket::of(static_cast<std::uint64_t>(sealed.size))}));
  transaction.record(event(
      ledger::events::PackageVerified{.checks = kVerifyChecks, .pkg = package_ref_, .why = {}}));
  store::jobs::note_sealed(transaction, job_, {.ref = package_ref_, .sha256 = sealed.sha256});
  auto leaves = commit_if_ours(transaction, is_ours);
  stage_ = "releasing";
  return leaves;
}

queue::ReleaseEnd ExportAttempt::release(const store::AttemptEnd& end,
                                         const std::stop_token& stop) {
  const auto leaves = record_verified();
  std::optional<std::uint64_t> at_size;
  try {
    at_size = parts_.gate.wait_until_covered(leaves, stop);
  } catch (const Failure& failure) {
    if (failure.cause().starts_with("ledger_")) refuse_release("ledger_not_covering");
    throw;
  }
  if (!at_size) {
    destroy_sealed("rescued");
    return queue::ReleaseEnd::Stopped;
  }
  insert_released(end, *at_size);
  return queue::ReleaseEnd::Released;
}

store::Package ExportAttempt::package_at(Instant now) const {
  std::int64_t rows = 0;
  std::int64_t objects = 0;
  for (const auto& fact : facts_) {
    RIGHTFUL_CHECK(fact.has_value());  // record_datasets() refuses otherwise
    rows += fact->rows;
    objects += fact->objects;
  }
  const ResultMessage& sealed = result();
  const auto bytes_of = [](const crypto::Sha256Digest& digest) {
    return Bytes(digest.bytes().begin(), digest.bytes().end());
  };
  return {.request = job_.request,
          .account = job_.account,
          .id = job_.package,
          .ledger_ref = package_ref_.text(),
          .object_name = job_.object_name,
          .size_bytes = sealed.size,
          .sha256 = bytes_of(sealed.sha256),
          .content_sha256 = bytes_of(sealed.content_sha256),
          .manifest_sha256 = bytes_of(sealed.manifest_sha256),
          .envelope = to_bytes(sealed.envelope),
          .rows = rows,
          .objects = objects,
          .released_at = now,
          .expires_at = now + parts_.package_lifetime,
          .frozen_at = {},
          .first_downloaded_at = {},
          .destroyed_at = {}};
}

void ExportAttempt::insert_released(const store::AttemptEnd& end, std::uint64_t at_size) {
  const Instant now = parts_.clock.now();
  {
    auto transaction = parts_.pool.begin();
    if (store::jobs::release(transaction, job_, end, now)) {
      store::packages::insert(
          transaction,
          package_at(now),
          event(ledger::events::PackageReleased{.at_size = at_size, .pkg = package_ref_}));
      transaction.commit();
      return;
    }
  }
  refuse_release(why_not_ours());
  throw queue::LeaseLost();
}

ledger::Code<ledger::CodeList::ReleaseWhy> ExportAttempt::why_not_ours() {
  auto transaction = parts_.pool.begin();
  const auto state = store::requests::state_of(transaction, job_.request);
  if (state == "withdrawn") return "withdrawn";
  const bool is_open = state == "queued" || state == "running" || state == "verifying";
  return is_open ? ledger::Code<ledger::CodeList::ReleaseWhy>("lease_lost")
                 : ledger::Code<ledger::CodeList::ReleaseWhy>("state_changed");
}

// Known not to have been released. Its leaves need no lease: what they say is true of this
// attempt's object, whoever has the job now.
void ExportAttempt::refuse_release(ledger::Code<ledger::CodeList::ReleaseWhy> why) {
  {
    auto transaction = parts_.pool.begin();
    transaction.record(event(ledger::events::PackageReleaseRefused{.pkg = package_ref_, .why = why},
                             ledger::Outcome::Denied));
    transaction.commit();
  }
  destroy_sealed("not_released");
}

void ExportAttempt::destroy_sealed(ledger::Code<ledger::CodeList::RemovalWhy> why) {
  parts_.packages.destroy(job_.object_name);
  if (parts_.packages.read(job_.object_name)) {
    throw Failure(Retry::Later, "io_error", "a destroyed package is still in the package store");
  }
  auto transaction = parts_.pool.begin();
  store::jobs::mark_object_destroyed(transaction, job_.lease.job, job_.attempt, why);
  transaction.commit();
}

}  // namespace rightful::exporting
