#include "rightful/ledger/note.hpp"

#include <algorithm>
#include <array>

#include "rightful/core/check.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/not_authentic.hpp"

#include "ledger/note_text.hpp"

namespace rightful::ledger {

namespace {

constexpr std::byte kEd25519{0x01};
constexpr std::size_t kIdSizeBytes = 4;
constexpr std::string_view kLineStart = "\u2014 ";  // EM DASH and a space

std::array<std::byte, kIdSizeBytes> id_bytes(std::uint32_t id) {
  std::array<std::byte, kIdSizeBytes> bytes{};
  for (unsigned at = 0; at < kIdSizeBytes; ++at)
    bytes[at] = static_cast<std::byte>(id >> (8U * (kIdSizeBytes - 1 - at)));
  return bytes;
}

std::uint32_t id_from(ByteView bytes) {
  std::uint32_t id = 0;
  for (const std::byte byte : bytes.first(kIdSizeBytes))
    id = (id << 8U) | std::to_integer<std::uint32_t>(byte);
  return id;
}

std::uint32_t id_of(std::string_view name, const crypto::SignPublicKey& public_key) {
  constexpr std::array<std::byte, 2> kSeparator{std::byte{'\n'}, kEd25519};
  crypto::Sha256 hash;
  hash.update(as_bytes(name));
  hash.update(kSeparator);
  hash.update(public_key.bytes());
  const crypto::Sha256Digest digest = std::move(hash).finish();
  return id_from(digest.bytes());
}

std::unexpected<Error> no_note(std::string_view why) {
  return fail(ErrorCode::InvalidArgument, "not a signed note: " + std::string(why));
}

// One line without its LF.
Result<NoteSignature> parse_signature(std::string_view line) {
  constexpr std::string_view kForm = "a signature line is `— <name> <base64>`";
  if (!line.starts_with(kLineStart)) return no_note(kForm);
  line.remove_prefix(kLineStart.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return no_note(kForm);
  const auto blob = from_base64(line.substr(space + 1));
  if (!is_key_name(line.substr(0, space)) || !blob || blob->size() <= kIdSizeBytes) {
    return no_note(kForm);
  }
  return NoteSignature{.name = std::string(line.substr(0, space)),
                       .key_id = id_from(*blob),
                       .signature = Bytes(blob->begin() + kIdSizeBytes, blob->end())};
}

Result<std::vector<NoteSignature>> parse_signatures(std::string_view lines) {
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    if (signatures.size() == kMaxNoteSignatures) {
      return fail(ErrorCode::LimitExceeded, "a signed note with more than 16 signatures");
    }
    const std::size_t end = lines.find('\n');  // there is one: the note ends with LF
    RIGHTFUL_TRY(auto signature, parse_signature(lines.substr(0, end)));
    signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  if (signatures.empty()) return no_note("no signature line");
  return signatures;
}

bool holds(const NoteKey& key, std::string_view text, const NoteSignature& signature) {
  const auto bytes = crypto::Signature::parse(signature.signature);
  return bytes && crypto::verify_signature(key.public_key(), as_bytes(text), *bytes);
}

}  // namespace

NoteKey::NoteKey(std::string_view name, const crypto::SignPublicKey& public_key)
    : name_(name), id_(id_of(name, public_key)), public_key_(public_key) {}

Result<NoteKey> NoteKey::create(std::string_view name, const crypto::SignPublicKey& public_key) {
  if (!is_key_name(name)) {
    return fail(ErrorCode::InvalidArgument,
                "the name of a note's key has no spaces, control characters and plus signs");
  }
  return NoteKey(name, public_key);
}

Result<NoteKey> NoteKey::parse(std::string_view vkey) {
  RIGHTFUL_TRY(const VkeyParts parts, parse_vkey(vkey));
  const auto public_key = crypto::SignPublicKey::parse(parts.key);
  if (parts.kind != kEd25519 || !public_key) {
    return fail(ErrorCode::InvalidArgument,
                "the verifier key of " + std::string(parts.name) + " is no Ed25519 key (kind 01)");
  }
  NoteKey key(parts.name, *public_key);
  if (key.id() != parts.id) {
    return fail(ErrorCode::InvalidArgument,
                "the id in the verifier key of " + std::string(parts.name) +
                    " is not that of its name and key: a typing error?");
  }
  return key;
}

std::string NoteKey::text() const {
  Bytes key{kEd25519};
  key.insert(key.end(), public_key_.bytes().begin(), public_key_.bytes().end());
  return name_ + "+" + to_hex(id_bytes(id_)) + "+" + to_base64(key);
}

Result<NoteSigner> NoteSigner::create(std::string_view name, crypto::SigningKey key) {
  RIGHTFUL_TRY(auto public_half, NoteKey::create(name, key.public_key()));
  return NoteSigner(std::move(public_half), std::move(key));
}

std::string NoteSigner::signature_line(std::string_view text) const {
  const auto id = id_bytes(public_half_.id());
  const crypto::Signature signature = key_.sign(as_bytes(text));
  Bytes blob(id.begin(), id.end());
  blob.insert(blob.end(), signature.bytes().begin(), signature.bytes().end());
  return std::string(kLineStart) + public_half_.name() + " " + to_base64(blob) + "\n";
}

Result<Note> parse_note(ByteView bytes) {
  if (bytes.size() > kMaxNoteSizeBytes) {
    return fail(ErrorCode::LimitExceeded,
                "a signed note of more than " + std::to_string(kMaxNoteSizeBytes) + " bytes");
  }
  const std::string_view all = as_text(bytes);
  if (!is_note_text(all)) return no_note("a control character, or bytes that are no UTF-8");
  if (!all.ends_with('\n')) return no_note("it does not end with a line feed");
  const std::size_t blank = all.rfind("\n\n");
  if (blank == std::string_view::npos) return no_note("no blank line above the signatures");
  RIGHTFUL_TRY(auto signatures, parse_signatures(all.substr(blank + 2)));
  return Note{.text = std::string(all.substr(0, blank + 1)), .signatures = std::move(signatures)};
}

Result<std::vector<NoteKey>> verify_note(const Note& note, std::span<const NoteKey> known) {
  std::vector<NoteKey> signed_by;
  for (const NoteSignature& signature : note.signatures) {
    const auto key = std::ranges::find_if(known, [&](const NoteKey& candidate) {
      return candidate.name() == signature.name && candidate.id() == signature.key_id;
    });
    if (key == known.end()) continue;
    if (!holds(*key, note.text, signature)) return crypto::not_authentic();
    if (std::ranges::find(signed_by, *key) == signed_by.end()) signed_by.push_back(*key);
  }
  if (signed_by.empty()) {
    return fail(ErrorCode::NotFound, "no key that is trusted has signed this note");
  }
  return signed_by;
}

std::string make_note(std::string_view text, std::span<const NoteSigner> signers) {
  RIGHTFUL_CHECK(is_note_text(text) && text.ends_with('\n'));
  RIGHTFUL_CHECK(!signers.empty() && signers.size() <= kMaxNoteSignatures);
  std::string note(text);
  note += '\n';
  for (const NoteSigner& signer : signers)
    note += signer.signature_line(text);
  return note;
}

}  // namespace rightful::ledger
