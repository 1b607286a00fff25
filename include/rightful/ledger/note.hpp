/// @file
/// Signed notes: a text with signature lines under it, and the keys that make and check them. Knows
/// nothing of what the text says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/signature.hpp"

namespace rightful::ledger {

inline constexpr std::size_t kMaxNoteSignatures = 16;
/// Room for sixteen signatures of 5 kB (ML-DSA-44) and a text.
inline constexpr std::size_t kMaxNoteSizeBytes = std::size_t{128} * 1024;

/// Who checks: the name of a key and its Ed25519 public half, as one line (a vkey).
///
/// Format  docs/formats/ledger-note.md §2: `<name>+<id, 8 hex>+<base64 of 01 ‖ public key>`
class NoteKey {
 public:
  /// @param name  UTF-8, not empty, without spaces of Unicode, control characters and `+`.
  /// @return InvalidArgument
  [[nodiscard]] static Result<NoteKey> create(std::string_view name,
                                              const crypto::SignPublicKey& public_key);
  /// @return InvalidArgument for another form, another kind of key, or an id that is not this
  /// key's.
  [[nodiscard]] static Result<NoteKey> parse(std::string_view vkey);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// The first four bytes of SHA-256(name ‖ 0A ‖ 01 ‖ public key), big-endian.
  [[nodiscard]] std::uint32_t id() const noexcept { return id_; }

  [[nodiscard]] const crypto::SignPublicKey& public_key() const noexcept { return public_key_; }

  /// The vkey.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const NoteKey&, const NoteKey&) = default;

 private:
  NoteKey(std::string_view name, const crypto::SignPublicKey& public_key);

  std::string name_;
  std::uint32_t id_;
  crypto::SignPublicKey public_key_;
};

/// Who signs.
///
/// Threads  const calls from any thread.
/// Secrets  owns the private key.
class NoteSigner {
 public:
  /// @param name  as NoteKey::create. @return InvalidArgument
  [[nodiscard]] static Result<NoteSigner> create(std::string_view name, crypto::SigningKey key);

  [[nodiscard]] const NoteKey& key() const noexcept { return public_half_; }

  /// `— <name> <base64 of id ‖ signature>` LF.
  [[nodiscard]] std::string signature_line(std::string_view text) const;

 private:
  NoteSigner(NoteKey public_half, crypto::SigningKey key)
      : public_half_(std::move(public_half)), key_(std::move(key)) {}

  NoteKey public_half_;
  crypto::SigningKey key_;
};

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  ///< of a kind that only the key knows
};

/// What was read; nothing of it is checked before verify_note.
struct Note {
  std::string text;  ///< ends with LF
  std::vector<NoteSignature> signatures;
};

/// @param bytes  hostile. @return InvalidArgument for anything that is no note; LimitExceeded above
/// kMaxNoteSizeBytes or kMaxNoteSignatures.
[[nodiscard]] Result<Note> parse_note(ByteView bytes);

/// Checks every signature of a known key; those of others are ignored.
/// @return the keys that have signed, at least one; NotAuthentic when a known key's signature does
/// not hold, even beside a good one; NotFound when no known key has signed.
[[nodiscard]] Result<std::vector<NoteKey>> verify_note(const Note& note,
                                                       std::span<const NoteKey> known);

/// The note's exact bytes, one line for each of `signers`.
/// @param text  UTF-8, ends with LF, no other byte below 0x20; one to kMaxNoteSignatures signers
/// (checked, RIGHTFUL_CHECK).
[[nodiscard]] std::string make_note(std::string_view text, std::span<const NoteSigner> signers);

}  // namespace rightful::ledger
