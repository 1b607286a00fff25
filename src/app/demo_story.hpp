/// @file
/// The steps of the demo, one after the other: build the company, start Rightful, let people ask,
/// test what is claimed.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/core/settings.hpp"

#include "app/demo_company.hpp"
#include "app/demo_place.hpp"
#include "app/demo_report.hpp"
#include "app/demo_requester.hpp"
#include "app/demo_shop.hpp"
#include "app/service.hpp"
#include "app/state_store.hpp"
#include "app/stop_signal.hpp"
#include "app/terminal.hpp"

namespace rightful::app {

/// Seconds since it was made.
class Stopwatch {
 public:
  explicit Stopwatch(const Clock& clock) : clock_(clock), begun_(clock.steady_now()) {}

  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(clock_.steady_now() - begun_).count();
  }

 private:
  const Clock& clock_;
  std::chrono::steady_clock::time_point begun_;
};

/// Everything that one run of the demo has open, in the order in which it came into being.
struct DemoWorld {
  const StopSignal& stop;
  DemoPlace place;
  std::filesystem::path out;
  DemoCompanyPlan plan;
  SystemClock clock{};
  SystemRandom random{};
  DemoCompany company{};
  std::optional<DemoShop> shop{};
  std::unique_ptr<StateStore> state{};
  std::unique_ptr<Service> service{};
  std::vector<std::unique_ptr<DemoRequester>> people{};
  DemoReport report{};
};

// Each step prints what it does, and returns Unavailable when `stop` was signalled meanwhile.

/// Removes what an earlier run left in the folder for results; nothing else is touched.
void clear_output(const std::filesystem::path& out);
[[nodiscard]] Result<void> build_company(DemoWorld& world, Console console);
[[nodiscard]] Result<void> start_rightful(DemoWorld& world,
                                          const Settings& settings,
                                          Console console);
/// Both Annas at one instant, then the person without data; fills the table of the report and
/// prints it.
[[nodiscard]] Result<void> tell_story(DemoWorld& world, Console console);
void run_proofs(DemoWorld& world, Console console);

}  // namespace rightful::app
