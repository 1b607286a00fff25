#include "rightful/store/catalog_versions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/random.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/store/packages.hpp"
#include "rightful/store/pool.hpp"
#include "rightful/store/transaction.hpp"

#include "tests/integration/queue/queue_fixture.hpp"

namespace rightful::store {
namespace {

using ::testing::ElementsAre;

class CatalogVersionsTest : public ::testing::Test {
 protected:
  CatalogVersion activate(std::string_view content) {
    auto transaction = queue_.pool().begin();
    const auto digest = crypto::sha256(as_bytes(content));
    auto version =
        catalog_versions::activate(transaction, content, digest, digest, 3, SystemClock().now());
    transaction.commit();
    return version;
  }

  queue::testing::QueueDatabase queue_;
};

TEST_F(CatalogVersionsTest, TheSameContentIsTheSameVersion) {
  const auto first = activate("one");
  const auto again = activate("one");

  EXPECT_EQ(first.version, again.version);
  EXPECT_THAT(queue_.database().recorder().acts(), ElementsAre("catalog.activated"));
}

TEST_F(CatalogVersionsTest, TheNewestIsWhatWasActivatedLast) {
  const auto one = activate("one");
  const auto two = activate("two");
  auto transaction = queue_.pool().begin();
  EXPECT_EQ(catalog_versions::newest(transaction)->version, two.version);
  EXPECT_EQ(catalog_versions::find(transaction, one.version)->content, "one");
  EXPECT_FALSE(catalog_versions::find(transaction, 99).has_value());
}

TEST_F(CatalogVersionsTest, GoingBackKeepsTheOldNumber) {
  const auto one = activate("one");
  activate("two");

  EXPECT_EQ(activate("one").version, one.version);

  auto transaction = queue_.pool().begin();
  EXPECT_EQ(catalog_versions::newest(transaction)->version, one.version);
  EXPECT_THAT(queue_.database().recorder().acts(),
              ElementsAre("catalog.activated", "catalog.activated", "catalog.activated"));
}

TEST_F(CatalogVersionsTest, ThereIsNoneAtFirst) {
  auto transaction = queue_.pool().begin();

  EXPECT_FALSE(catalog_versions::newest(transaction).has_value());
}

TEST_F(CatalogVersionsTest, ARequestHasAtMostOnePackage) {
  queue_.add_job("anna");
  const auto job = queue_.claim().at(0);
  SystemRandom random;
  const auto insert = [&] {
    auto transaction = queue_.pool().begin();
    const auto ref = ledger::PackageRef::random(random);
    const Bytes digest(32);
    packages::insert(transaction,
                     {.request = job.request,
                      .account = job.account,
                      .id = PackageId::random(random),
                      .ledger_ref = ref.text(),
                      .object_name = PackageId::random(random).to_string() + ".zip",
                      .size_bytes = 1,
                      .sha256 = digest,
                      .content_sha256 = digest,
                      .manifest_sha256 = digest,
                      .envelope = to_bytes("{}"),
                      .rows = 0,
                      .objects = 0,
                      .released_at = SystemClock().now(),
                      .expires_at = SystemClock().now(),
                      .frozen_at = {},
                      .first_downloaded_at = {},
                      .destroyed_at = {}},
                     {ledger::System{},
                      job.account,
                      ledger::RequestRef::parse(job.request_ref).value(),
                      ledger::events::PackageReleased{.at_size = 0, .pkg = ref}});
    transaction.commit();
  };

  insert();

  EXPECT_THROW(insert(), ConstraintViolation);
  auto transaction = queue_.pool().begin();
  EXPECT_EQ(packages::find(transaction, job.request, job.account)->size_bytes, 1);
  EXPECT_FALSE(
      packages::find(transaction, job.request, AccountId::parse("bert").value()).has_value());
}

}  // namespace
}  // namespace rightful::store
