/// @file
/// The stored package as `lifecycle` and `http` need it: ciphertext to read in parts, and to
/// destroy. Implemented in `export` beside the package store, joined in `app`.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "rightful/core/result.hpp"

namespace rightful::lifecycle {

/// One open object. Threads  one at a time; may move between threads.
class PackageBytes {
 public:
  virtual ~PackageBytes() = default;

  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills `out` from `offset` on. @return bytes read: less than out.size() only at the end of the
  /// object. Errors  Failure when reading breaks off.
  [[nodiscard]] virtual std::size_t read(std::uint64_t offset, std::span<std::byte> out) = 0;
};

/// Threads  all methods may be called from any thread.
class PackageObjects {
 public:
  virtual ~PackageObjects() = default;

  /// @return NotFound when there is no such object. Errors  Failure when the store does not answer.
  [[nodiscard]] virtual Result<std::unique_ptr<PackageBytes>> open(
      const std::string& object_name) = 0;
  /// Afterwards the object is gone, also if it was gone before. Errors  Failure when that cannot be
  /// said.
  virtual void destroy(const std::string& object_name) = 0;
};

}  // namespace rightful::lifecycle
