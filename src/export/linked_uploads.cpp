#include "rightful/export/linked_uploads.hpp"

#include <system_error>
#include <utility>

#include "rightful/archive/sealed_spool.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/store/manual_links.hpp"
#include "rightful/store/transaction.hpp"

#include "export/manual_dataset.hpp"
#include "export/spool_text.hpp"

namespace rightful::exporting {
namespace {

/// One of the uploads at once.
class Place {
 public:
  explicit Place(std::atomic<int>& open) : open_(open), number_(++open) {}

  ~Place() { --open_; }

  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  std::atomic<int>& open_;
  int number_;
};

LinkRefusal refusal_of(UploadRefusal refusal) {
  // Whatever ended the link meanwhile: the answer is that of a dead one.
  if (!refusal.why || refusal.why->text() == "state") return {LinkRefusalKind::Dead};
  const std::string_view why = refusal.why->text();
  if (why == "typed_account") return {LinkRefusalKind::OtherAccount};
  if (why == "size") return {LinkRefusalKind::TooLarge};
  const auto kind = why == "account" ? LinkRefusalKind::ForeignRecord : LinkRefusalKind::BadForm;
  return {kind, std::move(refusal.error.detail)};
}

}  // namespace

struct IncomingUpload::Parts {
  ManualUploads& uploads;
  std::unique_ptr<Place> place;
  crypto::Sha256Digest link;
  RequestId request;
  std::string dataset;
  Replace replace;
  AccountId typed;
  archive::SealedSpool spool;
};

IncomingUpload::IncomingUpload(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

IncomingUpload::~IncomingUpload() = default;

void IncomingUpload::append(ByteView bytes) {
  parts_->spool.append(bytes);
}

std::expected<std::uint64_t, LinkRefusal> IncomingUpload::finish() {
  SpoolText text(parts_->spool);
  auto taken = parts_->uploads.take({.request = parts_->request,
                                     .dataset = parts_->dataset,
                                     .typed = parts_->typed,
                                     .text = text,
                                     .size_bytes = parts_->spool.size(),
                                     .replace = parts_->replace,
                                     .link = parts_->link});
  if (!taken) return std::unexpected(refusal_of(std::move(taken).error()));
  return *taken;
}

LinkedUploads::LinkedUploads(store::Pool& pool,
                             ManualUploads& uploads,
                             Clock& clock,
                             Random& random,
                             std::filesystem::path spool_directory)
    : pool_(pool),
      uploads_(uploads),
      clock_(clock),
      random_(random),
      spool_directory_(std::move(spool_directory)) {
  std::error_code error;
  std::filesystem::create_directories(spool_directory_, error);
  if (error) throw_system_failure("make the work directory", error.value());
  std::filesystem::permissions(spool_directory_, std::filesystem::perms::owner_all, error);
  if (error) throw_system_failure("close the work directory to others", error.value());
}

std::optional<LinkedTask> LinkedUploads::find(const lifecycle::Token& token) {
  auto transaction = pool_.begin();
  const auto link = store::manual_links::find(transaction, token.hash(), clock_.now());
  if (!link) return std::nullopt;
  const auto described = find_manual_dataset(transaction, link->catalog_version, link->dataset);
  if (!described) return std::nullopt;
  return LinkedTask{.request = link->request,
                    .title = described->dataset->title,
                    .instructions = described->settings->instructions,
                    .languages = described->catalog.controller().languages,
                    .due = link->due_nominal,
                    .until = link->expires_at,
                    .max_bytes = described->max_bytes()};
}

std::expected<std::unique_ptr<IncomingUpload>, LinkRefusal> LinkedUploads::receive(
    const lifecycle::Token& token, AccountId typed, std::uint64_t size_bytes) {
  auto transaction = pool_.begin();
  const auto hash = token.hash();
  const auto link = store::manual_links::find(transaction, hash, clock_.now());
  const auto described =
      link ? find_manual_dataset(transaction, link->catalog_version, link->dataset) : std::nullopt;
  if (!described) return std::unexpected(LinkRefusal{LinkRefusalKind::Dead});
  if (size_bytes > described->max_bytes()) {
    return std::unexpected(LinkRefusal{LinkRefusalKind::TooLarge});
  }
  auto place = std::make_unique<Place>(open_);
  if (place->number() > kAtOnce) return std::unexpected(LinkRefusal{LinkRefusalKind::Busy});
  auto parts = std::make_unique<IncomingUpload::Parts>(IncomingUpload::Parts{
      .uploads = uploads_,
      .place = std::move(place),
      .link = hash,
      .request = link->request,
      .dataset = link->dataset,
      .replace = link->may_replace ? Replace::Allow : Replace::Refuse,
      .typed = std::move(typed),
      .spool = archive::SealedSpool({.directory = spool_directory_, .random = random_})});
  return std::unique_ptr<IncomingUpload>(new IncomingUpload(std::move(parts)));
}

}  // namespace rightful::exporting
