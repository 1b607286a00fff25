// Drafts are always valid YAML, whatever a schema is called, and always refused until finished.
#include "rightful/catalog/draft.hpp"

#include <random>

#include <gmock/gmock.h>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/yaml.hpp"

namespace rightful::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// One dataset in which everything has this name or text.
Draft draft_of(const std::string& name) {
  Draft draft;
  draft.head = {name};
  draft.sources = {{"shop", "postgresql", "public", {{"url_env", "SHOP_URL"}}}};
  DraftDataset dataset;
  dataset.name = "a";
  dataset.source = "shop";
  dataset.table = {name, name};
  dataset.owners = {{{{{name}, {"public", name}, {name}}}, name}};
  dataset.owner_comments = {name};
  dataset.words = name;
  dataset.comments = {name};
  dataset.fields = {{.name = name, .words = name, .codes = {name}, .comments = {name}}};
  draft.datasets = {dataset};
  draft.not_personal = {{"shop", {"other", name}, name, false}};
  draft.notes = {name};
  return draft;
}

const YamlNode& at(const YamlNode& node, std::string_view key) {
  const YamlNode* found = node.find(key);
  if (found == nullptr) throw std::runtime_error("no " + std::string(key));
  return *found;
}

TEST(Draft, KeepsEveryNameExactly) {
  for (const std::string name :
       {"plain",  "Order Line", "it's",   "a\"b", "a: b", "# no", "- x",        "null", "~",
        "true",   "No",         "1",      "[a]",  "{a}",  "a, b", "*",          "&a",   "!t",
        "%x",     "@",          "`",      "|",    ">",    "?",    "ünïcode 🩸", "a\\b", " lead",
        "trail ", "a#b",        "a -> b", "=",    "<<",   "TODO", "...",        "---"}) {
    const std::string yaml = to_yaml(draft_of(name));
    const auto root = parse_yaml(yaml, "c.yaml");

    ASSERT_TRUE(root.has_value()) << root.error().detail << "\n" << yaml;
    const YamlNode& dataset = at(*root, "datasets").items().front();
    EXPECT_EQ(at(dataset, "fields").entries().front().first.text(), name);
    EXPECT_EQ(parse_table_name(at(dataset, "table").text(), "public").value(),
              (TableName{name, name}));
    EXPECT_EQ(parse_owner_path(at(dataset, "owner").text(), "public").value(),
              draft_of(name).datasets.front().owners.front())
        << yaml;
    const YamlNode& field = at(dataset, "fields").entries().front().second;
    EXPECT_EQ(at(field, "codes").entries().front().first.text(), name);
    EXPECT_EQ(at(field, "title").text(), "TODO: " + name);
  }
}

TEST(Draft, LetsNoCommentBreakOut) {
  const std::string yaml = to_yaml(draft_of("first\nsecond: [\r\n\t*/ x"));

  for (std::size_t begin = 0; begin < yaml.size(); begin = yaml.find('\n', begin) + 1) {
    EXPECT_FALSE(yaml.substr(begin).starts_with("second")) << yaml;
  }
  EXPECT_THAT(yaml, HasSubstr("# first second: [   */ x\n"));
}

TEST(Draft, CutsLongCommentsBetweenCharacters) {
  std::string line;
  for (int i = 0; i < 300; ++i) {
    line += "ä";
  }
  const std::string yaml = to_yaml(draft_of(line + "x"));

  EXPECT_TRUE(parse_yaml(yaml, "c.yaml").has_value());
  EXPECT_THAT(yaml, HasSubstr("ää\n"));
}

TEST(Draft, IsYamlWhateverItHolds) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same texts in every run
  const std::vector<std::string> pieces{"a", "\"", "'", "\\", ":",  "#",    "-", "[",  "]",   "{",
                                        "}", ",",  "&", "*",  "!",  "|",    ">", "%",  "@",   "`",
                                        "?", " ",  "~", "\n", "\t", "\x01", "é", "🩸", "TODO"};
  for (int round = 0; round < 500; ++round) {
    std::string name;
    const std::size_t length = 1 + random() % 12;
    for (std::size_t i = 0; i < length; ++i) {
      name += pieces[random() % pieces.size()];
    }
    const std::string yaml = to_yaml(draft_of(name));

    const auto root = parse_yaml(yaml, "c.yaml");
    EXPECT_TRUE(root.has_value()) << root.error().detail << "\n" << yaml;
    EXPECT_FALSE(Catalog::parse(yaml, "c.yaml").has_value());
  }
}

TEST(Draft, GivesTheSameBytesAgain) {
  EXPECT_EQ(to_yaml(draft_of("x")), to_yaml(draft_of("x")));
}

TEST(DatasetNames, AreValidAndUnique) {
  EXPECT_THAT(dataset_names({{"public", "Order Line"},
                             {"Sales", "order_line"},
                             {"Sales", "ORDER-LINE"},
                             {"public", "CON"},
                             {"public", "lpt1"},
                             {"public", "größe"},
                             {"public", "🩸"},
                             {"public", std::string(63, 'x')}}),
              ElementsAre("order_line",
                          "sales_order_line",
                          "order_line_2",
                          "public_con",
                          "public_lpt1",
                          "gr_e",
                          "table",
                          std::string(63, 'x')));
}

TEST(WordsFrom, TakesNamesApart) {
  EXPECT_EQ(words_from("first_name"), "First name");
  EXPECT_EQ(words_from("firstName"), "First name");
  EXPECT_EQ(words_from("E-Mail"), "E mail");
  EXPECT_EQ(words_from("Patient No"), "Patient no");
  EXPECT_EQ(words_from("ID"), "Id");
  EXPECT_EQ(words_from("ünïcode"), "ünïcode");
}

}  // namespace
}  // namespace rightful::catalog
