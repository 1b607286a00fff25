#include "store/head_row.hpp"

#include <array>
#include <utility>

#include "rightful/store/database_failure.hpp"

#include "store/bulk_session.hpp"
#include "store/queries/sequencer.hpp"

namespace rightful::store {
namespace {

[[noreturn]] void throw_damaged(const char* what) {
  throw Failure(Retry::Never, "ledger_damaged", what);
}

ledger::Frontier read_frontier(const Row& row) {
  constexpr std::size_t kHash = ledger::TreeHash::kSizeBytes;
  const Bytes bytes = row.bytes("frontier");
  const ByteView view(bytes);
  std::vector<ledger::TreeHash> peaks;
  for (std::size_t at = 0; at + kHash <= view.size(); at += kHash)
    peaks.push_back(ledger::TreeHash::from(view.subspan(at).first<kHash>()));
  const auto root = ledger::TreeHash::parse(row.bytes("root"));
  auto frontier = ledger::Frontier::from_peaks(static_cast<std::uint64_t>(row.integer("size")),
                                               std::move(peaks));
  if (!root || !frontier || frontier->root() != *root || !row.boolean("ends_here")) {
    throw_damaged("size, root, frontier and entries of the log do not belong together");
  }
  return *std::move(frontier);
}

LogIdentity read_identity(const Row& row) {
  auto origin = ledger::Origin::parse(row.text("origin"));
  const auto enrolment = crypto::SignPublicKey::parse(row.bytes("enrol_key"));
  if (!origin || !enrolment) throw_damaged("the log's origin or enrolment key is none");
  return {.origin = *std::move(origin), .enrolment = *enrolment};
}

}  // namespace

std::optional<HeadRow> lock_head(BulkSession& session, const Sql& lock, std::int64_t log_id) {
  const Value id(log_id);
  const auto row = session.run(lock, {&id, 1}).at_most_one();
  if (!row) return std::nullopt;
  const std::string state = row->text("state");
  return HeadRow{.log = read_identity(*row),
                 .frontier = read_frontier(*row),
                 .takes_leaves = state == "open" || state == "frozen",
                 .is_live = !row->is_null("is_live") && row->boolean("is_live")};
}

void advance_head(BulkSession& session,
                  std::int64_t log_id,
                  std::uint64_t old_size,
                  const ledger::Frontier& frontier) {
  Bytes peaks;
  for (const ledger::TreeHash& peak : frontier.peaks())
    peaks.insert(peaks.end(), peak.bytes().begin(), peak.bytes().end());
  const std::array<Value, 5> values{log_id, old_size, frontier.size(), frontier.root(), peaks};
  if (session.run(queries::kAdvanceHead, values).affected() != 1) {
    throw DatabaseFailure(Retry::Later, "serialization", "the head of the log has moved", {});
  }
}

}  // namespace rightful::store
