/// @file
/// How many facts a second become durable, beside a plain INSERT and beside a chain with one head
/// row.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "bench/ledger_bed.hpp"

namespace rightful::bench {

/// The goals' clients.
inline constexpr std::array<unsigned, 3> kAppendClients{1, 8, 32};

/// Commits one fact a transaction in `clients` threads until the time is over.
/// @param fact  called by all threads. @param each_second  called meanwhile, may be empty.
/// @return commits. Errors  Failure of any thread.
[[nodiscard]] std::uint64_t append_for(LedgerBed& bed,
                                       unsigned clients,
                                       std::chrono::seconds duration,
                                       const std::function<ledger::Event()>& fact,
                                       const std::function<void()>& each_second = {});

/// A fact about nobody: record, sign, insert, commit.
[[nodiscard]] ledger::Event plain_fact();
/// A fact about one of 1,000 persons: their subject key is read in the same transaction.
[[nodiscard]] ledger::Event personal_fact();

/// B(c): pgbench, one INSERT of 400 bytes a transaction. @return transactions a second.
[[nodiscard]] double plain_insert_rate(const LedgerBed& bed,
                                       const std::filesystem::path& scripts,
                                       unsigned clients,
                                       std::chrono::seconds duration);

/// Everything for 1, 8 and 32 clients, `setup.rounds` times in turn; medians.
[[nodiscard]] nlohmann::ordered_json measure_appends(const Setup& setup,
                                                     LedgerBed& bed,
                                                     std::chrono::seconds duration);

}  // namespace rightful::bench
