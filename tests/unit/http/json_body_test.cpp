#include "http/json_body.hpp"

#include <string>

#include <gtest/gtest.h>

namespace rightful::http {
namespace {

void expect_invalid(const std::string& text) {
  const auto body = JsonBody::parse(text);
  ASSERT_FALSE(body.has_value()) << text;
  EXPECT_EQ(body.error().kind, ProblemKind::BodyInvalid) << text;
}

template <class T>
void expect_problem(const Handled<T>& handled, ProblemKind kind, std::string_view field) {
  ASSERT_FALSE(handled.has_value());
  EXPECT_EQ(text_of(handled.error().kind).name, text_of(kind).name);
  EXPECT_EQ(handled.error().field, field);
}

TEST(JsonBody, ReadsTheMembersThatAreAskedFor) {
  auto body =
      JsonBody::parse(R"({"account":"anna","login":"AAEC","time":"2026-03-05T09:00:00.000Z"})");

  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(body->text("account", 10).value(), "anna");
  EXPECT_EQ(body->bytes("login", 3).value().size(), 3U);
  EXPECT_TRUE(body->instant("time").has_value());
  EXPECT_EQ(body->optional_text("language", 2).value(), std::nullopt);
  EXPECT_TRUE(body->finish().has_value());
}

TEST(JsonBody, TakesNothingForAnEmptyObject) {
  EXPECT_TRUE(JsonBody::parse("").value().finish().has_value());
  EXPECT_TRUE(JsonBody::parse("{}").value().finish().has_value());
}

TEST(JsonBody, RefusesWhatIsNoObject) {
  for (const char* text : {"[]",
                           "1",
                           "\"a\"",
                           "null",
                           "{",
                           "{}{}",
                           "{\"a\":1,}",
                           "{'a':1}",
                           "{\"a\":01}",
                           "{a:1}",
                           "{\"a\":1}//x",
                           "\xff",
                           "{\"a\":\"\xff\"}"}) {
    expect_invalid(text);
  }
  expect_invalid(std::string("{}\0{", 4));
}

TEST(JsonBody, RefusesDuplicateMembersAtEveryLevel) {
  expect_invalid(R"({"a":"1","a":"2"})");
  expect_invalid(R"({"a":{"b":1,"b":2}})");
  expect_invalid(R"({"a":[{"b":1,"b":2}]})");
  expect_invalid(R"({"a":1,"\u0061":2})");
  EXPECT_TRUE(JsonBody::parse(R"({"a":[{"b":1},{"b":2}]})").has_value());
}

TEST(JsonBody, LimitsTheDepth) {
  const auto nested = [](std::size_t levels) {
    std::string text = "{\"a\":";
    for (std::size_t i = 1; i < levels; ++i)
      text += '[';
    text += "1";
    for (std::size_t i = 1; i < levels; ++i)
      text += ']';
    return text + "}";
  };

  EXPECT_TRUE(JsonBody::parse(nested(JsonBody::kMaxDepth)).has_value());
  expect_invalid(nested(JsonBody::kMaxDepth + 1));
  expect_invalid(nested(50'000));
}

TEST(JsonBody, RefusesAnUnknownMemberByName) {
  auto body = JsonBody::parse(R"({"id":"x","account":"anna"})");
  ASSERT_TRUE(body.has_value());
  static_cast<void>(body->text("id", 9));

  expect_problem(body->finish(), ProblemKind::FieldUnknown, "account");
}

TEST(JsonBody, DoesNotRepeatAnOddName) {
  expect_problem(
      JsonBody::parse(R"({"<script>":1})").value().finish(), ProblemKind::FieldUnknown, "?");
  expect_problem(JsonBody::parse("{\"" + std::string(41, 'a') + "\":1}").value().finish(),
                 ProblemKind::FieldUnknown,
                 "?");
}

TEST(JsonBody, NamesMissingAndInvalidMembers) {
  auto body = JsonBody::parse(
      R"({"n":1,"e":"","long":"abcd","b64":"AA","id":"x","time":"now","list":[1],"none":[]})");
  ASSERT_TRUE(body.has_value());

  expect_problem(body->text("absent", 9), ProblemKind::FieldMissing, "absent");
  expect_problem(body->text("n", 9), ProblemKind::FieldInvalid, "n");
  expect_problem(body->text("e", 9), ProblemKind::FieldInvalid, "e");
  expect_problem(body->text("long", 3), ProblemKind::FieldInvalid, "long");
  expect_problem(body->bytes("b64", 9), ProblemKind::FieldInvalid, "b64");
  expect_problem(body->id<RequestId>("id"), ProblemKind::FieldInvalid, "id");
  expect_problem(body->instant("time"), ProblemKind::FieldInvalid, "time");
  expect_problem(body->objects("list", 4), ProblemKind::FieldInvalid, "list");
  expect_problem(body->objects("none", 4), ProblemKind::FieldInvalid, "none");
  expect_problem(body->optional_text("n", 9), ProblemKind::FieldInvalid, "n");
}

TEST(JsonBody, WantsSecretsOfTheExactSize) {
  auto body = JsonBody::parse(R"({"a":"AAEC"})");
  ASSERT_TRUE(body.has_value());

  EXPECT_TRUE(body->secret("a", 3).has_value());
  expect_problem(body->secret("a", 4), ProblemKind::FieldInvalid, "a");
  expect_problem(body->secret("a", 2), ProblemKind::FieldInvalid, "a");
}

}  // namespace
}  // namespace rightful::http
