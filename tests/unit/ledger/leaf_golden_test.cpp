// Bit-exact against leaves that another program made (npm canonicalize, node crypto).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/writer.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/ledger/goldens.hpp"

namespace rightful::ledger::testing {
namespace {

class LeafGolden : public ::testing::Test {
 protected:
  [[nodiscard]] static std::array<std::byte, 16> nonce_of(int value) {
    std::array<std::byte, 16> nonce{};
    nonce.fill(static_cast<std::byte>(value));
    return nonce;
  }

  [[nodiscard]] static Instant instant(std::string_view text) {
    return parse_rfc3339(text).value();
  }

  [[nodiscard]] Pseudonym subject() const {
    // The product never takes a subject key from outside: the test's random source gives it.
    class KeyAsRandom final : public Random {
     public:
      explicit KeyAsRandom(const Bytes& key) : key_(key) {}

      void fill(std::span<std::byte> bytes) override {
        std::copy(
            key_.begin(), key_.begin() + static_cast<std::ptrdiff_t>(bytes.size()), bytes.begin());
      }

     private:
      const Bytes& key_;
    } random(goldens_.subject_key);

    return SubjectKey::generate(random).pseudonym(origin_of(goldens_), account());
  }

  [[nodiscard]] AccountId account() const { return AccountId::parse(goldens_.account).value(); }

  [[nodiscard]] Writer writer() const {
    return {signing_key(goldens_.writer), origin_of(goldens_)};
  }

  const Goldens goldens_ = read_goldens();
};

TEST_F(LeafGolden, HashesAndLengthsAgree) {
  ASSERT_EQ(goldens_.leaves.size(), 4U);
  for (const GoldenLeaf& golden : goldens_.leaves) {
    EXPECT_EQ(golden.bytes.size(), golden.length);
    EXPECT_EQ(to_hex(leaf_hash(as_bytes(golden.bytes)).bytes()), golden.leaf_hash);
  }
}

TEST_F(LeafGolden, GoodLeavesPassAllChecks) {
  for (const GoldenLeaf& golden : goldens_.leaves) {
    const auto leaf = check_leaf(as_bytes(golden.bytes), origin_of(goldens_), key_finder(goldens_));

    ASSERT_TRUE(leaf.has_value()) << name_of(leaf.error()) << ": " << golden.bytes;
  }
}

TEST_F(LeafGolden, EachRefusalGivesItsFirstFailure) {
  ASSERT_EQ(goldens_.refusals.size(), 31U);
  for (const GoldenRefusal& golden : goldens_.refusals) {
    const auto leaf = check_leaf(golden.bytes, origin_of(goldens_), key_finder(goldens_));

    ASSERT_FALSE(leaf.has_value()) << as_text(golden.bytes);
    EXPECT_EQ(name_of(leaf.error()), golden.why) << as_text(golden.bytes);
  }
}

TEST_F(LeafGolden, GenesisIsBitExact) {
  const Bytes leaf =
      make_genesis(signing_key(goldens_.enrol),
                   origin_of(goldens_),
                   {.n = 0, .nonce = nonce_of(1), .t = instant("2026-01-01T00:00:00Z")});

  EXPECT_EQ(as_text(leaf), goldens_.leaves[0].bytes);
}

TEST_F(LeafGolden, WriterStartIsBitExact) {
  const Bytes leaf = make_writer_start(
      writer(),
      signing_key(goldens_.enrol),
      {.build = Build::parse("0.1.0").value(), .previous = {}, .role = "work", .span = 32},
      {.n = 0, .nonce = nonce_of(0x7e), .t = instant("2026-01-01T00:00:01Z")});

  EXPECT_EQ(as_text(leaf), goldens_.leaves[1].bytes);
}

TEST_F(LeafGolden, DatasetCollectedIsBitExact) {
  const Event event(System{},
                    account(),
                    RequestRef::parse("r_AAAAAAAAAAAAAAAAAAAAAA").value(),
                    events::DatasetCollected{.catalog = 4,
                                             .ds = 17,
                                             .media = RowsBucket::of(0),
                                             .rows = RowsBucket::of(9'999),
                                             .size = SizeBucket::of(9'999'999)});

  const Bytes leaf = writer().make_leaf(
      event,
      subject(),
      {.n = 6, .nonce = nonce_of(3), .t = instant("2026-01-02T03:04:05.005999Z")});

  EXPECT_EQ(as_text(leaf), goldens_.leaves[2].bytes);
}

TEST_F(LeafGolden, PackageDownloadedIsBitExact) {
  const Event event(
      Self{},
      account(),
      RequestRef::parse("r_AAAAAAAAAAAAAAAAAAAAAA").value(),
      events::PackageDownloaded{.from_pm = PerMille::of(0, 7),
                                .parts = 3,
                                .pkg = PackageRef::parse("p_BQUFBQUFBQUFBQUFBQUFBQ").value(),
                                .to_pm = PerMille::of(7, 7),
                                .whole = true});

  const Bytes leaf = writer().make_leaf(
      event, subject(), {.n = 7, .nonce = nonce_of(2), .t = instant("2026-01-02T03:04:05.006Z")});

  EXPECT_EQ(as_text(leaf), goldens_.leaves[3].bytes);
}

TEST_F(LeafGolden, SubjectAndTagAgree) {
  EXPECT_EQ(subject().text(), goldens_.subj);
  EXPECT_EQ(to_hex(subject_tag(goldens_.lookup_key, account()).bytes()), goldens_.tag);
}

TEST_F(LeafGolden, WriterIdsAgree) {
  for (const GoldenKey& key : {goldens_.enrol, goldens_.writer}) {
    EXPECT_EQ(to_hex(signing_key(key).public_key().bytes()), key.public_key);
    EXPECT_EQ(WriterId::of(signing_key(key).public_key()).text(), key.id);
  }
}

}  // namespace
}  // namespace rightful::ledger::testing
