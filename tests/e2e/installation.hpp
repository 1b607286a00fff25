/// @file
/// An installation as an operator makes it, beside the demo's company: its shop runs, its data
/// directory is empty.
#pragma once

#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "app/demo_company.hpp"
#include "app/demo_shop.hpp"
#include "tests/e2e/program.hpp"

namespace rightful::testing {

class Installation : public ::testing::Test {
 protected:
  /// A customer of the company.
  static constexpr std::string_view kCustomer = "C-10205007";

  void SetUp() override {
    std::filesystem::create_directory(folder_ / "home");
    std::filesystem::create_directory(folder_ / "company");
    app::DemoCompanyPlan plan;
    plan.scale = app::DemoScale::Small;
    const auto made = app::make_demo_company(folder_ / "company", plan);
    ASSERT_TRUE(made.has_value()) << made.error().detail;
    rows_ = made->holdings.find(std::string(kCustomer))->second.total_rows;
    auto shop = app::DemoShop::build(folder_ / "company");
    ASSERT_TRUE(shop.has_value()) << shop.error().detail;
    shop_.emplace(*std::move(shop));
  }

  [[nodiscard]] std::string home() const { return folder_ / "home"; }

  [[nodiscard]] std::vector<std::string> sources() const {
    return {"DEMO_SHOP_URL=" + shop_->reader_url(),
            "DEMO_VOICE_ROOT=" + folder_ / "company/voice",
            "DEMO_DOORBELL_ROOT=" + folder_ / "company/doorbell"};
  }

  [[nodiscard]] Finished run(const std::vector<std::string>& words) const {
    return run_program(words, home());
  }

  /// With the data directory of this installation.
  [[nodiscard]] std::vector<std::string> here(std::vector<std::string> words) const {
    words.insert(words.end(), {"--data-dir", folder_ / "data", "--child-landlock", "if_available"});
    return words;
  }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  E2eFolder folder_;
  std::optional<app::DemoShop> shop_;
  std::uint64_t rows_ = 0;  ///< of the customer
};

/// The one line of 43 characters; log lines may stand around it.
[[nodiscard]] std::string invitation_in(const std::string& output);

}  // namespace rightful::testing
