#include "rightful/store/kek_rotation.hpp"

#include "rightful/core/failure.hpp"
#include "rightful/crypto/sealed_upload.hpp"
#include "rightful/ledger/pseudonym.hpp"

#include "store/queries/kek.hpp"
#include "store/subject_keys.hpp"

namespace rightful::store::kek_rotation {

namespace {

constexpr std::int64_t kAtOnce = 500;

std::shared_ptr<const crypto::SecretBytes> kek_of(const crypto::ServerKeys& keys,
                                                  std::int64_t epoch) {
  auto kek = keys.kek(epoch);
  if (!kek) throw Failure(Retry::Never, "no_keys", kek.error().detail);
  return *std::move(kek);
}

}  // namespace

std::vector<std::int64_t> epochs(Transaction& transaction) {
  std::vector<std::int64_t> found;
  for (const Row row : transaction.run(queries::kListKeks))
    found.push_back(row.integer("epoch"));
  if (found.empty()) throw Failure(Retry::Never, "bad_row", "no key-encryption key is in use");
  return found;
}

void begin(Transaction& transaction, std::int64_t epoch) {
  transaction.run(queries::kAddKek, {epoch});
}

Rewrapped rewrap_subject_keys(Transaction& transaction,
                              std::int64_t epoch,
                              const Bytes& after,
                              const crypto::ServerKeys& keys,
                              Random& random) {
  const auto kek = kek_of(keys, epoch);
  std::vector<Bytes> tags;
  std::vector<Bytes> wrapped;
  for (const Row row : transaction.run(queries::kSubjectKeysBelow, {epoch, after, kAtOnce})) {
    const auto tag = crypto::Sha256Digest::parse(row.bytes("tag"));
    if (!tag) throw Failure(Retry::Never, "bad_row", "a subject key's tag is not one");
    const auto key = unwrap_subject_key(row, *tag, keys);
    wrapped.push_back(key.wrap(kek->expose(), *tag, random));
    tags.push_back(row.bytes("tag"));
  }
  if (tags.empty()) return {};
  transaction.run(queries::kRewrapSubjectKeys, {tags, wrapped, epoch});
  return {.count = tags.size(), .last = tags.back()};
}

std::uint64_t rewrap_uploads(Transaction& transaction,
                             std::int64_t epoch,
                             const crypto::ServerKeys& keys,
                             Random& random) {
  const Rows rows = transaction.run(queries::kUploadsBelow, {epoch, kAtOnce});
  for (const Row row : rows) {
    const auto request = row.id<RequestId>("request_id");
    const AccountId account = row.account("account_id");
    const std::string dataset = row.text("dataset");
    const crypto::UploadPlace place{account, request, dataset};
    const auto key = crypto::unwrap_upload_key(
        kek_of(keys, row.integer("kek_epoch"))->expose(), row.bytes("wrapped_key"), place);
    if (!key) throw Failure(Retry::Never, "subject_key", "the key of an upload does not open");
    transaction.run(
        queries::kRewrapUpload,
        {request,
         account,
         dataset,
         crypto::wrap_upload_key(kek_of(keys, epoch)->expose(), key->expose(), place, random),
         epoch});
  }
  return rows.size();
}

std::uint64_t drop_below(Transaction& transaction, std::int64_t epoch) {
  return transaction.run(queries::kDropKeksBelow, {epoch}).affected();
}

}  // namespace rightful::store::kek_rotation
