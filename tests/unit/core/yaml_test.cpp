#include "rightful/core/yaml.hpp"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"

namespace rightful {
namespace {

using ::testing::HasSubstr;
using testing::IsError;

TEST(Yaml, RemembersWhereEachNodeStands) {
  const auto root = parse_yaml("a: 1\nlist:\n  - x\n  - {k: v}\n", "f.yaml").value();

  EXPECT_EQ(root.find("a")->text(), "1");
  EXPECT_EQ(root.find("list")->items()[1].find("k")->line(), 4);
  EXPECT_EQ(root.find("list")->items()[1].find("k")->column(), 9);
  EXPECT_EQ(root.find("absent"), nullptr);
}

TEST(Yaml, TellsQuotedTextFromNull) {
  const auto root = parse_yaml("a: ~\nb: '~'\nc:\nd: \"null\"\n", "f.yaml").value();

  EXPECT_EQ(root.find("a")->kind(), YamlNode::Kind::Null);
  EXPECT_EQ(root.find("b")->text(), "~");
  EXPECT_EQ(root.find("c")->kind(), YamlNode::Kind::Null);
  EXPECT_EQ(root.find("d")->text(), "null");
}

TEST(Yaml, RefusesWithPositionAndCause) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a: 1\na: 2\n", "f.yaml:2:1: the key `a` stands here twice"},
      {"a: &x 1\n", "anchors"},
      {"a: &x 1\nb: *x\n", "anchors"},
      {"a: !int 1\n", "tags"},
      {"? [a]\n: 1\n", "a key is plain text"},
      {"a: [1\n", "not valid YAML"},
      {"a: 1\n---\nb: 2\n", "one document only"},
      {"", "the document is empty"},
  };
  for (const auto& [text, cause] : cases) {
    const auto refused = parse_yaml(text, "f.yaml");
    ASSERT_THAT(refused, IsError(ErrorCode::InvalidArgument)) << text;
    EXPECT_THAT(refused.error().detail, HasSubstr(cause));
    EXPECT_THAT(refused.error().detail, HasSubstr("f.yaml:"));
  }
}

TEST(Yaml, RefusesTooDeepAndTooLarge) {
  EXPECT_THAT(parse_yaml(std::string(65, '[') + std::string(65, ']'), "f"),
              IsError(ErrorCode::LimitExceeded));
  EXPECT_THAT(parse_yaml(std::string((4U << 20U) + 1, ' '), "f"),
              IsError(ErrorCode::LimitExceeded));
}

}  // namespace
}  // namespace rightful
