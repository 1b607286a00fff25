#include "archive/reader/owner_check.hpp"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive::reader {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;

class OneChunk final : public ChunkSource {
 public:
  explicit OneChunk(std::string_view text) : text_(text) {}

  [[nodiscard]] Result<ByteView> next() override {
    return as_bytes(std::exchange(text_, std::string_view{}));
  }

 private:
  std::string_view text_;
};

Result<std::uint64_t> count(std::string_view text) {
  OneChunk source(text);
  return count_owned_records(source, testing::account("A-1"));
}

TEST(OwnerCheck, CountsRecordsOfTheAccount) {
  EXPECT_EQ(count("[]").value(), 0U);
  EXPECT_EQ(count(R"([{"@owner":"A-1"}])").value(), 1U);
  EXPECT_EQ(count(R"([{"a":[{"b":1}],"@owner":"A-1"},{"@owner":["B","A-1"],"c":{}}])").value(), 2U);
  EXPECT_EQ(count(R"([{"\u0040owner":"A\u002d1"}])").value(), 1U);
}

TEST(OwnerCheck, RefusesAForeignRecord) {
  EXPECT_THAT(count(R"([{"@owner":"A-1"},{"@owner":"A-2"}])"), IsError(ErrorCode::Denied));
  EXPECT_THAT(count(R"([{"@owner":"a-1"}])"), IsError(ErrorCode::Denied));
  EXPECT_THAT(count(R"([{"@owner":"A-1 "}])"), IsError(ErrorCode::Denied));
  EXPECT_THAT(count(R"([{"@owner":""}])"), IsError(ErrorCode::Denied));
  EXPECT_THAT(count(R"([{"@owner":["A-2","A-3"]}])"), IsError(ErrorCode::Denied));
  EXPECT_THAT(count(R"([{"@owner":[]}])"), IsError(ErrorCode::Denied));
}

TEST(OwnerCheck, RefusesARecordOfNobody) {
  EXPECT_THAT(count(R"([{}])"), IsError(ErrorCode::Denied));
  EXPECT_THAT(count(R"([{"owner":"A-1"}])"), IsError(ErrorCode::Denied));
  EXPECT_THAT(count(R"([{"a":{"@owner":"A-1"}}])"), IsError(ErrorCode::Denied));
}

TEST(OwnerCheck, RefusesTwoOwnersAndOwnersDeeperInside) {
  EXPECT_THAT(count(R"([{"@owner":"A-1","@owner":"A-1"}])"), IsError(ErrorCode::Denied));
  EXPECT_THAT(count(R"([{"@owner":"A-1","lines":[{"@owner":"A-2"}]}])"),
              IsError(ErrorCode::Denied));
  EXPECT_THAT(count(R"([{"@owner":"A-1","lines":[{"@owner":"A-1"}]}])"), IsOk());
}

TEST(OwnerCheck, RefusesWhatIsNoArrayOfRecords) {
  for (const std::string text : {"",
                                 "{}",
                                 "null",
                                 R"({"records":[]})",
                                 "[1]",
                                 "[[]]",
                                 R"(["A-1"])",
                                 R"([{"@owner":1}])",
                                 R"([{"@owner":null}])",
                                 R"([{"@owner":{}}])",
                                 R"([{"@owner":["A-1",1]}])",
                                 R"([{"@owner":"A-1"}] [])",
                                 R"([{"@owner":"A-1"})",
                                 R"([{"@owner":"A-1"},])"}) {
    EXPECT_THAT(count(text), IsError(ErrorCode::InvalidArgument)) << text;
  }
}

TEST(OwnerCheck, RefusesDeepNesting) {
  const std::string deep =
      R"([{"@owner":"A-1","a":)" + std::string(70, '[') + std::string(70, ']') + "}]";

  EXPECT_THAT(count(deep), IsError(ErrorCode::LimitExceeded));
}

}  // namespace
}  // namespace rightful::archive::reader
