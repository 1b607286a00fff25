// One refusal for each rule of docs/catalog.md, with its place in the file and its words.
#include <random>

#include <gmock/gmock.h>

#include "rightful/catalog/catalog.hpp"

#include "tests/unit/catalog/example_catalog.hpp"

namespace rightful::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<CatalogProblem> problems_of(std::string_view text) {
  auto catalog = Catalog::parse(text, "catalog.yaml");
  return catalog ? std::vector<CatalogProblem>{} : std::move(catalog.error());
}

struct Refusal {
  const char* from;
  const char* to;
  const char* what;
  const char* cure;
  int line;
};

class CatalogRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(CatalogRefusal, NamesPlaceCauseAndCure) {
  const std::string text = testing::with(GetParam().from, GetParam().to);

  const auto problems = problems_of(text);

  ASSERT_THAT(problems, ::testing::Not(::testing::IsEmpty())) << text;
  EXPECT_THAT(problems.front().what, HasSubstr(GetParam().what));
  EXPECT_THAT(problems.front().cure, HasSubstr(GetParam().cure)) << problems.front().what;
  EXPECT_EQ(problems.front().line, GetParam().line) << to_string(problems.front());
  EXPECT_EQ(problems.front().file, "catalog.yaml");
  EXPECT_THAT(problems, SizeIs(1)) << to_string(problems.back());
}

INSTANTIATE_TEST_SUITE_P(
    Top,
    CatalogRefusal,
    ::testing::Values(
        Refusal{"version: 1", "version: 2", "this version", "version: 1", 1},
        Refusal{"version: 1\n", "", "`version` is missing", "version: 1", 1},
        Refusal{"version: 1",
                "version: 1\nverison: 1",
                "unknown key `verison`",
                "did you mean `version`",
                2},
        Refusal{"version: 1",
                "version: 1\nplugins: []",
                "unknown key `plugins`",
                "known keys: version",
                2},
        Refusal{"not_personal: [shop.country]",
                "not_personal:",
                "`not_personal` is empty",
                "leave the key out",
                28},
        Refusal{"[shop.country]", "[country]", "does not name a table", "source.table", 28},
        Refusal{"[shop.country]", "[voice.country]", "does not name a table", "source.table", 28},
        Refusal{"[shop.country]", "[shop.a.b.c]", "the table is not named", "source.table", 28},
        Refusal{"[shop.country]", "[shop.country, shop.public.country]", "twice", "remove one", 28},
        Refusal{"[shop.country]",
                "[shop.note]",
                "a dataset and declared not personal",
                "remove it",
                28},
        Refusal{"[shop.country]", "shop.country", "is not a list", "[a, b]", 28}));

INSTANTIATE_TEST_SUITE_P(
    Controller,
    CatalogRefusal,
    ::testing::Values(
        Refusal{"  name: Musterton GmbH\n", "", "`name` is missing", "company's name", 3},
        Refusal{"  name: Musterton GmbH\n", "  name:\n", "`name` is empty", "company's name", 3},
        Refusal{
            "  name: Musterton GmbH\n", "  name: \"a\\tb\"\n", "control character", "remove", 3},
        Refusal{"Klangweg 1, Berlin", "[a]", "is not a text", "in quotes", 4},
        Refusal{"Europe/Berlin", "\"../x\"", "the timezone", "IANA", 5},
        Refusal{"  timezone: Europe/Berlin\n", "", "`timezone` is missing", "IANA", 3},
        Refusal{"  authority: { name: BlnBDI, address: Alt-Moabit 59 }\n",
                "",
                "`authority` is missing",
                "Art. 15(1)(f)",
                3},
        Refusal{
            ", address: Alt-Moabit 59", "", "`address` is missing in the authority", "postal", 6},
        Refusal{"address: Alt-Moabit 59",
                "address: A, url: http://x.example",
                "the authority's url",
                "https://",
                6},
        Refusal{"address: Alt-Moabit 59",
                "address: A, url: \"https://x/<\"",
                "the authority's url",
                "https://",
                6},
        Refusal{"[en, de]", "[en, de, en]", "`en` stands here twice", "remove", 7},
        Refusal{"[en, de]", "[en, de, EN]", "the language `EN`", "ISO 639-1", 7},
        Refusal{"[en, de]", "[]", "`languages` is empty", "every language", 7},
        Refusal{
            "  timezone:", "  establishment: Berlin\n  timezone:", "the establishment", "DE-BE", 5},
        Refusal{
            "  timezone:", "  establishment: DE-\n  timezone:", "the establishment", "DE-BE", 5}));

