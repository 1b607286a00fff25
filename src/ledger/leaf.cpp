#include "rightful/ledger/leaf.hpp"

#include <algorithm>
#include <array>

#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/signature.hpp"

#include "ledger/event_table.hpp"
#include "ledger/leaf_grammar.hpp"
#include "ledger/leaf_text.hpp"
#include "ledger/text_form.hpp"

namespace rightful::ledger {

namespace {

constexpr std::array<std::string_view, 12> kEnvelope{
    "act", "actor", "d", "n", "nonce", "out", "req", "subj", "t", "v", "w", "wsig"};
constexpr std::size_t kMaxActPartSize = 24;

bool is_act_part(std::string_view part) noexcept {
  return !part.empty() && part.size() <= kMaxActPartSize &&
         std::ranges::all_of(part, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool is_act(std::string_view act) noexcept {
  const std::size_t dot = act.find('.');
  return dot != std::string_view::npos && is_act_part(act.substr(0, dot)) &&
         is_act_part(act.substr(dot + 1));
}

bool is_actor(std::string_view actor) noexcept {
  return actor == "self" || actor == "system" || is_reference(actor, 'a', 16);
}

bool is_outcome(std::string_view out) noexcept {
  return out == "ok" || out == "denied" || out == "error";
}

// Exactly the twelve fields, `d` an object, `n` and `v` integers, all others strings.
bool has_shape_of_envelope(const std::vector<LeafMember>& members) noexcept {
  if (!std::ranges::equal(members, kEnvelope, {}, &LeafMember::key)) return false;
  return std::ranges::all_of(members, [](const LeafMember& member) {
    const bool wants_integer = member.key == "n" || member.key == "v";
    if (member.key == "d") return member.is_object;
    return member.value.integer.has_value() == wants_integer;
  });
}

bool has_forms_of_envelope(const Leaf& leaf) noexcept {
  return is_act(leaf.act) && is_actor(leaf.actor) && is_base64url(leaf.nonce, 16) &&
         is_outcome(leaf.out) && (leaf.req == "-" || is_reference(leaf.req, 'r', 16)) &&
         (leaf.subj == "-" || is_reference(leaf.subj, 's', 32)) &&
         WriterId::parse(leaf.w).has_value() && is_base64url(leaf.wsig, 64);
}

}  // namespace

std::string_view name_of(LeafFailure failure) noexcept {
  switch (failure) {
    case LeafFailure::Length:
      return "length";
    case LeafFailure::Noncanonical:
      return "noncanonical";
    case LeafFailure::Field:
      return "field";
    case LeafFailure::Event:
      return "event";
    case LeafFailure::Writer:
      return "writer";
    case LeafFailure::Signature:
      return "signature";
  }
  return "signature";
}

std::expected<Leaf, LeafFailure> parse_leaf(ByteView bytes) {
  if (bytes.size() < kMinLeafSizeBytes || bytes.size() > kMaxLeafSizeBytes) {
    return std::unexpected(LeafFailure::Length);
  }
  auto members = parse_grammar(as_text(bytes));
  if (!members) return std::unexpected(LeafFailure::Noncanonical);
  if (!has_shape_of_envelope(*members)) return std::unexpected(LeafFailure::Field);
  const auto text = [&members](std::size_t index) { return (*members)[index].value.text; };
  const auto integer = [&members](std::size_t index) {
    return (*members)[index].value.integer.value_or(0);
  };
  const auto instant = parse_instant(text(8));
  if (!instant || integer(9) != 1) return std::unexpected(LeafFailure::Field);
  Leaf leaf{.act = text(0),
            .actor = text(1),
            .fields = std::move((*members)[2].fields),
            .n = integer(3),
            .nonce = text(4),
            .out = text(5),
            .req = text(6),
            .subj = text(7),
            .t = *instant,
            .w = text(10),
            .wsig = text(11)};
  if (!has_forms_of_envelope(leaf)) return std::unexpected(LeafFailure::Field);
  return leaf;
}

std::expected<void, LeafFailure> check_event(const Leaf& leaf) {
  const EventDefinition* definition = find_event(leaf.act);
  if (definition == nullptr || !matches(*definition, leaf)) {
    return std::unexpected(LeafFailure::Event);
  }
  return {};
}

std::expected<void, LeafFailure> check_signature(ByteView bytes,
                                                 const Leaf& leaf,
                                                 const Origin& origin,
                                                 const crypto::SignPublicKey& key) {
  const std::string signed_text =
      leaf_signed_text(origin, as_text(bytes.first(bytes.size() - kLeafTailSizeBytes)));
  const auto decoded = from_base64url(leaf.wsig);
  const auto signature =
      decoded ? crypto::Signature::parse(*decoded) : std::unexpected(decoded.error());
  if (!signature || !crypto::verify_signature(key, as_bytes(signed_text), *signature)) {
    return std::unexpected(LeafFailure::Signature);
  }
  return {};
}

std::expected<Leaf, LeafFailure> check_leaf(ByteView bytes,
                                            const Origin& origin,
                                            const FindWriterKey& find_key) {
  auto leaf = parse_leaf(bytes);
  if (!leaf) return leaf;
  if (const auto known = check_event(*leaf); !known) return std::unexpected(known.error());
  const auto key = find_key(leaf->w);
  if (!key) return std::unexpected(LeafFailure::Writer);
  if (const auto holds = check_signature(bytes, *leaf, origin, *key); !holds) {
    return std::unexpected(holds.error());
  }
  return leaf;
}

crypto::Sha256Digest leaf_hash(ByteView bytes) {
  constexpr std::array<std::byte, 1> kLeafPrefix{std::byte{0x00}};  // RFC 6962 section 2.1
  crypto::Sha256 hash;
  hash.update(kLeafPrefix);
  hash.update(bytes);
  return std::move(hash).finish();
}

}  // namespace rightful::ledger
