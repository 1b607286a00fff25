// `rightful catalog discover` on schemas that it has never seen. The expected catalogs were read by
// eye: tests/data/schemas/*.expected.yaml.
#include "rightful/sources/discover.hpp"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>

#include "rightful/sources/schema_check.hpp"

#include "tests/integration/catalog/live_schema.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::sources {
namespace {

using catalog::Catalog;
using catalog::Dataset;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LiveSchema;
using ::testing::Not;
using testing::schema_file;

/// Compares with the expected file; RIGHTFUL_WRITE_EXPECTED writes it, for a person to read.
void expect_file(const std::string& yaml, const std::string& name) {
  if (std::getenv("RIGHTFUL_WRITE_EXPECTED") != nullptr) {
    std::ofstream(RIGHTFUL_SOURCE_DIR "/tests/data/schemas/" + name) << yaml;
  }
  EXPECT_EQ(yaml, schema_file(name));
}

std::vector<std::string> errors_of(const std::vector<Finding>& findings) {
  std::vector<std::string> errors;
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::Error) errors.push_back(finding.what + "; " + finding.cure);
  }
  return errors;
}

std::string owner_of(const Catalog& catalog, std::string_view dataset) {
  const Dataset* found = catalog.find_dataset(dataset);
  if (found == nullptr) return "no dataset";
  std::string text;
  for (const catalog::OwnerPath& path : found->owners) {
    text += (text.empty() ? "" : " | ") + to_string(path);
  }
  return text;
}

std::string clinic() {
  return schema_file("clinic.sql") +
         "GRANT USAGE ON SCHEMA \"Patient Records\" TO catalog_reader;"
         "GRANT SELECT ON ALL TABLES IN SCHEMA \"Patient Records\", public TO catalog_reader;"
         "REVOKE ALL ON public.forbidden FROM catalog_reader;";
}

std::string market() {
  return schema_file("market.sql") +
         "GRANT SELECT ON ALL TABLES IN SCHEMA public TO catalog_reader;";
}

constexpr const char* kPatients = "\"Patient Records\".\"Patient\".\"Patient No\"";

class Chinook : public ::testing::Test {
 protected:
  void SetUp() override {
    live_ = LiveSchema::chinook();
    if (live_ == nullptr) GTEST_SKIP();
  }

  std::unique_ptr<LiveSchema> live_;
};

TEST_F(Chinook, NeedsWordsAndNothingElse) {
  const Catalog catalog = live_->catalog({});

  EXPECT_THAT(check_against_schema(catalog, live_->locations()), IsEmpty());
  EXPECT_EQ(owner_of(catalog, "customer"), "customer_id");
  EXPECT_EQ(owner_of(catalog, "invoice"), "customer_id");
  EXPECT_EQ(owner_of(catalog, "invoice_line"),
            "invoice_id -> public.invoice.invoice_id . customer_id");
}

TEST_F(Chinook, IsAsAPersonReadIt) {
  const Discovery discovery = live_->discover();

  EXPECT_EQ(discovery.datasets, 3U);
  EXPECT_EQ(discovery.undecided, 0U);
  EXPECT_EQ(discovery.not_personal, 8U);
  EXPECT_EQ(discovery.url_env, "CHINOOK_URL");
  expect_file(discovery.yaml, "chinook.expected.yaml");
}

TEST_F(Chinook, TakesEmployeesForThirdParties) {
  const Catalog catalog = live_->catalog({});

  EXPECT_EQ(catalog.find_dataset("customer")->find_field("support_rep_id")->third_party,
            catalog::ThirdParty::Pseudonymise);
  EXPECT_EQ(catalog.find_dataset("employee"), nullptr);
  EXPECT_THAT(
      live_->discover().yaml,
      HasSubstr("people who are no accounts, pointed at by public.customer.support_rep_id"));
}

TEST_F(Chinook, DoesNotMakeCustomersTheRecordsOfTheirSupporter) {
  const Discovery discovery = live_->discover("public.employee.employee_id");

  // A customer is not a record of the employee who supports him.
  EXPECT_EQ(discovery.undecided, 3U);
  EXPECT_THAT(discovery.yaml, HasSubstr("the key is named after a role"));
  EXPECT_FALSE(Catalog::parse(testing::with_words(discovery.yaml), "c.yaml").has_value());
}

