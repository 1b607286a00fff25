#include "rightful/ledger/signer_protocol.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "rightful/core/check.hpp"
#include "rightful/ledger/note.hpp"

#include "ledger/freeze_reasons.hpp"

namespace rightful::ledger {

namespace {

constexpr std::string_view kMagic = "RFSIGN1\n";
constexpr std::uint16_t kMinOriginSize = 3;
constexpr std::uint16_t kMaxOriginSize = 200;

// Kinds of replies.
constexpr std::uint8_t kNote = 1;
constexpr std::uint8_t kFrozen = 2;
constexpr std::uint8_t kSendFrom = 3;
constexpr std::uint8_t kTooManyLeaves = 4;
constexpr std::uint8_t kFirstProblem = 16;

// The numbers on the wire are those of the list in the format's document.
constexpr std::array kProblems{
    SignProblem::NotUnderstood, SignProblem::PeerDenied, SignProblem::NotKept};

template <class Integer>
void put_integer(Bytes& out, Integer value) {
  for (unsigned shift = 8 * sizeof(Integer); shift > 0; shift -= 8)
    out.push_back(static_cast<std::byte>((value >> (shift - 8)) & 0xFFU));
}

template <class Integer>
Integer get_integer(ByteView bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (const std::byte byte : bytes.subspan(at, sizeof(Integer)))
    value = (value << 8U) | std::to_integer<std::uint64_t>(byte);
  return static_cast<Integer>(value);
}

void put_text(Bytes& out, std::string_view text) {
  const ByteView bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

bool has_magic(ByteView bytes, std::size_t size) {
  return bytes.size() == size && as_text(bytes.first(kMagic.size())) == kMagic;
}

Bytes reply_head(std::uint8_t kind,
                 std::uint8_t reason,
                 std::size_t note_size,
                 std::uint64_t size) {
  Bytes out;
  out.reserve(kSignReplyHeadSizeBytes + note_size);
  put_text(out, kMagic);
  put_integer(out, kind);
  put_integer(out, reason);
  put_integer(out, std::uint16_t{0});
  put_integer(out, static_cast<std::uint32_t>(note_size));
  put_integer(out, size);
  return out;
}

std::uint8_t number_of(const std::optional<FreezeReason>& reason) {
  if (!reason) return 0;
  const auto* const found = std::ranges::find(kFreezeReasons, *reason);
  return static_cast<std::uint8_t>(found - kFreezeReasons.begin() + 1);
}

std::uint8_t kind_of(SignRefusal::Kind kind) {
  switch (kind) {
    case SignRefusal::Kind::Frozen:
      return kFrozen;
    case SignRefusal::Kind::SendFrom:
      return kSendFrom;
    case SignRefusal::Kind::TooManyLeaves:
      return kTooManyLeaves;
  }
  return kFrozen;
}

std::unexpected<Error> not_understood() {
  return fail(ErrorCode::InvalidArgument, "what answered is no signer of this version");
}

}  // namespace

Result<SignRequestHead> parse_request_head(ByteView bytes) {
  const auto refuse = [](std::string_view what) {
    return fail(ErrorCode::InvalidArgument, "not a request to sign: " + std::string(what));
  };
  if (!has_magic(bytes, kSignHeadSizeBytes)) return refuse("it begins otherwise");
  RIGHTFUL_TRY(const auto root, TreeHash::parse(bytes.subspan(16, TreeHash::kSizeBytes)));
  SignRequestHead head{.claimed = {get_integer<std::uint64_t>(bytes, 8), root},
                       .from = get_integer<std::uint64_t>(bytes, 48),
                       .leaf_count = get_integer<std::uint32_t>(bytes, 56),
                       .origin_size_bytes = get_integer<std::uint16_t>(bytes, 60)};
  if (get_integer<std::uint16_t>(bytes, 62) != 0) return refuse("its last two bytes are not zero");
  if (head.claimed.size > kMaxTreeSize || head.from > kMaxTreeSize)
    return refuse("no tree has that size");
  if (head.origin_size_bytes < kMinOriginSize || head.origin_size_bytes > kMaxOriginSize)
    return refuse("no origin has that size");
  if (head.leaf_count > kMaxLeavesPerRequest)
    return fail(ErrorCode::LimitExceeded, "more than 65536 leaves in one request");
  return head;
}

Bytes encode_request(const SignRequest& request) {
  RIGHTFUL_CHECK(request.leaves.size() <= kMaxLeavesPerRequest);
  const std::string& origin = request.origin.text();
  Bytes out;
  out.reserve(kSignHeadSizeBytes + origin.size() + request.leaves.size() * TreeHash::kSizeBytes);
  put_text(out, kMagic);
  put_integer(out, request.claimed.size);
  const auto root = request.claimed.root.bytes();
  out.insert(out.end(), root.begin(), root.end());
  put_integer(out, request.from);
  put_integer(out, static_cast<std::uint32_t>(request.leaves.size()));
  put_integer(out, static_cast<std::uint16_t>(origin.size()));
  put_integer(out, std::uint16_t{0});
  put_text(out, origin);
  for (const TreeHash& leaf : request.leaves) {
    const auto bytes = leaf.bytes();
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

void append_leaves(ByteView bytes, std::vector<TreeHash>& leaves) {
  RIGHTFUL_CHECK(bytes.size() % TreeHash::kSizeBytes == 0);
  for (; !bytes.empty(); bytes = bytes.subspan(TreeHash::kSizeBytes)) {
    // Any 32 bytes are a hash.
    leaves.push_back(*TreeHash::parse(bytes.first(TreeHash::kSizeBytes)));
  }
}

std::string_view text_of(SignProblem problem) noexcept {
  switch (problem) {
    case SignProblem::NotUnderstood:
      return "the signer did not understand the request; are both of one version?";
    case SignProblem::PeerDenied:
      return "the signer does not take requests of this user; start it with --peer-user";
    case SignProblem::NotKept:
      return "the signer could not keep its memory and signed nothing; look at its disk";
  }
  return "";
}

Bytes encode_reply(const SignAnswer& answer) {
  if (!answer) {
    const SignRefusal& refusal = answer.error();
    return reply_head(kind_of(refusal.kind), number_of(refusal.reason), 0, refusal.size);
  }
  RIGHTFUL_CHECK(answer->size() <= kMaxNoteSizeBytes);
  Bytes out = reply_head(kNote, 0, answer->size(), 0);
  put_text(out, *answer);
  return out;
}

Bytes encode_reply(SignProblem problem) {
  const auto* const found = std::ranges::find(kProblems, problem);
  return reply_head(
      static_cast<std::uint8_t>(kFirstProblem + (found - kProblems.begin())), 0, 0, 0);
}

Result<SignReplyHead> parse_reply_head(ByteView bytes) {
  if (!has_magic(bytes, kSignReplyHeadSizeBytes)) return not_understood();
  const SignReplyHead head{.kind = get_integer<std::uint8_t>(bytes, 8),
                           .reason = get_integer<std::uint8_t>(bytes, 9),
                           .note_size_bytes = get_integer<std::uint32_t>(bytes, 12),
                           .size = get_integer<std::uint64_t>(bytes, 16)};
  const bool has_note = head.kind == kNote;
  if (get_integer<std::uint16_t>(bytes, 10) != 0 || head.note_size_bytes > kMaxNoteSizeBytes ||
      has_note != (head.note_size_bytes > 0) || head.reason > kFreezeReasons.size() ||
      (head.kind == kFrozen) != (head.reason > 0)) {
    return not_understood();
  }
  return head;
}

Result<SignAnswer> parse_reply(const SignReplyHead& head, std::string note) {
  RIGHTFUL_CHECK(note.size() == head.note_size_bytes);
  using Kind = SignRefusal::Kind;
  const auto refusal = [&head](Kind kind, std::optional<FreezeReason> reason) {
    return SignAnswer(std::unexpected(SignRefusal{kind, reason, head.size}));
  };
  if (head.kind == kNote) return SignAnswer(std::move(note));
  if (head.kind == kFrozen) return refusal(Kind::Frozen, kFreezeReasons.at(head.reason - 1U));
  if (head.kind == kSendFrom) return refusal(Kind::SendFrom, std::nullopt);
  if (head.kind == kTooManyLeaves) return refusal(Kind::TooManyLeaves, std::nullopt);
  if (head.kind < kFirstProblem || head.kind >= kFirstProblem + kProblems.size()) {
    return not_understood();
  }
  const SignProblem problem = kProblems.at(static_cast<std::size_t>(head.kind - kFirstProblem));
  return fail(problem == SignProblem::PeerDenied ? ErrorCode::Denied : ErrorCode::Unavailable,
              std::string(text_of(problem)));
}

}  // namespace rightful::ledger
