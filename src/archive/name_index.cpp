#include "archive/name_index.hpp"

#include <utility>

namespace rightful::archive {
namespace {

// FNV-1a over the lower-case name, then the finalizer of MurmurHash3. Zero marks an empty slot.
std::uint64_t hash_of(std::string_view name) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) {
    const char lower = (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    hash = (hash ^ static_cast<std::uint8_t>(lower)) * 0x100000001b3;
  }
  hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccd;
  hash = (hash ^ (hash >> 33U)) * 0xc4ceb9fe1a85ec53;
  hash ^= hash >> 33U;
  return hash == 0 ? 1 : hash;
}

}  // namespace

bool NameIndex::insert(std::string_view name) {
  if ((count_ + 1) * 4 > slots_.size() * 3) grow();
  if (!place(hash_of(name))) return false;
  ++count_;
  return true;
}

bool NameIndex::place(std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(hash) & mask;
  while (slots_[at] != 0) {
    if (slots_[at] == hash) return false;
    at = (at + 1) & mask;
  }
  slots_[at] = hash;
  return true;
}

void NameIndex::grow() {
  const auto old = std::exchange(slots_, std::vector<std::uint64_t>(slots_.size() * 2));
  for (const std::uint64_t hash : old) {
    if (hash != 0) static_cast<void>(place(hash));
  }
}

}  // namespace rightful::archive
