/// @file
/// The bytes between a publisher and the signer's process. Knows no socket: reads and writes bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/signer_memory.hpp"

namespace rightful::ledger {

inline constexpr std::size_t kSignHeadSizeBytes = 64;
inline constexpr std::size_t kSignReplyHeadSizeBytes = 24;

/// The first 64 bytes of a request; what follows is `origin_size_bytes`, then the leaf hashes.
///
/// Format  docs/formats/ledger-signer-protocol.md §1
struct SignRequestHead {
  TreeHead claimed;
  std::uint64_t from = 0;
  std::uint32_t leaf_count = 0;         ///< at most kMaxLeavesPerRequest
  std::uint16_t origin_size_bytes = 0;  ///< 3 … 200
};

/// @param bytes  hostile. @return InvalidArgument for anything that encode_request does not write;
/// LimitExceeded for more leaves than a request may have. Nothing is allocated.
[[nodiscard]] Result<SignRequestHead> parse_request_head(ByteView bytes);

/// The whole message. At most kMaxLeavesPerRequest leaves (checked, RIGHTFUL_CHECK).
[[nodiscard]] Bytes encode_request(const SignRequest& request);

/// Takes over the next leaf hashes. @param bytes  hostile, a multiple of 32 bytes (checked,
/// RIGHTFUL_CHECK).
void append_leaves(ByteView bytes, std::vector<TreeHash>& leaves);

/// What the signer answers beside its decision.
enum class SignProblem : std::uint8_t {
  NotUnderstood,  ///< the request is none of this protocol
  PeerDenied,     ///< this user may not ask
  NotKept         ///< the memory could not be written: nothing was signed, ask again
};

/// @return a sentence for an operator.
[[nodiscard]] std::string_view text_of(SignProblem problem) noexcept;

using SignAnswer = std::expected<std::string, SignRefusal>;

[[nodiscard]] Bytes encode_reply(const SignAnswer& answer);
[[nodiscard]] Bytes encode_reply(SignProblem problem);

/// The first 24 bytes of a reply.
struct SignReplyHead {
  std::uint8_t kind = 0;
  std::uint8_t reason = 0;
  std::uint32_t note_size_bytes = 0;  ///< at most kMaxNoteSizeBytes
  std::uint64_t size = 0;
};

/// @param bytes  hostile. @return InvalidArgument
[[nodiscard]] Result<SignReplyHead> parse_reply_head(ByteView bytes);

/// @param note  as many bytes as the head says (checked, RIGHTFUL_CHECK); hostile.
/// @return the answer; InvalidArgument when it is none; Unavailable or Denied for a SignProblem.
[[nodiscard]] Result<SignAnswer> parse_reply(const SignReplyHead& head, std::string note);

}  // namespace rightful::ledger
