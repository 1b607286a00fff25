#include "bench/options.hpp"

#include <sstream>

#include "bench/command_line.hpp"

namespace rightful::bench {
namespace {

Result<std::set<std::string>> parse_parts(const std::string& text) {
  std::set<std::string> parts;
  if (text == "none") return parts;
  std::istringstream list(text);
  for (std::string part; std::getline(list, part, ',');) {
    if (!Options().parts.contains(part)) {
      return fail(ErrorCode::InvalidArgument,
                  "there is no part '" + part + "': V, VJ, J10k, J, unlock, end-to-end, or none");
    }
    parts.insert(part);
  }
  if (parts.empty()) return fail(ErrorCode::InvalidArgument, "--parts names nothing");
  return parts;
}

Result<void> set_value(Options& options, const std::string& name, const std::string& value) {
  if (name == "--parts") {
    RIGHTFUL_TRY(options.parts, parse_parts(value));
  } else if (name == "--rounds") {
    RIGHTFUL_TRY(const auto rounds, number_in(name, value, {1, 99}));
    options.rounds = static_cast<int>(rounds);
  } else if (name == "--json") {
    options.json = value;
  } else if (name == "--add-to") {
    options.add_to = value;
  } else if (name == "--chart") {
    options.chart = value;
  } else {
    return no_such_option(name);
  }
  return {};
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  return read_options<Options>(arguments, set_value);
}

std::string usage() {
  return R"(usage: ./dev bench [packaging] [options]

How fast is a sealed package written and opened, beside what a user would pick instead? About six
minutes, 4 GB in TMPDIR (else /tmp), removed at the end.

  --parts LIST    what to measure, some of V,VJ,J10k,J,unlock,end-to-end; all if absent, `none` for
                  nothing
                    V     1,700 recordings of speech, 96 MB of WAV
                    VJ    V and one file of 50 MB of JSON
                    J10k  10,000 small JSON records, each a file of its own; one round
                    J     1,000,000 of them, each an entry of its own; ours alone; one round
  --rounds N      rounds taken in turn, of which the median counts (V, VJ, unlock, end-to-end); 5 if
                  absent
  --json FILE     write every figure
  --add-to FILE   begin with the figures of an earlier --json FILE of this machine; what is measured
                  now replaces its own part
  --chart FILE    draw the figures as SVG
)";
}

}  // namespace rightful::bench
