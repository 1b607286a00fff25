#include "rightful/store/catalog_versions.hpp"

#include "rightful/core/failure.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/transaction.hpp"

#include "store/queries/catalog_version.hpp"

namespace rightful::store::catalog_versions {

namespace {

CatalogVersion to_version(const Row& row) {
  const auto digest = crypto::Sha256Digest::parse(row.bytes("sha256"));
  if (!digest) throw Failure(Retry::Never, "bad_row", "a catalog's digest is not one");
  const auto mac = crypto::Sha256Digest::parse(row.bytes("mac"));
  if (!mac) throw Failure(Retry::Never, "bad_row", "a catalog's MAC is not one");
  return {row.integer("version"), *digest, *mac, std::string(as_text(row.bytes("content")))};
}

std::optional<CatalogVersion> to_version(const std::optional<Row>& row) {
  if (!row) return std::nullopt;
  return to_version(*row);
}

}  // namespace

CatalogVersion activate(Transaction& transaction,
                        std::string_view content,
                        const crypto::Sha256Digest& sha256,
                        const crypto::Sha256Digest& mac,
                        std::int64_t datasets,
                        Instant now) {
  if (auto current = newest(transaction);
      current && current->sha256 == sha256 && current->mac == mac)
    return *std::move(current);
  auto version = to_version(
      transaction.run(queries::kCatalogActivate, {sha256, mac, as_bytes(content), now}).only());
  transaction.record(ledger::Event(
      ledger::System{},
      ledger::events::CatalogActivated{
          .catalog = version.version, .datasets = datasets, .decision = {}, .sha256 = sha256}));
  return version;
}

std::optional<CatalogVersion> find(Transaction& transaction, std::int64_t version) {
  return to_version(transaction.run(queries::kCatalogByVersion, {version}).at_most_one());
}

std::optional<CatalogVersion> newest(Transaction& transaction) {
  return to_version(transaction.run(queries::kCatalogNewest).at_most_one());
}

}  // namespace rightful::store::catalog_versions
