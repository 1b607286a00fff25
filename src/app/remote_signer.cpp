#include "app/remote_signer.hpp"

#include <array>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/signer_protocol.hpp"

#include "app/signer_socket.hpp"

namespace rightful::app {

namespace {

constexpr std::chrono::seconds kPatience{10};

Result<ledger::SignAnswer> ask(const std::filesystem::path& socket,
                               const ledger::SignRequest& request) {
  const Deadline deadline = std::chrono::steady_clock::now() + kPatience;
  RIGHTFUL_TRY(const UniqueFd connection, connect_to(socket));
  // A signer that refuses may answer and close before it has read everything.
  const auto sent = write_all(connection, ledger::encode_request(request), deadline);
  std::array<std::byte, ledger::kSignReplyHeadSizeBytes> bytes{};
  const auto answered = read_exactly(connection, bytes, deadline);
  if (!answered) return std::unexpected(sent ? answered.error() : sent.error());
  RIGHTFUL_TRY(const auto head, ledger::parse_reply_head(bytes));
  std::string note(head.note_size_bytes, '\0');
  RIGHTFUL_TRY(read_exactly(connection, std::as_writable_bytes(std::span(note)), deadline));
  return ledger::parse_reply(head, std::move(note));
}

}  // namespace

std::expected<std::string, ledger::SignRefusal> RemoteSigner::sign(
    const ledger::SignRequest& request) {
  auto answer = ask(socket_, request);
  if (answer) return *std::move(answer);
  if (answer.error().code == ErrorCode::Unavailable) {
    throw Failure(Retry::Later, "unavailable", answer.error().detail);
  }
  throw Failure(Retry::Never, "protocol", answer.error().detail);
}

}  // namespace rightful::app
