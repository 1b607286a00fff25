/// @file
/// A writer of the log: its key, its certificate, and how it turns an event into signed bytes.
/// Hands out no numbers (window.hpp) and knows no database, clock or randomness.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/signature.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/ledger/proof.hpp"
#include "rightful/ledger/pseudonym.hpp"
#include "rightful/ledger/window.hpp"

namespace rightful::ledger {

using WriterRole = Code<CodeList::WriterRole>;

/// What is different in each leaf of one writer.
struct LeafStamp {
  std::uint64_t n = 0;
  std::array<std::byte, 16> nonce{};  ///< fresh random bytes: they hide the body behind its hash
  Instant t;                          ///< milliseconds are kept
};

/// One epoch of a writer, or the enrolment key in its own few leaves.
///
/// Threads  const calls from any thread.
/// Secrets  owns the private key, which never leaves memory.
class Writer {
 public:
  Writer(crypto::SigningKey key, Origin origin);

  [[nodiscard]] const WriterId& id() const noexcept { return id_; }

  [[nodiscard]] const Origin& origin() const noexcept { return origin_; }

  [[nodiscard]] const crypto::SignPublicKey& public_key() const noexcept {
    return key_.public_key();
  }

  /// The leaf's exact bytes.
  /// @param subject  `s_…` of pseudonym.hpp; present exactly when the event names a person
  /// (checked, RIGHTFUL_CHECK).
  [[nodiscard]] Bytes make_leaf(const Event& event,
                                const std::optional<Pseudonym>& subject,
                                const LeafStamp& stamp) const;

 private:
  crypto::SigningKey key_;
  Origin origin_;
  WriterId id_;
};

/// The log that went before: what the new one's first leaf says of it.
struct PreviousLog {
  Origin origin;
  TreeHead head;  ///< the newest that was signed when the new log was opened
};

/// The first leaf of a log: index 0, n = 0, signed by the enrolment key, which it names.
[[nodiscard]] Bytes make_genesis(const crypto::SigningKey& enrolment,
                                 const Origin& origin,
                                 const LeafStamp& stamp,
                                 const std::optional<PreviousLog>& previous = std::nullopt);

/// What the enrolment key itself writes: `log.genesis`, `log.recovery`, `log.thawed`, `log.sealed`,
/// `keyring.rotated`, and nothing else.
[[nodiscard]] bool is_enrolment_act(std::string_view act) noexcept;

/// A further leaf of the enrolment key: `log.recovery`, `log.thawed`, `log.sealed`,
/// `keyring.rotated`, about nobody (checked, RIGHTFUL_CHECK).
/// @param stamp  n follows what the key has written in this log, without gap.
[[nodiscard]] Bytes make_enrolment_leaf(const crypto::SigningKey& enrolment,
                                        const Origin& origin,
                                        const Event& event,
                                        const LeafStamp& stamp);

/// What a new epoch says of itself.
struct EpochFacts {
  Build build;
  std::optional<WriterId> previous;  ///< the epoch of this process that it replaces
  WriterRole role;
  std::uint32_t span = kDefaultSpan;
};

/// The first leaf of an epoch, n = 0: names the writer's key under a certificate.
[[nodiscard]] Bytes make_writer_start(const Writer& writer,
                                      const crypto::SigningKey& enrolment,
                                      const EpochFacts& facts,
                                      const LeafStamp& stamp);

/// Ed25519 by the enrolment key over `rightful/ledger/writer/v1` LF origin LF pub LF role LF t LF.
[[nodiscard]] crypto::Signature make_certificate(const crypto::SigningKey& enrolment,
                                                 const Origin& origin,
                                                 const crypto::SignPublicKey& writer_key,
                                                 WriterRole role,
                                                 Instant t);

/// What a `writer.start` leaf enrols.
struct Enrolment {
  crypto::SignPublicKey key;
  std::uint32_t span = kDefaultSpan;
};

struct Leaf;

/// Reads a `writer.start` that has passed check_event: key, span 1 … 64, n = 0, `w` made from the
/// key, certificate by `enrolment`. @return InvalidArgument, NotAuthentic. The leaf's own signature
/// is checked afterwards, with the key returned.
[[nodiscard]] Result<Enrolment> read_writer_start(const Leaf& leaf,
                                                  const Origin& origin,
                                                  const crypto::SignPublicKey& enrolment);

}  // namespace rightful::ledger
