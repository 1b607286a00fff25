#include "app/signer_server.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"
#include "rightful/core/log.hpp"
#include "rightful/ledger/checkpoint.hpp"
#include "rightful/ledger/log_name.hpp"
#include "rightful/ledger/signer.hpp"

#include "app/signer_socket.hpp"

namespace rightful::app {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kReadSizeBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxToldLogs = 1000;
constexpr mode_t kOwnSocket = 0600;
constexpr mode_t kSharedSocket = 0666;  // SO_PEERCRED decides

// The size that our own keys have signed; 0 for anything else.
std::uint64_t signed_size(const Bytes& note, const ledger::SignerMemory& memory) {
  const auto opened = ledger::open_checkpoint(note, memory.keys());
  return opened ? opened->checkpoint.head.size : 0;
}

ledger::SignAnswer frozen(ledger::FreezeReason reason) {
  return std::unexpected(
      ledger::SignRefusal{.kind = ledger::SignRefusal::Kind::Frozen, .reason = reason});
}

Result<void> read_leaves(const UniqueFd& connection,
                         std::size_t count,
                         Deadline deadline,
                         std::vector<ledger::TreeHash>& leaves) {
  Bytes buffer(kReadSizeBytes);
  std::size_t left = count * ledger::TreeHash::kSizeBytes;
  leaves.reserve(count);
  while (left > 0) {
    const auto part = std::span(buffer).first(std::min(left, buffer.size()));
    RIGHTFUL_TRY(read_exactly(connection, part, deadline));
    ledger::append_leaves(part, leaves);
    left -= part.size();
  }
  return {};
}

}  // namespace

SignerServer::SignerServer(SignerServerOptions options,
                           UniqueFd lock,
                           UniqueFd listener,
                           const Clock& clock)
    : options_(std::move(options)),
      place_(options_.signer_directory),
      lock_(std::move(lock)),
      listener_(std::move(listener)),
      clock_(clock) {}

Result<SignerServer> SignerServer::open(SignerServerOptions options, const Clock& clock) {
  const SignerPlace place(options.signer_directory);
  RIGHTFUL_TRY(place.make());
  RIGHTFUL_TRY(auto lock, place.lock());
  place.drop_leftovers();
  const bool is_shared = !options.further_peers.empty();
  if (is_shared) {
    std::filesystem::permissions(place.directory(),
                                 std::filesystem::perms::owner_all |
                                     std::filesystem::perms::group_exec |
                                     std::filesystem::perms::others_exec);
  }
  UniqueFd listener = listen_at(place.socket(), is_shared ? kSharedSocket : kOwnSocket);
  return SignerServer(std::move(options), std::move(lock), std::move(listener), clock);
}

void SignerServer::serve(const std::function<bool()>& is_over) {
  while (!is_over()) {
    try {
      const UniqueFd connection = accept_within(listener_, 200ms);
      if (connection.is_open()) answer_peer(connection);
    } catch (const Failure& failure) {
      log::error("signer_failed", "cause={}", failure.cause());
    }
  }
}

void SignerServer::answer_peer(const UniqueFd& connection) {
  const Deadline deadline = std::chrono::steady_clock::now() + options_.patience;
  const uid_t user = peer_user(connection);
  const bool may_ask = user == ::geteuid() || std::ranges::find(options_.further_peers, user) !=
                                                  options_.further_peers.end();
  Bytes reply = ledger::encode_reply(ledger::SignProblem::PeerDenied);
  if (!may_ask) {
    log::warn("signer_peer_denied", "uid={}", user);
  } else if (const auto request = read_request(connection)) {
    reply = std::visit([](const auto& answer) { return ledger::encode_reply(answer); },
                       decide(*request));
  } else if (request.error().code == ErrorCode::Unavailable) {
    log::warn("signer_request_cut_off");
    return;
  } else {
    log::warn("signer_request_not_understood", "why=\"{}\"", request.error().detail);
    reply = ledger::encode_reply(ledger::SignProblem::NotUnderstood);
  }
  const auto sent = write_all(connection, reply, deadline);
  if (!sent) log::warn("signer_reply_not_taken");
}

