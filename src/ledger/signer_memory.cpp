#include "rightful/ledger/signer_memory.hpp"

#include <algorithm>

#include "rightful/crypto/hash.hpp"

#include "ledger/freeze_reasons.hpp"
#include "ledger/note_text.hpp"

namespace rightful::ledger {

namespace {

constexpr std::string_view kTitle = "rightful-signer-memory v1";
constexpr std::string_view kKey = "key ";
constexpr std::string_view kOpen = "state open";
constexpr std::string_view kFrozen = "state frozen ";
constexpr std::string_view kChecksum = "sha256 ";
constexpr std::size_t kChecksumLineSize = kChecksum.size() + 2 * TreeHash::kSizeBytes + 1;

std::unexpected<Error> lost(std::string_view why) {
  return fail(ErrorCode::InvalidArgument, "the signer's memory is damaged: " + std::string(why));
}

std::string checksum_line(std::string_view above) {
  return std::string(kChecksum) + to_hex(crypto::sha256(as_bytes(above)).bytes()) + "\n";
}

Result<void> check_keys(const Origin& origin, const std::vector<NoteKey>& keys) {
  const bool are_named = std::ranges::all_of(
      keys, [&origin](const NoteKey& key) { return key.name() == origin.text(); });
  const bool are_two_of_one = keys.size() == 2 && keys.front() == keys.back();
  if (keys.empty() || keys.size() > kMaxSignerKeys || !are_named || are_two_of_one) {
    return fail(ErrorCode::InvalidArgument,
                "a log has one or two signing keys, named as its origin " + origin.text());
  }
  return {};
}

// Lines from the front of a text.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  // Empty when none is left; the last one ends with LF too.
  std::string_view take() noexcept {
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
    return line;
  }

  [[nodiscard]] bool next_begins_with(std::string_view start) const noexcept {
    return rest_.starts_with(start);
  }

 private:
  std::string_view rest_;
};

Result<TreeHash> parse_hash(std::string_view line) {
  RIGHTFUL_TRY(const Bytes bytes, from_base64(line));
  return TreeHash::parse(bytes);
}

Result<std::vector<NoteKey>> take_keys(Lines& lines) {
  std::vector<NoteKey> keys;
  while (lines.next_begins_with(kKey) && keys.size() < kMaxSignerKeys) {
    RIGHTFUL_TRY(auto key, NoteKey::parse(lines.take().substr(kKey.size())));
    keys.push_back(std::move(key));
  }
  return keys;
}

// `open` gives an empty reason inside.
Result<std::optional<FreezeReason>> parse_state(std::string_view line) {
  if (line == kOpen) return std::optional<FreezeReason>();
  for (const FreezeReason reason : kFreezeReasons) {
    if (line == std::string(kFrozen) + std::string(name_of(reason))) return std::optional(reason);
  }
  return lost("its state");
}

Result<Frontier> take_frontier(Lines& lines, std::uint64_t size) {
  std::vector<TreeHash> peaks;
  while (!lines.at_end()) {
    RIGHTFUL_TRY(const TreeHash peak, parse_hash(lines.take()));
    peaks.push_back(peak);
  }
  return Frontier::from_peaks(size, std::move(peaks));
}

// The text above the checksum, once that is right.
Result<std::string_view> checked_body(std::string_view text) {
  if (text.size() > kMaxMemorySizeBytes || text.size() < kChecksumLineSize) {
    return lost("its size");
  }
  const std::string_view body = text.substr(0, text.size() - kChecksumLineSize);
  if (!body.ends_with('\n') || text.substr(body.size()) != checksum_line(body)) {
    return lost("its checksum is wrong");
  }
  return body;
}

}  // namespace

std::string_view name_of(FreezeReason reason) noexcept {
  switch (reason) {
    case FreezeReason::SizeSmaller:
      return "size_smaller";
    case FreezeReason::RootDiffers:
      return "root_differs";
    case FreezeReason::LeavesDiffer:
      return "leaves_differ";
    case FreezeReason::MemoryLost:
      return "memory_lost";
    case FreezeReason::WrongOrigin:
      return "wrong_origin";
    case FreezeReason::MemoryRolledBack:
      return "memory_rolled_back";
    case FreezeReason::WrongKey:
      return "wrong_key";
  }
  return "memory_lost";
}

bool can_thaw(FreezeReason reason) noexcept {
  return reason == FreezeReason::MemoryLost || reason == FreezeReason::MemoryRolledBack ||
         reason == FreezeReason::WrongKey;
}

Result<SignerMemory> SignerMemory::begin(const Origin& origin, const NoteKey& key) {
  std::vector<NoteKey> keys{key};
  RIGHTFUL_TRY(check_keys(origin, keys));
  return SignerMemory(origin, std::move(keys), Frontier());
}

