#include "export/phrases.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/yaml.hpp"
#include "rightful/export/translations.hpp"

#include "tests/unit/export/example.hpp"

namespace rightful::exporting {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

PhraseTexts texts_in(std::string_view language) {
  PhraseTexts texts;
  const auto root = parse_yaml(phrase_template(language), "phrases").value();
  for (const auto& [name, text] : root.find("phrases")->entries())
    texts.emplace(name.text(), text.text());
  return texts;
}

/// A translation file for Spanish, without the phrases named.
std::string spanish_without(std::initializer_list<std::string_view> left_out) {
  PhraseTexts texts = texts_in("en");
  texts["language"] = "es";
  texts["title"] = "Sus datos personales";
  for (const auto name : left_out)
    texts.erase(texts.find(name));
  std::string yaml = "phrases:\n";
  for (const auto& [name, text] : texts) {
    yaml += "  " + name + ": '";
    for (const char c : text) {
      yaml += c;
      if (c == '\'') yaml += c;
    }
    yaml += "'\n";
  }
  return yaml;
}

catalog::Catalog catalog_with(std::string_view languages, const std::string& translation) {
  std::string text(testing::kCatalog);
  const auto at = text.find("languages: [en, de]");
  text.replace(at, 19, "languages: [" + std::string(languages) + "]");
  for (std::size_t from = text.find("de: "); from != std::string::npos;
       from = text.find("de: ", from + 1)) {
    text.replace(from, 4, languages.ends_with("es") ? "es: " : "de: ");
  }
  if (languages.ends_with("es")) {
    // The words of DPV terms are ready in en, fr and de only.
    const auto put = [&](std::string_view list, std::string_view term) {
      const std::string plain = fmt::format("{}: [{}]", list, term);
      text.replace(text.find(plain),
                   plain.size(),
                   fmt::format("{}: [{{ term: {}, title: {{ en: a, es: b }} }}]", list, term));
    };
    put("purposes", "ServiceProvision");
    put("categories", "Name");
  }
  std::vector<catalog::CatalogFile> files{{"catalog.yaml", text}};
  if (!translation.empty()) files.push_back({"translations/es.yaml", translation});
  auto parsed = catalog::Catalog::parse(catalog::bundle(files), "catalog");
  EXPECT_TRUE(parsed.has_value()) << (parsed ? std::string() : to_string(parsed.error().front()));
  return *std::move(parsed);
}

TEST(Phrases, AreCompleteInEveryBuiltInLanguage) {
  for (const std::string_view language : {"en", "fr", "de"}) {
    const auto phrases = read_phrases(texts_in(language));
    ASSERT_TRUE(phrases.has_value()) << language << ": " << phrases.error().front();
    EXPECT_EQ(phrases->language, language);
    EXPECT_EQ(phrases->direction, "ltr");
  }
  EXPECT_EQ(phrases_in("xx").language, "en");
}

TEST(Phrases, NameWhatIsMissingAndWhatIsUnknown) {
  PhraseTexts texts = texts_in("en");
  texts.erase("skip");
  texts["title"] = "";
  texts["tilte"] = "x";
  texts["direction"] = "up";

  const auto phrases = read_phrases(texts);

  ASSERT_FALSE(phrases.has_value());
  EXPECT_THAT(phrases.error(),
              ElementsAre("`title` is missing",
                          "`skip` is missing",
                          "`tilte` is not a phrase",
                          "`direction` is neither ltr nor rtl"));
}

TEST(Translations, MakeFurtherLanguagesSpeak) {
  const auto catalog = catalog_with("en, es", spanish_without({}));

  EXPECT_THAT(check_translations(catalog), IsEmpty());
  EXPECT_EQ(phrases_for(catalog, "es").title, "Sus datos personales");
  EXPECT_EQ(phrases_for(catalog, "en").title, "Your personal data");
}

TEST(Translations, AreRefusedWithTheListOfWhatIsMissing) {
  const auto catalog = catalog_with("en, es", spanish_without({"skip", "of"}));

  const auto problems = check_translations(catalog);

  EXPECT_THAT(problems, ElementsAre("translations/es.yaml: `skip` is missing, `of` is missing"));
}

TEST(Translations, AreDemandedForEveryLanguageOffered) {
  const auto catalog = catalog_with("en, es", "");

  EXPECT_THAT(check_translations(catalog),
              ElementsAre(HasSubstr("translations/es.yaml is not there")));
}

TEST(Translations, DoNotReplaceBuiltInWords) {
  const auto catalog = catalog_with("en, de", std::string(phrase_template("de")));

  EXPECT_THAT(check_translations(catalog), ElementsAre(HasSubstr("built in")));
}

}  // namespace
}  // namespace rightful::exporting