INSTANTIATE_TEST_SUITE_P(
    Package,
    CatalogRefusal,
    ::testing::Values(
        Refusal{"sources:\n", "package:\nsources:\n", "`package` is empty", "leave the key out", 8},
        Refusal{"sources:\n", "package: compact\nsources:\n", "`package` is not a mapping", "", 8},
        Refusal{"sources:\n",
                "package: { compact: yes please }\nsources:\n",
                "`compact` is not one of the known words",
                "true",
                8},
        Refusal{"sources:\n",
                "package: { compakt: true }\nsources:\n",
                "unknown key `compakt`",
                "did you mean `compact`",
                8}));

INSTANTIATE_TEST_SUITE_P(
    Sources,
    CatalogRefusal,
    ::testing::Values(
        Refusal{"  voice: {",
                "  media: { kind: tape, bucket: b }\n  voice: {",
                "kind `tape` is not known",
                "known kinds: postgresql, files, s3, http, odbc, manual",
                10},
        Refusal{"  voice: {",
                "  media: { bucket: b }\n  voice: {",
                "`kind` is missing",
                "postgresql",
                10},
        Refusal{"  voice: {",
                "  Media: { kind: files, root: /x }\n  voice: {",
                "the source's name",
                "a-z",
                10},
        Refusal{"url_env: SHOP_URL",
                "url_env: postgresql://a:b@c/d",
                "the url_env",
                "environment variable",
                9},
        Refusal{", url_env: SHOP_URL", "", "`url_env` is missing", "environment variable", 9},
        Refusal{"url_env: SHOP_URL",
                "url_env: SHOP_URL, url: x",
                "unknown key `url`",
                "known keys: kind, url_env",
                9},
        Refusal{"url_env: SHOP_URL",
                "url_env: SHOP_URL, rls: app.user",
                "one name",
                "rightful.account_id",
                9},
        Refusal{"url_env: SHOP_URL",
                "url_env: SHOP_URL, allow_writable_role: yes",
                "`allow_writable_role`",
                "true, false",
                9},
        Refusal{"root: /srv/voice", "root: srv/voice", "the root", "absolute", 10},
        Refusal{", root: /srv/voice", "", "has no folder", "root_env", 10},
        Refusal{"root: /srv/voice",
                "root: /srv/voice, root_env: R",
                "more than one folder",
                "remove one",
                10}));

INSTANTIATE_TEST_SUITE_P(
    Facts,
    CatalogRefusal,
    ::testing::Values(
        Refusal{"  purposes: [ServiceProvision]\n",
                "",
                "`purposes` is missing in dataset note",
                "Art. 15(1)(a)",
                17},
        Refusal{"  categories: [Name]\n", "", "`categories` is missing", "Art. 15(1)(b)", 17},
        Refusal{"  recipients: []\n", "", "`recipients` is missing", "Art. 15(1)(c)", 17},
        Refusal{"  origin: the subject\n", "", "`origin` is missing", "Art. 15(1)(g)", 17},
        Refusal{"[ServiceProvision]", "[]", "`purposes` is empty", "at least one", 12},
        Refusal{"[ServiceProvision]", "[\"Service Provision\"]", "the purpose", "DPV term", 12},
        Refusal{"[ServiceProvision]",
                "[Astrology]",
                "no words in `de` for the term `Astrology`",
                "title: { de",
                12},
        Refusal{"[ServiceProvision]",
                "[{ term: Astrology, title: { en: Stars } }]",
                "no text in `de`",
                "add `de",
                12},
        Refusal{
            "[ServiceProvision]", "[{ term: Astrology }]", "`title` is missing", "in words", 12},
        Refusal{"recipients: []",
                "recipients: [{ name: A, country: DE }]",
                "`role` is missing",
                "processor",
                14},
        Refusal{"recipients: []",
                "recipients: [{ name: A, country: DE, role: friend }]",
                "the recipient's role",
                "joint_controller",
                14},
        Refusal{"recipients: []",
                "recipients: [{ name: A, country: Germany, role: processor }]",
                "country",
                "ISO 3166-1",
                14},
        Refusal{"recipients: []",
                "recipients: [{ name: A, country: US, role: processor }]",
                "`safeguard` is missing",
                "Art. 15(2)",
                14},
        Refusal{"{ criteria: { en: until closed, de: bis zum Ende } }",
                "{ period: 3 months, from: written_at }",
                "the period",
                "P3M",
                15},
        Refusal{"{ criteria: { en: until closed, de: bis zum Ende } }",
                "{ period: P3M }",
                "gives no end",
                "from",
                15},
        Refusal{"{ criteria: { en: until closed, de: bis zum Ende } }",
                "{ period: P3M, from: born }",
                "`born`, which is no delivered field",
                "name a field",
                18},
        Refusal{"{ en: until closed, de: bis zum Ende }",
                "{ en: until closed }",
                "no text in `de`",
                "language of the controller",
                15},
        Refusal{"origin: the subject",
                "origin: the moon",
                "neither given by language",
                "the subject",
                16}));

