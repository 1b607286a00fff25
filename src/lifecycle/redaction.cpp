#include "rightful/lifecycle/redaction.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stop_token>
#include <utility>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/tiles.hpp"
#include "rightful/store/erasure.hpp"
#include "rightful/store/ledger_entries.hpp"
#include "rightful/store/ledger_tables.hpp"

namespace rightful::lifecycle {

namespace {

namespace tables = store::ledger_tables;

constexpr std::chrono::milliseconds kPause{200};
constexpr std::size_t kRedactionsAtOnce = 1000;
constexpr std::array<std::string_view, 5> kNever{
    "log.", "writer.", "keyring.", "subject_key.", "actor."};

[[noreturn]] void damaged(const std::string& what) {
  throw Failure(Retry::Never, "ledger_damaged", what);
}

/// Where the leaf stands that names the redaction.
struct Named {
  std::int64_t log_id;
  std::string log;
  ledger::WriterId writer;
  std::uint64_t n;
  bool was_done_before;
};

std::uint64_t index_named(const ledger::Leaf& leaf) {
  const auto found = std::ranges::find(
      leaf.fields, std::string_view("idx"), [](const auto& field) { return field.first; });
  if (found == leaf.fields.end()) damaged("a log.redacted names nothing");
  const auto& index = found->second.integer;
  if (!index) damaged("a log.redacted names no entry");
  return *index;
}

/// The leaf that says that this body was taken away; it may be waiting in the outbox still.
std::optional<Named> find_named(store::Transaction& transaction,
                                const tables::LogRow& log,
                                std::uint64_t index,
                                std::uint64_t size) {
  ledger::EntryFilter filter;
  filter.act = ledger::events::LogRedacted::kAct;
  filter.to = size;
  for (;;) {
    const auto found =
        store::ledger_entries::select(transaction, log.log_id, filter, kRedactionsAtOnce);
    for (const auto& entry : found) {
      if (!entry.leaf) damaged("a log.redacted was erased itself");
      const auto leaf = ledger::parse_leaf(*entry.leaf);
      if (!leaf) damaged("a stored entry is no leaf");
      if (index_named(*leaf) != index) continue;
      const auto writer = ledger::WriterId::parse(leaf->w);
      if (!writer) damaged("a stored entry names no writer");
      return Named{log.log_id, std::string(tables::short_name(log.origin)), *writer, leaf->n, true};
    }
    if (found.size() < kRedactionsAtOnce) return std::nullopt;
    filter.from = found.back().index + 1;
  }
}

Result<ledger::Event> event_for(const Redaction& redaction,
                                ByteView body,
                                const ledger::TreeHash& hash) {
  const auto leaf = ledger::parse_leaf(body);
  if (!leaf) damaged("a stored entry is no leaf");
  const bool is_needed = std::ranges::any_of(
      kNever, [&](std::string_view start) { return leaf->act.starts_with(start); });
  if (is_needed) {
    return fail(ErrorCode::Denied,
                "entry " + std::to_string(redaction.index) + " is " + std::string(leaf->act) +
                    ": such entries are never redacted, the log could not be verified without");
  }
  const auto writer = ledger::WriterId::parse(leaf->w);
  if (!writer) damaged("a stored entry names no writer");
  return ledger::Event(ledger::Staff{redaction.first},
                       ledger::events::LogRedacted{.from = *writer,
                                                   .idx = redaction.index,
                                                   .leaf = hash,
                                                   .n = leaf->n,
                                                   .second = redaction.second,
                                                   .why = redaction.why});
}

Result<Named> take_body(const LedgerTools& tools, const Redaction& redaction) {
  store::Transaction transaction = tools.pool.begin();
  const auto log = tables::find_live_log(transaction);
  if (!log) return fail(ErrorCode::NotFound, "no log is open");
  const auto head = tables::find_head(transaction, log->log_id);
  const std::uint64_t size = head ? head->size() : 0;
  const std::string name(tables::short_name(log->origin));
  if (redaction.index >= size) {
    return fail(ErrorCode::NotFound,
                "the open log " + name + " has " + std::to_string(size) +
                    " entries, numbered from 0: no entry with that number can be taken away");
  }
  const auto hash =
      tables::leaf_hashes(transaction, log->log_id, redaction.index, redaction.index + 1).front();
  const auto body =
      tables::bodies(transaction, log->log_id, redaction.index, redaction.index + 1).front();
  if (!body) {
    const auto named = find_named(transaction, *log, redaction.index, size);
    if (named) return *named;
    return fail(ErrorCode::Unavailable,
                "the body is gone and the leaf that says so is not in the log yet; run this again "
                "when the sequencer has worked");
  }
  RIGHTFUL_TRY(auto event, event_for(redaction, *body, hash));
  if (!store::erasure::delete_body(transaction, log->log_id, redaction.index, std::move(event))) {
    return fail(ErrorCode::Unavailable, "somebody else redacts this entry; run this again");
  }
  const auto committed = transaction.commit();
  if (!committed || committed->numbers.size() != 1) damaged("a commit does not say its leaf");
  return Named{log->log_id, name, committed->writer, committed->numbers.front(), false};
}

Result<void> wait_for_checkpoint(const LedgerTools& tools,
                                 const Named& named,
                                 std::chrono::seconds patience) {
  const auto end = tools.clock.steady_now() + patience;
  for (;;) {
    {
      store::Transaction transaction = tools.pool.begin();
      if (tables::covering_size(transaction, named.log_id, named.writer, named.n)) return {};
    }
    if (tools.clock.steady_now() >= end) break;
    tools.clock.wait_for(std::stop_token(), kPause);
  }
  return fail(
      ErrorCode::Unavailable,
      "the body is out of the database, but no signed checkpoint covers the leaf that says "
      "so: the published files still hold it. See that sequencer and signer run and that the "
      "log is not frozen (`rightful admin ledger status`), then run this again");
}

/// @return false when the file is not there, or does not hold the body.
bool rewrite(ledger::LogDirectory& folder, std::uint64_t index, unsigned width) {
  const auto path = ledger::LogPath::entry_bundle(index / ledger::kTileWidth, width);
  // A publisher that was killed left the body there; one that lives writes it again without.
  if (!folder.drop_unfinished(path)) damaged("a bundle of entries cannot be looked for");
  const auto bytes = folder.read(path);
  if (!bytes && bytes.error().code == ErrorCode::NotFound) return false;
  if (!bytes) damaged("a bundle of entries cannot be read");
  auto leaves = ledger::parse_entry_bundle(*bytes, width);
  if (!leaves) damaged("a bundle of entries is malformed");
  ByteView& leaf = leaves->at(index % ledger::kTileWidth);
  if (leaf.empty()) return false;
  leaf = ByteView();
  const auto replaced = folder.replace(path, ledger::format_entry_bundle(*leaves));
  if (!replaced) {
    throw Failure(Retry::Later, "io_error", "a bundle of entries may not be written");
  }
  return true;
}

}  // namespace

Result<RedactionReport> redact(const LedgerTools& tools,
                               const std::filesystem::path& directory,
                               const Redaction& redaction,
                               std::chrono::seconds patience) {
  RIGHTFUL_TRY(const Named named, take_body(tools, redaction));
  RIGHTFUL_TRY(wait_for_checkpoint(tools, named, patience));
  RIGHTFUL_TRY(auto folder, ledger::LogDirectory::open(directory / named.log));
  RedactionReport report{.was_done_before = named.was_done_before};
  for (auto width = static_cast<unsigned>(redaction.index % ledger::kTileWidth) + 1;
       width <= ledger::kTileWidth;
       ++width) {
    if (rewrite(folder, redaction.index, width)) ++report.files;
  }
  return report;
}

}  // namespace rightful::lifecycle
