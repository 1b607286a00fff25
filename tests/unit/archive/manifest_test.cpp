#include "rightful/archive/manifest.hpp"

#include <gtest/gtest.h>

#include "archive/json_text.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsOk;

TEST(EntryKindTest, FollowsFromTheName) {
  EXPECT_EQ(kind_of("data/orders.json"), EntryKind::Data);
  EXPECT_EQ(kind_of("data/orders/0001.json"), EntryKind::Data);
  EXPECT_EQ(kind_of("data/orders.schema.json"), EntryKind::Schema);
  EXPECT_EQ(kind_of("data/orders.csv"), EntryKind::Page);
  EXPECT_EQ(kind_of("media/x.json"), EntryKind::Media);
  EXPECT_EQ(kind_of("about/disclosure.jsonld"), EntryKind::About);
  EXPECT_EQ(kind_of("index.html"), EntryKind::Page);
  EXPECT_EQ(kind_of("database/orders.json"), EntryKind::Page);
}

TEST(JsonText, EscapesWhatJsonDemands) {
  std::string out;
  append_json_string(out, std::string("a\"b\\c\n\x01\x1f/é\0", 12));

  EXPECT_EQ(out,
            std::string("\"a\\\"b\\\\c\\u000a\\u0001\\u001f/é\\u0000\"").substr(0, out.size()));
}

struct Zip {
  testing::CountingRandom random;
  testing::MemorySink sink;
  crypto::Passphrase passphrase = testing::fixed_passphrase();
  PackageWriter writer{sink,
                       {"r", passphrase, {}, testing::some_time(), testing::memory_spool(random)}};
  ManifestWriter manifest{writer.inner(), testing::memory_spool(random)};
};

ManifestHead some_head() {
  return {.request = testing::request_id(1),
          .account = testing::account("A-1"),
          .created = testing::some_time(),
          .catalog_version = "1",
          .catalog_sha256 = crypto::Sha256Digest::from(std::array<std::byte, 32>{}),
          .random = {},
          .snapshots = {},
          .datasets = {}};
}

TEST(ManifestWriterDeathTest, RolesMustFitTheKind) {
  Zip zip;
  const auto add = [&zip](std::string name, const EntryRole& role) {
    zip.manifest.add({.name = std::move(name),
                      .size = 0,
                      .sha256 = crypto::Sha256Digest::from(std::array<std::byte, 32>{}),
                      .crc = 0},
                     role);
  };

  EXPECT_DEATH(add("data/a.json", {.dataset = "a", .records = {}}), "");
  EXPECT_DEATH(add("data/a.json", {.dataset = "", .records = 1}), "");
  EXPECT_DEATH(add("media/a", {.dataset = "", .records = {}}), "");
  EXPECT_DEATH(add("media/a", {.dataset = "a", .records = 1}), "");
  EXPECT_DEATH(add("index.html", {.dataset = "", .records = 1}), "");
}

TEST(ManifestWriterDeathTest, AnUnlistedEntryStopsTheProcess) {
  Zip zip;
  ASSERT_THAT(zip.writer.inner().add("index.html", Compression::Store, {}), IsOk());

  EXPECT_DEATH(static_cast<void>(zip.manifest.write(some_head())), "");
}

}  // namespace
}  // namespace rightful::archive