INSTANTIATE_TEST_SUITE_P(
    Datasets,
    CatalogRefusal,
    ::testing::Values(
        Refusal{"name: note", "name: nul", "the dataset's name `nul`", "devices", 18},
        Refusal{"name: note", "name: com1", "the dataset's name `com1`", "devices", 18},
        Refusal{"name: note", "name: Note", "the dataset's name `Note`", "a-z", 18},
        Refusal{
            "  - name: note\n    source", "  - source", "`name` is missing", "names its file", 18},
        Refusal{"source: shop", "source: shpo", "no source `shpo`", "one of `sources`", 19},
        Refusal{"source: shop", "source: voice", "kind files, which has no tables", "attach", 19},
        Refusal{"table: note", "table: a.b.c", "the table is not named", "schema.table", 20},
        Refusal{"table: note", "table: order line", "the table is not named", "double quotes", 20},
        Refusal{"owner: account_id", "owner: a -> b", "the owner is not readable", "table.key", 21},
        Refusal{"owner: account_id", "owner: []", "an empty list", "at least one", 21},
        Refusal{"owner: account_id", "owner: [a, a]", "same owner", "remove one", 21},
        Refusal{
            "    owner: account_id\n", "", "`owner` is missing in dataset note", "account ID", 18},
        Refusal{
            "{ en: Notes, de: Notizen }", "Notes", "not given by language", "{ en: …, de: … }", 22},
        Refusal{
            "{ en: Notes, de: Notizen }", "{ en: Notes }", "no text in `de`", "add `de: …`", 22},
        Refusal{"{ en: Notes, de: Notizen }",
                "{ en: Notes, de: Notizen, deutsch: x }",
                "`deutsch` is not a language",
                "ISO 639-1",
                22},
        Refusal{
            "{ en: Notes, de: Notizen }", "{ en: Notes, de: \"\" }", "is not a text", "words", 22},
        Refusal{
            "    title: { en: Notes, de: Notizen }\n", "", "`title` is missing", "in words", 18}));

INSTANTIATE_TEST_SUITE_P(
    Fields,
    CatalogRefusal,
    ::testing::Values(
        Refusal{"kind: instant", "kind: timestamp", "the kind", "instant", 24},
        Refusal{"kind: instant", "sort: 1", "unknown key `sort`", "known keys: title", 24},
        Refusal{"kind: instant", "third_party: mask", "`third_party`", "pseudonymise", 24},
        Refusal{"kind: instant",
                "third_party: { reason: { en: a, de: b } }",
                "`rule` is missing",
                "redact",
                24},
        Refusal{"kind: instant", "withhold: secret", "`withhold`", "security, not_personal", 24},
        Refusal{"kind: instant",
                "withhold: security, third_party: keep",
                "withheld and delivered",
                "remove",
                24},
        Refusal{"kind: instant", "codes: [a]", "`codes` is not a mapping", "value", 24},
        Refusal{"kind: instant",
                "codes: { a: { en: x } }",
                "the code `a` has no text in `de`",
                "add",
                24},
        Refusal{"title: { en: When, de: Wann }, ",
                "",
                "`title` is missing in the field `written_at`",
                "in words",
                24},
        Refusal{"source: voice",
                "source: shop",
                "`shop` is not a source of kind files",
                "`sources`",
                27},
        Refusal{", owner_prefix: \"{account}/\"", "", "whose the object is", "owner: row", 27},
        Refusal{"owner_prefix: \"{account}/\"", "owner: me", "can only be `row`", "owner: row", 27},
        Refusal{
            "\"{account}/\"", "\"{account}/\", owner: row", "exclude each other", "remove one", 27},
        Refusal{"\"{account}/\"", "\"{account}\"", "the owner_prefix", "whole part", 27},
        Refusal{"\"{account}/\"", "\"x{account}/\"", "the owner_prefix", "whole part", 27},
        Refusal{"\"{account}/\"", "\"all/\"", "the owner_prefix", "whole part", 27},
        Refusal{"\"{account}/\"", "\"../{account}/\"", "the owner_prefix", "whole part", 27},
        Refusal{"\"{account}/\"", "\"/{account}/\"", "the owner_prefix", "whole part", 27},
        Refusal{"\"{account}/\"", "\"{account}/\", missing: ignore", "`missing`", "fail, note", 27},
        Refusal{"        attach:",
                "        third_party: redact\n        attach:",
                "attaches an object and hides",
                "remove",
                26}));

