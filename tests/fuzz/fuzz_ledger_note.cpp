// What an auditor or the signer reads as text: notes, keys, checkpoints, trust files, the signer's
// memory. What is read has one form, so that it can be written again.
#include <vector>

#include "rightful/core/check.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/signer_memory.hpp"
#include "rightful/ledger/trust_file.hpp"

#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

// The key of tests/vectors/ledger/dev-vectors.json: the corpus is signed with it.
constexpr std::string_view kKey =
    "audit.example.test/dsar/dev+2cc4fecd+AdBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3";

std::string format(const ledger::Note& note) {
  std::string text = note.text + "\n";
  for (const ledger::NoteSignature& signature : note.signatures) {
    Bytes blob;
    for (unsigned shift = 32; shift > 0; shift -= 8)
      blob.push_back(static_cast<std::byte>(signature.key_id >> (shift - 8)));
    blob.insert(blob.end(), signature.signature.begin(), signature.signature.end());
    text += "\u2014 " + signature.name + " " + to_base64(blob) + "\n";
  }
  return text;
}

void check_note(std::string_view input) {
  static const std::vector kKnown{ledger::NoteKey::parse(kKey).value()};
  const auto note = ledger::parse_note(as_bytes(input));
  const auto opened = ledger::open_checkpoint(as_bytes(input), kKnown);
  if (!note) {
    RIGHTFUL_CHECK(!opened && opened.error().code == note.error().code);
    return;
  }
  RIGHTFUL_CHECK(!note->signatures.empty() &&
                 note->signatures.size() <= ledger::kMaxNoteSignatures);
  RIGHTFUL_CHECK(format(*note) == input);
  if (!opened) return;
  RIGHTFUL_CHECK(opened->signed_by == kKnown);
  RIGHTFUL_CHECK(ledger::format_checkpoint(opened->checkpoint) == note->text);
}

}  // namespace

void run_one(std::string_view input) {
  check_note(input);
  if (const auto checkpoint = ledger::parse_checkpoint(input)) {
    RIGHTFUL_CHECK(ledger::format_checkpoint(*checkpoint) == input);
  }
  if (const auto key = ledger::NoteKey::parse(input)) RIGHTFUL_CHECK(key->text() == input);
  if (const auto memory = ledger::SignerMemory::parse(as_bytes(input))) {
    RIGHTFUL_CHECK(memory->text() == input);
  }
  if (const auto trust = ledger::TrustFile::parse(as_bytes(input))) {
    const auto again =
        ledger::TrustFile::parse(as_bytes(ledger::format_trust_file(trust->log_keys())));
    RIGHTFUL_CHECK(again && again->log_keys() == trust->log_keys());
  }
}

}  // namespace rightful::fuzz
