#include "tests/unit/crypto/vector_file.hpp"

#include <stdexcept>

#include <gmock/gmock.h>

namespace rightful::testing {
namespace {

using ::testing::ElementsAre;

TEST(VectorFile, ReadsCasesAndTellsWhatNobodyUsed) {
  auto cases = parse_vectors("f",
                             "# people\ncomment: one\nkey: 00ff\na_text: x\\n\\\\\nempty:\nexpect: "
                             "ok\n\n\ncomment: two\nexpect: x\n");

  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].place(), "f:2: one");
  EXPECT_EQ(cases[0].bytes("key"), (Bytes{std::byte{0}, std::byte{0xFF}}));
  EXPECT_EQ(cases[0].text("a_text"), "x\n\\");
  EXPECT_THAT(cases[0].unused(), ElementsAre("empty", "expect"));
}

TEST(VectorFile, RefusesWhatTheGrammarDoesNotAllow) {
  EXPECT_THROW((void)parse_vectors("f", "comment: c\nno colon\n"), std::runtime_error);
  EXPECT_THROW((void)parse_vectors("f", "comment: c\nUpper: x\n"), std::runtime_error);
  EXPECT_THROW((void)parse_vectors("f", "comment: c\nkey:x\n"), std::runtime_error);
  EXPECT_THROW((void)parse_vectors("f", "comment: c\nkey: x\nkey: y\nexpect: ok\n"),
               std::runtime_error);
  EXPECT_THROW((void)parse_vectors("f", "comment: no expectation\nkey: x\n"), std::runtime_error);
  EXPECT_THROW((void)read_vectors("absent.txt"), std::runtime_error);
}

TEST(VectorFile, FailsOnAKeyThatIsAbsent) {
  auto cases = parse_vectors("f", "comment: c\nexpect: ok\nb: zz\n");

  EXPECT_THROW((void)cases[0].text("absent"), std::runtime_error);
  EXPECT_THROW((void)cases[0].bytes("b"), std::runtime_error);
}

}  // namespace
}  // namespace rightful::testing
