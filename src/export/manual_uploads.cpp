#include "rightful/export/manual_uploads.hpp"

#include <algorithm>
#include <spanstream>
#include <utility>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/crypto/aead.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/sealed_upload.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/sources/manual_upload.hpp"
#include "rightful/store/manual_links.hpp"
#include "rightful/store/manual_tasks.hpp"
#include "rightful/store/transaction.hpp"

#include "export/manual_dataset.hpp"

namespace rightful::exporting {

/// Locked, and described by its frozen catalog.
struct ManualUploads::Task {
  store::ManualTask row;
  ManualDataset described;
};

namespace {

namespace links = store::manual_links;
namespace tasks = store::manual_tasks;
using Why = ledger::Code<ledger::CodeList::SupplyWhy>;

constexpr const char* kNothingWaits =
    "no request with this id waits for this dataset: see `rightful admin manual list`";
constexpr const char* kSuppliedAlready =
    "this dataset was supplied already; replace it on purpose or leave it";

ledger::RequestRef ref_of(const store::ManualTask& task) {
  const auto ref = ledger::RequestRef::parse(task.ledger_ref);
  if (!ref) throw Failure(Retry::Never, "bad_row", "a request's ledger reference is not one");
  return *ref;
}

template <class Fields>
ledger::Event event_of(const store::ManualTask& task, Fields fields) {
  return {ledger::System{}, task.account, ref_of(task), std::move(fields)};
}

ledger::Event refused_event(const store::ManualTask& task, Why why) {
  return {ledger::System{},
          task.account,
          ref_of(task),
          ledger::events::DatasetSupplyRefused{.ds = ledger::Integer(task.number), .why = why},
          ledger::Outcome::Denied};
}

ledger::Event link_ended(const store::ManualTask& task,
                         ledger::Code<ledger::CodeList::LinkWhy> why) {
  return event_of(task,
                  ledger::events::DatasetLinkEnded{.ds = ledger::Integer(task.number), .why = why});
}

/// Why nothing more can be supplied, whatever it is.
std::optional<Error> closed(const store::ManualTask& task, Replace replace) {
  if (task.state == "closed") {
    return Error{ErrorCode::Conflict,
                 "the request is " + task.request_state + ": nothing can be added to it"};
  }
  if (task.state == "supplied" && replace == Replace::Refuse) {
    return Error{ErrorCode::Conflict, kSuppliedAlready};
  }
  return std::nullopt;
}

/// What speaks against the upload before it is read.
std::optional<UploadRefusal> objection(const store::ManualTask& task,
                                       const ManualDataset& described,
                                       const UploadOffer& offer) {
  const bool is_typed_right =
      crypto::constant_time_equal(as_bytes(offer.typed.expose()), as_bytes(task.account.expose()));
  if (!is_typed_right) {
    return UploadRefusal{{ErrorCode::Denied, "the account that was typed is not the request's"},
                         Why("typed_account")};
  }
  if (auto error = closed(task, offer.replace))
    return UploadRefusal{*std::move(error), Why("state")};
  if (offer.size_bytes > described.max_bytes()) {
    return UploadRefusal{
        {ErrorCode::LimitExceeded,
         "the upload is larger than " + std::to_string(described.settings->max_mib) +
             " MiB, the catalog's `max_mib`"},
        Why("size")};
  }
  return std::nullopt;
}

}  // namespace

std::vector<ManualTaskView> ManualUploads::list() {
  auto transaction = pool_.begin();
  std::vector<ManualTaskView> views;
  for (const store::ManualLine& line : tasks::list(transaction)) {
    ManualTaskView view{.request = line.request,
                        .dataset = line.dataset,
                        .title = line.dataset,
                        .instructions = {},
                        .assignee = {},
                        .is_supplied = line.state == "supplied",
                        .is_late = line.request_state == "failed",
                        .due_at = line.due_at,
                        .refused = line.refused};
    if (const auto described =
            find_manual_dataset(transaction, line.catalog_version, line.dataset)) {
      const std::string& language = described->catalog.controller().languages.front();
      view.title = described->dataset->title.in(language);
      view.instructions = described->settings->instructions.in(language);
      view.assignee = described->settings->assignee;
    }
    views.push_back(std::move(view));
  }
  return views;
}

std::expected<std::uint64_t, UploadRefusal> ManualUploads::take(const UploadOffer& offer) {
  // Reading a large upload takes a while: not with a row locked.
  auto described = look(offer);
  if (!described) return std::unexpected(std::move(described).error());
  Result<std::uint64_t> checked =
      sources::check_upload(*described->dataset, offer.typed, offer.text);
  auto transaction = pool_.begin();
  auto task = open(transaction, offer);
  if (!task) return std::unexpected(std::move(task).error());
  if (!checked) {
    const bool is_foreign = checked.error().code == ErrorCode::Denied;
    UploadRefusal refusal{std::move(checked).error(), is_foreign ? Why("account") : Why("content")};
    return std::unexpected(refuse(transaction, offer, task->row, std::move(refusal)));
  }
  if (!keep(transaction, offer, task->row)) {
    return std::unexpected(
        UploadRefusal{{ErrorCode::Conflict, "the request has ended meanwhile"}, Why("state")});
  }
  if (offer.link) {
    links::end(transaction, offer.request, offer.dataset, link_ended(task->row, "used"));
  }
  transaction.commit();
  return *checked;
}

Result<std::uint64_t> ManualUploads::upload(const RequestId& request,
                                            const std::string& dataset,
                                            const AccountId& typed,
                                            std::string_view text,
                                            Replace replace) {
  std::ispanstream stream(std::span<const char>(text.data(), text.size()));
  auto taken = take({.request = request,
                     .dataset = dataset,
                     .typed = typed,
                     .text = *stream.rdbuf(),
                     .size_bytes = text.size(),
                     .replace = replace});
  if (!taken) return std::unexpected(std::move(taken).error().error);
  return *taken;
}

Result<NewUploadLink> ManualUploads::make_link(const RequestId& request,
                                               const std::string& dataset,
                                               std::chrono::seconds lifetime,
                                               Replace replace) {
  auto transaction = pool_.begin();
  const auto task = tasks::lock(transaction, request, dataset);
  if (!task || !find_manual_dataset(transaction, task->catalog_version, dataset)) {
    return fail(ErrorCode::NotFound, kNothingWaits);
  }
  if (auto error = closed(*task, replace)) return std::unexpected(*std::move(error));
  const Instant now = clock_.now();
  const Instant until = std::min<Instant>(now + lifetime, task->due_at);
  if (until <= now) {
    return fail(ErrorCode::Conflict,
                "the request's legal date has passed; supply it with `rightful admin manual "
                "upload`");
  }
  links::end(transaction, request, dataset, link_ended(*task, "replaced"));
  NewUploadLink made{lifecycle::Token::generate(random_), until};
  links::put(transaction,
             {.request = request,
              .dataset = dataset,
              .expires_at = until,
              .may_replace = replace == Replace::Allow,
              .due_nominal = task->due_nominal,
              .catalog_version = task->catalog_version},
             made.token.hash(),
             now,
             event_of(*task,
                      ledger::events::DatasetLinkMade{.ds = ledger::Integer(task->number),
                                                      .until = until}));
  transaction.commit();
  return made;
}

Result<void> ManualUploads::revoke_link(const RequestId& request, const std::string& dataset) {
  auto transaction = pool_.begin();
  const auto task = tasks::lock(transaction, request, dataset);
  if (!task || !links::end(transaction, request, dataset, link_ended(*task, "revoked"))) {
    return fail(ErrorCode::NotFound, "there is no link for this dataset of this request");
  }
  transaction.commit();
  return {};
}

std::expected<ManualDataset, UploadRefusal> ManualUploads::look(const UploadOffer& offer) {
  auto transaction = pool_.begin();
  auto task = open(transaction, offer);
  if (!task) return std::unexpected(std::move(task).error());
  return std::move(task->described);
}

/// A refusal is logged, counted and committed.
std::expected<ManualUploads::Task, UploadRefusal> ManualUploads::open(
    store::Transaction& transaction, const UploadOffer& offer) {
  auto row = tasks::lock(transaction, offer.request, offer.dataset);
  auto described =
      row ? find_manual_dataset(transaction, row->catalog_version, offer.dataset) : std::nullopt;
  if (!described) return std::unexpected(UploadRefusal{{ErrorCode::NotFound, kNothingWaits}});
  // Only now: whoever ends a link holds the lock of its task.
  if (offer.link) {
    const auto link = links::find(transaction, *offer.link, clock_.now());
    if (!link || link->request != offer.request || link->dataset != offer.dataset) {
      return std::unexpected(UploadRefusal{{ErrorCode::Expired, "the link is dead"}});
    }
  }
  if (auto refusal = objection(*row, *described, offer)) {
    return std::unexpected(refuse(transaction, offer, *row, *std::move(refusal)));
  }
  return Task{*std::move(row), *std::move(described)};
}

UploadRefusal ManualUploads::refuse(store::Transaction& transaction,
                                    const UploadOffer& offer,
                                    const store::ManualTask& task,
                                    UploadRefusal refusal) {
  RIGHTFUL_CHECK(refusal.why.has_value());  // without one nothing is counted
  tasks::count_refused(
      transaction, offer.request, offer.dataset, refused_event(task, *refusal.why));
  if (offer.link && refusal.why == Why("typed_account") &&
      links::count_wrong(transaction, offer.request, offer.dataset) >= kMaxWrongAccounts) {
    links::end(transaction, offer.request, offer.dataset, link_ended(task, "wrong_accounts"));
  }
  transaction.commit();
  return refusal;
}

bool ManualUploads::keep(store::Transaction& transaction,
                         const UploadOffer& offer,
                         const store::ManualTask& task) {
  const crypto::UploadPlace place{task.account, offer.request, offer.dataset};
  crypto::SecretBytes key(crypto::kAeadKeySizeBytes);
  random_.fill(key.expose_mutable());
  tasks::drop_chunks(transaction, offer.request, offer.dataset);
  offer.text.pubseekpos(0, std::ios::in);
  std::string plain(crypto::kUploadPieceBytes, '\0');
  std::uint32_t number = 0;
  for (std::uint64_t left = offer.size_bytes; left > 0; ++number) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, plain.size()));
    if (offer.text.sgetn(plain.data(), static_cast<std::streamsize>(size)) !=
        static_cast<std::streamsize>(size)) {
      throw Failure(Retry::Never, "io_error", "an upload is shorter than it was");
    }
    left -= size;
    const auto which = left == 0 ? crypto::UploadPiece::Last : crypto::UploadPiece::Middle;
    const ByteView piece = as_bytes(std::string_view(plain).substr(0, size));
    tasks::add_chunk(transaction,
                     offer.request,
                     offer.dataset,
                     number,
                     crypto::seal_upload_piece(key.expose(), place, number, which, piece, random_));
  }
  const std::int64_t epoch = store::current_kek_epoch(transaction);
  const auto kek = keys_.kek(epoch);
  if (!kek) throw Failure(Retry::Never, "no_keys", kek.error().detail);
  return tasks::supply(
      transaction,
      offer.request,
      task.account,
      offer.dataset,
      clock_.now(),
      static_cast<std::int64_t>(offer.size_bytes),
      store::WrappedKey{crypto::wrap_upload_key((*kek)->expose(), key.expose(), place, random_),
                        epoch},
      event_of(task, ledger::events::DatasetSupplied{.ds = ledger::Integer(task.number)}));
}

}  // namespace rightful::exporting
