/// @file
/// Repeatable randomness for the demo company: the same seed gives the same company on every
/// machine. Never for keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rightful::app {

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
class DemoRandom {
 public:
  explicit DemoRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31U);
  }

  /// 0 … limit − 1; `limit` is at least 1.
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }

  /// True in `percent` of 100 calls.
  bool chance(std::size_t percent) { return below(100) < percent; }

  std::string_view pick(std::span<const std::string_view> choices) {
    return choices[below(choices.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace rightful::app
