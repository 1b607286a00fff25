#include "rightful/ledger/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "rightful/core/check.hpp"
#include "rightful/crypto/not_authentic.hpp"

#include "ledger/note_text.hpp"

namespace rightful::ledger {

namespace {

constexpr std::size_t kLines = 3;

// The text is three lines that end with LF, no more.
std::optional<std::array<std::string_view, kLines>> split_lines(std::string_view text) {
  std::array<std::string_view, kLines> lines;
  for (std::string_view& line : lines) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  if (!text.empty()) return std::nullopt;
  return lines;
}

std::unexpected<Error> no_checkpoint(std::string_view why) {
  return fail(ErrorCode::InvalidArgument, "not a checkpoint: " + std::string(why));
}

}  // namespace

std::string format_checkpoint(const Checkpoint& checkpoint) {
  RIGHTFUL_CHECK(checkpoint.head.size <= kMaxTreeSize);
  return checkpoint.origin.text() + "\n" + std::to_string(checkpoint.head.size) + "\n" +
         to_base64(checkpoint.head.root.bytes()) + "\n";
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto lines = split_lines(text);
  if (!lines) return no_checkpoint("it has not exactly three lines");
  const auto origin = Origin::parse((*lines)[0]);
  if (!origin) return no_checkpoint(origin.error().detail);
  const auto size = parse_decimal((*lines)[1]);
  if (!size || *size > kMaxTreeSize) {
    return no_checkpoint("the size is no decimal number below 2^63 without leading zeros");
  }
  const auto bytes = from_base64((*lines)[2]);
  const auto root = bytes ? TreeHash::parse(*bytes) : std::unexpected(bytes.error());
  if (!root) return no_checkpoint("the root is not 32 bytes in canonical base64");
  if (*size == 0 && *root != empty_root()) {
    return no_checkpoint("size 0 with another root than the empty tree's");
  }
  return Checkpoint{*origin, {*size, *root}};
}

std::string sign_checkpoint(const Checkpoint& checkpoint, std::span<const NoteSigner> signers) {
  for (const NoteSigner& signer : signers)
    RIGHTFUL_CHECK(signer.key().name() == checkpoint.origin.text());
  return make_note(format_checkpoint(checkpoint), signers);
}

Result<SignedCheckpoint> open_checkpoint(ByteView note, std::span<const NoteKey> known) {
  RIGHTFUL_TRY(const Note parsed, parse_note(note));
  RIGHTFUL_TRY(auto signed_by, verify_note(parsed, known));
  RIGHTFUL_TRY(const Checkpoint checkpoint, parse_checkpoint(parsed.text));
  for (const NoteKey& key : signed_by) {
    if (key.name() == checkpoint.origin.text()) continue;
    return fail(
        ErrorCode::Conflict,
        "the key of " + key.name() + " has signed a checkpoint of " + checkpoint.origin.text());
  }
  return SignedCheckpoint{checkpoint, std::move(signed_by)};
}

Result<void> verify_extends(const Checkpoint& older, const Checkpoint& newer, const Proof& proof) {
  if (older.origin != newer.origin) {
    return fail(ErrorCode::Conflict,
                "checkpoints of two logs: " + older.origin.text() + " and " + newer.origin.text());
  }
  if (older.head.size != 0) return verify_consistency(proof, older.head, newer.head);
  if (!proof.empty() || older.head.root != empty_root()) return crypto::not_authentic();
  return {};
}

}  // namespace rightful::ledger
