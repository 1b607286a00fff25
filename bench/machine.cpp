#include "bench/machine.hpp"

#include <isa-l.h>
#include <linux/magic.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "rightful/core/failure.hpp"

#include "bench/measured_run.hpp"

namespace rightful::bench {
namespace {

using nlohmann::ordered_json;

/// The value of the first line `<key> : <value>` of /proc/cpuinfo.
std::string processor_fact(const std::string& key) {
  std::ifstream facts("/proc/cpuinfo");
  for (std::string line; std::getline(facts, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with(key) && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

/// Of what the primitives can use, what this processor has.
std::string instructions() {
  std::istringstream flags(processor_fact("flags"));
  std::set<std::string> has;
  for (std::string flag; flags >> flag;)
    has.insert(flag);
  std::string found;
  for (const char* const flag : {"aes",
                                 "vaes",
                                 "pclmulqdq",
                                 "vpclmulqdq",
                                 "sha_ni",
                                 "avx2",
                                 "avx512f",
                                 "avx512bw",
                                 "avx512vl"}) {
    if (has.contains(flag)) found += std::string(found.empty() ? "" : " ") + flag;
  }
  return found.empty() ? "none of those that help" : found;
}

std::string file_system_of(const std::filesystem::path& folder) {
  struct statfs status{};
  if (::statfs(folder.c_str(), &status) != 0) return "unknown";
  switch (status.f_type) {
    case EXT4_SUPER_MAGIC:
      return "ext4";
    case TMPFS_MAGIC:
      return "tmpfs";
    case XFS_SUPER_MAGIC:
      return "xfs";
    case BTRFS_SUPER_MAGIC:
      return "btrfs";
    case OVERLAYFS_SUPER_MAGIC:
      return "overlayfs";
    default:
      return fmt::format("type {:x}", status.f_type);
  }
}

/// The first line that says anything.
std::string first_line(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  while (line.empty() && std::getline(lines, line)) {
  }
  return line;
}

std::string version_of(const std::vector<std::string>& command) {
  return first_line(run_apart(command));
}

}  // namespace

ordered_json describe_machine(const std::filesystem::path& folder) {
  utsname kernel{};
  ::uname(&kernel);
  struct sysinfo memory{};
  ::sysinfo(&memory);
  const double bytes = static_cast<double>(memory.totalram) * static_cast<double>(memory.mem_unit);
  return {{"processor", processor_fact("model name")},
          {"instructions", instructions()},
          {"cores", std::thread::hardware_concurrency()},
          {"memory_gib", std::round(bytes / (1U << 30U) * 10) / 10},
          {"kernel", std::string(kernel.sysname) + " " + kernel.release},
          {"file_system", file_system_of(folder)}};
}

ordered_json describe_versions(const Programs& programs) {
  return {{"rightful", version_of({programs.rightful.string(), "--version"})},
          {"compiler", __VERSION__},
          {"OpenSSL", OpenSSL_version(OPENSSL_VERSION)},
          {"ISA-L",
           fmt::format("{}.{}.{}", ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION)},
          {"7zz", version_of({"/usr/bin/7zz"})},
          {"bsdtar", version_of({"/usr/bin/bsdtar", "--version"})},
          {"libzip", version_of({programs.libzip.string(), "--version"})}};
}

ordered_json earlier_results(const std::filesystem::path& file, const ordered_json& machine) {
  if (file.empty()) return {{"parts", ordered_json::object()}};
  std::ifstream in(file);
  ordered_json earlier = ordered_json::parse(in, nullptr, false);
  if (!earlier.is_object() || !earlier.contains("parts") || !earlier.contains("machine"))
    throw Failure(Retry::Never, "bench", file.string() + " holds no results of this bench");
  if (earlier.at("machine").at("processor") != machine.at("processor"))
    throw Failure(Retry::Never, "bench", file.string() + " is of another machine");
  return earlier;
}

}  // namespace rightful::bench
