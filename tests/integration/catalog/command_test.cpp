// The commands as a person runs them on a database: discover, write the words, check, explain, rls.
#include "app/command.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include <gmock/gmock.h>

#include "tests/integration/catalog/live_schema.hpp"
#include "tests/unit/catalog/example_catalog.hpp"

namespace rightful::sources {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kReader;
using testing::LiveSchema;
using ::testing::Not;

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

class CatalogCommands : public ::testing::Test {
 protected:
  Outcome run(const std::vector<std::string>& words) const {
    std::ostringstream out;
    std::ostringstream err;
    const auto code = app::run_program(words, environment_, {out, err, false});
    return {static_cast<int>(code), out.str(), err.str()};
  }

  [[nodiscard]] std::string file(std::string_view name) const {
    return (folder_.path() / name).string();
  }

  [[nodiscard]] static std::string content_of(const std::string& path) {
    std::ifstream stream(path);
    std::stringstream content;
    content << stream.rdbuf();
    return content.str();
  }

  Outcome discover(const std::string& out) const {
    return run({"catalog",
                "discover",
                "--source",
                "SHOP_URL",
                "--accounts",
                "public.person.id",
                "--name",
                "shop",
                "--out",
                out});
  }

  LiveSchema live_{
      "CREATE TABLE person (id int PRIMARY KEY, email text);"
      "CREATE TABLE note (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, body text);"
      "INSERT INTO person SELECT i, 'p' || i FROM generate_series(1, 9) i;"
      "INSERT INTO note SELECT i, 1 + i % 3, 'CANARY' FROM generate_series(1, 30) i;"
      "GRANT SELECT ON ALL TABLES IN SCHEMA public TO catalog_reader;",
      "shop",
      "person.id"};
  rightful::testing::TestFolder folder_;
  std::vector<std::string> environment_{"SHOP_URL=" + live_.database().url(kReader)};
};

TEST_F(CatalogCommands, LeadFromADatabaseToNumbers) {
  const Outcome discovered = discover(file("c.yaml"));
  ASSERT_EQ(discovered.code, 0) << discovered.err;
  EXPECT_THAT(discovered.err,
              HasSubstr("2 datasets, 0 tables proposed as not personal, 0 for you"));

  const Outcome unfinished = run({"catalog", "check", file("c.yaml")});
  EXPECT_EQ(unfinished.code, 1);
  EXPECT_THAT(unfinished.err, HasSubstr("c.yaml:9:9: a placeholder still stands for"));

  std::ofstream(file("d.yaml")) << testing::with_words(content_of(file("c.yaml")));
  const Outcome checked = run({"catalog", "check", file("d.yaml")});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out,
              HasSubstr("CREATE INDEX CONCURRENTLY ON \"public\".\"note\" (\"person_id\");"));

  const Outcome explained = run({"catalog", "explain", file("d.yaml"), "--account", "2", "--json"});
  EXPECT_EQ(explained.code, 0) << explained.err;
  EXPECT_EQ(explained.out,
            "{\"datasets\":[{\"name\":\"person\",\"source\":\"shop\",\"table\":\"public.person\","
            "\"rows\":1},{\"name\":\"note\",\"source\":\"shop\",\"table\":\"public.note\",\"rows\":"
            "10}]}\n");
}

TEST_F(CatalogCommands, ExplainShowsATableAndOnDemandTheStatement) {
  ASSERT_EQ(discover(file("c.yaml")).code, 0);
  std::ofstream(file("d.yaml")) << testing::with_words(content_of(file("c.yaml")));

  const Outcome table = run({"catalog", "explain", file("d.yaml"), "--account", "2"});
  const Outcome all = run({"catalog", "explain", file("d.yaml"), "--account", "2", "--statement"});

  EXPECT_THAT(table.out, HasSubstr("public.note            10\n"));
  EXPECT_THAT(table.out, Not(HasSubstr("SELECT")));
  EXPECT_THAT(all.out, HasSubstr("COPY (SELECT"));
  EXPECT_THAT(all.out, HasSubstr("  | "));
  EXPECT_THAT(all.out, HasSubstr("expected by the plan"));
  EXPECT_THAT(all.out + all.err, Not(HasSubstr("CANARY")));
}

TEST_F(CatalogCommands, CheckNamesTermsThatNoVocabularyKnows) {
  std::ofstream(file("c.yaml")) << catalog::testing::with(
      "purposes: [ServiceProvision]\n  categories: [Name]",
      "purposes: [ServiceProvision]\n"
      "  categories: [Name, { term: Voiceprintz, title: { en: Voice, de: Stimme } }]");

  const Outcome checked = run({"catalog", "check", "--offline", file("c.yaml")});

  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_THAT(checked.out,
              HasSubstr("advice: note: `Voiceprintz` in `categories` is no term of DPV 2.3"));
  EXPECT_THAT(checked.out, Not(HasSubstr("`Name`")));
}

TEST_F(CatalogCommands, DiscoverOverwritesNoWork) {
  ASSERT_EQ(discover(file("c.yaml")).code, 0);
  EXPECT_EQ(discover(file("c.yaml")).code, 0) << "the same content again";
  std::ofstream(file("c.yaml"), std::ios::app) << "# my words\n";

  const Outcome refused = discover(file("c.yaml"));

  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("stands there already"));
  EXPECT_THAT(content_of(file("c.yaml")), HasSubstr("# my words"));
}

