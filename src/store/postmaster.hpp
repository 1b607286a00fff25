/// @file
/// A server process, our child or not: found by its pid file, watched and signalled through a
/// pidfd, so that a reused process id is never hit.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>

#include "rightful/core/unique_fd.hpp"

namespace rightful::store {

class Postmaster {
 public:
  /// Watches a running process; empty if there is none with this id.
  [[nodiscard]] static std::optional<Postmaster> watch(pid_t pid);
  /// The one that postmaster.pid in `data` names, if it lives and works in that folder.
  [[nodiscard]] static std::optional<Postmaster> find(const std::filesystem::path& data);

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// Waits at most `limit` for the end; true = it has ended.
  [[nodiscard]] bool has_ended_within(std::chrono::milliseconds limit) const;

  [[nodiscard]] bool has_ended() const { return has_ended_within(std::chrono::milliseconds(0)); }

  void send_signal(int signal) const noexcept;

 private:
  Postmaster(pid_t pid, UniqueFd handle) : pid_(pid), handle_(std::move(handle)) {}

  pid_t pid_;
  UniqueFd handle_;
};

}  // namespace rightful::store
