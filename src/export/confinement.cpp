#include "export/confinement.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"

namespace rightful::exporting {

namespace {

// Rights that newer kernels know and Debian 12's header does not name yet (landlock(7)).
constexpr std::uint64_t kRefer = 1ULL << 13U;     // ABI 2
constexpr std::uint64_t kTruncate = 1ULL << 14U;  // ABI 3

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWrite = kRead | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                 kTruncate;

constexpr std::uint64_t kAllOfAbi1 = (1ULL << 13U) - 1;

constexpr int kHeaps = 2;

constexpr long kAbiOfPorts = 4;
constexpr std::uint64_t kBindTcp = 1ULL << 0U;
constexpr std::uint64_t kConnectTcp = 1ULL << 1U;
constexpr unsigned kRuleOfPort = 2;

/// landlock_ruleset_attr as ABI 4 has it.
struct RulesetAttributes {
  std::uint64_t files;
  std::uint64_t ports;
};

/// landlock_net_port_attr
struct PortAttributes {
  std::uint64_t allowed;
  std::uint64_t port;
};

std::uint64_t handled_rights(long abi) {
  std::uint64_t rights = kAllOfAbi1;
  if (abi >= 2) rights |= kRefer;
  if (abi >= 3) rights |= kTruncate;
  return rights;
}

void allow(int ruleset, const std::filesystem::path& folder, std::uint64_t rights) {
  const UniqueFd fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) throw_system_failure("opening a folder that the export needs", errno);
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = fd.get();
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U) != 0) {
    throw_system_failure("landlock_add_rule", errno);
  }
}

void allow_port(int ruleset, std::uint16_t port) {
  const PortAttributes rule{kConnectTcp, port};
  if (::syscall(SYS_landlock_add_rule, ruleset, kRuleOfPort, &rule, 0U) != 0) {
    throw_system_failure("landlock_add_rule of a port", errno);
  }
}

}  // namespace

void forbid_new_privileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    throw_system_failure("PR_SET_NO_NEW_PRIVS", errno);
}

void limit_memory(std::int64_t mib) {
#ifndef RIGHTFUL_SANITIZED
  // The limit is one of addresses, and glibc reserves 64 MiB of them for each further heap; by
  // default every thread gets one.
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the child has one thread here
  if (::mallopt(M_ARENA_MAX, kHeaps) != 1) throw_system_failure("M_ARENA_MAX", ENOMEM);
  const auto bytes = static_cast<rlim_t>(mib) << 20U;
  const rlimit limit{bytes, bytes};
  if (::setrlimit(RLIMIT_AS, &limit) != 0) throw_system_failure("RLIMIT_AS", errno);
#else
  static_cast<void>(mib);
#endif
}

Confined confine(const Permissions& permissions) {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0UL, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return Confined::Nothing;
  const bool knows_ports = abi >= kAbiOfPorts;
  const std::uint64_t handled = handled_rights(abi);
  const RulesetAttributes attributes{handled, knows_ports ? kBindTcp | kConnectTcp : 0};
  // An older kernel wants the structure without what it does not know.
  const std::size_t size = knows_ports ? sizeof attributes : sizeof attributes.files;
  const UniqueFd ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0U)));
  if (!ruleset.is_open()) throw_system_failure("landlock_create_ruleset", errno);
  for (const auto& folder : permissions.readable)
    allow(ruleset.get(), folder, kRead & handled);
  for (const auto& folder : permissions.writable)
    allow(ruleset.get(), folder, kWrite & handled);
  for (const std::uint16_t port : permissions.ports)
    if (knows_ports) allow_port(ruleset.get(), port);
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0U) != 0) {
    throw_system_failure("landlock_restrict_self", errno);
  }
  return knows_ports ? Confined::FilesAndPorts : Confined::Files;
}

}  // namespace rightful::exporting
