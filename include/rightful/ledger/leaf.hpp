/// @file
/// The stored form of one fact: exact bytes, made once, never serialised again. Parses and checks
/// them; numbers and keys come from writer.hpp, the meaning of `d` from event.hpp.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/event_fields.hpp"

namespace rightful::ledger {

inline constexpr std::size_t kMinLeafSizeBytes = 200;
inline constexpr std::size_t kMaxLeafSizeBytes = 4096;

/// Why bytes are no leaf, in the order in which the checks run; the first one is named.
enum class LeafFailure : std::uint8_t {
  Length,        ///< not 200 to 4096 bytes
  Noncanonical,  ///< outside the grammar: restricted RFC 8785 JSON
  Field,         ///< the envelope: a field missing, too many, or with a wrong form
  Event,         ///< an act that events.def does not have, or fields, actor or mention unlike it
  Writer,        ///< no key for this writer
  Signature
};

/// `length`, `noncanonical`, `field`, `event`, `writer`, `signature`.
[[nodiscard]] std::string_view name_of(LeafFailure failure) noexcept;

/// A string or an integer.
struct LeafValue {
  std::string_view text;  ///< of an integer its digits
  std::optional<std::uint64_t> integer;
};

/// The fields of one leaf; all views point into the bytes that were parsed.
struct Leaf {
  std::string_view act;
  std::string_view actor;                                      ///< `self`, `system` or `a_…`
  std::vector<std::pair<std::string_view, LeafValue>> fields;  ///< `d`, sorted
  std::uint64_t n = 0;
  std::string_view nonce;
  std::string_view out;
  std::string_view req;   ///< `r_…` or `-`
  std::string_view subj;  ///< `s_…` or `-`
  Instant t;
  std::string_view w;
  std::string_view wsig;
};

/// Checks 1 to 3: length, grammar, envelope.
/// Format  docs/formats/ledger-leaf.md. Cost  linear, no recursion; memory: one entry a field of
/// `d`.
/// @param bytes  hostile; must outlive the result.
[[nodiscard]] std::expected<Leaf, LeafFailure> parse_leaf(ByteView bytes);

/// Check 4: act, actor, who it is about, and `d` against events.def. An old verifier reports this
/// failure and goes on; writers and sequencer refuse it.
[[nodiscard]] std::expected<void, LeafFailure> check_event(const Leaf& leaf);

/// Check 6: Ed25519 over `rightful/ledger/leaf/v1` LF origin LF and the leaf without `wsig`.
/// @param bytes  what `leaf` was parsed from.
[[nodiscard]] std::expected<void, LeafFailure> check_signature(ByteView bytes,
                                                               const Leaf& leaf,
                                                               const Origin& origin,
                                                               const crypto::SignPublicKey& key);

/// The key of a writer, or empty when it is not known.
using FindWriterKey =
    std::function<std::optional<crypto::SignPublicKey>(std::string_view writer_id)>;

/// All six checks in their order.
[[nodiscard]] std::expected<Leaf, LeafFailure> check_leaf(ByteView bytes,
                                                          const Origin& origin,
                                                          const FindWriterKey& find_key);

/// RFC 6962 section 2.1: SHA-256(00 ‖ leaf).
[[nodiscard]] crypto::Sha256Digest leaf_hash(ByteView bytes);

}  // namespace rightful::ledger
