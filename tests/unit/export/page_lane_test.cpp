#include "export/page_lane.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/core/random.hpp"

#include "export/phrases.hpp"

namespace rightful::exporting {
namespace {

using sources::Value;
using sources::ValueKind;

constexpr std::string_view kCatalog = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en]
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: until closed }
  origin: the subject
datasets:
  - name: thing
    source: shop
    table: thing
    owner: account_id
    title: Things
    fields:
      a: { title: Field a }
      b: { title: Field b }
)";

/// Pages whose spool cannot leave memory: more than a page of records is a failure.
class PageLaneTest : public ::testing::Test {
 protected:
  static sources::DatasetHead head_of(const catalog::Dataset& dataset) {
    sources::DatasetHead head{&dataset, {}, 0};
    for (const auto& field : dataset.fields)
      head.columns.push_back({&field, ValueKind::Text});
    return head;
  }

  void give(PageLane& lane, std::uint64_t records, const std::string& text) const {
    for (std::uint64_t number = 1; number <= records; ++number) {
      const std::string first = std::to_string(number);
      const std::array values{Value{ValueKind::Text, first}, Value{ValueKind::Text, text}};
      lane.record({.number = number, .owners = {}, .values = values});
    }
  }

  catalog::Catalog catalog_ = catalog::Catalog::parse(kCatalog, "catalog").value();
  Phrases phrases_ = phrases_for(catalog_, "en");
  sources::DatasetHead head_ = head_of(catalog_.datasets().front());
  SystemRandom random_;
  RecordPages pages_{
      phrases_,
      head_,
      {.directory = "/nonexistent/rightful", .random = random_, .memory_bytes = 1U << 20U}};
};

TEST_F(PageLaneTest, EndsBeforeItHasBegun) {
  PageLane lane(pages_);
  lane.finish();
}

TEST_F(PageLaneTest, AFailureOfThePagesIsThrownByEveryLaterCall) {
  PageLane lane(pages_);

  EXPECT_THROW(
      {
        give(lane, 100'000, std::string(500, 't'));
        lane.finish();
      },
      Failure);
  EXPECT_THROW(lane.finish(), Failure);
  EXPECT_THROW(give(lane, 2, std::string(100'000, 't')), Failure);
}

TEST_F(PageLaneTest, EndsWithRecordsInTheQueue) {
  for (int round = 0; round < 50; ++round) {
    PageLane lane(pages_);
    give(lane, 3'000, std::string(5, 't'));
  }
}

TEST_F(PageLaneTest, AnObjectNeedsARecord) {
  PageLane lane(pages_);

  EXPECT_DEATH(lane.object(0, {.entry_name = "media/thing/000001.wav", .size = 1}), "");
}

}  // namespace
}  // namespace rightful::exporting
