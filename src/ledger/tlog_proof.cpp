#include "rightful/ledger/tlog_proof.hpp"

#include <optional>
#include <string_view>

#include "rightful/core/check.hpp"
#include "rightful/ledger/leaf.hpp"

#include "ledger/note_text.hpp"

namespace rightful::ledger {

namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

std::unexpected<Error> no_proof(std::string_view why) {
  return fail(ErrorCode::InvalidArgument, "not a tlog-proof: " + std::string(why));
}

// Without its LF; empty at the end and where no LF follows.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

// Lines up to the empty one.
Result<Proof> take_hashes(std::string_view& rest) {
  Proof hashes;
  while (true) {
    const auto line = take_line(rest);
    if (!line) return no_proof("no empty line behind the hashes");
    if (line->empty()) return hashes;
    if (hashes.size() == kMaxInclusionHashes)
      return fail(ErrorCode::LimitExceeded, "a tlog-proof with more than 63 hashes");
    const auto bytes = from_base64(*line);
    const auto hash = bytes ? TreeHash::parse(*bytes) : std::unexpected(bytes.error());
    if (!hash) return no_proof("a line of the proof is no SHA-256 in base64");
    hashes.push_back(*hash);
  }
}

}  // namespace

std::string format_tlog_proof(const TlogProof& proof) {
  RIGHTFUL_CHECK(proof.hashes.size() <= kMaxInclusionHashes);
  std::string text(kFirstLine);
  text.append("\n").append(kIndex).append(std::to_string(proof.index)).append("\n");
  for (const TreeHash& hash : proof.hashes)
    text.append(to_base64(hash.bytes())).append("\n");
  return text.append("\n").append(as_text(proof.note));
}

Result<TlogProof> parse_tlog_proof(ByteView bytes) {
  if (bytes.size() > kMaxTlogProofSizeBytes) {
    return fail(ErrorCode::LimitExceeded,
                "a tlog-proof above " + std::to_string(kMaxTlogProofSizeBytes) + " bytes");
  }
  std::string_view rest = as_text(bytes);
  if (take_line(rest) != kFirstLine)
    return no_proof("its first line is not " + std::string(kFirstLine));
  auto line = take_line(rest);
  if (line && line->starts_with(kExtra)) {
    if (!from_base64(line->substr(kExtra.size()))) return no_proof("extra data is no base64");
    line = take_line(rest);
  }
  if (!line || !line->starts_with(kIndex)) return no_proof("no line with the index");
  const auto index = parse_decimal(line->substr(kIndex.size()));
  if (!index || *index >= kMaxTreeSize) return no_proof("the index is no number of an entry");
  TlogProof proof{.index = *index, .hashes = {}, .note = {}};
  RIGHTFUL_TRY(proof.hashes, take_hashes(rest));
  proof.note = to_bytes(rest);
  if (const auto note = parse_note(proof.note); !note) return std::unexpected(note.error());
  return proof;
}

Result<SignedCheckpoint> verify_tlog_proof(const TlogProof& proof,
                                           ByteView leaf,
                                           std::span<const NoteKey> known) {
  RIGHTFUL_TRY(auto opened, open_checkpoint(proof.note, known));
  RIGHTFUL_TRY(
      verify_inclusion(proof.hashes, proof.index, leaf_hash(leaf), opened.checkpoint.head));
  return opened;
}

}  // namespace rightful::ledger
