/// @file
/// Which characters a signed note, the name of a key, and a vkey may have.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"

namespace rightful::ledger {

/// Well-formed UTF-8 (no overlong form, no surrogate) without bytes below 0x20 other than LF.
[[nodiscard]] bool is_note_text(std::string_view text) noexcept;

/// Not empty, UTF-8, no space of Unicode, no control character, no `+`.
[[nodiscard]] bool is_key_name(std::string_view name) noexcept;

/// The three parts of a vkey of any kind of key.
struct VkeyParts {
  std::string_view name;
  std::uint32_t id = 0;
  std::byte kind{};  ///< 01 Ed25519; 04 and 06 are cosignatures of witnesses
  Bytes key;
};

/// @return InvalidArgument
[[nodiscard]] Result<VkeyParts> parse_vkey(std::string_view vkey);

/// Decimal ASCII without leading zeros, below 2^64.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept;

}  // namespace rightful::ledger
