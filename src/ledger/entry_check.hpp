/// @file
/// The rules that entries keep among each other, in the order of the log: who may write, which
/// numbers, which times.
#pragma once

#include <cstdint>
#include <expected>
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

#include "ledger/chain_check.hpp"
#include "ledger/entry_reader.hpp"
#include "ledger/findings.hpp"
#include "ledger/known_heads.hpp"
#include "ledger/signature_crew.hpp"

namespace rightful::ledger {

inline constexpr std::size_t kMaxLiveWriters = 65536;

/// Owns  threads for signatures; request, heads and findings must outlive it.
class EntryCheck {
 public:
  EntryCheck(const Origin& origin,
             const VerifyRequest& request,
             const KnownHeads& heads,
             Findings& findings);

  /// Reads a row of entries ahead, and checks its signatures on all threads.
  /// @param leaves  hostile; an empty one is an erased body; must outlive the row's checks.
  void prepare(const std::vector<ByteView>& leaves);
  /// @param at  the entry's place in the row that was prepared; it has a body.
  void check(std::uint64_t index, std::size_t at);
  /// An entry whose body was erased: its number counts.
  void pass_erased(std::uint64_t index, const Redaction& redaction);

  /// Bodies are missing, and nobody says why: what they might explain is not told from here on. The
  /// verdict cannot become `verified` any more.
  void pass_missing() noexcept { has_missing_ = true; }

  /// The log ends before `size`.
  void finish(std::uint64_t size);

  /// More writers than kMaxLiveWriters: the check has stopped.
  [[nodiscard]] bool is_too_large() const noexcept { return is_too_large_; }

  [[nodiscard]] LogFacts facts() const;

 private:
  struct Writer {
    crypto::SignPublicKey key;
    ReaderWindow window;
    Instant last_time;
  };

  /// One entry of the row: what it is, and whose signature was checked ahead.
  struct Prepared {
    ByteView bytes;
    std::expected<Leaf, LeafFailure> leaf = std::unexpected(LeafFailure::Length);
    std::optional<crypto::SignPublicKey> key;
    bool holds = false;
  };

  using StartedInRow = std::vector<std::pair<std::string_view, crypto::SignPublicKey>>;

  void check_ahead();
  [[nodiscard]] std::optional<crypto::SignPublicKey> likely_key(const Leaf& leaf,
                                                                StartedInRow& started) const;
  [[nodiscard]] bool is_signed(const Prepared& entry, const crypto::SignPublicKey& key) const;
  void check_genesis(std::uint64_t index, const Prepared& entry, bool is_known);
  void check_start(std::uint64_t index, const Prepared& entry, bool is_known);
  void check_written(std::uint64_t index, const Prepared& entry, bool is_known);
  [[nodiscard]] bool may_write(std::uint64_t index, const Leaf& leaf);
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
  Findings& findings_;
  ChainCheck chain_;
  SignatureCrew crew_;
  std::vector<Prepared> row_;
  std::vector<SignatureJob> jobs_;
  std::optional<crypto::SignPublicKey> enrolment_;
  std::string enrolment_id_;
  std::map<std::string, Writer, std::less<>> writers_;
  std::set<std::string, std::less<>> stopped_;
  std::set<std::pair<std::string, std::uint64_t>> logged_gaps_;  // before which number of whom
  std::optional<Instant> last_heartbeat_;
  std::optional<Instant> newest_;
  bool has_missing_ = false;
  LogFacts facts_;
  bool is_too_large_ = false;
};

}  // namespace rightful::ledger
