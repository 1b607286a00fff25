#include <string>

#include <gtest/gtest.h>

#include "rightful/archive/inner_zip_writer.hpp"

#include "archive/reader/zip_parse.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;

TEST(EntryName, AcceptsWhatEverySystemCanStore) {
  for (const std::string name : {"a",
                                 "index.html",
                                 "data/orders.json",
                                 "media/a_b-c/000001.wav",
                                 "A/b/C.d.e",
                                 "con1/prn-x",
                                 "com/lpt",
                                 "com10.txt",
                                 "null"}) {
    EXPECT_THAT(check_entry_name(name), IsOk()) << name;
  }
}

TEST(EntryName, RefusesCharactersOutsideTheList) {
  for (const std::string name :
       {"a b", "a\\b", "a:b", "ä", "a*", "a?", "a\n", "a\"", "a~", "a%2e"}) {
    EXPECT_THAT(check_entry_name(name), IsError(ErrorCode::InvalidArgument)) << name;
  }
  EXPECT_THAT(check_entry_name(std::string("a\0b", 3)), IsError(ErrorCode::InvalidArgument));
}

TEST(EntryName, RefusesWaysOutOfTheFolder) {
  for (const std::string name : {"",
                                 "/",
                                 "/a",
                                 "a/",
                                 "a//b",
                                 ".",
                                 "..",
                                 "../a",
                                 "a/../b",
                                 "a/..",
                                 "a/./b",
                                 ".hidden",
                                 "a/.b",
                                 "a.",
                                 "a./b",
                                 "..."}) {
    EXPECT_THAT(check_entry_name(name), IsError(ErrorCode::InvalidArgument)) << name;
  }
}

TEST(EntryName, RefusesDeviceNamesOfWindows) {
  for (const std::string name :
       {"con", "CON", "data/nul.json", "Aux.tar.gz", "com1", "LPT9.txt", "prn/a", "a/com0"}) {
    EXPECT_THAT(check_entry_name(name), IsError(ErrorCode::InvalidArgument)) << name;
  }
}

TEST(EntryName, HoldsTheLimitOf150Characters) {
  EXPECT_THAT(check_entry_name(std::string(149, 'a')), IsOk());
  EXPECT_THAT(check_entry_name(std::string(150, 'a')), IsOk());
  EXPECT_THAT(check_entry_name(std::string(151, 'a')), IsError(ErrorCode::InvalidArgument));
}

TEST(EntryName, ReaderAndWriterAgree) {
  const std::string alphabet = "a.C-/\\ o1n";
  for (const char a : alphabet) {
    for (const char b : alphabet) {
      for (const char c : alphabet) {
        for (const char d : alphabet) {
          const std::string name{a, b, c, d};
          EXPECT_EQ(check_entry_name(name).has_value(), reader::is_safe_name(name)) << name;
        }
      }
    }
  }
}

}  // namespace
}  // namespace rightful::archive
