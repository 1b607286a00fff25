#include "http/query_fields.hpp"

#include <gtest/gtest.h>

namespace rightful::http {
namespace {

void expect_refused(std::string_view query, std::string_view field) {
  const auto fields = QueryFields::parse(query);
  ASSERT_FALSE(fields.has_value()) << query;
  EXPECT_EQ(fields.error().kind, ProblemKind::FieldInvalid) << query;
  EXPECT_EQ(fields.error().field, field) << query;
}

TEST(QueryFields, GivesEachFieldOnce) {
  auto fields = QueryFields::parse("from=5&act=request.received&since=2026-03-01T00%3A00%3A00Z");
  ASSERT_TRUE(fields.has_value());

  EXPECT_EQ(fields->integer("from").value(), 5U);
  EXPECT_EQ(fields->text("act"), "request.received");
  EXPECT_EQ(fields->instant("since").value(), parse_rfc3339("2026-03-01T00:00:00Z").value());
  EXPECT_EQ(fields->text("act"), std::nullopt);
  EXPECT_TRUE(fields->finish().has_value());
}

TEST(QueryFields, NoQueryHasNoFields) {
  auto fields = QueryFields::parse("");
  ASSERT_TRUE(fields.has_value());
  EXPECT_EQ(fields->integer("from").value(), std::nullopt);
  EXPECT_TRUE(fields->finish().has_value());
}

TEST(QueryFields, RefusesWhatNobodyAskedFor) {
  auto fields = QueryFields::parse("account=anna");
  ASSERT_TRUE(fields.has_value());
  const auto finished = fields->finish();
  ASSERT_FALSE(finished.has_value());
  EXPECT_EQ(finished.error().kind, ProblemKind::FieldUnknown);
  EXPECT_EQ(finished.error().field, "account");
}

TEST(QueryFields, RefusesOtherForms) {
  expect_refused("from=1&from=2", "from");
  expect_refused("from", "from");
  expect_refused("from=", "from");
  expect_refused("from=%", "from");
  expect_refused("from=%4", "from");
  expect_refused("from=%zz", "from");
  expect_refused("from=%00", "from");
  expect_refused("from=%20", "from");
  expect_refused("from=%C3%A9", "from");
  expect_refused("=1", "query");
  expect_refused("&", "query");
  expect_refused("from=1&", "query");
  expect_refused("from=1&&to=2", "query");
  expect_refused("FROM=1", "query");
  expect_refused("a%62=1", "query");
}

TEST(QueryFields, ReadsNumbersInOneSpelling) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("9223372036854775807"), 9223372036854775807U);
  for (const std::string_view text :
       {"", "-0", "-1", "+1", "01", "00", "1 ", " 1", "1x", "0x1", "1e3", "9223372036854775808"})
    EXPECT_EQ(parse_decimal(text), std::nullopt) << text;
}

}  // namespace
}  // namespace rightful::http
