#include "bench/ledger_options.hpp"

#include "bench/command_line.hpp"

namespace rightful::bench {
namespace {

Result<void> set_value(LedgerOptions& options, const std::string& name, const std::string& value) {
  if (name == "--parts") {
    if (!LedgerOptions{}.parts.contains(value))
      return fail(ErrorCode::InvalidArgument, "--parts takes append, running, drain or verify");
    options.parts = {value};
  } else if (name == "--append-for") {
    RIGHTFUL_TRY(const auto seconds, number_in(name, value, {1, 600}));
    options.append_for = std::chrono::seconds(seconds);
  } else if (name == "--run-for") {
    RIGHTFUL_TRY(const auto seconds, number_in(name, value, {5, 86'400}));
    options.run_for = std::chrono::seconds(seconds);
  } else if (name == "--leaves") {
    RIGHTFUL_TRY(options.leaves, number_in(name, value, {1000, 100'000'000}));
  } else if (name == "--rounds") {
    RIGHTFUL_TRY(const auto rounds, number_in(name, value, {1, 99}));
    options.rounds = static_cast<int>(rounds);
  } else if (name == "--add-to") {
    options.add_to = value;
  } else if (name == "--json") {
    options.json = value;
  } else if (name == "--chart") {
    options.chart = value;
  } else {
    return no_such_option(name);
  }
  return {};
}

bool set_flag(LedgerOptions& options, const std::string& name) {
  if (name != "--no-growth") return false;
  options.wants_growth = false;
  return true;
}

}  // namespace

Result<LedgerOptions> parse_ledger_options(const std::vector<std::string>& arguments) {
  return read_options<LedgerOptions>(arguments, set_value, set_flag);
}

std::string ledger_usage() {
  return R"(usage: ./dev bench ledger [options]

How many facts a second become durable, beside a plain INSERT and a chain with one locked head row?
How long until a signed checkpoint covers them while everything runs? How fast is a log verified?
About 40 minutes, 8 GB in TMPDIR (else /tmp), removed at the end.

  --parts PART      append, running, drain or verify alone
  --append-for S    seconds of each appending contender; 8 if absent
  --run-for S       seconds of the whole ledger at work; 600 if absent
  --leaves N        of the outbox that is drained and of the log that is verified; 1000000 if absent
  --no-growth       leave out the log of four times as many leaves
  --rounds N        rounds taken in turn, of which the median counts; 3 if absent
  --add-to FILE     begin with the figures of an earlier --json FILE of this machine; what is measured
                    now takes their place
  --json FILE       write every figure
  --chart FILE      draw the figures as SVG
)";
}

}  // namespace rightful::bench
