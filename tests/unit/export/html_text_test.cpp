#include "export/html_text.hpp"

#include <array>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "export/period_text.hpp"
#include "export/value_html.hpp"

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

TEST(Html, EscapesWhereverItStands) {
  for (const char special : std::string("<&>\"'\x01\x7f")) {
    for (std::size_t at = 0; at < 50; ++at) {
      std::string text(50, 'x');
      text[at] = special;
      const std::string html = html_of(text);
      EXPECT_EQ(html.find(special == '&' ? '\0' : special), std::string::npos) << special << at;
      EXPECT_EQ(html.substr(0, at), std::string(at, 'x'));
      EXPECT_EQ(html.substr(html.size() - (49 - at)), std::string(49 - at, 'x'));
      EXPECT_GT(html.size(), 51U);
    }
  }
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

TEST(Html, ShowsCharactersThatTurnTheDirection) {
  EXPECT_EQ(html_of("a\xE2\x80\xAEgpj.exe\xE2\x81\xA9"), "a[U+202E]gpj.exe[U+2069]");
  EXPECT_EQ(html_of("\xE2\x80\xA8\xE2\x82\xAC \xE2\x80\xAA"), "\xE2\x80\xA8\xE2\x82\xAC [U+202A]");
  EXPECT_EQ(html_of("cut \xE2\x80"), "cut \xE2\x80");
}

TEST(Html, WritesCountsAndSizesAsTheLanguageDoes) {
  std::string counts;
  std::string sizes;

  append_count(counts, 1234567, phrases_in("de"));
  append_size(sizes, 999, phrases_in("en"));
  sizes += ' ';
  append_size(sizes, 34'260, phrases_in("fr"));
  sizes += ' ';
  append_size(sizes, 2'500'000'000, phrases_in("en"));

  EXPECT_EQ(counts, "1.234.567");
  EXPECT_EQ(sizes, "999 bytes 34,2 ko 2.5 GB");
}

TEST(HtmlPage, NamesItsLanguageAndLoadsNothingFromElsewhere) {
  std::string page;

  append_page_begin(page, phrases_in("de"), {.heading = "Titel <1>", .part = "Seite \"2\""});
  append_page_end(page);

  EXPECT_THAT(page, HasSubstr("<html lang=\"de\" dir=\"ltr\">"));
  EXPECT_THAT(page, HasSubstr("<title>Titel &lt;1&gt; – Seite &quot;2&quot;</title>"));
  EXPECT_THAT(page, HasSubstr("href=\"../style.css\""));
  EXPECT_THAT(page, HasSubstr("class=\"skip\" href=\"#content\""));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http://")));
  EXPECT_THAT(page, Not(HasSubstr("https://")));
}

TEST(HtmlTable, SaysOnceHowItsColumnsStand) {
  constexpr std::array kLooks{
      ColumnLook::Number, ColumnLook::Text, ColumnLook::Whole, ColumnLook::Long};
  std::string shown;
  std::string hidden;

  append_table_begin(shown, {.text = "Records <1>", .looks = kLooks});
  append_table_begin(hidden, {.text = "Pages", .looks = {}, .caption = Caption::Hidden});

  EXPECT_THAT(shown,
              HasSubstr("role=\"region\" tabindex=\"0\" aria-label=\"Records &lt;1&gt;\">\n"
                        "<table class=\"n1 w3 l4\">\n<caption>Records &lt;1&gt;</caption>"));
  EXPECT_THAT(hidden, HasSubstr("<table>\n<caption class=\"unseen\">Pages</caption>"));
}

TEST(HtmlTable, FindsEveryLookInTheStyleSheet) {
  for (std::size_t column = 1; column <= kMaxColumnLooks; ++column) {
    for (const char look : std::string("nwl")) {
      EXPECT_THAT(style_sheet(), HasSubstr(fmt::format(".{}{} ", look, column)));
      EXPECT_THAT(style_sheet(), HasSubstr(fmt::format(":nth-child({})", column)));
    }
  }
}

TEST(HtmlTable, LooksAtWhatAColumnShowsNotOnlyAtItsKind) {
  const auto look = [](sources::ValueKind kind, const catalog::Field& field) {
    return look_of({.field = &field, .kind = kind});
  };
  const catalog::Field plain;
  catalog::Field coded;
  coded.codes.emplace("1", catalog::LocalizedText({{"en", "new"}}));
  catalog::Field masked;
  masked.third_party = catalog::ThirdParty::Redact;

  EXPECT_EQ(look(sources::ValueKind::Decimal, plain), ColumnLook::Number);
  EXPECT_EQ(look(sources::ValueKind::Integer, plain), ColumnLook::Number);
  EXPECT_EQ(look(sources::ValueKind::Integer, coded), ColumnLook::Text);
  EXPECT_EQ(look(sources::ValueKind::Integer, masked), ColumnLook::Text);
  EXPECT_EQ(look(sources::ValueKind::Instant, plain), ColumnLook::Whole);
  EXPECT_EQ(look(sources::ValueKind::Date, plain), ColumnLook::Whole);
  EXPECT_EQ(look(sources::ValueKind::Text, plain), ColumnLook::Text);
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

TEST(HtmlValue, WritesTimesPeriodsAndBytesForPeople) {
  const catalog::Field field;
  const auto html = [&](sources::ValueKind kind, std::string_view text) {
    std::string out;
    append_html_value(out, phrases_in("en"), field, {kind, text});
    return out;
  };

  EXPECT_EQ(html(sources::ValueKind::Instant, "2024-02-29T12:00:00.5Z"),
            "2024-02-29 12:00:00.5 UTC");
  EXPECT_EQ(html(sources::ValueKind::DateTime, "2024-02-29T12:00:00"), "2024-02-29 12:00:00");
  EXPECT_EQ(html(sources::ValueKind::Interval, "P1Y2M3DT4H5M6.7S"),
            "1 year, 2 months, 3 days 4 h 5 min 6.7 s");
  EXPECT_EQ(html(sources::ValueKind::Bytes, "AAE="), "AAE=");
  EXPECT_EQ(html(sources::ValueKind::Bytes, std::string(3998, 'A') + "A="),
            "<i>binary data, whole in the data file (2.9 kB)</i>");
}

TEST(PeriodText, LeavesWhatIsNoPeriod) {
  EXPECT_EQ(period_text("P2W", phrases_in("de")), "2 Wochen");
  EXPECT_EQ(period_text("P-1D", phrases_in("en")), "-1 day");
  for (const std::string_view text : {"", "P", "PX", "P1", "P1Q", "PT1Y", "1Y", "PT"})
    EXPECT_EQ(period_text(text, phrases_in("en")), text);
}

TEST(HtmlObject, IsPlayedOrShownOrLinked) {
  const auto html = [](const char* name, std::uint64_t size) {
    std::string out;
    append_html_object(out, phrases_in("en"), {name, size}, "Recording \"1\" <b>");
    return out;
  };

  EXPECT_EQ(html("media/voice/000001.wav", 34'260),
            "<audio controls preload=none aria-label=\"Recording &quot;1&quot; &lt;b&gt;\" "
            "src=\"../media/voice/000001.wav\"></audio><a href=\"../media/voice/000001.wav\">Open "
            "the file (000001.wav, 34.2 kB)</a>");
  EXPECT_THAT(html("media/photo/000001.jpg", 1),
              HasSubstr("<img loading=lazy alt=\"Recording &quot;1&quot; &lt;b&gt;\" "
                        "src=\"../media/photo/000001.jpg\">"));
  EXPECT_THAT(html("media/film/000001.mp4", 1), HasSubstr("<video controls preload=none"));
  EXPECT_THAT(html("media/mail/000001.pdf", 1), Not(HasSubstr("<img")));
  EXPECT_THAT(html("media/mail/000001.pdf", 1), HasSubstr("<a href=\"../media/mail/000001.pdf\">"));
}

TEST(HtmlObject, SaysThatAFileIsMissing) {
  std::string out;

  append_html_object(out, phrases_in("en"), {}, "File 1");

  EXPECT_THAT(out, HasSubstr("no longer there"));
  EXPECT_THAT(out, Not(HasSubstr("href")));
}

}  // namespace
}  // namespace rightful::exporting
