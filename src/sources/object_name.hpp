/// @file
/// Which names of objects are opened at all, before any store is asked.
#pragma once

#include <cstdint>
#include <string_view>

namespace rightful::sources {

enum class ObjectNames : std::uint8_t {
  Paths,  ///< of a file system: no empty part
  Keys    ///< of a key store, where `a//b` and `a/b` are two objects and both are possible
};

/// Relative, without parts `.` and `..` (also in a key: gateways and proxies in between resolve
/// them), without NUL, at most 4096 bytes (a key: 1024, which is S3's limit).
[[nodiscard]] bool is_plain_name(std::string_view name, ObjectNames names);

}  // namespace rightful::sources
