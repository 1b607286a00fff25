/// @file
/// What can be said of a row of the outbox from its bytes alone: checks 1 to 4, hash, and the
/// signature under a key that is already known. Whether the row may stand in the log is decided
/// later (ledger_batch.hpp).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "rightful/core/bytes.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/tree.hpp"
#include "rightful/ledger/writer.hpp"

namespace rightful::store {

struct TextHash {
  using is_transparent = void;

  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

/// Public keys of writers by their ids.
using WriterKeys =
    std::unordered_map<std::string, crypto::SignPublicKey, TextHash, std::equal_to<>>;

/// The log that leaves are checked for.
struct LogIdentity {
  ledger::Origin origin;
  crypto::SignPublicKey enrolment;
};

struct CheckedLeaf {
  ByteView bytes;
  std::optional<ledger::TreeHash> hash;        ///< always there after check_bytes
  std::optional<ledger::LeafFailure> failure;  ///< of the checks 1 to 4
  ledger::Leaf leaf;  ///< views into `bytes`; nothing after a failure of 1 to 3
  std::optional<ledger::Enrolment> enrolment;  ///< of a `writer.start` with a good certificate
  std::optional<crypto::SignPublicKey> checked_under;
  bool signature_holds = false;  ///< under `checked_under`
};

/// Never throws but for memory. @param bytes  hostile; must outlive the result.
[[nodiscard]] CheckedLeaf check_bytes(ByteView bytes,
                                      const LogIdentity& log,
                                      const WriterKeys& known);

/// Fills in the signature when it was not checked under this key.
void check_under(CheckedLeaf& leaf, const LogIdentity& log, const crypto::SignPublicKey& key);

}  // namespace rightful::store
