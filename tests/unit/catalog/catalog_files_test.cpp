// A catalog in several files, and as the one text that is frozen with a request.
#include <gmock/gmock.h>

#include "rightful/catalog/catalog.hpp"

#include "tests/unit/catalog/example_catalog.hpp"

namespace rightful::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr const char* kCompany = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en]
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: until closed }
  origin: the subject
)";

constexpr const char* kNotes = R"(version: 1
datasets:
  - { name: note, source: shop, table: note, owner: account, title: N, fields: { a: { title: A } } }
not_personal: [shop.country]
)";

constexpr const char* kCalls = R"(version: 1
defaults: { origin: use of the service, purposes: [CustomerCare], categories: [Name], recipients: [],
            retention: { criteria: a year } }
sources: { calls: { kind: odbc, dsn: calls } }
datasets:
  - { name: call, source: calls, table: call, owner: account, title: C, fields: { a: { title: A } } }
)";

using Files = std::vector<CatalogFile>;

auto parse(const Files& files) {
  return Catalog::parse(bundle(files), "catalog");
}

std::vector<std::string> problems_of(const Files& files) {
  std::vector<std::string> all;
  if (const auto catalog = parse(files); !catalog) {
    for (const CatalogProblem& problem : catalog.error()) {
      all.push_back(to_string(problem));
    }
  }
  return all;
}

TEST(CatalogFiles, AreReadAsOne) {
  const auto catalog =
      parse({{"company.yaml", kCompany}, {"notes.yaml", kNotes}, {"calls.yaml", kCalls}});

  ASSERT_TRUE(catalog.has_value()) << to_string(catalog.error().front());
  EXPECT_THAT(catalog->sources(), SizeIs(2));
  EXPECT_THAT(catalog->datasets(), SizeIs(2));
  EXPECT_THAT(catalog->not_personal(), SizeIs(1));
}

TEST(CatalogFiles, HaveTheirOwnDefaultsOrThoseBesideTheController) {
  const auto catalog =
      parse({{"calls.yaml", kCalls}, {"notes.yaml", kNotes}, {"company.yaml", kCompany}});

  ASSERT_TRUE(catalog.has_value()) << to_string(catalog.error().front());
  EXPECT_EQ(catalog->find_dataset("note")->retention.criteria.in("en"), "until closed");
  EXPECT_EQ(catalog->find_dataset("call")->retention.criteria.in("en"), "a year");
}

TEST(CatalogFiles, OneFileIsItsOwnText) {
  EXPECT_EQ(bundle({{"c.yaml", kCompany}}), kCompany);
}

TEST(CatalogFiles, NameTheFileOfAProblem) {
  EXPECT_THAT(problems_of({{"company.yaml", kCompany},
                           {"notes.yaml", "version: 1\ndatasets:\n  - name: Note\n"},
                           {"zoo.yaml", std::string(kNotes) + "colour: red\n"}}),
              ::testing::IsSupersetOf({HasSubstr("notes.yaml:3:11: the dataset's name `Note`"),
                                       HasSubstr("zoo.yaml:5:1: unknown key `colour`")}));
}

TEST(CatalogFiles, ReportEveryFileThatIsNoYaml) {
  EXPECT_THAT(problems_of({{"a.yaml", "a: ["}, {"b.yaml", kNotes}, {"c.yaml", "x: !y z\n"}}),
              ElementsAre(HasSubstr("a.yaml:"), HasSubstr("c.yaml:1:4: tags")));
}

TEST(CatalogFiles, HaveOneController) {
  const std::string second =
      "version: 1\n" +
      std::string(kCompany).substr(11, std::string_view(kCompany).find("sources:") - 11);
  EXPECT_THAT(problems_of({{"company.yaml", kCompany}, {"notes.yaml", kNotes}, {"z.yaml", second}}),
              ElementsAre(HasSubstr(
                  "z.yaml:3:3: `controller` stands in company.yaml too; leave it in one")));
}

TEST(CatalogFiles, HaveNoNameTwice) {
  EXPECT_THAT(problems_of({{"company.yaml", kCompany}, {"a.yaml", kNotes}, {"b.yaml", kNotes}}),
              ElementsAre(HasSubstr("b.yaml:3:13: the name `note` is used by another dataset"),
                          HasSubstr("b.yaml:4:16: the table stands in `not_personal` twice")));
  EXPECT_THAT(problems_of({{"company.yaml", kCompany},
                           {"a.yaml", kNotes},
                           {"b.yaml", "version: 1\nsources: { shop: { kind: odbc, dsn: x } }\n"}}),
              ElementsAre(HasSubstr("b.yaml:2:12: there are two sources `shop`")));
}

TEST(CatalogFiles, LackWhatNoneOfThemHas) {
  EXPECT_THAT(problems_of({{"a.yaml", "version: 1\n"}, {"b.yaml", "version: 1\n"}}),
              ElementsAre(HasSubstr("a.yaml:1:1: `controller` is missing"),
                          HasSubstr("a.yaml:1:1: `datasets` is missing"),
                          HasSubstr("a.yaml:1:1: `sources` is missing")));
}

TEST(CatalogFiles, SayTheirVersionEach) {
  EXPECT_THAT(problems_of({{"company.yaml", kCompany}, {"b.yaml", "datasets: []\n"}}),
              ::testing::Contains(HasSubstr("b.yaml:1:1: `version` is missing")));
}

TEST(CatalogFiles, CannotBreakOutOfTheBundle) {
  // The marker in the middle of a quoted text: YAML itself ends the text there.
  const std::string sly = std::string(kNotes) + "# end\n--- # file: other.yaml\nversion: 1\n";

  const auto catalog = parse({{"company.yaml", kCompany}, {"notes\n.yaml", sly}});

  ASSERT_TRUE(catalog.has_value()) << to_string(catalog.error().front());
  EXPECT_THAT(catalog->datasets(), SizeIs(1));
}

TEST(CatalogFiles, MayHoldPhrasesAlone) {
  const auto catalog = parse({{"company.yaml", kCompany},
                              {"notes.yaml", kNotes},
                              {"es.yaml", "phrases:\n  language: es\n  title: Sus datos\n"}});

  ASSERT_TRUE(catalog.has_value()) << to_string(catalog.error().front());
  ASSERT_THAT(catalog->phrases(), SizeIs(1));
  EXPECT_THAT(catalog->phrases().front(),
              ElementsAre(Pair("language", "es"), Pair("title", "Sus datos")));
}

TEST(CatalogFiles, RefusePhrasesThatAreNoTexts) {
  EXPECT_THAT(problems_of({{"company.yaml", kCompany},
                           {"notes.yaml", kNotes},
                           {"es.yaml", "phrases:\n  title: [a]\n"},
                           {"fi.yaml", "phrases: [a]\n"}}),
              ElementsAre(HasSubstr("es.yaml:2:10: the phrase `title` is not a text"),
                          HasSubstr("fi.yaml:1:10: `phrases` is not a mapping")));
}

}  // namespace
}  // namespace rightful::catalog
