#include "rightful/export/export_child.hpp"

#include "app/command.hpp"

namespace rightful::app {

namespace {

// Where the supervisor puts the pipe.
constexpr int kIn = 3;
constexpr int kOut = 4;

ExitCode run(const Invocation& /*invocation*/) {
  return static_cast<ExitCode>(exporting::run_export_child(kIn, kOut));
}

}  // namespace

Command export_child_command() {
  return {.spec = {.name = "export-child",
                   .summary = "",
                   .purpose = "Makes one export for the worker that started it: it gets its order "
                              "on descriptor 3 and answers "
                              "on descriptor 4. Not for people.",
                   .arguments = {},
                   .options = {},
                   .settings = TakesSettings::No,
                   .examples = {},
                   .exit_codes = ""},
          .run = &run};
}

}  // namespace rightful::app
