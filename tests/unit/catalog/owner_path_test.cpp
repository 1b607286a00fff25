#include "rightful/catalog/owner_path.hpp"

#include <gmock/gmock.h>

#include "tests/support/result_matchers.hpp"

namespace rightful::catalog {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(OwnerPath, IsAColumn) {
  const auto path = parse_owner_path("account_id", "public");

  ASSERT_THAT(path, IsOk());
  EXPECT_TRUE(path->is_direct());
  EXPECT_EQ(path->column, "account_id");
}

TEST(OwnerPath, LeadsOverSeveralKeys) {
  const auto path =
      parse_owner_path("order_id -> orders.id . customer_id -> customer.id . account_id", "public");

  ASSERT_THAT(path, IsOk());
  EXPECT_THAT(path->steps,
              ElementsAre(KeyStep{{"order_id"}, {"public", "orders"}, {"id"}},
                          KeyStep{{"customer_id"}, {"public", "customer"}, {"id"}}));
  EXPECT_EQ(path->column, "account_id");
}

TEST(OwnerPath, NeedsNoSpaces) {
  EXPECT_EQ(parse_owner_path("a->t.k.b", "s").value(),
            parse_owner_path("a -> t.k . b", "s").value());
}

TEST(OwnerPath, TakesCompositeKeys) {
  const auto path =
      parse_owner_path("(region, no) -> sales.orders.(region, no) . account", "public");

  ASSERT_THAT(path, IsOk());
  EXPECT_THAT(path->steps,
              ElementsAre(KeyStep{{"region", "no"}, {"sales", "orders"}, {"region", "no"}}));
}

TEST(OwnerPath, TakesCompositeKeysInTheMiddle) {
  const auto path = parse_owner_path("a -> t.k . (b, c) -> u.(d, e) . owner", "public");

  ASSERT_THAT(path, IsOk());
  ASSERT_THAT(path->steps, SizeIs(2));
  EXPECT_THAT(path->steps[1].from, ElementsAre("b", "c"));
  EXPECT_THAT(path->steps[1].to, ElementsAre("d", "e"));
}

TEST(OwnerPath, KeepsQuotedNamesExactly) {
  const auto path =
      parse_owner_path(R"("Order No" -> "My ""Schema""".Orders."No." . "Konto")", "public");

  ASSERT_THAT(path, IsOk());
  EXPECT_THAT(path->steps,
              ElementsAre(KeyStep{{"Order No"}, {"My \"Schema\"", "Orders"}, {"No."}}));
  EXPECT_EQ(path->column, "Konto");
}

TEST(OwnerPath, IsReadBackFromItsText) {
  for (const char* text : {"a",
                           "\"A b\"",
                           "a -> s.t.k . b",
                           "(a, \"B\"\"c\") -> S.t.(k, l) . b -> s.u.\"x y\" . c",
                           "straße -> s.t.größe . küche"}) {
    const OwnerPath path = parse_owner_path(text, "public").value();

    EXPECT_EQ(to_string(path), text);
    EXPECT_EQ(parse_owner_path(to_string(path), "other").value(), path);
  }
}

class OwnerPathRefusal : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(OwnerPathRefusal, SaysWhatIsWrong) {
  const auto path = parse_owner_path(GetParam().first, "public");

  ASSERT_THAT(path, IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(path.error().detail, HasSubstr(GetParam().second));
}

INSTANTIATE_TEST_SUITE_P(
    Paths,
    OwnerPathRefusal,
    ::testing::Values(std::pair{"", "a name is missing at the end"},
                      std::pair{"a ->", "a name is missing at the end"},
                      std::pair{"a -> t", "after `->` stand 1 names"},
                      std::pair{"a -> t.k", "after `->` stand 2 names"},
                      std::pair{"a -> w.x.y.z.b", "after `->` stand 5 names"},
                      std::pair{"(a, b) -> t.k . c", "a key of 2 columns is linked to a key of 1"},
                      std::pair{"a -> (t, u).k . c", "a list of columns stands where a table"},
                      std::pair{"a -> t.k . (b, c)", "the owner is one column"},
                      std::pair{"(a, b)", "the owner is one column"},
                      std::pair{"(a, b -> t.k . c", "a list of columns has no end"},
                      std::pair{"a b", "`b` is not expected here"},
                      std::pair{"a; DROP TABLE x", "`; DROP TABLE x` is not expected here"},
                      std::pair{"a -> t.k . b' OR 1=1", "is not expected here"},
                      std::pair{"\"a", "has no end"},
                      std::pair{"\"\"", "is empty"},
                      std::pair{"\"a\nb\"", "has no end"},
                      std::pair{"a.b", "is not expected here"},
                      std::pair{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                "128 bytes"}));

TEST(OwnerPath, HasAtMostSixteenLinks) {
  std::string text = "a";
  for (int i = 0; i < 16; ++i) {
    text += " -> t.k . a";
  }

  EXPECT_THAT(parse_owner_path(text, "public"), IsOk());
  EXPECT_THAT(parse_owner_path(text + " -> t.k . a", "public"), IsError(ErrorCode::LimitExceeded));
}

TEST(TableName, HasASchemaOrTakesTheDefault) {
  EXPECT_EQ(parse_table_name("t", "public").value(), (TableName{"public", "t"}));
  EXPECT_EQ(parse_table_name("s.t", "public").value(), (TableName{"s", "t"}));
  EXPECT_EQ(parse_table_name("\"Order Line\"", "public").value(),
            (TableName{"public", "Order Line"}));
}

TEST(TableName, NeedsNoSchemaWhereTheSourceKnowsNone) {
  const TableName table = parse_table_name("t", "").value();

  EXPECT_EQ(table, (TableName{"", "t"}));
  EXPECT_EQ(to_string(table), "t");
  const OwnerPath path = parse_owner_path("a -> t.k . b", "").value();
  EXPECT_EQ(to_string(path), "a -> t.k . b");
}

TEST(TableName, RefusesWhatIsNoTable) {
  for (const char* text : {"", "a.b.c", "a b", "(a, b)", "a;", "a -> b"}) {
    EXPECT_THAT(parse_table_name(text, "public"), IsError(ErrorCode::InvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace rightful::catalog
