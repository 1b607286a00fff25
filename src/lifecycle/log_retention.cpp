#include "rightful/lifecycle/log_retention.hpp"

#include <algorithm>
#include <system_error>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/log_name.hpp"
#include "rightful/store/erasure.hpp"
#include "rightful/store/ledger_tables.hpp"

namespace rightful::lifecycle {

namespace {

namespace tables = store::ledger_tables;

constexpr std::uint64_t kEntriesAtOnce = 10'000;

/// The same day of the month so many months later, or that month's last.
Instant later(Instant from, std::chrono::months months) {
  using std::chrono::year_month_day;
  const auto day = std::chrono::floor<std::chrono::days>(from);
  const year_month_day date = year_month_day(day) + months;
  const year_month_day fitting =
      date.ok() ? date : year_month_day(date.year() / date.month() / std::chrono::last);
  return std::chrono::sys_days(fitting) + (from - day);
}

struct Purged {
  std::int64_t log_id;
  std::uint64_t size;
  bool went_on;
};

Result<tables::LogRow> find_named(store::Transaction& transaction, const std::string& log) {
  for (tables::LogRow& row : tables::list_logs(transaction)) {
    if (tables::short_name(row.origin) == log) return std::move(row);
  }
  return fail(ErrorCode::NotFound,
              "there is no log named " + log + "; `rightful admin ledger status` lists them");
}

/// The moment from which it may go.
Result<Instant> end_of_retention(store::Transaction& transaction,
                                 const tables::LogRow& row,
                                 std::chrono::months kept) {
  const auto sealed_at = store::erasure::last_logged_at(transaction, row.log_id);
  if (!sealed_at) throw Failure(Retry::Never, "ledger_damaged", "a sealed log has no entry");
  return later(*sealed_at, kept);
}

/// In one transaction: the leaf in the live log, and the state that forbids everything else.
Result<Purged> declare(const LedgerTools& tools, const std::string& log, std::chrono::months kept) {
  store::Transaction transaction = tools.pool.begin();
  RIGHTFUL_TRY(const tables::LogRow found, find_named(transaction, log));
  store::erasure::hold_log(transaction, found.log_id);
  RIGHTFUL_TRY(const tables::LogRow row, find_named(transaction, log));  // as it is now
  const auto head = tables::find_head(transaction, row.log_id);
  if (!head) throw Failure(Retry::Never, "ledger_damaged", "a log has no head");
  if (row.state == tables::LogState::Purged) return Purged{row.log_id, head->size(), true};
  if (row.state != tables::LogState::Sealed) {
    return fail(ErrorCode::Conflict,
                "the log " + log + " is " + std::string(tables::name_of(row.state)) +
                    "; only a sealed one is purged");
  }
  const auto newest = tables::newest_checkpoint(transaction, row.log_id);
  if (!newest || newest->size != head->size()) {
    return fail(ErrorCode::Conflict,
                "the last checkpoint of the log " + log +
                    " does not cover its end: what nobody signed cannot be proven later");
  }
  RIGHTFUL_TRY(const Instant end, end_of_retention(transaction, row, kept));
  if (tools.clock.now() < end) {
    return fail(ErrorCode::Conflict,
                "the log " + log + " is kept until " + format_rfc3339(end) +
                    " (setting ledger.retention_months)");
  }
  RIGHTFUL_TRY(tables::set_log_state(transaction, row.log_id, tables::LogState::Purged));
  transaction.record(
      ledger::Event(ledger::System{},
                    ledger::events::LogPurged{
                        .old_origin = row.origin, .root = newest->root, .size = newest->size}));
  transaction.commit();
  return Purged{row.log_id, head->size(), false};
}

void remove_bundles(const std::filesystem::path& folder) {
  std::error_code error;
  do {
    std::filesystem::remove_all(folder / "tile" / "entries", error);  // follows no link
  } while (error == std::errc::no_such_file_or_directory);  // somebody else purges it too
  if (error) throw_system_failure("removing the bundles of a purged log", error.value());
}

}  // namespace

Result<PurgeReport> purge_log(const LedgerTools& tools,
                              const std::filesystem::path& directory,
                              const std::string& log,
                              std::chrono::months kept) {
  if (!ledger::is_log_name(log)) {
    return fail(ErrorCode::InvalidArgument, "this is no name of a log");
  }
  RIGHTFUL_TRY(const Purged purged, declare(tools, log, kept));
  for (std::uint64_t from = 0; from < purged.size; from += kEntriesAtOnce) {
    store::Transaction transaction = tools.pool.begin();
    store::erasure::delete_bodies(
        transaction, purged.log_id, from, std::min(purged.size, from + kEntriesAtOnce));
    transaction.commit();
  }
  remove_bundles(directory / log);
  return PurgeReport{.entries = purged.size, .went_on = purged.went_on};
}

}  // namespace rightful::lifecycle
