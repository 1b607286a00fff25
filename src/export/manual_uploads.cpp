#include "rightful/export/manual_uploads.hpp"

#include <algorithm>
#include <utility>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/crypto/aead.hpp"
#include "rightful/crypto/sealed_upload.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/sources/manual_upload.hpp"
#include "rightful/store/catalog_versions.hpp"
#include "rightful/store/manual_tasks.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::exporting {
namespace {

namespace tasks = store::manual_tasks;
using Why = ledger::Code<ledger::CodeList::SupplyWhy>;

constexpr std::size_t kMiB = 1U << 20U;

/// The dataset of a frozen catalog and what its source says; empty when the catalog has none such.
struct Described {
  catalog::Catalog catalog;
  const catalog::Dataset* dataset = nullptr;
  const catalog::ManualSettings* settings = nullptr;
};

std::optional<Described> describe(store::Transaction& transaction,
                                  std::optional<std::int64_t> version,
                                  const std::string& dataset) {
  if (!version) return std::nullopt;
  const auto stored = store::catalog_versions::find(transaction, *version);
  if (!stored) return std::nullopt;
  auto parsed = catalog::Catalog::parse(stored->content, "catalog");
  if (!parsed) return std::nullopt;
  Described found{*std::move(parsed), nullptr, nullptr};
  found.dataset = found.catalog.find_dataset(dataset);
  if (found.dataset == nullptr) return std::nullopt;
  const auto* source = found.catalog.find_source(found.dataset->source);
  if (source == nullptr) return std::nullopt;
  found.settings = std::get_if<catalog::ManualSettings>(&source->settings);
  if (found.settings == nullptr) return std::nullopt;
  return found;
}

struct Refused {
  Error error;
  Why why;
};

/// What speaks against the upload, before anything of it is kept.
std::optional<Refused> objection(const store::ManualTask& task,
                                 const Described& described,
                                 const AccountId& typed,
                                 std::string_view text,
                                 Replace replace) {
  if (typed != task.account) {
    return Refused{{ErrorCode::Denied, "the account that was typed is not the request's"},
                   "typed_account"};
  }
  if (task.state == "closed") {
    return Refused{{ErrorCode::Conflict,
                    "the request is " + task.request_state + ": nothing can be added to it"},
                   "state"};
  }
  if (task.state == "supplied" && replace == Replace::Refuse) {
    return Refused{{ErrorCode::Conflict,
                    "this dataset was supplied already; replace it on purpose or leave it"},
                   "state"};
  }
  if (text.size() > static_cast<std::size_t>(described.settings->max_mib) * kMiB) {
    return Refused{{ErrorCode::LimitExceeded,
                    "the upload is larger than " + std::to_string(described.settings->max_mib) +
                        " MiB, the catalog's `max_mib`"},
                   "size"};
  }
  auto checked = sources::check_upload(*described.dataset, task.account, text);
  if (checked) return std::nullopt;
  const bool is_foreign = checked.error().code == ErrorCode::Denied;
  return Refused{std::move(checked.error()), is_foreign ? Why("account") : Why("content")};
}

ledger::RequestRef ref_of(const store::ManualTask& task) {
  const auto ref = ledger::RequestRef::parse(task.ledger_ref);
  if (!ref) throw Failure(Retry::Never, "bad_row", "a request's ledger reference is not one");
  return *ref;
}

std::uint64_t records_in(const catalog::Dataset& dataset,
                         const AccountId& account,
                         std::string_view text) {
  return sources::check_upload(dataset, account, text).value_or(0);
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
    if (const auto described = describe(transaction, line.catalog_version, line.dataset)) {
      const std::string& language = described->catalog.controller().languages.front();
      view.title = described->dataset->title.in(language);
      view.instructions = described->settings->instructions.in(language);
      view.assignee = described->settings->assignee;
    }
    views.push_back(std::move(view));
  }
  return views;
}

Result<std::uint64_t> ManualUploads::upload(const RequestId& request,
                                            const std::string& dataset,
                                            const AccountId& typed,
                                            std::string_view text,
                                            Replace replace) {
  auto transaction = pool_.begin();
  const auto task = tasks::lock(transaction, request, dataset);
  const auto described =
      task ? describe(transaction, task->catalog_version, dataset) : std::nullopt;
  if (!described) {
    return fail(ErrorCode::NotFound,
                "no request with this id waits for this dataset: see `rightful admin manual list`");
  }
  const ledger::Integer number(task->number);
  if (auto refused = objection(*task, *described, typed, text, replace)) {
    tasks::count_refused(
        transaction,
        request,
        dataset,
        ledger::Event(ledger::System{},
                      task->account,
                      ref_of(*task),
                      ledger::events::DatasetSupplyRefused{.ds = number, .why = refused->why},
                      ledger::Outcome::Denied));
    transaction.commit();
    return std::unexpected(std::move(refused->error));
  }
  if (!keep(transaction, request, dataset, *task, text)) {
    return fail(ErrorCode::Conflict, "the request has ended meanwhile");
  }
  transaction.commit();
  return records_in(*described->dataset, task->account, text);
}

bool ManualUploads::keep(store::Transaction& transaction,
                         const RequestId& request,
                         const std::string& dataset,
                         const store::ManualTask& task,
                         std::string_view text) {
  const crypto::UploadPlace place{task.account, request, dataset};
  crypto::SecretBytes key(crypto::kAeadKeySizeBytes);
  random_.fill(key.expose_mutable());
  tasks::drop_chunks(transaction, request, dataset);
  const ByteView bytes = as_bytes(text);
  std::uint32_t number = 0;
  for (std::size_t at = 0; at < bytes.size(); at += crypto::kUploadPieceBytes, ++number) {
    const ByteView piece =
        bytes.subspan(at, std::min(crypto::kUploadPieceBytes, bytes.size() - at));
    const auto which =
        at + piece.size() == bytes.size() ? crypto::UploadPiece::Last : crypto::UploadPiece::Middle;
    tasks::add_chunk(transaction,
                     request,
                     dataset,
                     number,
                     crypto::seal_upload_piece(key.expose(), place, number, which, piece, random_));
  }
  return tasks::supply(
      transaction,
      request,
      task.account,
      dataset,
      clock_.now(),
      static_cast<std::int64_t>(text.size()),
      crypto::wrap_upload_key(keys_.kek().expose(), key.expose(), place, random_),
      ledger::Event(ledger::System{},
                    task.account,
                    ref_of(task),
                    ledger::events::DatasetSupplied{.ds = ledger::Integer(task.number)}));
}

}  // namespace rightful::exporting
