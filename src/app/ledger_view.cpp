#include "app/ledger_view.hpp"

#include <algorithm>

#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/store/log_succession.hpp"

namespace rightful::app {

namespace {

namespace tables = store::ledger_tables;
using tables::SignerKeyState;

LogView view_log(store::Transaction& transaction, const tables::LogRow& log) {
  auto head = tables::find_head(transaction, log.log_id);
  if (!head) throw Failure(Retry::Never, "ledger_damaged", "a log has no head");
  return {.log = log,
          .name = std::string(tables::short_name(log.origin)),
          .head = *std::move(head),
          .newest = tables::newest_checkpoint(transaction, log.log_id),
          .keys = tables::signer_keys(transaction, log.log_id),
          .is_given_up = log.state == tables::LogState::Frozen &&
                         store::may_be_given_up(transaction, log.log_id)};
}

}  // namespace

std::vector<LogView> view_logs(store::Pool& pool) {
  store::Transaction transaction = pool.begin(store::Isolation::RepeatableRead);
  std::vector<LogView> views;
  for (const tables::LogRow& log : tables::list_logs(transaction))
    views.push_back(view_log(transaction, log));
  return views;
}

Result<LogView> view_live_log(store::Pool& pool) {
  store::Transaction transaction = pool.begin(store::Isolation::RepeatableRead);
  const auto live = tables::find_live_log(transaction);
  if (!live) return fail(ErrorCode::NotFound, "no ledger is open: run `rightful migrate`");
  return view_log(transaction, *live);
}

Result<LogView> view_log_or_live(store::Pool& pool, const std::optional<std::string>& name) {
  if (!name) return view_live_log(pool);
  auto views = view_logs(pool);
  for (LogView& view : views) {
    if (view.name == *name) return std::move(view);
  }
  return fail(ErrorCode::NotFound,
              "there is no log named " + *name + "; `rightful admin ledger status` lists them");
}

std::vector<ledger::NoteKey> keys_that_sign(const LogView& view) {
  std::vector<ledger::NoteKey> keys;
  for (const auto& row : view.keys) {
    if (row.state == SignerKeyState::Next || row.state == SignerKeyState::Active ||
        row.state == SignerKeyState::Retiring) {
      keys.push_back(row.key);
    }
  }
  return keys;
}

std::optional<std::uint64_t> published_size(const std::filesystem::path& ledgers,
                                            const LogView& view) {
  const auto note = read_file(ledgers / view.name / "checkpoint", ledger::kMaxNoteSizeBytes);
  if (!note) return std::nullopt;
  const auto opened = ledger::open_checkpoint(*note, keys_that_sign(view));
  if (!opened || opened->checkpoint.origin != view.log.origin) return std::nullopt;
  return opened->checkpoint.head.size;
}

Result<std::optional<ledger::FreezeReason>> freeze_reason(const SignerPlace& place,
                                                          const LogView& view) {
  const std::optional lost(ledger::FreezeReason::MemoryLost);
  const auto room = place.enter(view.name);
  if (!room && room.error().code == ErrorCode::NotFound) return lost;
  if (!room) return std::unexpected(room.error());
  const auto memory = room->memory();
  if (!memory && memory.error().code == ErrorCode::Denied) return std::unexpected(memory.error());
  if (!memory || memory->checkpoint().origin != view.log.origin) return lost;
  return memory->frozen();
}

}  // namespace rightful::app
