/// @file
/// Pictures for the doorbell: small animated GIF files, made without any library.
#pragma once

#include <cstdint>
#include <string_view>

#include "rightful/core/bytes.hpp"

namespace rightful::app {

/// 64 × 48 pixels, four frames, a shape that walks from left to right; `number` decides colour and
/// height. Format  GIF89a (W3C copy of the specification, 31 July 1990): comment extension with
/// `comment`, LZW with codes that
///         are never combined, so that no compressor is needed.
/// @param comment  1 to 255 bytes, readable in the file as it is.
[[nodiscard]] Bytes make_clip(std::uint32_t number, std::string_view comment);

}  // namespace rightful::app
