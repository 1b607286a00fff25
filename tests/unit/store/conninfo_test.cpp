#include "store/conninfo.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/store/database_failure.hpp"

namespace rightful::store {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr ConninfoOverlay kOverlay{.application_name = "rightful",
                                   .connect_timeout = std::chrono::seconds(5)};

TEST(Conninfo, LaysOurSettingsOverTheUrl) {
  const std::string text = make_conninfo(
      "postgresql://anna:pa%27ss@db.example.org:6432/state?application_name=other", kOverlay);

  EXPECT_THAT(text, HasSubstr("host='db.example.org'"));
  EXPECT_THAT(text, HasSubstr("port='6432'"));
  EXPECT_THAT(text, HasSubstr("dbname='state'"));
  EXPECT_THAT(text, HasSubstr("password='pa\\'ss'"));
  EXPECT_THAT(text, HasSubstr("application_name='rightful'"));
  EXPECT_THAT(text, HasSubstr("client_encoding='UTF8'"));
  EXPECT_THAT(text, HasSubstr("connect_timeout='5'"));
}

TEST(Conninfo, TakesKeywordsToo) {
  const std::string text =
      make_conninfo("host=/run/x dbname=state tcp_user_timeout=1000", kOverlay);

  EXPECT_THAT(text, HasSubstr("host='/run/x'"));
  EXPECT_THAT(text, HasSubstr("tcp_user_timeout='1000'"));
}

TEST(Conninfo, DoesNotRepeatAMalformedUrl) {
  try {
    static_cast<void>(make_conninfo("postgresql://anna:secret@[", kOverlay));
    FAIL();
  } catch (const DatabaseFailure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Never);
    EXPECT_THAT(failure.what(), Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace rightful::store
