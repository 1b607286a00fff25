// An archive of a log, and of single entries: what opens has members with one name each, every one
// of which can be read, and nothing larger than it may be. `H` before the bytes: sums of headers
// are made right first, so that what stands behind them is reached.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "rightful/core/check.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/ledger/entry_verifier.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/log_archive.hpp"
#include "rightful/ledger/tlog_proof.hpp"

#include "ledger/ustar.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

constexpr std::size_t kSumAt = 148;
constexpr std::size_t kSumSize = 8;

class Ignored final : public ledger::FindingSink {
 public:
  void found(const ledger::Finding& /*finding*/) override {}
};

// Where a header has the word `ustar`, its sum becomes right.
std::string with_sums(std::string archive) {
  for (std::size_t at = 0; at + ledger::kUstarBlockBytes <= archive.size();
       at += ledger::kUstarBlockBytes) {
    if (archive.compare(at + 257, 5, "ustar") != 0) continue;
    archive.replace(at + kSumAt, kSumSize, kSumSize, ' ');
    unsigned sum = 0;
    for (std::size_t byte = at; byte < at + ledger::kUstarBlockBytes; ++byte)
      sum += static_cast<unsigned char>(archive[byte]);
    std::array<char, kSumSize> digits{};
    std::snprintf(digits.data(), digits.size(), "%06o", sum);
    archive.replace(at + kSumAt, kSumSize - 1, digits.data(), kSumSize - 1);
  }
  return archive;
}

// A file in memory, one for all runs: making a file costs more than reading it.
class Scratch {
 public:
  Scratch() : fd_(::memfd_create("archive", MFD_CLOEXEC)) { RIGHTFUL_CHECK(fd_.is_open()); }

  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

  void write(std::string_view bytes) const {
    RIGHTFUL_CHECK(::ftruncate(fd_.get(), 0) == 0);
    RIGHTFUL_CHECK(::pwrite(fd_.get(), bytes.data(), bytes.size(), 0) ==
                   static_cast<ssize_t>(bytes.size()));
  }

 private:
  UniqueFd fd_;
};

void read_all(ledger::LogArchive& archive) {
  for (const std::uint64_t size : archive.saved_checkpoints().value())
    RIGHTFUL_CHECK(archive.read(ledger::LogPath::saved_checkpoint(size)).has_value());
  for (const std::uint64_t index : archive.selected()) {
    const auto leaf = archive.read_leaf(index);
    const auto proof = archive.read_proof(index);
    RIGHTFUL_CHECK(leaf || proof);
    RIGHTFUL_CHECK(!leaf || leaf->size() <= ledger::kMaxLeafSizeBytes);
    RIGHTFUL_CHECK(!proof || proof->size() <= ledger::kMaxTlogProofSizeBytes);
  }
  Ignored sink;
  static_cast<void>(ledger::verify_selection(archive, {}, sink));
}

}  // namespace

void run_one(std::string_view input) {
  static const Scratch kScratch;
  if (const auto proof = ledger::parse_tlog_proof(as_bytes(input))) {
    const auto again = ledger::parse_tlog_proof(as_bytes(ledger::format_tlog_proof(*proof)));
    RIGHTFUL_CHECK(again && again->index == proof->index && again->hashes == proof->hashes &&
                   again->note == proof->note);
  }
  const bool makes_sums = input.starts_with('H');
  kScratch.write(makes_sums ? with_sums(std::string(input.substr(1))) : std::string(input));
  auto archive = ledger::LogArchive::open(kScratch.path());
  if (archive) read_all(*archive);
}

}  // namespace rightful::fuzz
