/// @file
/// The text that a writer signs, shared by writing and checking.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rightful/ledger/event_fields.hpp"

namespace rightful::ledger {

inline constexpr std::string_view kLeafLabel = "rightful/ledger/leaf/v1\n";
inline constexpr std::string_view kTailStart = ",\"wsig\":\"";
inline constexpr std::string_view kTailEnd = "\"}";
inline constexpr std::size_t kSignatureChars = 86;
/// `,"wsig":"…86…"}`: `wsig` sorts last, so every leaf ends so.
inline constexpr std::size_t kLeafTailSizeBytes =
    kTailStart.size() + kSignatureChars + kTailEnd.size();
static_assert(kLeafTailSizeBytes == 97);

/// @param head  the leaf without its last 97 bytes.
[[nodiscard]] inline std::string leaf_signed_text(const Origin& origin, std::string_view head) {
  std::string text;
  text.reserve(kLeafLabel.size() + origin.text().size() + head.size() + 2);
  text.append(kLeafLabel).append(origin.text()).append("\n").append(head).append("}");
  return text;
}

}  // namespace rightful::ledger
