/// @file
/// Logs of any size, made quickly: signed leaves of several writers in an order that readers
/// accept, and the published files over them.
#pragma once

#include <filesystem>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/signature.hpp"
#include "rightful/ledger/pseudonym.hpp"
#include "rightful/ledger/writer.hpp"

namespace rightful::bench {

/// The leaves that eight processes would write: their starts, then facts about persons, with
/// `writer.alive` and `log.heartbeat` as often as rules demand.
///
/// Threads  one.
class LeafMaker {
 public:
  /// @param enrolment  must outlive the maker.
  LeafMaker(ledger::Origin origin, const crypto::SigningKey& enrolment);

  [[nodiscard]] Bytes genesis();
  [[nodiscard]] Bytes next();

 private:
  static constexpr unsigned kWriters = 8;

  [[nodiscard]] ledger::LeafStamp stamp(std::uint64_t n);
  [[nodiscard]] Bytes fact(unsigned writer);
  [[nodiscard]] Bytes about_itself(unsigned writer, const ledger::Event& event);

  ledger::Origin origin_;
  const crypto::SigningKey& enrolment_;
  SystemRandom random_;
  AccountId person_;
  ledger::Pseudonym pseudonym_;
  Instant now_;
  std::vector<ledger::Writer> writers_;
  std::vector<std::uint64_t> next_n_;
  std::uint64_t made_ = 0;
};

/// A published log of `size` leaves in `place`, and `trust` beside it.
struct MadeLog {
  std::filesystem::path directory;
  std::filesystem::path trust;
};

/// Errors  Failure
[[nodiscard]] MadeLog make_log(const std::filesystem::path& place, std::uint64_t size);

}  // namespace rightful::bench
