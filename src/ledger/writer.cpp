#include "rightful/ledger/writer.hpp"

#include <algorithm>
#include <array>

#include "rightful/core/check.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/window.hpp"

#include "ledger/leaf_fields.hpp"
#include "ledger/leaf_text.hpp"

namespace rightful::ledger {

namespace {

constexpr std::string_view kWriterLabel = "rightful/ledger/writer/v1\n";

// `,"name":"value"`
void append_text(std::string& leaf, std::string_view name, std::string_view value) {
  leaf.append(",\"").append(name).append("\":\"").append(value).append("\"");
}

// The leaf without its last 97 bytes; keys in bytewise order.
std::string encode_head(const Event& event,
                        std::string_view subject,
                        const LeafStamp& stamp,
                        const WriterId& writer) {
  std::string head;
  head.reserve(512);
  head.append("{\"act\":\"").append(event.act()).append("\"");
  append_text(head, "actor", event.actor());
  head.append(",\"d\":").append(event.fields());
  head.append(",\"n\":").append(std::to_string(stamp.n));
  append_text(head, "nonce", to_base64url(stamp.nonce));
  append_text(head, "out", name_of(event.outcome()));
  const auto& request = event.request();
  append_text(head, "req", request ? std::string_view(request->text()) : "-");
  append_text(head, "subj", subject);
  append_text(head, "t", format_rfc3339(stamp.t));
  head.append(",\"v\":1");
  append_text(head, "w", writer.text());
  return head;
}

Bytes sign_leaf(const Event& event,
                std::string_view subject,
                const LeafStamp& stamp,
                const crypto::SigningKey& key,
                const Origin& origin) {
  RIGHTFUL_CHECK(stamp.n <= kMaxInteger);
  std::string leaf = encode_head(event, subject, stamp, WriterId::of(key.public_key()));
  const crypto::Signature signature = key.sign(as_bytes(leaf_signed_text(origin, leaf)));
  leaf.append(kTailStart).append(to_base64url(signature.bytes())).append(kTailEnd);
  RIGHTFUL_CHECK(leaf.size() >= kMinLeafSizeBytes && leaf.size() <= kMaxLeafSizeBytes);
  return to_bytes(leaf);
}

std::string certificate_text(const Origin& origin,
                             std::string_view writer_key,
                             std::string_view role,
                             std::string_view t) {
  std::string text(kWriterLabel);
  for (const std::string_view line : {std::string_view(origin.text()), writer_key, role, t}) {
    text.append(line).append("\n");
  }
  return text;
}

}  // namespace

Writer::Writer(crypto::SigningKey key, Origin origin)
    : key_(std::move(key)), origin_(std::move(origin)), id_(WriterId::of(key_.public_key())) {}

Bytes Writer::make_leaf(const Event& event,
                        const std::optional<Pseudonym>& subject,
                        const LeafStamp& stamp) const {
  RIGHTFUL_CHECK(subject.has_value() == event.subject().has_value());
  const std::string_view name = subject ? std::string_view(subject->text()) : "-";
  return sign_leaf(event, name, stamp, key_, origin_);
}

Bytes make_genesis(const crypto::SigningKey& enrolment,
                   const Origin& origin,
                   const LeafStamp& stamp,
                   const std::optional<PreviousLog>& previous) {
  events::LogGenesis genesis{.enrol = enrolment.public_key(),
                             .origin = origin,
                             .prev_origin = std::nullopt,
                             .prev_root = std::nullopt,
                             .prev_size = 0};
  if (previous) {
    genesis.prev_origin = previous->origin;
    genesis.prev_root = previous->head.root;
    genesis.prev_size = previous->head.size;
  }
  return sign_leaf(Event(System{}, genesis), "-", stamp, enrolment, origin);
}

bool is_enrolment_act(std::string_view act) noexcept {
  constexpr std::array<std::string_view, 5> kActs{events::LogGenesis::kAct,
                                                  events::LogRecovery::kAct,
                                                  events::LogThawed::kAct,
                                                  events::LogSealed::kAct,
                                                  events::KeyringRotated::kAct};
  return std::ranges::find(kActs, act) != kActs.end();
}

Bytes make_enrolment_leaf(const crypto::SigningKey& enrolment,
                          const Origin& origin,
                          const Event& event,
                          const LeafStamp& stamp) {
  RIGHTFUL_CHECK(!event.subject() && is_enrolment_act(event.act()));
  return sign_leaf(event, "-", stamp, enrolment, origin);
}

Bytes make_writer_start(const Writer& writer,
                        const crypto::SigningKey& enrolment,
                        const EpochFacts& facts,
                        const LeafStamp& stamp) {
  RIGHTFUL_CHECK(stamp.n == 0 && facts.span >= 1 && facts.span <= kMaxSpan);
  const Event event(
      System{},
      events::WriterStart{.build = facts.build,
                          .cert = make_certificate(
                              enrolment, writer.origin(), writer.public_key(), facts.role, stamp.t),
                          .prev = facts.previous,
                          .pub = writer.public_key(),
                          .role = facts.role,
                          .span = facts.span});
  return writer.make_leaf(event, std::nullopt, stamp);
}

crypto::Signature make_certificate(const crypto::SigningKey& enrolment,
                                   const Origin& origin,
                                   const crypto::SignPublicKey& writer_key,
                                   WriterRole role,
                                   Instant t) {
  return enrolment.sign(as_bytes(
      certificate_text(origin, to_base64url(writer_key.bytes()), role.text(), format_rfc3339(t))));
}

Result<Enrolment> read_writer_start(const Leaf& leaf,
                                    const Origin& origin,
                                    const crypto::SignPublicKey& enrolment) {
  const std::uint64_t span = integer_of(leaf, "span");
  if (leaf.act != events::WriterStart::kAct || leaf.n != 0 || span < 1 || span > kMaxSpan) {
    return fail(ErrorCode::InvalidArgument, "not the first leaf of a writer");
  }
  RIGHTFUL_TRY(const auto key, decode_field<crypto::SignPublicKey>(leaf, "pub"));
  if (WriterId::of(key).text() != leaf.w) {
    return fail(ErrorCode::InvalidArgument, "the writer's id is not made from its key");
  }
  RIGHTFUL_TRY(const auto certificate, decode_field<crypto::Signature>(leaf, "cert"));
  const std::string text = certificate_text(
      origin, field_of(leaf, "pub"), field_of(leaf, "role"), format_rfc3339(leaf.t));
  RIGHTFUL_TRY(crypto::verify_signature(enrolment, as_bytes(text), certificate));
  return Enrolment{key, static_cast<std::uint32_t>(span)};
}

}  // namespace rightful::ledger
