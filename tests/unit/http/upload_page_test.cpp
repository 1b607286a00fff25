#include "http/upload_page.hpp"

#include <set>

#include <gmock/gmock.h>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/hash.hpp"

namespace rightful::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string between(const std::string& page, std::string_view open, std::string_view close) {
  const std::size_t from = page.find(open) + open.size();
  return page.substr(from, page.find(close, from) - from);
}

TEST(UploadPage, RunsExactlyTheScriptThatItsPolicyNames) {
  for (const std::string& language : upload_page_languages()) {
    const std::string& page = upload_page(language);
    for (const std::string& text :
         {between(page, "<script>", "</script>"), between(page, "<style>", "</style>")}) {
      const auto hash = to_base64(crypto::sha256(as_bytes(text)).bytes());
      EXPECT_THAT(upload_page_policy(), HasSubstr("'sha256-" + hash + "'"));
    }
  }
  EXPECT_THAT(upload_page_policy(), Not(HasSubstr("unsafe")));
  EXPECT_THAT(upload_page_policy(), HasSubstr("default-src 'none'"));
}

TEST(UploadPage, IsWrittenInEachLanguageAndAsksNobodyElse) {
  std::set<std::string> titles;
  for (const std::string& language : upload_page_languages()) {
    const std::string& page = upload_page(language);
    EXPECT_THAT(page, HasSubstr("<html lang=\"" + language + "\">"));
    titles.insert(between(page, "<title>", "</title>"));
    EXPECT_THAT(page, Not(HasSubstr("//"))) << "no address of another place, no comment";
    EXPECT_THAT(page, Not(HasSubstr("innerHTML")));
    EXPECT_THAT(page, Not(HasSubstr(" style=")));
    EXPECT_THAT(page, Not(HasSubstr(" onclick=")));
  }
  EXPECT_EQ(titles.size(), 3U);
}

// Each refusal that the script can get has words, and all words have a place.
TEST(UploadPage, HasWordsForEachRefusal) {
  for (const char* name : {"link_dead",
                           "other_account",
                           "foreign_record",
                           "upload_invalid",
                           "upload_too_large",
                           "field_invalid",
                           "failed",
                           "done"}) {
    EXPECT_THAT(upload_page("en"), HasSubstr("data-say=\"" + std::string(name) + "\""));
  }
}

}  // namespace
}  // namespace rightful::http
