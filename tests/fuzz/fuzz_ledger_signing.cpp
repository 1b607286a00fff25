// What the signer reads from a peer, and a publisher from the signer: one form each, so that it can
// be written again.
#include "rightful/core/check.hpp"
#include "rightful/ledger/signer_protocol.hpp"

#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

void check_request(ByteView input) {
  if (input.size() < ledger::kSignHeadSizeBytes) return;
  const auto head = ledger::parse_request_head(input.first(ledger::kSignHeadSizeBytes));
  if (!head) return;
  RIGHTFUL_CHECK(head->leaf_count <= ledger::kMaxLeavesPerRequest);
  const ByteView rest = input.subspan(ledger::kSignHeadSizeBytes);
  const std::size_t leaves_size = head->leaf_count * ledger::TreeHash::kSizeBytes;
  if (rest.size() != head->origin_size_bytes + leaves_size) return;
  const auto origin = ledger::Origin::parse(as_text(rest.first(head->origin_size_bytes)));
  if (!origin) return;
  ledger::SignRequest request{
      .origin = *origin, .claimed = head->claimed, .from = head->from, .leaves = {}};
  ledger::append_leaves(rest.subspan(head->origin_size_bytes), request.leaves);
  RIGHTFUL_CHECK(as_text(ledger::encode_request(request)) == as_text(input));
}

void check_reply(ByteView input) {
  if (input.size() < ledger::kSignReplyHeadSizeBytes) return;
  const auto head = ledger::parse_reply_head(input.first(ledger::kSignReplyHeadSizeBytes));
  const ByteView rest = input.subspan(ledger::kSignReplyHeadSizeBytes);
  if (!head || rest.size() != head->note_size_bytes) return;
  const auto answer = ledger::parse_reply(*head, std::string(as_text(rest)));
  if (!answer) return;
  const Bytes again = ledger::encode_reply(*answer);
  // A size beside a note or a problem says nothing.
  if (!*answer || head->size == 0) RIGHTFUL_CHECK(as_text(again) == as_text(input));
}

}  // namespace

void run_one(std::string_view input) {
  check_request(as_bytes(input));
  check_reply(as_bytes(input));
}

}  // namespace rightful::fuzz
