/// @file
/// What a SpooledEntry holds; InnerZipWriter copies from it.
#pragma once

#include <optional>

#include "rightful/archive/inner_zip_writer.hpp"

#include "archive/content_meter.hpp"
#include "archive/deflater.hpp"
#include "archive/piece_buffer.hpp"

namespace rightful::archive {

struct SpooledEntry::State {
  explicit State(SpoolSettings settings) : packed(std::move(settings)) {}

  void take_piece(ByteView piece);

  SealedSpool packed;  ///< raw deflate
  PieceBuffer pieces;
  ContentMeter meter;
  Deflater deflater;
  std::size_t in_segment = 0;  ///< bytes of the segment that is being deflated
  std::uint64_t size = 0;
  std::optional<ContentMeter::Facts> facts;  ///< set by finish()
};

}  // namespace rightful::archive
