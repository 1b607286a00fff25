#include "export/html_text.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "export/record_pages.hpp"

namespace rightful::exporting {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string html_of(std::string_view text) {
  std::string out;
  append_html(out, text);
  return out;
}

TEST(Html, EscapesWhatMeansSomething) {
  EXPECT_EQ(html_of("<script>alert(\"x\" & 'y')</script>"),
            "&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt;");
}

TEST(Html, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(html_of("Zoë · 漢字 \xF0\x9F\x8E\xA7\nnext\tline"),
            "Zoë · 漢字 \xF0\x9F\x8E\xA7\nnext\tline");
}

TEST(Html, ReplacesControlCharacters) {
  EXPECT_EQ(html_of(std::string("a\0b\x1b\x7f", 5)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(HtmlPage, NamesItsLanguageAndLoadsNothingFromElsewhere) {
  std::string page;

  append_page_begin(page, phrases_in("de"), "Titel <1>", PageDepth::OneDown);
  append_page_end(page);

  EXPECT_THAT(page, HasSubstr("<html lang=\"de\">"));
  EXPECT_THAT(page, HasSubstr("<title>Titel &lt;1&gt;</title>"));
  EXPECT_THAT(page, HasSubstr("href=\"../style.css\""));
  EXPECT_THAT(page, HasSubstr("class=\"skip\" href=\"#content\""));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http://")));
  EXPECT_THAT(page, Not(HasSubstr("https://")));
}

TEST(HtmlValue, ExplainsCodes) {
  catalog::Field field;
  field.codes.emplace("A", catalog::LocalizedText({{"en", "active <now>"}}));
  std::string out;

  append_html_value(out, phrases_in("en"), field, {sources::ValueKind::Text, "A"});

  EXPECT_EQ(out, "active &lt;now&gt; (A)");
}

TEST(HtmlValue, SaysWhatIsAbsentAndWhy) {
  const catalog::Field field;
  std::string nothing;
  std::string removed;
  std::string person;

  append_html_value(nothing, phrases_in("en"), field, {sources::ValueKind::Null, ""});
  append_html_value(removed, phrases_in("en"), field, {sources::ValueKind::Redacted, ""});
  append_html_value(person, phrases_in("fr"), field, {sources::ValueKind::Pseudonym, "3"});

  EXPECT_THAT(nothing, HasSubstr("no value"));
  EXPECT_THAT(removed, HasSubstr("removed"));
  EXPECT_THAT(person, HasSubstr("personne 3"));
}

TEST(HtmlObject, PlaysSoundAndShowsPictures) {
  std::string sound;
  std::string picture;
  std::string paper;

  append_html_object(sound, phrases_in("en"), {"media/voice/000001.wav"});
  append_html_object(picture, phrases_in("en"), {"media/photo/000001.jpg"});
  append_html_object(paper, phrases_in("en"), {"media/mail/000001.pdf"});

  EXPECT_THAT(sound,
              HasSubstr("<audio controls preload=\"none\" src=\"../media/voice/000001.wav\">"));
  EXPECT_THAT(picture,
              HasSubstr("<img loading=\"lazy\" alt=\"\" src=\"../media/photo/000001.jpg\">"));
  EXPECT_THAT(paper, Not(HasSubstr("<img")));
  EXPECT_THAT(paper, HasSubstr("<a href=\"../media/mail/000001.pdf\">"));
}

TEST(HtmlObject, SaysThatAFileIsMissing) {
  std::string out;

  append_html_object(out, phrases_in("en"), {""});

  EXPECT_THAT(out, HasSubstr("no longer there"));
  EXPECT_THAT(out, Not(HasSubstr("href")));
}

}  // namespace
}  // namespace rightful::exporting
