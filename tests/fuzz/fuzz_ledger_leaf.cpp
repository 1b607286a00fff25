// A ledger leaf: canonical, so that its fields written in their order are its bytes again.
#include <algorithm>
#include <functional>
#include <string>

#include "rightful/core/check.hpp"
#include "rightful/ledger/leaf.hpp"

#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

using ledger::Leaf;
using ledger::LeafFailure;

// The origin and keys of tests/vectors/ledger/leaf-goldens.json: the corpus is signed with them.
constexpr std::string_view kOrigin = "audit.example.test/dsar/dev";
constexpr std::string_view kEnrolId = "w_1325b850c2871916";
constexpr std::string_view kEnrolKey =
    "a09aa5f47a6759802ff955f8dc2d2a14a5c99d23be97f864127ff9383455a4f0";
constexpr std::string_view kWriterId = "w_6c8f8607dbe87077";
constexpr std::string_view kWriterKey =
    "17cb79fb2b4120f2b1ec65e4198d6e08b28e813feb01e4a400839b85e18080ce";

std::optional<crypto::SignPublicKey> find_key(std::string_view writer) {
  if (writer != kEnrolId && writer != kWriterId) return std::nullopt;
  return crypto::SignPublicKey::parse(from_hex(writer == kEnrolId ? kEnrolKey : kWriterKey).value())
      .value();
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string format_fields(const Leaf& leaf) {
  std::string text = "{";
  for (const auto& [key, value] : leaf.fields) {
    if (text.size() > 1) text += ',';
    text += quoted(key) + ":";
    text += value.integer ? std::to_string(*value.integer) : quoted(value.text);
  }
  return text + "}";
}

std::string format(const Leaf& leaf) {
  return "{\"act\":" + quoted(leaf.act) + ",\"actor\":" + quoted(leaf.actor) +
         ",\"d\":" + format_fields(leaf) + ",\"n\":" + std::to_string(leaf.n) +
         ",\"nonce\":" + quoted(leaf.nonce) + ",\"out\":" + quoted(leaf.out) +
         ",\"req\":" + quoted(leaf.req) + ",\"subj\":" + quoted(leaf.subj) +
         ",\"t\":" + quoted(format_rfc3339(leaf.t)) + ",\"v\":1,\"w\":" + quoted(leaf.w) +
         ",\"wsig\":" + quoted(leaf.wsig) + "}";
}

bool lies_in(std::string_view part, std::string_view whole) {
  const std::less_equal<> before;
  return before(whole.data(), part.data()) &&
         before(part.data() + part.size(), whole.data() + whole.size());
}

void check_views(const Leaf& leaf, std::string_view input) {
  for (const std::string_view view :
       {leaf.act, leaf.actor, leaf.nonce, leaf.out, leaf.req, leaf.subj, leaf.w, leaf.wsig}) {
    RIGHTFUL_CHECK(lies_in(view, input));
  }
  for (const auto& [key, value] : leaf.fields) {
    RIGHTFUL_CHECK(lies_in(key, input) && lies_in(value.text, input));
  }
}

/// The six checks one by one say what check_leaf says.
LeafFailure first_failure(ByteView bytes, const Leaf& leaf, const ledger::Origin& origin) {
  if (const auto event = check_event(leaf); !event) return event.error();
  const auto key = find_key(leaf.w);
  if (!key) return LeafFailure::Writer;
  const auto signature = check_signature(bytes, leaf, origin, *key);
  RIGHTFUL_CHECK(!signature.has_value());
  return signature.error();
}

}  // namespace

void run_one(std::string_view input) {
  static const auto kLedger = ledger::Origin::parse(kOrigin).value();
  const ByteView bytes = as_bytes(input);
  const auto checked = ledger::check_leaf(bytes, kLedger, find_key);
  const auto leaf = ledger::parse_leaf(bytes);
  if (!leaf) {
    RIGHTFUL_CHECK(!checked && checked.error() == leaf.error());
    return;
  }
  RIGHTFUL_CHECK(input.size() >= ledger::kMinLeafSizeBytes &&
                 input.size() <= ledger::kMaxLeafSizeBytes);
  check_views(*leaf, input);
  RIGHTFUL_CHECK(format(*leaf) == input);
  if (!checked) RIGHTFUL_CHECK(checked.error() == first_failure(bytes, *leaf, kLedger));
}

}  // namespace rightful::fuzz
