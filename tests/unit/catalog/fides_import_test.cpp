// Dataset files of Fides become catalogs in which only words are missing.
#include "rightful/catalog/fides_import.hpp"

#include <gmock/gmock.h>

#include "rightful/catalog/catalog.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kShop = R"(dataset:
  - fides_key: postgres_shop
    name: Shop
    data_categories: [system.operations]
    collections:
      - name: customer
        description: Who buys
        fields:
          - name: id
            data_categories: [user.unique_id]
            fides_meta: { primary_key: true }
          - name: email
            data_categories: [user.contact.email]
            fides_meta: { identity: email, data_type: string }
          - name: password
            data_categories: [user.authorization.password]
          - name: address_id
            data_categories: [system.operations]
            fides_meta:
              references:
                - { dataset: postgres_shop, field: address.id, direction: to }
      - name: address
        fields:
          - name: id
            data_categories: [system.operations]
          - name: place
            fields:
              - name: street
                data_categories: [user.contact.address.street]
      - name: orders
        fields:
          - name: id
          - name: customer_id
            data_categories: [user.unique_id]
            fides_meta:
              references:
                - { dataset: postgres_shop, field: customer.id, direction: from }
      - name: order_item
        fields:
          - name: order_id
            fides_meta:
              references:
                - { dataset: postgres_shop, field: orders.id, direction: from }
      - name: click
        fields:
          - name: customer_id
            fides_meta:
              references:
                - { dataset: other, field: customer.id, direction: from }
)";

const DraftDataset& find(const Draft& draft, std::string_view name) {
  for (const DraftDataset& dataset : draft.datasets) {
    if (dataset.name == name) return dataset;
  }
  ADD_FAILURE() << "no dataset " << name;
  return draft.datasets.front();
}

std::vector<std::string> owners_of(const DraftDataset& dataset) {
  std::vector<std::string> owners;
  for (const OwnerPath& path : dataset.owners) {
    owners.push_back(to_string(path));
  }
  return owners;
}

Draft import(std::string_view text, std::string_view identity = {}) {
  auto draft = import_fides({.text = text, .file_name = "shop.yml", .identity = identity});
  if (!draft) {
    ADD_FAILURE() << draft.error().detail;
    std::abort();
  }
  return *std::move(draft);
}

TEST(FidesImport, FollowsReferencesToTheIdentity) {
  const Draft draft = import(kShop);

  EXPECT_THAT(owners_of(find(draft, "customer")), ElementsAre("email"));
  EXPECT_THAT(owners_of(find(draft, "orders")),
              ElementsAre("customer_id -> public.customer.id . email"));
  EXPECT_THAT(
      owners_of(find(draft, "order_item")),
      ElementsAre("order_id -> public.orders.id . customer_id -> public.customer.id . email"));
}

TEST(FidesImport, FollowsAReferenceAgainstItsDirection) {
  EXPECT_THAT(owners_of(find(import(kShop), "address")),
              ElementsAre("id -> public.customer.address_id . email"));
}

TEST(FidesImport, LeavesAReferenceToAnotherDatabaseToAPerson) {
  const Draft draft = import(kShop);

  EXPECT_THAT(owners_of(find(draft, "click")), IsEmpty());
  EXPECT_THAT(find(draft, "click").owner_comments.front(), HasSubstr("inside this database"));
}

TEST(FidesImport, TranslatesCategoriesAndKeepsSecretsIn) {
  const Draft draft = import(kShop);

  EXPECT_THAT(find(draft, "customer").categories, ElementsAre("UID", "EmailAddress", "Password"));
  EXPECT_THAT(find(draft, "address").categories, ElementsAre("Street"));
  EXPECT_THAT(find(draft, "order_item").categories, IsEmpty());
  EXPECT_EQ(find(draft, "customer").fields[2].withhold, "security");
}

