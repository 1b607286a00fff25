/// @file
/// Which entry names were used, ignoring case: 64 bits a name, in at most 16 MiB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace rightful::archive {

/// Open addressing over 64-bit hashes. Two different names with one hash (1 in 10^7 packages of a
/// million entries) count as a repetition: the export then fails, nothing wrong is written.
class NameIndex {
 public:
  /// False = used before.
  [[nodiscard]] bool insert(std::string_view name);

  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  void grow();
  [[nodiscard]] bool place(std::uint64_t hash);

  std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(1024);
  std::size_t count_ = 0;
};

}  // namespace rightful::archive
