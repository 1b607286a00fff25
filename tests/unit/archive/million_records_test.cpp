// One record that is wrong among a million: whoever it belongs to, wherever it stands, and when one
// is absent.
#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"
#include "tests/unit/archive/refusal_matcher.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsOk;
using testing::build;
using testing::Recipe;
using testing::Refuses;
using testing::verify;

#ifdef RIGHTFUL_SANITIZED
constexpr std::size_t kRecords = 50'000;  // a sanitizer takes twenty times as long
#else
constexpr std::size_t kRecords = 1'000'000;
#endif

enum class OwnerForm : std::uint8_t { Text, List };

std::string owner_of(std::string_view account, OwnerForm form) {
  const std::string text = '"' + std::string(account) + '"';
  return form == OwnerForm::Text ? text : R"(["another person",)" + text + "]";
}

/// @param wrong  the record of A-2; kRecords = none.
std::string records(std::size_t count, std::size_t wrong, OwnerForm form) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) {
    text += i == 0 ? R"({"@owner":)" : ",\n{\"@owner\":";
    text += owner_of(i == wrong ? "A-2" : "A-1", form);
    text += '}';
  }
  return text + "]";
}

Recipe recipe_of(std::string text) {
  Recipe recipe;
  recipe.entries = {
      {.name = "data/d.json", .content = std::move(text), .dataset = "d", .records = kRecords}};
  recipe.datasets = {{.name = "d", .title = "D", .source = "s", .rows = kRecords}};
  return recipe;
}

class MillionRecords : public ::testing::TestWithParam<OwnerForm> {};

TEST_P(MillionRecords, OfOneAccountAreAccepted) {
  const testing::Built built = build(recipe_of(records(kRecords, kRecords, GetParam())));

  const auto report = verify(built);

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->records, kRecords);
}

TEST_P(MillionRecords, WithOneOfAnotherAccountAreRefused) {
  for (const std::size_t wrong : {std::size_t{0}, kRecords / 2, kRecords - 1}) {
    const testing::Built built = build(recipe_of(records(kRecords, wrong, GetParam())));

    EXPECT_THAT(verify(built, VerifyDepth::Full), Refuses(ErrorCode::Denied, "owner")) << wrong;
    EXPECT_THAT(verify(built, VerifyDepth::Structure), Refuses(ErrorCode::Denied, "owner"))
        << wrong;
  }
}

INSTANTIATE_TEST_SUITE_P(Owners,
                         MillionRecords,
                         ::testing::Values(OwnerForm::Text, OwnerForm::List),
                         [](const auto& info) {
                           return info.param == OwnerForm::Text ? "Text" : "List";
                         });

TEST(MillionRecords, LessOneAreRefused) {
  const testing::Built built = build(recipe_of(records(kRecords - 1, kRecords, OwnerForm::Text)));

  EXPECT_THAT(verify(built, VerifyDepth::Full), Refuses(ErrorCode::Conflict, "records"));
  EXPECT_THAT(verify(built, VerifyDepth::Structure), Refuses(ErrorCode::Conflict, "records"));
}

// The entry's own count is right, but the dataset counted one more when it was read.
TEST(MillionRecords, OfADatasetThatHadOneMoreAreRefused) {
  Recipe recipe = recipe_of(records(kRecords - 1, kRecords, OwnerForm::Text));
  recipe.entries[0].records = kRecords - 1;
  const testing::Built built = build(recipe);

  EXPECT_THAT(verify(built, VerifyDepth::Full), Refuses(ErrorCode::Conflict, "records"));
  EXPECT_THAT(verify(built, VerifyDepth::Structure), Refuses(ErrorCode::Conflict, "records"));
}

}  // namespace
}  // namespace rightful::archive