TEST(FidesImport, GivesACatalogThatIsReadWhenTheWordsAreWritten) {
  std::string text = to_yaml(import(kShop));
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
      text.replace(at, from.size(), to);
    }
  };
  ASSERT_FALSE(Catalog::parse(text, "c.yaml").has_value());
  replace("\"TODO: ", "\"");
  replace("purposes: [TODO]", "purposes: [ServiceProvision]");
  replace("categories: [TODO]", "categories: [Identifier]");
  replace("recipients: TODO", "recipients: []");
  replace("origin: TODO", "origin: the subject");
  replace("owner: TODO", "owner: customer_id");

  const auto catalog = Catalog::parse(text, "c.yaml");

  ASSERT_TRUE(catalog.has_value()) << to_string(catalog.error().front()) << text;
  EXPECT_EQ(catalog->datasets().size(), 5U);
  EXPECT_EQ(catalog->sources().front().name, "postgres_shop");
  EXPECT_EQ(catalog->sources().front().location_env(), "POSTGRES_SHOP_URL");
}

TEST(FidesImport, AsksWhichIdentityIsTheAccount) {
  std::string text(kShop);
  text.replace(
      text.find("fides_meta: { primary_key: true }"), 33, "fides_meta: { identity: user_id }");

  const auto draft = import_fides({.text = text, .file_name = "shop.yml"});

  ASSERT_THAT(draft, rightful::testing::IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(draft.error().detail, HasSubstr("Name one of: email, user_id"));
  EXPECT_THAT(owners_of(find(import(text, "user_id"), "orders")),
              ElementsAre("customer_id -> public.customer.id . id"));
}

TEST(FidesImport, ShowsSeveralWaysAndTakesNone) {
  std::string text(kShop);
  text +=
      "      - name: message\n        fields:\n"
      "          - name: sender\n            fides_meta: { references: [{ dataset: postgres_shop, "
      "field: customer.id, direction: from }] }\n"
      "          - name: reader\n            fides_meta: { references: [{ dataset: postgres_shop, "
      "field: customer.id, direction: from }] }\n";

  const Draft draft = import(text);

  EXPECT_THAT(owners_of(find(draft, "message")), IsEmpty());
  EXPECT_THAT(find(draft, "message").owner_comments,
              ::testing::IsSupersetOf({HasSubstr("owner: sender -> public.customer.id . email"),
                                       HasSubstr("owner: reader -> public.customer.id . email")}));
}

TEST(FidesImport, ReadsTheSchemaOfANamespace) {
  std::string text(kShop);
  text.replace(
      text.find("    name: Shop\n"), 15, "    fides_meta: { namespace: { schema: sales } }\n");

  const std::string yaml = to_yaml(import(text));

  EXPECT_THAT(yaml, HasSubstr("url_env: POSTGRES_SHOP_URL, schema: sales"));
  EXPECT_THAT(yaml, HasSubstr("owner: customer_id -> customer.id . email"));
}

struct Refusal {
  const char* text;
  const char* says;
};

class FidesRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(FidesRefusal, NamesThePlaceAndTheCause) {
  const auto draft = import_fides({.text = GetParam().text, .file_name = "f.yml"});

  ASSERT_THAT(draft, rightful::testing::IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(draft.error().detail, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Files,
    FidesRefusal,
    ::testing::Values(
        Refusal{"a: [", "f.yml:"},
        Refusal{"system: []\n", "f.yml:1:1: there is no list `dataset:`"},
        Refusal{"dataset:\n  - name: x\n", "f.yml:2:5: a dataset has no `fides_key`"},
        Refusal{"dataset:\n  - fides_key: x\n    collections: [{ fields: [] }]\n",
                "f.yml:3:19: a collection has no `name`"},
        Refusal{"dataset:\n  - fides_key: x\n    collections: [{ name: a, fields: [] }]\n",
                "a collection has no `fields`"},
        Refusal{"dataset:\n  - fides_key: x\n    collections: [{ name: a, fields: [{ name: b }, { "
                "name: b }] }]\n",
                "the field stands here twice"},
        Refusal{"dataset:\n  - fides_key: x\n    collections: [{ name: a, fields: [{ name: b }] }, "
                "{ name: a, fields: [{ name: b }] }]\n",
                "the collection stands here twice"},
        Refusal{"dataset:\n  - fides_key: x\n    collections: [{ name: a, fields: [{ name: b, "
                "fides_meta: { references: [{ dataset: x, field: b }] } }] }]\n",
                "a reference is not"},
        Refusal{
            "dataset:\n  - fides_key: x\n    collections: [{ name: a, fields: [{ name: b }] }]\n",
            "no field has an `identity`"}));

}  // namespace
}  // namespace rightful::catalog