TEST_F(CatalogCommands, DiscoverPrintsWhereNoFileIsNamed) {
  const Outcome printed = run({"catalog",
                               "discover",
                               "--source",
                               live_.database().url(kReader),
                               "--accounts",
                               "person.id",
                               "--name",
                               "my_shop",
                               "--languages",
                               "en,de"});

  EXPECT_EQ(printed.code, 0) << printed.err;
  EXPECT_THAT(printed.out, HasSubstr("  my_shop: { kind: postgresql, url_env: MY_SHOP_URL }\n"));
  EXPECT_THAT(printed.out, HasSubstr("{ en: \"TODO: Body\", de: \"TODO: Body\" }"));
}

TEST_F(CatalogCommands, DiscoverWarnsOfAPasswordAmongTheArguments) {
  const Outcome warned = run({"catalog",
                              "discover",
                              "--source",
                              "postgresql://u:secret-word@127.0.0.1:1/x",
                              "--accounts",
                              "a.b.c"});

  EXPECT_EQ(warned.code, 4);
  EXPECT_THAT(warned.err, HasSubstr("other users of this machine can see"));
  EXPECT_THAT(warned.err, Not(HasSubstr("secret-word")));
}

TEST_F(CatalogCommands, RefuseWrongWordsBeforeAnythingIsDone) {
  const std::vector<std::pair<std::vector<std::string>, const char*>> wrong{
      {{"catalog", "discover", "--accounts", "a.b.c"}, "--source is missing"},
      {{"catalog", "discover", "--source", "SHOP_URL"}, "--accounts is missing"},
      {{"catalog", "discover", "--source", "NOT_SET", "--accounts", "a.b.c"}, "NOT_SET is not set"},
      {{"catalog",
        "discover",
        "--source",
        "SHOP_URL",
        "--accounts",
        "a.b.c",
        "--languages",
        "en,EN"},
       "ISO 639-1"},
      {{"catalog", "discover", "--source", "SHOP_URL", "--accounts", "a.b.c", "--name", "A"},
       "--name"},
      {{"catalog", "explain", "c.yaml"}, "--account is missing"},
      {{"catalog", "explain", "c.yaml", "--account", ""}, ""},
      {{"catalog", "rls", "c.yaml", "--role", ""}, "--role"}};
  for (const auto& [words, says] : wrong) {
    const Outcome refused = run(words);

    EXPECT_EQ(refused.code, 2) << words[1] << refused.err;
    EXPECT_THAT(refused.err, HasSubstr(says));
    EXPECT_THAT(refused.out, IsEmpty());
  }
}

TEST_F(CatalogCommands, ReadAFolderAsOneCatalog) {
  ASSERT_EQ(discover(file("c.yaml")).code, 0);
  const std::string text = testing::with_words(content_of(file("c.yaml")));
  const std::size_t datasets = text.find("datasets:\n");
  std::filesystem::create_directory(file("catalog"));
  std::ofstream(file("catalog/1-company.yaml")) << text.substr(0, datasets);
  std::ofstream(file("catalog/2-data.yml")) << "version: 1\n" << text.substr(datasets);
  std::ofstream(file("catalog/notes.txt")) << "no: [yaml";

  const Outcome checked = run({"catalog", "check", file("catalog")});
  const Outcome by_names =
      run({"catalog", "check", file("catalog/2-data.yml") + "," + file("catalog/1-company.yaml")});

  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("2 datasets, 0 errors"));
  EXPECT_EQ(by_names.code, 0) << by_names.err;
}

TEST_F(CatalogCommands, SayWhichFileOfAFolderIsWrong) {
  std::filesystem::create_directory(file("catalog"));
  std::ofstream(file("catalog/a.yaml")) << "version: 1\n";
  std::ofstream(file("catalog/b.yaml")) << "version: 1\ncolour: red\n";

  const Outcome checked = run({"catalog", "check", file("catalog")});
  const Outcome empty = run({"catalog", "check", folder_.path().string()});

  EXPECT_EQ(checked.code, 1);
  EXPECT_THAT(checked.err, HasSubstr("catalog/b.yaml:2:1: unknown key `colour`"));
  EXPECT_EQ(empty.code, 1);
  EXPECT_THAT(empty.err, HasSubstr("the folder holds no *.yaml"));
}

TEST_F(CatalogCommands, PrintRowSecurityAndImportFides) {
  ASSERT_EQ(discover(file("c.yaml")).code, 0);
  std::ofstream(file("d.yaml")) << testing::with_words(content_of(file("c.yaml")));
  std::ofstream(file("fides.yml"))
      << "dataset:\n  - fides_key: shop\n    collections:\n      - name: "
         "person\n        fields:\n          - name: email\n            "
         "data_categories: [user.contact.email]\n            "
         "fides_meta: { identity: email }\n";

  const Outcome rls = run({"catalog", "rls", file("d.yaml"), "--role", "reader"});
  const Outcome fides =
      run({"catalog", "import-fides", file("fides.yml"), "--out", file("f.yaml")});

  EXPECT_EQ(rls.code, 0) << rls.err;
  EXPECT_THAT(rls.out, HasSubstr("NULLIF(current_setting('rightful.account_id', true), '')"));
  EXPECT_THAT(rls.out, HasSubstr("FORCE ROW LEVEL SECURITY"));
  EXPECT_THAT(rls.out, HasSubstr("NOBYPASSRLS"));
  EXPECT_EQ(fides.code, 0) << fides.err;
  EXPECT_THAT(content_of(file("f.yaml")), HasSubstr("categories: [EmailAddress]"));
}

}  // namespace
}  // namespace rightful::sources
