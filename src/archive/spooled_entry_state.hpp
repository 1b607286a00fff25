/// @file
/// What a SpooledEntry holds; InnerZipWriter copies from it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "rightful/archive/inner_zip_writer.hpp"

#include "archive/content_meter.hpp"
#include "archive/deflate_lanes.hpp"
#include "archive/deflater.hpp"

namespace rightful::archive {

struct SpooledEntry::State {
  explicit State(SpoolSettings settings) : packed(std::move(settings)) {}

  void take(ByteView content);
  void hand_over();
  void settle_one();
  void finish();

  SealedSpool packed;  ///< raw deflate
  ContentMeter meter;
  std::uint64_t size = 0;
  std::optional<ContentMeter::Facts> facts;  ///< set by finish()

  std::unique_ptr<Segment> segment = std::make_unique<Segment>();  ///< being filled
  std::vector<std::unique_ptr<Segment>> free;                      ///< to be filled again
  DeflateLanes lanes;  ///< last: its threads end before what they work on
};

}  // namespace rightful::archive