TEST(Discover, ReadsTheClinicAsAPersonDid) {
  const LiveSchema live(clinic(), "clinic", kPatients);

  expect_file(live.discover().yaml, "clinic.expected.yaml");
}

TEST(Discover, ReadsTheMarketAsAPersonDid) {
  const LiveSchema live(market(), "market", "public.app_user.account_id");

  expect_file(live.discover().yaml, "market.expected.yaml");
}

TEST(Discover, GivesTheSameBytesAgain) {
  const LiveSchema one(market(), "market", "app_user.account_id");
  const LiveSchema other(market(), "market", "public.app_user.account_id");

  EXPECT_EQ(one.discover().yaml, one.discover().yaml);
  EXPECT_EQ(one.discover().yaml, other.discover().yaml);
}

TEST(Discover, IsRefusedUntilAPersonHasChosen) {
  const LiveSchema live(market(), "market", "public.app_user.account_id");

  const auto catalog = Catalog::parse(testing::with_words(live.discover().yaml), "c.yaml");

  ASSERT_FALSE(catalog.has_value());
  std::vector<std::string> problems;
  for (const catalog::CatalogProblem& problem : catalog.error()) {
    problems.push_back(problem.what);
  }
  EXPECT_THAT(
      problems,
      ::testing::UnorderedElementsAre("nobody has chosen whose the rows of audit_case are",
                                      "nobody has chosen whose the rows of calendar are",
                                      "nobody has chosen whose the rows of calendar_event are",
                                      "nobody has chosen whose the rows of coupon are",
                                      "nobody has chosen whose the rows of message are",
                                      "nobody has chosen whose the rows of message_file are",
                                      "nobody has chosen whose the rows of ticket are",
                                      "nobody has chosen whose the rows of ticket_reply are"));
}

TEST(Discover, TakesADirectNameOverARoundaboutWay) {
  const LiveSchema live(market(), "market", "public.app_user.account_id");
  const std::string yaml = live.discover().yaml;

  EXPECT_THAT(yaml, HasSubstr("    owner: user_id -> app_user.id . account_id\n"));
  EXPECT_THAT(yaml,
              HasSubstr("    # the row itself names its account; other keys lead to accounts too; "
                        "not taken:\n    #   order_id -> orders.id . user_id -> app_user.id . "
                        "account_id\n"));
}

TEST(Discover, ShowsEveryMeaningOfAnAmbiguousTable) {
  const LiveSchema live(market(), "market", "public.app_user.account_id");
  const std::string yaml = live.discover().yaml;

  EXPECT_THAT(yaml, HasSubstr("#   owner: sender_id -> app_user.id . account_id\n"));
  EXPECT_THAT(yaml, HasSubstr("#   owner: recipient_id -> app_user.id . account_id\n"));
  EXPECT_THAT(yaml,
              HasSubstr("#   owner: [recipient_id -> app_user.id . account_id, sender_id -> "
                        "app_user.id . account_id]\n"));
}

TEST(Discover, FindsWhatChangedInTheSchema) {
  const LiveSchema live(
      "CREATE TABLE person (id int PRIMARY KEY, email text); GRANT SELECT ON "
      "person TO catalog_reader;",
      "s",
      "person.id");
  const Catalog catalog = live.catalog({});
  ASSERT_THAT(errors_of(check_against_schema(catalog, live.locations())), IsEmpty());

  live.execute("ALTER TABLE person ADD COLUMN phone text; CREATE TABLE later (id int)");

  EXPECT_THAT(errors_of(check_against_schema(catalog, live.locations())),
              ElementsAre(HasSubstr("public.later"), HasSubstr("public.person.phone")));
}

TEST(Discover, AsksForTablesThatNothingLeadsTo) {
  const LiveSchema live(
      "CREATE TABLE person (id int PRIMARY KEY); CREATE TABLE log (line text);"
      "CREATE TABLE guest (email text);",
      "s",
      "person.id");
  const std::string yaml = live.discover().yaml;

  EXPECT_THAT(yaml, HasSubstr("  - \"TODO: s.log\"\n"));
  EXPECT_THAT(yaml,
              HasSubstr("no key leads from it to an account, and its columns look like data"));
}

