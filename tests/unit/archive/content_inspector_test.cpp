#include "archive/reader/content_inspector.hpp"

#include <string>

#include <gtest/gtest.h>

#include "rightful/archive/canary.hpp"
#include "rightful/crypto/hash.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"
#include "tests/unit/archive/refusal_matcher.hpp"

namespace rightful::archive::reader {
namespace {

using rightful::testing::IsOk;
using testing::account;
using testing::Refuses;

std::string sha256_of(std::string_view content) {
  return to_hex(crypto::sha256(as_bytes(content)).bytes());
}

std::string foreign_canary() {
  return canary_token(account("A-2"));
}

/// Hands a content over in parts of this size. @return the first finding.
Result<void> inspect(ContentInspector& inspector,
                     std::uint64_t index,
                     std::string_view content,
                     const std::string& sha256_hex,
                     std::size_t part_bytes = 7) {
  while (!content.empty()) {
    RIGHTFUL_TRY(inspector.take(as_bytes(content.substr(0, part_bytes))));
    content.remove_prefix(std::min(part_bytes, content.size()));
  }
  return inspector.end_entry(index, sha256_hex);
}

TEST(ContentInspector, AcceptsNothing) {
  ContentInspector inspector(account("A-1"));

  EXPECT_THAT(inspector.finish(), IsOk());
}

TEST(ContentInspector, AcceptsEntriesThatHashAsTheyShould) {
  ContentInspector inspector(account("A-1"));

  for (std::uint64_t i = 0; i < 500; ++i) {
    const std::string content(i * 3, static_cast<char>('a' + i % 26));
    ASSERT_THAT(inspect(inspector, i, content, sha256_of(content)), IsOk());
  }

  EXPECT_THAT(inspector.finish(), IsOk());
  EXPECT_THAT(inspector.finish(), IsOk());
}

TEST(ContentInspector, RefusesAnotherHashAndNamesTheEntry) {
  for (const std::string_view content : {"", "content"}) {
    ContentInspector inspector(account("A-1"));
    ASSERT_THAT(inspect(inspector, 0, "first", sha256_of("first")), IsOk());
    static_cast<void>(inspect(inspector, 1, content, sha256_of("another")));

    const auto finding = inspector.finish();

    EXPECT_THAT(finding, Refuses(ErrorCode::Conflict, "entry"));
    EXPECT_TRUE(finding.error().detail.ends_with("(entry 1)")) << finding.error().detail;
  }
}

TEST(ContentInspector, RefusesAForeignCanaryAcrossParts) {
  ContentInspector inspector(account("A-1"));
  const std::string content = "before " + foreign_canary() + " after";

  static_cast<void>(inspect(inspector, 0, content, sha256_of(content)));

  EXPECT_THAT(inspector.finish(), Refuses(ErrorCode::Denied, "canary"));
}

TEST(ContentInspector, FindsACanaryInAnEntryThatNeverEnds) {
  ContentInspector inspector(account("A-1"));

  ASSERT_THAT(inspector.take(as_bytes(foreign_canary())), IsOk());

  EXPECT_THAT(inspector.finish(), Refuses(ErrorCode::Denied, "canary"));
}

TEST(ContentInspector, ReadsNoCanaryAcrossTwoEntries) {
  ContentInspector inspector(account("A-1"));
  const std::string token = foreign_canary();
  const std::string first = token.substr(0, 20);
  const std::string second = token.substr(20);

  ASSERT_THAT(inspect(inspector, 0, first, sha256_of(first)), IsOk());
  ASSERT_THAT(inspect(inspector, 1, second, sha256_of(second)), IsOk());

  EXPECT_THAT(inspector.finish(), IsOk());
}

TEST(ContentInspector, TheFirstFindingStays) {
  ContentInspector inspector(account("A-1"));

  static_cast<void>(inspect(inspector, 0, "content", sha256_of("another")));
  static_cast<void>(inspect(inspector, 1, foreign_canary(), sha256_of("")));

  EXPECT_THAT(inspector.finish(), Refuses(ErrorCode::Conflict, "entry"));
  EXPECT_THAT(inspector.take(as_bytes(foreign_canary())), Refuses(ErrorCode::Conflict, "entry"));
  EXPECT_THAT(inspector.end_entry(2, sha256_of("")), Refuses(ErrorCode::Conflict, "entry"));
  EXPECT_THAT(inspector.finish(), Refuses(ErrorCode::Conflict, "entry"));
}

TEST(ContentInspector, CopiesWhatItTakes) {
  ContentInspector inspector(account("A-1"));
  std::string part(100'000, 'x');
  const std::string content = part + std::string(part.size(), 'y');

  ASSERT_THAT(inspector.take(as_bytes(part)), IsOk());
  part.assign(part.size(), 'y');
  ASSERT_THAT(inspector.take(as_bytes(part)), IsOk());
  part.assign(part.size(), 'z');
  ASSERT_THAT(inspector.end_entry(0, sha256_of(content)), IsOk());

  EXPECT_THAT(inspector.finish(), IsOk());
}

TEST(ContentInspector, AFindingFreesWhoeverWaitsForRoom) {
  ContentInspector inspector(account("A-1"));
  static_cast<void>(inspector.take(as_bytes(foreign_canary())));

  Result<void> last;
  for (int i = 0; i < 100 && last; ++i)
    last = inspector.take({});

  EXPECT_THAT(last, Refuses(ErrorCode::Denied, "canary"));
}

TEST(ContentInspector, EndsWithPartsInTheQueue) {
  for (int round = 0; round < 50; ++round) {
    ContentInspector inspector(account("A-1"));
    const std::string part(50'000, 'p');
    for (int i = 0; i < 8; ++i)
      ASSERT_THAT(inspector.take(as_bytes(part)), IsOk());
  }
}

}  // namespace
}  // namespace rightful::archive::reader
