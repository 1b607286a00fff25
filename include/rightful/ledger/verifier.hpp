/// @file
/// Checks a published log without network, database or trust in who published it: signature, tree,
/// every hash, every entry, every writer's numbers.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/finding.hpp"
#include "rightful/ledger/note.hpp"
#include "rightful/ledger/tile_store.hpp"

namespace rightful::ledger {

/// At most so many findings of a kind are told one by one; the others are counted.
inline constexpr std::uint64_t kMaxToldFindings = 1000;

/// A checkpoint that came another way than the log: an auditor's memory, or out of a package.
struct HeldNote {
  std::string name;  ///< for messages
  Bytes note;
};

enum class Depth : std::uint8_t {
  Everything,
  HashesOnly  ///< signature, tree and hashes; entries are not read
};

struct VerifyRequest {
  std::vector<NoteKey> keys;  ///< of the trust file
  bool asks_for_witnesses = false;
  std::vector<HeldNote> held;
  std::optional<crypto::SignPublicKey> enrolment;  ///< otherwise the one that the first entry names
  std::optional<Instant> now;                      ///< when the copy was made; no value = any age
  std::chrono::milliseconds max_age = std::chrono::minutes(15);
  std::set<std::pair<FindingKind, std::uint64_t>> known;  ///< examined already: told as reports
  Depth depth = Depth::Everything;
};

/// Told as they are found.
class FindingSink {
 public:
  virtual ~FindingSink() = default;

  virtual void found(const Finding& finding) = 0;
};

struct Verdict {
  Severity severity = Severity::NotEnough;  ///< the gravest; Report = verified
  std::optional<SignedCheckpoint> checkpoint;
  Bytes note;                 ///< the published checkpoint; what an auditor keeps after `Report`
  std::uint64_t entries = 0;  ///< looked at
  std::uint64_t findings = 0;
  std::uint64_t untold = 0;  ///< of these, only counted
};

/// One pass over the log.
///
/// Errors  Failure when the source breaks off.
/// Cost    linear; memory does not grow with the log: a bundle, a row of hashes a level, what is
///         known of living writers (at most 65,536), of erased bodies (at most 1,000,000).
/// @param source  hostile.
[[nodiscard]] Verdict verify_log(TileSource& source,
                                 const VerifyRequest& request,
                                 FindingSink& sink);

}  // namespace rightful::ledger
