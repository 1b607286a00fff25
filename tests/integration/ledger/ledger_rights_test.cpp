// Each group role of the ledger tries every statement on every table; what it may is written out
// here, and everything else is refused (ledger.md section 14, P1).

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/event.hpp"

#include "tests/integration/ledger/sequencer_fixture.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::testing {
namespace {

using Rights = std::map<std::string, std::set<std::string>>;

constexpr const char* kStatements[] = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"};

const Rights& rights_of(const std::string& role) {
  static const std::map<std::string, Rights> kRights{
      {"rightful_ledger_writer",
       {{"ledger.outbox", {"INSERT"}},
        {"ledger.log", {"SELECT"}},
        {"ledger.head", {"SELECT"}},
        {"ledger.checkpoint", {"SELECT"}},
        {"ledger.signer_key", {"SELECT"}},
        {"ledger_secret.subject_key", {"SELECT", "INSERT"}},
        {"ledger_secret.actor", {"SELECT", "INSERT"}},
        {"ledger_secret.kek", {"SELECT"}},
        {"ledger_secret.erasure_replay", {"SELECT"}}}},
      {"rightful_ledger_sequencer",
       {{"ledger.outbox", {"SELECT", "UPDATE", "DELETE"}},
        {"ledger.entry", {"SELECT", "INSERT"}},
        {"ledger.body", {"SELECT", "INSERT"}},
        {"ledger.checkpoint", {"SELECT", "INSERT"}},
        {"ledger.rejected", {"SELECT", "INSERT"}},
        {"ledger.lookup", {"SELECT", "INSERT", "UPDATE", "DELETE"}},
        {"ledger.writer", {"SELECT", "INSERT", "UPDATE"}},
        {"ledger.head", {"SELECT", "INSERT", "UPDATE"}},
        {"ledger.signer_key", {"SELECT", "INSERT", "UPDATE"}},
        {"ledger.log", {"SELECT", "UPDATE"}},
        {"public.incident", {"INSERT"}}}},
      {"rightful_ledger_reader",
       {{"ledger.outbox", {"SELECT"}},
        {"ledger.log", {"SELECT"}},
        {"ledger.writer", {"SELECT"}},
        {"ledger.entry", {"SELECT"}},
        {"ledger.body", {"SELECT"}},
        {"ledger.lookup", {"SELECT"}},
        {"ledger.head", {"SELECT"}},
        {"ledger.checkpoint", {"SELECT"}},
        {"ledger.signer_key", {"SELECT"}},
        {"ledger.rejected", {"SELECT"}}}},
      {"rightful_ledger_eraser",
       {{"ledger.outbox", {"SELECT", "INSERT"}},
        {"ledger.signer_key", {"SELECT"}},
        {"public.access_request", {"SELECT"}},
        {"public.package", {"SELECT"}},
        {"public.incident", {"SELECT"}},
        {"public.staff_member", {"SELECT", "DELETE"}},
        {"public.manual_task", {"SELECT"}},
        {"public.manual_chunk", {"SELECT", "DELETE"}},
        {"ledger.body", {"SELECT", "DELETE"}},
        {"ledger.lookup", {"SELECT", "DELETE"}},
        {"ledger.log", {"SELECT"}},
        {"ledger.head", {"SELECT"}},
        {"ledger.entry", {"SELECT"}},
        {"ledger.checkpoint", {"SELECT"}},
        {"ledger.writer", {"SELECT"}},
        {"ledger_secret.subject_key", {"SELECT", "UPDATE", "DELETE"}},
        {"ledger_secret.actor", {"SELECT", "UPDATE", "DELETE"}},
        {"ledger_secret.kek", {"SELECT", "INSERT", "DELETE"}},
        {"ledger_secret.erasure_replay", {"SELECT", "INSERT", "UPDATE"}}}}};
  return kRights.at(role);
}

class LedgerRights : public SequencerFixture, public ::testing::WithParamInterface<const char*> {
 protected:
  struct Table {
    std::string name;
    std::string column;
  };

  std::vector<Table> tables() {
    static constexpr store::Sql kTables{
        "all_tables",
        "SELECT n.nspname || '.' || c.relname AS name, (SELECT a.attname::text FROM pg_attribute a "
        "WHERE a.attrelid = c.oid AND a.attnum = 1) AS first FROM pg_class c JOIN pg_namespace n "
        "ON "
        "n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname IN ('public', 'ledger', "
        "'ledger_secret') ORDER BY 1"};
    std::vector<Table> found;
    store::Transaction transaction = database_.pool().begin();
    for (const store::Row row : transaction.run(kTables))
      found.push_back({row.text("name"), row.text("first")});
    return found;
  }

