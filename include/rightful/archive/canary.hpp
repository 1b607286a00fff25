/// @file
/// Canaries: strings that controllers may plant in one account's data, so that data of another
/// account in a package is noticed whatever path it took.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"

namespace rightful::archive {

inline constexpr std::string_view kCanaryPrefix = "RIGHTFUL-CANARY-";
inline constexpr std::size_t kCanaryCodeChars = 24;
inline constexpr std::size_t kCanaryChars = kCanaryPrefix.size() + kCanaryCodeChars;

/// `RIGHTFUL-CANARY-` and 24 Crockford characters of SHA-256("rightful/v1/canary" ‖ account), its
/// first 15 bytes.
[[nodiscard]] std::string canary_token(const AccountId& account);

/// Looks for well-formed tokens of any other account; the account's own are fine. A token is the
/// prefix and 24 characters of [0-9A-HJKMNP-TV-Z]; a prefix followed by anything else is no token.
///
/// Threads  one.
/// Cost     one memmem pass; 39 bytes are carried from call to call, so a token across chunk
/// borders is found.
class CanaryScanner {
 public:
  explicit CanaryScanner(const AccountId& account);

  /// @return true = a foreign token ends in this chunk (or was found before; sticky until reset).
  bool feed(ByteView chunk);
  /// Forgets what was carried: the next chunk begins another text.
  void reset() noexcept;

  [[nodiscard]] bool has_found_foreign() const noexcept { return found_; }

 private:
  [[nodiscard]] bool scan(std::string_view text) const;

  std::string own_code_;
  std::array<char, 2 * kCanaryChars> seam_{};
  std::size_t carried_ = 0;
  bool found_ = false;
};

}  // namespace rightful::archive
