// Every small change to a stored package is refused, wherever it is made.
#include <gtest/gtest.h>

#include "rightful/archive/verify_package.hpp"

#include "archive/package_format.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsOk;
using testing::build;
using testing::Built;
using testing::MemoryReadAt;
using testing::Recipe;

/// As a reader knows a package who has nothing but account, request and service key.
Built tiny() {
  Recipe recipe = Recipe::small();
  recipe.read_me = "r";
  recipe.entries.resize(2);
  recipe.datasets.resize(1);
  Built built = build(recipe);
  built.expectation.manifest_digest.reset();
  built.expectation.size.reset();
  return built;
}

bool is_accepted(const MemoryReadAt& stored, const Built& built) {
  return verify_package(stored, testing::fixed_passphrase(), built.expectation, VerifyDepth::Full)
      .has_value();
}

// One bit of each byte, another one from byte to byte. In eight shares, because each position is a
// whole verification.
class BitFlips : public ::testing::TestWithParam<std::size_t> {};

TEST_P(BitFlips, AreRefusedEverywhere) {
  const Built built = tiny();
  MemoryReadAt stored(built.bytes);
  ASSERT_TRUE(is_accepted(stored, built));

  for (std::size_t i = GetParam(); i < stored.bytes.size(); i += 8) {
    const auto bit = static_cast<std::byte>(1U << (i / 8 % 8));
    stored.bytes[i] ^= bit;
    EXPECT_FALSE(is_accepted(stored, built)) << "byte " << i << " of " << stored.bytes.size();
    stored.bytes[i] ^= bit;
  }
}

INSTANTIATE_TEST_SUITE_P(Tampering, BitFlips, ::testing::Range(std::size_t{0}, std::size_t{8}));

// The structure around the ciphertext is covered by no MAC: all eight bits.
TEST(Tampering, RefusesEveryBitOfHeadersAndDirectory) {
  const Built built = tiny();
  MemoryReadAt stored(built.bytes);
  const std::size_t directory_at = built.bytes.size() - 22 - (3 * 46 + 12 + 10 + 13 + 11);

  for (std::size_t i = 0; i < stored.bytes.size(); ++i) {
    if (i == 150) i = directory_at;  // past the two local headers
    for (unsigned bit = 0; bit < 8; ++bit) {
      stored.bytes[i] ^= static_cast<std::byte>(1U << bit);
      EXPECT_FALSE(is_accepted(stored, built)) << "byte " << i << " bit " << bit;
      stored.bytes[i] ^= static_cast<std::byte>(1U << bit);
    }
  }
}

TEST(Tampering, RefusesTruncationAtEveryLength) {
  const Built built = tiny();
  for (std::size_t size = 0; size < built.bytes.size(); ++size) {
    const MemoryReadAt stored(
        Bytes(built.bytes.begin(), built.bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_FALSE(is_accepted(stored, built)) << size;
  }
}

TEST(Tampering, RefusesBytesAroundThePackage) {
  const Built built = tiny();
  MemoryReadAt stored(built.bytes);
  stored.bytes.push_back(std::byte{0});
  EXPECT_FALSE(is_accepted(stored, built));
  stored.bytes = built.bytes;
  stored.bytes.insert(stored.bytes.begin(), std::byte{0});
  EXPECT_FALSE(is_accepted(stored, built));
}

// The whole encrypted entry of one package in the frame of another: same sizes, same passphrase.
TEST(Tampering, RefusesAnotherPackagesContent) {
  const Built mine = tiny();
  Recipe other_recipe = Recipe::small();
  other_recipe.writer = testing::account("A-2");
  other_recipe.read_me = "r";
  other_recipe.entries.resize(2);
  other_recipe.entries[1].content =
      "[" + testing::record_of("A-2", "one") + ",\n" + testing::record_of("A-2", "two") + "]";
  other_recipe.datasets.resize(1);
  const Built other = build(other_recipe);
  MemoryReadAt stored(other.bytes);
  Built expected = mine;
  expected.expectation.envelope_json.reset();
  expected.expectation.content_sha256.reset();

  EXPECT_FALSE(is_accepted(stored, expected));
}

TEST(Tampering, FindsAChangeThatOnlyTheHmacCovers) {
  const Built built = build(Recipe::small());
  MemoryReadAt stored(built.bytes);
  Built expected = built;
  expected.expectation.content_sha256.reset();
  // Inside the ciphertext, wherever: the refusal is the MAC's, not the parser's.
  for (std::size_t i = 300; i < 400; ++i) {
    stored.bytes[i] ^= std::byte{0x10};
    const auto report = verify_package(
        stored, testing::fixed_passphrase(), expected.expectation, VerifyDepth::Full);
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().code, ErrorCode::NotAuthentic);
    EXPECT_TRUE(report.error().detail.starts_with("hmac:")) << report.error().detail;
    stored.bytes[i] ^= std::byte{0x10};
  }
}

}  // namespace
}  // namespace rightful::archive