  /// Changes no row. An allowed statement may fail for another reason than rights.
  static std::string statement(const std::string& verb, const Table& table) {
    if (verb == "SELECT") return "SELECT * FROM " + table.name + " LIMIT 0";
    if (verb == "INSERT") return "INSERT INTO " + table.name + " DEFAULT VALUES";
    if (verb == "UPDATE")
      return "UPDATE " + table.name + " SET " + table.column + " = DEFAULT WHERE false";
    if (verb == "DELETE") return "DELETE FROM " + table.name + " WHERE false";
    return "TRUNCATE " + table.name + " CASCADE";
  }

  bool is_denied(const std::string& words) {
    try {
      database_.execute_as_admin("SET LOCAL ROLE " + std::string(GetParam()) + "; " + words);
    } catch (const Failure& failure) {
      return failure.cause() == "database_denied";
    }
    return false;
  }
};

TEST_P(LedgerRights, AreThoseAndNoOthers) {
  const Rights& rights = rights_of(GetParam());
  std::size_t allowed = 0;
  std::size_t refused = 0;
  for (const Table& table : tables()) {
    const auto of_table = rights.find(table.name);
    for (const char* const verb : kStatements) {
      const bool may = of_table != rights.end() && of_table->second.contains(verb);
      EXPECT_EQ(is_denied(statement(verb, table)), !may)
          << GetParam() << ": " << verb << " " << table.name;
      ++(may ? allowed : refused);
    }
  }
  EXPECT_GE(allowed, 10U);
  EXPECT_GT(refused, 100U);
}

// What would take the ledger's own protection away.
TEST_P(LedgerRights, ChangeNoRule) {
  for (const char* const words :
       {"SET session_replication_role = replica",
        "ALTER TABLE ledger.entry DISABLE TRIGGER ALL",
        "DROP TABLE ledger.entry",
        "DROP TRIGGER keep ON ledger.entry",
        "ALTER TABLE ledger.log ADD COLUMN x integer",
        "CREATE TABLE ledger.x (x integer)",
        "CREATE TABLE public.x (x integer)",
        "CREATE OR REPLACE FUNCTION ledger.deny() RETURNS trigger LANGUAGE "
        "plpgsql AS 'BEGIN RETURN NULL; END'",
        "SELECT setval('ledger.outbox_id_seq', 1)",
        "CREATE ROLE x",
        "COPY (SELECT 1) TO PROGRAM 'true'"}) {
    EXPECT_TRUE(is_denied(words)) << GetParam() << ": " << words;
  }
}

INSTANTIATE_TEST_SUITE_P(Roles,
                         LedgerRights,
                         ::testing::Values("rightful_ledger_writer",
                                           "rightful_ledger_sequencer",
                                           "rightful_ledger_reader",
                                           "rightful_ledger_eraser"),
                         [](const auto& info) { return std::string(info.param); });

// Everything that a sequencer does, under its group role alone: refusals and incidents too.
TEST_F(SequencerFixture, TheSequencerNeedsNoMoreThanItsRole) {
  create_test_role("test_ledger_sequencer");
  database_.execute_as_admin("GRANT rightful_ledger_sequencer TO test_ledger_sequencer");
  store::ConnectionSettings settings = database_.settings();
  settings.url = database_.url("test_ledger_sequencer");
  store::Sequencer sequencer(settings, facts(), keys_, clock_, random_);
  HandWriter writer = hand_writer();
  stage({writer.start(keys_.ledger_enrolment_key()),
         to_bytes(std::string(300, 'x')),
         writer.leaf(1),
         writer.leaf(3, {ledger::System{}, ledger::events::WriterAlive{.upto = 3}})});
  drain(sequencer);
  clock_.advance(std::chrono::seconds(10));
  stage({writer.leaf(4)});
  drain(sequencer);
  sequencer.stop();

  EXPECT_EQ(count("ledger.outbox"), 0);
  EXPECT_EQ(incidents("ledger_gap"), 1);
  EXPECT_EQ(incidents("ledger_rejected"), 1);
  EXPECT_EQ(places_of("log.checked").size(), 1U);
  EXPECT_EQ(log_acts().back(), "writer.stop");
}

}  // namespace
}  // namespace rightful::testing