Result<SignerMemory> SignerMemory::parse(ByteView bytes) {
  RIGHTFUL_TRY(const std::string_view body, checked_body(as_text(bytes)));
  Lines lines(body);
  if (lines.take() != kTitle) return lost("it is not of version 1");
  RIGHTFUL_TRY(const Origin origin, Origin::parse(lines.take()));
  const auto size = parse_decimal(lines.take());
  RIGHTFUL_TRY(const TreeHash root, parse_hash(lines.take()));
  RIGHTFUL_TRY(auto keys, take_keys(lines));
  RIGHTFUL_TRY(check_keys(origin, keys));
  RIGHTFUL_TRY(const auto state, parse_state(lines.take()));
  if (!size) return lost("its size of the tree");
  RIGHTFUL_TRY(auto frontier, take_frontier(lines, *size));
  if (frontier.root() != root) return lost("its peaks do not give its root");
  SignerMemory memory(origin, std::move(keys), std::move(frontier));
  memory.frozen_ = state;
  return memory;
}

std::string SignerMemory::text() const {
  std::string text = std::string(kTitle) + "\n" + format_checkpoint(checkpoint());
  for (const NoteKey& key : keys_)
    text += std::string(kKey) + key.text() + "\n";
  text += frozen_ ? std::string(kFrozen) + std::string(name_of(*frozen_)) : std::string(kOpen);
  text += "\n";
  for (const TreeHash& peak : frontier_.peaks())
    text += to_base64(peak.bytes()) + "\n";
  return text + checksum_line(text);
}

std::expected<SignerMemory, SignRefusal> SignerMemory::decide(const SignRequest& request) const {
  using Kind = SignRefusal::Kind;
  const auto refuse = [this](Kind kind, std::optional<FreezeReason> reason) {
    return std::unexpected(SignRefusal{kind, reason, frontier_.size()});
  };
  const auto& claimed = request.claimed;
  if (frozen_) return refuse(Kind::Frozen, frozen_);
  if (request.origin != origin_) return refuse(Kind::Frozen, FreezeReason::WrongOrigin);
  if (claimed.size < frontier_.size()) return refuse(Kind::Frozen, FreezeReason::SizeSmaller);
  if (claimed.size == frontier_.size()) {
    if (claimed.root != frontier_.root()) return refuse(Kind::Frozen, FreezeReason::RootDiffers);
    return *this;
  }
  if (request.from != frontier_.size()) return refuse(Kind::SendFrom, std::nullopt);
  if (request.leaves.size() > kMaxLeavesPerRequest) {
    return refuse(Kind::TooManyLeaves, std::nullopt);
  }
  if (claimed.size > kMaxTreeSize || request.leaves.size() != claimed.size - frontier_.size()) {
    return refuse(Kind::Frozen, FreezeReason::LeavesDiffer);
  }
  SignerMemory next = *this;
  for (const TreeHash& leaf : request.leaves)
    next.frontier_.append(leaf);
  if (next.frontier_.root() != claimed.root) {
    return refuse(Kind::Frozen, FreezeReason::LeavesDiffer);
  }
  return next;
}

SignerMemory SignerMemory::frozen_by(FreezeReason reason) const {
  SignerMemory next = *this;
  if (!next.frozen_) next.frozen_ = reason;
  return next;
}

Result<SignerMemory> SignerMemory::with_keys(std::vector<NoteKey> keys) const {
  if (frozen_)
    return fail(ErrorCode::Denied, "the log is frozen: " + std::string(name_of(*frozen_)));
  RIGHTFUL_TRY(check_keys(origin_, keys));
  if (std::ranges::find_first_of(keys, keys_) == keys.end()) {
    return fail(ErrorCode::InvalidArgument,
                "one of the new keys must be one that signs now, so that checkpoints overlap");
  }
  SignerMemory next = *this;
  next.keys_ = std::move(keys);
  return next;
}

Checkpoint SignerMemory::checkpoint() const {
  return {origin_, {frontier_.size(), frontier_.root()}};
}

Result<SignerMemory> thaw(FreezeReason reason,
                          const Frontier& database,
                          const ThawEvidence& evidence,
                          std::vector<NoteKey> keys) {
  if (!can_thaw(reason)) {
    return fail(
        ErrorCode::Denied,
        "after " + std::string(name_of(reason)) + " a log is never continued: open its successor");
  }
  const Origin& origin = evidence.published.checkpoint.origin;
  RIGHTFUL_TRY(check_keys(origin, keys));
  const Checkpoint now{origin, {database.size(), database.root()}};
  RIGHTFUL_TRY(verify_extends(evidence.published.checkpoint, now, evidence.from_published));
  RIGHTFUL_TRY(verify_extends(evidence.held.checkpoint, now, evidence.from_held));
  return SignerMemory(origin, std::move(keys), database);
}

}  // namespace rightful::ledger
