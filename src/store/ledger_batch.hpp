/// @file
/// One batch of the sequencer as it grows: which rows become leaves, which are refused, what the
/// sequencer itself has to say between them. Decides; writes nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/window.hpp"
#include "rightful/ledger/writer.hpp"

#include "store/checked_leaf.hpp"

namespace rightful::store {

/// A row of `ledger.writer`.
struct WriterState {
  crypto::SignPublicKey key;
  std::uint32_t span;
  ledger::ReaderWindow window;
  std::uint64_t started_idx = 0;
  std::optional<std::uint64_t> stopped_idx;
  bool is_changed = false;
};

using WriterStates = std::map<std::string, WriterState, std::less<>>;

/// A leaf with its place: index = size of the tree before the batch + position.
struct PlacedLeaf {
  const CheckedLeaf* leaf;
};

struct RefusedRow {
  std::int64_t id;
  ByteView bytes;
  std::string_view why;  ///< a word of BadRow
};

/// Opens incidents inside the batch's transaction.
class IncidentDesk {
 public:
  virtual ~IncidentDesk() = default;

  /// @param cause  a word of GuardCause. @param note  what was seen, without personal data.
  /// @return what the log has to say of it; empty while a recent one of the same cause is open.
  [[nodiscard]] virtual std::optional<ledger::Event> open(std::string_view cause,
                                                          const std::string& note) = 0;
};

/// Who the sequencer is in this log.
struct OwnEpoch {
  const ledger::Writer& writer;
  const crypto::SigningKey& enrolment;
  ledger::EpochFacts facts;
  const Clock& clock;
  Random& random;
};

/// Owns  its own leaves; states, rows, epoch and desk must outlive it.
class LedgerBatch {
 public:
  /// @param states  of all writers that its rows name, and of the own epoch if it has begun.
  LedgerBatch(const LogIdentity& log,
              ledger::Frontier frontier,
              WriterStates& states,
              const OwnEpoch& own,
              IncidentDesk& incidents);

  /// The first leaf of a log. @return false when it is not that.
  [[nodiscard]] bool add_genesis(CheckedLeaf& row);
  /// A row of the outbox: appended, appended behind `log.gap`, or refused.
  /// @param is_replay  its number is in the log already, whatever the window says.
  void add(std::int64_t id, CheckedLeaf& row, bool is_replay);
  /// A row of the outbox that is not for this log.
  void refuse(std::int64_t id, ByteView bytes, std::string_view why);
  /// A leaf of the sequencer about itself or the log; the first one follows `writer.start`.
  void say(const ledger::Event& event);
  /// `incident.opened`, unless the desk knows of it.
  void raise(std::string_view cause, const std::string& note);

  /// After `log.sealed` nothing may be added (checked, RIGHTFUL_CHECK).
  [[nodiscard]] bool is_sealed() const noexcept { return is_sealed_; }

  [[nodiscard]] bool has_begun_epoch() const;
  /// The number that the next leaf of the own epoch will have.
  [[nodiscard]] std::uint64_t own_number() const;

  [[nodiscard]] const std::vector<PlacedLeaf>& placed() const noexcept { return placed_; }

  [[nodiscard]] const std::vector<RefusedRow>& refused() const noexcept { return refused_; }

  [[nodiscard]] std::size_t gaps() const noexcept { return gaps_; }

  [[nodiscard]] const ledger::Frontier& frontier() const noexcept { return frontier_; }

 private:
  [[nodiscard]] std::optional<std::string_view> reason_against(CheckedLeaf& row) const;
  [[nodiscard]] bool may_write(const ledger::Leaf& leaf) const;
  void admit(const CheckedLeaf& row);
  void add_numbered(std::int64_t id, const CheckedLeaf& row, WriterState& state);
  void tell_gap(const ledger::Leaf& leaf, std::uint64_t base);
  void append(const CheckedLeaf& leaf);
  void append_own(Bytes bytes);
  void begin_epoch();
  [[nodiscard]] ledger::LeafStamp stamp(std::uint64_t n) const;

  const LogIdentity& log_;
  ledger::Frontier frontier_;
  WriterStates& states_;
  const OwnEpoch& own_;
  IncidentDesk& incidents_;
  const std::string enrolment_id_;
  std::deque<Bytes> own_bytes_;
  std::deque<CheckedLeaf> own_leaves_;
  std::vector<PlacedLeaf> placed_;
  std::vector<RefusedRow> refused_;
  std::size_t gaps_ = 0;
  bool is_sealed_ = false;
};

}  // namespace rightful::store