TEST(CatalogProblems, AreAllReportedAtOnceInTheirOrder) {
  std::string text = testing::with("version: 1", "version: 9");
  text += "extra: 1\n";
  text.replace(text.find("Europe/Berlin"), 13, "Berlin!");

  const auto problems = problems_of(text);

  ASSERT_THAT(problems, SizeIs(3));
  EXPECT_EQ(problems[0].line, 1);
  EXPECT_EQ(problems[1].line, 5);
  EXPECT_THAT(problems[2].what, HasSubstr("extra"));
}

TEST(CatalogProblems, AreNotWithoutEnd) {
  std::string text(testing::kExample);
  for (int i = 0; i < 2000; ++i) {
    text += "k" + std::to_string(i) + ": 1\n";
  }

  EXPECT_THAT(problems_of(text), SizeIs(500));
}

TEST(CatalogProblems, NameThePlaceOfBrokenYaml) {
  const auto problems = problems_of("version: 1\ncontroller: { name: [\n");

  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_GE(problems.front().line, 2);
  EXPECT_THAT(problems.front().what, ::testing::Not(HasSubstr("catalog.yaml")));
}

TEST(CatalogProblems, RefuseTwoDatasetsOfOneName) {
  const std::string text(testing::kExample);
  const std::size_t begin = text.find("  - name: note");
  const std::size_t end = text.find("not_personal");
  const std::string twice =
      text.substr(0, end) + text.substr(begin, end - begin) + text.substr(end);

  const auto problems = problems_of(twice);

  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems.front().what, HasSubstr("used by another dataset"));
}

TEST(CatalogProblems, RefuseADuplicateKey) {
  const auto problems = problems_of("version: 1\nversion: 1\n");

  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_EQ(problems.front().line, 2);
}

TEST(CatalogProblems, AreSeveralForAnEmptyMapping) {
  EXPECT_THAT(problems_of("{}"), SizeIs(4));
  EXPECT_THAT(problems_of(""), SizeIs(1));
  EXPECT_THAT(problems_of("[]"), SizeIs(1));
  EXPECT_THAT(problems_of("just text"), SizeIs(1));
}

TEST(CatalogProblems, ShowNoLongValuesAndNoControlCharacters) {
  const auto problems = problems_of("\"" + std::string(100, 'k') + "\": 1\n\"a\\x1b[31m\": 2\n");

  for (const CatalogProblem& problem : problems) {
    EXPECT_LT(problem.what.size(), 200U);
    EXPECT_EQ(problem.what.find('\x1b'), std::string::npos);
  }
}

/// Hostile files: whatever is cut, doubled or exchanged, the answer is a catalog or problems.
TEST(CatalogProblems, AnswerEveryMutationWithoutACrash) {
  std::mt19937 random(20180524);  // NOLINT(cert-msc51-cpp): a fixed seed repeats the test
  const std::string source = testing::documented_example();
  const std::string alphabet = "{}[]:,-\"'\n \t#&*!|>%@`\\~0aZ\xC3\xFF\x01";
  const auto pick = [&](std::size_t size) { return random() % size; };

  for (int round = 0; round < 3000; ++round) {
    std::string text = source;
    for (int edit = 0; edit < 4; ++edit) {
      const std::size_t at = pick(text.size());
      switch (pick(4)) {
        case 0:
          text.erase(at, pick(40));
          break;
        case 1:
          text[at] = alphabet[pick(alphabet.size())];
          break;
        case 2:
          text.insert(at, text.substr(pick(text.size()), pick(40)));
          break;
        default:
          text.insert(at, 1, alphabet[pick(alphabet.size())]);
      }
      if (text.empty()) text = "x";
    }
    const auto catalog = Catalog::parse(text, "catalog.yaml");
    if (!catalog) {
      ASSERT_FALSE(catalog.error().empty());
      for (const CatalogProblem& problem : catalog.error()) {
        ASSERT_GT(problem.line, 0) << text;
        ASSERT_FALSE(problem.cure.empty());
      }
    }
  }
}

}  // namespace
}  // namespace rightful::catalog
