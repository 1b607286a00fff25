#include "export/byte_scan.hpp"

#include <string>

#include <gtest/gtest.h>

namespace rightful::exporting {
namespace {

constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  special.at('#') = true;
  return special;
}();

std::size_t plain_length(std::string_view text) {
  return exporting::plain_length(text, kSpecial, [](ByteBlock b) { return b == '#'; });
}

TEST(PlainLength, IsTheWholeTextWithoutASpecialByte) {
  for (std::size_t size = 0; size <= 70; ++size)
    EXPECT_EQ(plain_length(std::string(size, 'p')), size);
}

TEST(PlainLength, EndsAtTheFirstSpecialByteWhereverItStands) {
  for (std::size_t size = 1; size <= 70; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'p');
      text[at] = '#';
      EXPECT_EQ(plain_length(text), at) << size;
      text.back() = '#';
      EXPECT_EQ(plain_length(text), at) << size;
    }
  }
}

TEST(PlainLength, LooksAtNoByteOutsideOfTheText) {
  const std::string text = "################plain text of some length################";
  for (std::size_t size = 0; size <= 25; ++size)
    EXPECT_EQ(plain_length(std::string_view(text).substr(16, size)), size);
}

}  // namespace
}  // namespace rightful::exporting
