/// @file
/// The rules that entries keep among each other, in the order of the log: who may write, which
/// numbers, which times.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/verifier.hpp"
#include "rightful/ledger/window.hpp"

#include "ledger/entry_reader.hpp"
#include "ledger/findings.hpp"
#include "ledger/known_heads.hpp"

namespace rightful::ledger {

inline constexpr std::size_t kMaxLiveWriters = 65536;

/// Owns  nothing; request, foreign heads and findings must outlive it.
class EntryCheck {
 public:
  EntryCheck(const Origin& origin,
             const VerifyRequest& request,
             const std::vector<ForeignHead>& foreign,
             Findings& findings);

  /// @param bytes  hostile, not empty.
  void check(std::uint64_t index, ByteView bytes);
  /// An entry whose body was erased: its number counts.
  void pass_erased(std::uint64_t index, const Redaction& redaction);

  /// Bodies are missing, and nobody says why: what they might explain is not told from here on. The
  /// verdict cannot become `verified` any more.
  void pass_missing() noexcept { has_missing_ = true; }

  /// The log ends before `size`.
  void finish(std::uint64_t size);

  /// More writers than kMaxLiveWriters: the check has stopped.
  [[nodiscard]] bool is_too_large() const noexcept { return is_too_large_; }

 private:
  struct Writer {
    crypto::SignPublicKey key;
    ReaderWindow window;
    Instant last_time;
  };

  void check_genesis(std::uint64_t index, ByteView bytes, const Leaf& leaf, bool is_known);
  void compare_chain(const Leaf& genesis);
  void check_start(std::uint64_t index, ByteView bytes, const Leaf& leaf, bool is_known);
  void check_written(std::uint64_t index, ByteView bytes, const Leaf& leaf, bool is_known);
  void check_number(std::uint64_t index, Writer& writer, std::string_view id, std::uint64_t n);
  void check_alive(std::uint64_t index, Writer& writer, const Leaf& leaf);
  void check_stop(std::uint64_t index, const Writer& writer, const Leaf& leaf);
  void tell_unless_missing(FindingKind kind, std::uint64_t index, std::string detail);
  void note_event(std::uint64_t index, const Leaf& leaf);
  void check_times(std::uint64_t index, const Leaf& leaf);
  void admit(std::uint64_t index,
             const Leaf& leaf,
             const crypto::SignPublicKey& key,
             std::uint32_t span);

  const Origin& origin_;
  const VerifyRequest& request_;
  const std::vector<ForeignHead>& foreign_;
  Findings& findings_;
  std::optional<crypto::SignPublicKey> enrolment_;
  std::string enrolment_id_;
  std::map<std::string, Writer, std::less<>> writers_;
  std::set<std::string, std::less<>> stopped_;
  std::set<std::pair<std::string, std::uint64_t>> logged_gaps_;  // before which number of whom
  std::optional<Instant> last_heartbeat_;
  std::optional<Instant> newest_;
  bool has_missing_ = false;
  bool is_sealed_ = false;
  bool is_too_large_ = false;
};

}  // namespace rightful::ledger
