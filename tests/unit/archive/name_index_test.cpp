#include "archive/name_index.hpp"

#include <string>

#include <gtest/gtest.h>

namespace rightful::archive {
namespace {

TEST(NameIndexTest, FindsARepetitionIgnoringCase) {
  NameIndex index;

  EXPECT_TRUE(index.insert("Data/Orders.json"));
  EXPECT_FALSE(index.insert("data/orders.JSON"));
  EXPECT_TRUE(index.insert("data/orders2.json"));
  EXPECT_EQ(index.size(), 2U);
}

TEST(NameIndexTest, KeepsAllNamesWhileItGrows) {
  NameIndex index;
  for (int i = 0; i < 100'000; ++i)
    ASSERT_TRUE(index.insert("media/" + std::to_string(i)));

  for (int i = 0; i < 100'000; ++i)
    ASSERT_FALSE(index.insert("MEDIA/" + std::to_string(i)));
}

}  // namespace
}  // namespace rightful::archive
