/// @file
/// The Unix socket between publisher and signer: listening, connecting, and bytes before a
/// deadline.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <span>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/unique_fd.hpp"

namespace rightful::app {

using Deadline = std::chrono::steady_clock::time_point;

/// Replaces a socket that an ended process left. The folder exists; paths may be long.
/// @param mode  of the socket. Errors  Failure
[[nodiscard]] UniqueFd listen_at(const std::filesystem::path& socket, mode_t mode);

/// @return Unavailable when nobody listens there, Denied when this user may not.
[[nodiscard]] Result<UniqueFd> connect_to(const std::filesystem::path& socket);

/// Waits at most `limit` for a peer; not open when none came. Errors  Failure
[[nodiscard]] UniqueFd accept_within(const UniqueFd& listener, std::chrono::milliseconds limit);

/// Who is at the other end (SO_PEERCRED). Errors  Failure
[[nodiscard]] uid_t peer_user(const UniqueFd& connection);

/// Exactly as many bytes as `into` has. @return Unavailable when they end before, or too late.
[[nodiscard]] Result<void> read_exactly(const UniqueFd& connection,
                                        std::span<std::byte> into,
                                        Deadline deadline);
/// @return Unavailable when the other end goes away, or is too slow.
[[nodiscard]] Result<void> write_all(const UniqueFd& connection, ByteView bytes, Deadline deadline);

}  // namespace rightful::app
