// A whole export in its own process, confined as in service: PostgreSQL, MariaDB and SQLite beside
// each other in one package.
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "tests/integration/export/export_world.hpp"
#include "tests/integration/sources/mariadb_server.hpp"

namespace rightful::exporting {
namespace {

using nlohmann::json;
using sources::testing::execute_over_odbc;
using sources::testing::MariadbServer;
using testing::canary;
using testing::ExportWorld;
using ::testing::IsEmpty;

constexpr const char* kCatalog = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en]
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
  crm: { kind: odbc, connection_env: CRM }
  till: { kind: odbc, connection_env: TILL }
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: until the account is closed }
  origin: the subject
datasets:
  - name: account_note
    source: shop
    table: account_note
    owner: account_id
    title: Notes
    fields: { id: { title: Number }, account_id: { title: Account }, body: { title: Text } }
  - name: ticket
    source: crm
    table: ticket
    owner: customer_id -> customer.id . account_id
    title: Tickets
    fields:
      id: { title: Number }
      customer_id: { title: Customer }
      body: { title: Text }
      opened: { title: Opened, kind: instant }
      amount: { title: Amount, kind: decimal }
  - name: receipt
    source: till
    table: receipt
    owner: account_id
    title: Receipts
    fields: { id: { title: Number }, body: { title: Text }, paid: { title: Paid, kind: boolean } }
)";

class OdbcExport : public ::testing::Test {
 protected:
  OdbcExport() {
    world_.company(
        "CREATE TABLE account_note (id int PRIMARY KEY, account_id text, body text);"
        "INSERT INTO account_note VALUES (1, 'anna', '" +
        canary("anna") + "'), (2, 'bert', '" + canary("bert") + "')");
    server_.make_database("crm");
    server_.execute(
        "crm",
        "CREATE TABLE customer (id int PRIMARY KEY, account_id varchar(50));\n"
        "CREATE TABLE ticket (id int PRIMARY KEY, customer_id int, body longtext, opened timestamp "
        "NULL, amount decimal(12,2));\n"
        "INSERT INTO customer VALUES (1, 'anna'), (2, 'bert');\n"
        "SET time_zone = '+02:00';\n"
        "INSERT INTO ticket SELECT seq, 1 + seq % 2, if(seq % 2, '" +
            canary("bert") + "', '" + canary("anna") +
            "😀'), '2024-02-29 12:00:00', 12.50 FROM seq_1_to_6000;");
    till_ = (folder_.path() / "till.db").string();
    std::ofstream(till_).flush();
    execute_over_odbc(
        "Driver=SQLite3;Database=" + till_,
        "PRAGMA journal_mode = WAL;\n"
        "CREATE TABLE receipt (id integer PRIMARY KEY, account_id text, body text, paid boolean);\n"
        "INSERT INTO receipt WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
        "i "
        "< 3000) SELECT i, CASE i % 2 WHEN 0 THEN 'anna' ELSE 'bert' END, CASE i % 2 WHEN 0 THEN "
        "'" +
            canary("anna") + "' ELSE '" + canary("bert") + "' END, 1 FROM n;");
    world_.variables["CRM"] = server_.connection("crm");
    world_.variables["TILL"] = "Driver=SQLite3;Database=" + till_;
    world_.activate_catalog(kCatalog);
    world_.add_account("anna");
  }

  ExportWorld world_;
  MariadbServer server_;
  rightful::testing::TestFolder folder_;
  std::string till_;
};

TEST_F(OdbcExport, PutsAllDatabasesIntoOnePackage) {
  const auto request = world_.ask("anna");

  ASSERT_TRUE(world_.work());

  ASSERT_EQ(world_.state(request), "ready") << world_.cause(request);
  const auto files = world_.unpack(request, "anna");
  const auto tickets = json::parse(files.at("data/ticket.json"));
  const auto receipts = json::parse(files.at("data/receipt.json"));
  EXPECT_EQ(json::parse(files.at("data/account_note.json")).size(), 1U);
  ASSERT_EQ(tickets.size(), 3000U);
  ASSERT_EQ(receipts.size(), 1500U);
  EXPECT_EQ(tickets[0].at("@owner"), "anna");
  EXPECT_EQ(tickets[0].at("opened"), "2024-02-29T10:00:00Z");
  EXPECT_EQ(tickets[0].at("amount"), "12.50");
  EXPECT_EQ(tickets[0].at("body"), canary("anna") + "😀");
  EXPECT_EQ(receipts[0].at("paid"), true);
  const bool has_foreign = std::ranges::any_of(files, [](const auto& file) {
    return file.second.find(canary("bert")) != std::string::npos;
  });
  EXPECT_FALSE(has_foreign);
  EXPECT_THAT(world_.work_files(), IsEmpty());
}

TEST_F(OdbcExport, ReleasesNothingWhenARowLooksLikeTheAccounts) {
  server_.execute("crm",
                  "INSERT INTO customer VALUES (3, 'Anna');\n"
                  "INSERT INTO ticket VALUES (9000, 3, 'x', NULL, 1);");
  const auto request = world_.ask("anna");

  ASSERT_TRUE(world_.work());

  EXPECT_EQ(world_.state(request), "quarantined");
  EXPECT_EQ(world_.cause(request), "foreign_row");
  EXPECT_EQ(world_.count("package"), 0);
  EXPECT_THAT(world_.stored_files(), IsEmpty());
}

TEST_F(OdbcExport, WaitsForAServerThatIsDown) {
  server_.kill();
  const auto request = world_.ask("anna");
  auto worker = world_.make_worker();
  worker->start();

  for (int tries = 0; tries < 300 && world_.count("job WHERE failure_cause IS NOT NULL") == 0;
       ++tries) {
    SystemClock().wait_for({}, std::chrono::milliseconds(50));
  }
  worker->stop();

  EXPECT_EQ(world_.state(request), "queued");
  EXPECT_EQ(world_.text("SELECT failure_class || ' ' || failure_cause FROM job"),
            "retry source_lost");
  EXPECT_EQ(world_.count("package"), 0);
}

}  // namespace
}  // namespace rightful::exporting
