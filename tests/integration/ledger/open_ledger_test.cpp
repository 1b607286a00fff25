#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/ledger/ledger_fixture.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::testing {
namespace {

using OpenLedger = LedgerFixture;

constexpr store::Sql kCountHeads{"count_heads",
                                 "SELECT count(*) AS heads FROM ledger.head WHERE size = 0"};

TEST_F(OpenLedger, WritesGenesisAsTheFirstLeaf) {
  open_log();

  const auto leaves = outbox();
  ASSERT_EQ(leaves.size(), 1U);
  EXPECT_EQ(leaves[0].act, "log.genesis");
  EXPECT_EQ(leaves[0].n, 0U);
  EXPECT_THAT(leaves[0].fields, ::testing::HasSubstr("origin=audit.example.test/dsar/2026;"));
}

TEST_F(OpenLedger, WritesAnEmptyHead) {
  open_log();

  store::Transaction transaction = database_.pool().begin();
  EXPECT_EQ(transaction.run(kCountHeads).only().integer("heads"), 1);
}

TEST_F(OpenLedger, ChangesNothingTheSecondTime) {
  open_log();
  open_log();

  EXPECT_EQ(outbox().size(), 1U);
}

TEST_F(OpenLedger, RefusesAnotherEnrolmentKey) {
  open_log();
  const auto other_folder = folder_.path() / "other";
  ASSERT_THAT(crypto::ServerKeys::create(other_folder, random_), IsOk());
  const auto other = crypto::ServerKeys::open(other_folder).value();

  EXPECT_THAT(store::open_ledger(database_.settings(), origin_, other, clock_, random_),
              IsError(ErrorCode::Conflict));
}

TEST_F(OpenLedger, WriterUnderAnotherEnrolmentKeyDoesNotStart) {
  open_log();
  const auto other_folder = folder_.path() / "other";
  ASSERT_THAT(crypto::ServerKeys::create(other_folder, random_), IsOk());
  const auto other = crypto::ServerKeys::open(other_folder).value();
  store::LedgerWriter writer(database_.settings(),
                             {.role = "work", .build = ledger::Build::parse("0.1.0").value()},
                             other,
                             clock_,
                             random_);

  EXPECT_THAT(writer.start(), IsError(ErrorCode::Conflict));
}

TEST_F(OpenLedger, WriterNeedsAnOpenLog) {
  EXPECT_THAT(make_writer()->start(), IsError(ErrorCode::NotFound));
}

}  // namespace
}  // namespace rightful::testing
