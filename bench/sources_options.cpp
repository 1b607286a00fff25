#include "bench/sources_options.hpp"

#include "bench/command_line.hpp"
#include "bench/search_tables.hpp"

namespace rightful::bench {
namespace {

constexpr std::uint64_t kMostRows = 1'000'000'000;

Result<void> set_value(SourcesOptions& options, const std::string& name, const std::string& value) {
  constexpr std::uint64_t kUnit = SearchTables::kFewestRows;
  if (name == "--rounds") {
    RIGHTFUL_TRY(const auto rounds, number_in(name, value, {1, 99}));
    options.rounds = static_cast<int>(rounds);
  } else if (name == "--rows") {
    RIGHTFUL_TRY(const auto rows, number_in(name, value, {100 * kUnit, kMostRows}));
    if (rows % (100 * kUnit) != 0)
      return fail(ErrorCode::InvalidArgument, "--rows takes a multiple of 1000000");
    options.rows = rows;
  } else if (name == "--parts") {
    options.wants_bulk = value == "bulk";
    options.wants_accounts = value == "accounts";
    if (!options.wants_bulk && !options.wants_accounts)
      return fail(ErrorCode::InvalidArgument, "--parts takes bulk or accounts");
  } else if (name == "--tables") {
    options.tables = value;
  } else if (name == "--json") {
    options.json = value;
  } else if (name == "--chart") {
    options.chart = value;
  } else {
    return no_such_option(name);
  }
  return {};
}

}  // namespace

Result<SourcesOptions> parse_sources_options(const std::vector<std::string>& arguments) {
  return read_options<SourcesOptions>(arguments, set_value);
}

std::string sources_usage() {
  return R"(usage: ./dev bench sources [options]

How fast do one account's rows come out of a large table in PostgreSQL, as a sealed package, beside
psql piped into 7-Zip? And does a small account take longer because the table around it grows?
About four minutes, 4 GB in TMPDIR (else /tmp), removed at the end.

  --rows N        rows of the largest table, of which a tenth is the account's; the others have a
                  tenth and a hundredth of it; 10000000 if absent
  --parts PART    bulk or accounts alone
  --tables DIR    keep the tables in DIR, and use those that an earlier run left there
  --rounds N      rounds taken in turn, of which the median counts; 3 if absent
  --json FILE     write every figure
  --chart FILE    draw the figures as SVG
)";
}

}  // namespace rightful::bench
