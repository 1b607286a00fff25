/// @file
/// Checks a published log without network, database or trust in who published it: signature, tree,
/// every hash, every entry, every writer's numbers.
#pragma once

#include <array>
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
  WithoutSignatures,  ///< as Everything, but nobody checks who signed an entry
  HashesOnly          ///< signature, tree and hashes; entries are not read
};

/// The log that this one goes on from, as far as an auditor has it.
struct HeldPrevious {
  std::string name;  ///< for messages
  Bytes note;        ///< its checkpoint; the trust file has its key
  /// Its tiles; without them only a checkpoint of the very size that is named can be compared.
  TileSource* tiles = nullptr;
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
  std::optional<HeldPrevious> previous;
  unsigned threads = 1;  ///< for signatures: 1 … 64; no finding depends on it
};

/// Told as they are found.
class FindingSink {
 public:
  virtual ~FindingSink() = default;

  virtual void found(const Finding& finding) = 0;
};

/// What the log says of its place among others, as far as its entries were read.
struct LogFacts {
  bool is_sealed = false;
  std::string next_origin;      ///< of `log.sealed`
  std::string previous_origin;  ///< of `log.genesis`; `-` for a first log, empty when not read
  /// Was it shown that this log goes on from the previous one that was given?
  bool is_chain_shown = false;
  std::optional<Instant> newest;  ///< when the last entry says that it was written
};

struct Verdict {
  Severity severity = Severity::NotEnough;  ///< the gravest; Report = verified
  std::optional<SignedCheckpoint> checkpoint;
  Bytes note;                 ///< the published checkpoint; what an auditor keeps after `Report`
  std::uint64_t entries = 0;  ///< looked at
  std::uint64_t findings = 0;
  std::uint64_t untold = 0;                            ///< of these, only counted
  std::array<std::uint64_t, kFindingKinds> of_kind{};  ///< of these, of each kind
  std::uint64_t earlier = 0;  ///< earlier checkpoints that the tree was compared with
  Depth depth = Depth::Everything;
  LogFacts facts;
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