TEST(Discover, WritesWordsInEveryLanguage) {
  const LiveSchema live(
      "CREATE TABLE person (id int PRIMARY KEY, dose int, allergy text)", "s", "person.id");

  const auto discovery = discover({.url = live.database().url(testing::kReader),
                                   .accounts = "person.id",
                                   .languages = {"de", "es"},
                                   .source_name = "s"});

  ASSERT_THAT(discovery, rightful::testing::IsOk());
  EXPECT_THAT(discovery->yaml,
              HasSubstr("dose: { title: { de: \"TODO: Dose\", es: \"TODO: Dose\" } }"));
  EXPECT_THAT(
      discovery->yaml,
      HasSubstr("{ term: MedicalHealth, title: { de: Gesundheitsdaten, es: \"TODO: Medical"));
  std::string words = testing::with_words(discovery->yaml);
  const std::string purpose = "purposes: [ServiceProvision]";
  words.replace(words.find(purpose),
                purpose.size(),
                "purposes: [{ term: ServiceProvision, title: { de: Dienst, es: Servicio } }]");
  const auto catalog = Catalog::parse(words, "c.yaml");
  EXPECT_TRUE(catalog.has_value()) << to_string(catalog.error().front());
}

TEST(Discover, DescribesAForeignTable) {
  const LiveSchema live("CREATE TABLE person (id int PRIMARY KEY)", "s", "person.id");
  live.database().execute_as_admin(
      "CREATE FOREIGN DATA WRAPPER elsewhere; CREATE SERVER far FOREIGN DATA WRAPPER elsewhere;"
      "CREATE FOREIGN TABLE visit (person_id int, place text) SERVER far");
  const std::string yaml = live.discover().yaml;

  EXPECT_THAT(yaml, HasSubstr("# a foreign table: its rows stand in another database"));
  EXPECT_THAT(yaml, HasSubstr("#   owner: person_id\n"));
  EXPECT_THAT(yaml, HasSubstr("a GUESS from names and types"));
}

struct Refusal {
  const char* accounts;
  const char* says;
};

/// One database for all cases; gone before its server.
class DiscoverRefusal : public ::testing::TestWithParam<Refusal> {
 protected:
  static void SetUpTestSuite() {
    live_ = std::make_unique<LiveSchema>(
        "CREATE TABLE \"Person\" (id int PRIMARY KEY, born date UNIQUE, name text, tenant int, no "
        "int, UNIQUE (tenant, no))",
        "s",
        "\"Person\".id");
  }

  static void TearDownTestSuite() { live_.reset(); }

  static inline std::unique_ptr<LiveSchema> live_;
};

TEST_P(DiscoverRefusal, SaysWhatIsWrong) {
  const auto discovery =
      discover({.url = live_->database().url(testing::kReader), .accounts = GetParam().accounts});

  ASSERT_THAT(discovery, rightful::testing::IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(discovery.error().detail, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Accounts,
    DiscoverRefusal,
    ::testing::Values(Refusal{"", "SCHEMA.TABLE.COLUMN"},
                      Refusal{"id", "SCHEMA.TABLE.COLUMN"},
                      Refusal{"a.b.c.d", "SCHEMA.TABLE.COLUMN"},
                      Refusal{"p.q.(r, s)", "SCHEMA.TABLE.COLUMN"},
                      Refusal{"x . y -> z.a . b", "SCHEMA.TABLE.COLUMN"},
                      Refusal{"public.Person.ID", "has no column ID; did you mean id?"},
                      Refusal{"public.person.id", "did you mean public.Person?"},
                      Refusal{"public.human.id", "names are exact"},
                      Refusal{"\"Person\".name", "no unique index"},
                      Refusal{"\"Person\".no", "no unique index"},
                      Refusal{"\"Person\".born", "is of type date"}));

TEST(Discover, SaysThatADatabaseCannotBeReached) {
  const auto discovery =
      discover({.url = "postgresql://nobody@127.0.0.1:1/none", .accounts = "a.b.c"});

  EXPECT_THAT(discovery, rightful::testing::IsError(ErrorCode::Unavailable));
}

}  // namespace
}  // namespace rightful::sources