Result<ledger::SignRequest> SignerServer::read_request(const UniqueFd& connection) const {
  const Deadline deadline = std::chrono::steady_clock::now() + options_.patience;
  std::array<std::byte, ledger::kSignHeadSizeBytes> bytes{};
  RIGHTFUL_TRY(read_exactly(connection, bytes, deadline));
  RIGHTFUL_TRY(const auto head, ledger::parse_request_head(bytes));
  Bytes name(head.origin_size_bytes);
  RIGHTFUL_TRY(read_exactly(connection, name, deadline));
  RIGHTFUL_TRY(const auto origin, ledger::Origin::parse(as_text(name)));
  ledger::SignRequest request{
      .origin = origin, .claimed = head.claimed, .from = head.from, .leaves = {}};
  RIGHTFUL_TRY(read_leaves(connection, head.leaf_count, deadline, request.leaves));
  return request;
}

SignerServer::Reply SignerServer::decide(const ledger::SignRequest& request) {
  const auto name = ledger::log_name(request.origin);
  if (!name) return ledger::SignProblem::NotUnderstood;
  const auto room = place_.enter(*name);
  if (!room) {
    if (room.error().code != ErrorCode::NotFound) return ledger::SignProblem::NotKept;
    const auto answer = frozen(ledger::FreezeReason::MemoryLost);
    tell(*name, answer);
    return answer;
  }
  const auto memory = room->memory();
  const ledger::Origin origin = memory ? memory->checkpoint().origin : request.origin;
  auto signers = room->signers(origin, clock_.now());
  if (!signers && signers.error().code == ErrorCode::Denied) {
    log::error("signer_key_unreadable", "why=\"{}\"", signers.error().detail);
    return ledger::SignProblem::NotKept;
  }
  if (!signers) signers = std::vector<ledger::NoteSigner>();  // no key of ours: F7
  try {
    const auto answer = decide_in(*room, *name, *std::move(signers), origin, request);
    tell(*name, answer);
    return answer;
  } catch (const Failure& failure) {
    log::error("signer_memory_not_kept", "log={} cause={}", *name, failure.cause());
    return ledger::SignProblem::NotKept;
  }
}

ledger::SignAnswer SignerServer::decide_in(const SignerRoom& room,
                                           const std::string& name,
                                           std::vector<ledger::NoteSigner> signers,
                                           const ledger::Origin& origin,
                                           const ledger::SignRequest& request) {
  ledger::MemoryFile store(room.memory_file());
  const auto memory = room.memory();
  const auto seen = newest_note(name, memory ? std::optional(*memory) : std::nullopt);
  auto signer = ledger::Signer::start(store, std::move(signers), origin, seen);
  auto answer = signer.sign(request);
  if (answer) last_notes_[name] = to_bytes(*answer);
  return answer;
}

// F6 is about what was published; what this process has signed is known besides, and may be newer.
std::optional<Bytes> SignerServer::newest_note(const std::string& name,
                                               const std::optional<ledger::SignerMemory>& memory) {
  std::optional<Bytes> newest;
  const auto published =
      read_file(options_.ledger_directory / name / "checkpoint", ledger::kMaxNoteSizeBytes);
  if (published) newest = *published;
  const bool is_hidden = !published && published.error().code != ErrorCode::NotFound;
  if (is_hidden && !std::exchange(has_told_hidden_, true)) {
    log::warn("signer_sees_no_checkpoint", "log={} why=\"{}\"", name, published.error().detail);
  }
  const auto last = last_notes_.find(name);
  if (!memory || last == last_notes_.end()) return newest;
  if (!newest || signed_size(last->second, *memory) > signed_size(*newest, *memory)) {
    newest = last->second;
  }
  return newest;
}

// Once a change: a frozen log is asked about again and again.
void SignerServer::tell(const std::string& name, const ledger::SignAnswer& answer) {
  std::string reason;
  const auto why = answer ? std::nullopt : answer.error().reason;
  if (why) reason = ledger::name_of(*why);
  if (frozen_.size() >= kMaxToldLogs) frozen_.clear();  // names come from outside
  std::string& told = frozen_[name];
  if (reason == told) return;
  told = reason;
  if (reason.empty()) {
    log::warn("signer_signs_again", "log={}", name);
  } else {
    log::error("signer_frozen", "log={} reason={}", name, reason);
  }
}

}  // namespace rightful::app
