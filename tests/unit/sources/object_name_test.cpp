#include "sources/object_name.hpp"

#include <string>

#include <gtest/gtest.h>

namespace rightful::sources {
namespace {

TEST(ObjectName, StaysBelowItsRoot) {
  for (const ObjectNames names : {ObjectNames::Paths, ObjectNames::Keys}) {
    for (const char* plain : {"a", "anna/1.wav", "a b/ü.wav", "...", "a/..b/c.."}) {
      EXPECT_TRUE(is_plain_name(plain, names)) << plain;
    }
    for (const char* other :
         {"", "/", "/etc/passwd", "..", ".", "a/..", "a/../b", "./a", "a/./b"}) {
      EXPECT_FALSE(is_plain_name(other, names)) << other;
    }
    EXPECT_FALSE(is_plain_name(std::string_view("a\0b", 3), names));
  }
}

TEST(ObjectName, HasEmptyPartsOnlyAsAKey) {
  for (const char* name : {"anna//1.wav", "anna/"}) {
    EXPECT_FALSE(is_plain_name(name, ObjectNames::Paths)) << name;
    EXPECT_TRUE(is_plain_name(name, ObjectNames::Keys)) << name;
  }
}

TEST(ObjectName, HasALengthLimit) {
  EXPECT_TRUE(is_plain_name(std::string(4096, 'a'), ObjectNames::Paths));
  EXPECT_FALSE(is_plain_name(std::string(4097, 'a'), ObjectNames::Paths));
  EXPECT_TRUE(is_plain_name(std::string(1024, 'a'), ObjectNames::Keys));
  EXPECT_FALSE(is_plain_name(std::string(1025, 'a'), ObjectNames::Keys));
}

}  // namespace
}  // namespace rightful::sources
