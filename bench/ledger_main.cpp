// bench_ledger: what does the ledger cost, beside what a user would build or pick instead?
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "rightful/core/log.hpp"

#include "bench/append_rates.hpp"
#include "bench/bar_chart.hpp"
#include "bench/command_line.hpp"
#include "bench/goals.hpp"
#include "bench/ledger_options.hpp"
#include "bench/machine.hpp"
#include "bench/plain_file.hpp"
#include "bench/running_log.hpp"
#include "bench/stop_request.hpp"
#include "bench/tables.hpp"
#include "bench/verify_rates.hpp"

namespace rightful::bench {
namespace {

constexpr std::string_view kProgram = "bench_ledger";

using nlohmann::ordered_json;

constexpr std::array<Goal, 19> kGoals{{
    {"append_1", "append: of a plain INSERT, 1 client", Wanted::AtLeast, 0.90},
    {"append_8", "… 8 clients", Wanted::AtLeast, 0.75},
    {"append_32", "… 32 clients", Wanted::AtLeast, 0.75},
    {"append_32_vs_chain", "append: times faster than a locked head row", Wanted::AtLeast, 10},
    {"running_vs_plain", "all at work: of a plain INSERT, 32 clients", Wanted::AtLeast, 0.35},
    {"running_per_s", "… facts a second, where plain has 14,000", Wanted::AtLeast, 5000},
    {"latency_p99_s", "commit to published checkpoint: p99, s", Wanted::AtMost, 2},
    {"latency_max_s", "… longest, s", Wanted::AtMost, 10},
    {"outbox_growth", "outbox: end over middle of the run", Wanted::AtMost, 1.5},
    {"drain_per_s", "drain: leaves a second", Wanted::AtLeast, 10'000},
    {"verify_vs_ed25519", "verify: a core's rate of Ed25519", Wanted::AtLeast, 0.8},
    {"unsigned_per_s", "verify without signatures: leaves a second", Wanted::AtLeast, 300'000},
    {"hashes_vs_x_mod", "… times faster than golang.org/x/mod", Wanted::AtLeast, 1},
    {"verify_tar_s_per_million", "verify a tar of 1,000,000 leaves, s", Wanted::AtMost, 60},
    {"proof_p99_ms", "inclusion proof from tiles: p99, ms", Wanted::AtMost, 10},
    {"verifier_mib", "peak memory: verifier, MiB", Wanted::AtMost, 64},
    {"verifier_growth", "… with four times the leaves", Wanted::AtMost, 1.05},
    {"sequencer_mib", "peak memory: sequencer and publisher, MiB", Wanted::AtMost, 96},
    {"signer_mib", "… signer, MiB", Wanted::AtMost, 16},
}};

constexpr double kFastDisk = 14'000;  // plain inserts a second of 32 clients

constexpr const char* kRemarks =
    "\nB is pgbench with one INSERT of 400 bytes a transaction on the same server, which syncs. A "
    "fact of ours is recorded,\nsigned and committed; a personal one also reads a subject key in "
    "the same transaction. The locked head row is what is\noften built: each append updates one "
    "row. x/mod reads leaves and rebuilds the tree; it knows no writers.\n";

double number(const ordered_json& json, const char* key) {
  return json.at(key).get<double>();
}

void add_append(ordered_json& ratios, const ordered_json& rows) {
  for (const ordered_json& row : rows) {
    const std::string clients = std::to_string(row.at("clients").get<unsigned>());
    ratios["append_" + clients] = number(row, "ours_of_plain");
    ratios["append_" + clients + "_personal"] = number(row, "personal_of_plain");
    ratios["append_" + clients + "_vs_chain"] = number(row, "ours_of_chain");
  }
}

/// How the outbox at the end compares with the middle, each over a tenth of the run: a queue that
/// is not kept up with grows.
double outbox_growth(const ordered_json& each_second) {
  const auto mean = [&](std::size_t from, std::size_t to) {
    double sum = 1;  // an empty outbox is no division by nothing
    for (std::size_t i = from; i < to; ++i)
      sum += each_second.at(i).get<double>();
    return sum / static_cast<double>(to - from);
  };
  const std::size_t seconds = each_second.size();
  const std::size_t tenth = std::max<std::size_t>(1, seconds / 10);
  return mean(seconds - tenth, seconds) / mean(seconds / 2, seconds / 2 + tenth);
}

void add_running(ordered_json& ratios, const ordered_json& part) {
  ratios["running_vs_plain"] = number(part, "per_s") / number(part, "plain_per_s");
  ratios["running_vs_plain_personal"] =
      number(part, "personal_per_s") / number(part, "plain_per_s");
  if (number(part, "plain_per_s") >= kFastDisk) ratios["running_per_s"] = number(part, "per_s");
  ratios["latency_p99_s"] = number(part.at("latency"), "p99_s");
  ratios["latency_max_s"] = number(part.at("latency"), "max_s");
  ratios["outbox_growth"] = outbox_growth(part.at("outbox_each_second"));
}

void add_peaks(ordered_json& ratios, const ordered_json& peaks) {
  for (const char* const name : {"sequencer", "signer"}) {
    const std::string key = std::string(name) + "_mib";
    ratios[key] = std::max(ratios.value(key, 0.0), number(peaks, name));
  }
}

void add_verify(ordered_json& ratios, const ordered_json& part) {
  const ordered_json& rows = part.at("contenders");
  const double leaves = number(part, "leaves");
  ratios["verify_vs_ed25519"] =
      leaves / number(rows.at(0), "cpu_s") / number(part, "ed25519_per_s_core");
  ratios["verify_tar_s_per_million"] = number(rows.at(1), "wall_s") * 1e6 / leaves;
  ratios["unsigned_per_s"] = leaves / number(rows.at(2), "wall_s");
  if (rows.size() > 4)
    ratios["hashes_vs_x_mod"] = number(rows.at(4), "wall_s") / number(rows.at(2), "wall_s");
  ratios["proof_p99_ms"] = number(part.at("proof"), "p99_ms");
  ratios["verifier_mib"] = std::max(number(rows.at(0), "peak_mib"), number(rows.at(1), "peak_mib"));
  if (part.contains("four_times"))
    ratios["verifier_growth"] =
        number(part.at("four_times"), "peak_mib") / number(rows.at(0), "peak_mib");
}

ordered_json ratios_of(const ordered_json& parts) {
  ordered_json ratios = ordered_json::object();
  if (parts.contains("append")) add_append(ratios, parts.at("append"));
  if (parts.contains("running")) {
    add_running(ratios, parts.at("running"));
    add_peaks(ratios, parts.at("running").at("peak_mib"));
  }
  if (parts.contains("drain")) {
    ratios["drain_per_s"] = number(parts.at("drain"), "per_s");
    add_peaks(ratios, parts.at("drain").at("peak_mib"));
  }
  if (parts.contains("verify")) add_verify(ratios, parts.at("verify"));
  return ratios;
}

std::vector<BarBlock> append_blocks(const ordered_json& rows) {
  static constexpr std::array<std::array<const char*, 3>, 5> kBars{{
      {"ours", "rightful", "ours"},
      {"ours_personal", "rightful, about a person", "ours"},
      {"plain", "plain INSERT", "peer"},
      {"outbox", "plain INSERT into our outbox", "peer"},
      {"chain", "chain with one locked head row", "peer"},
  }};
  std::vector<BarBlock> blocks;
  for (const ordered_json& row : rows) {
    BarBlock block{.title = fmt::format("Facts a second, {} client(s); longer is faster",
                                        row.at("clients").get<unsigned>()),
                   .bars = {}};
    for (const auto& [key, label, kind] : kBars)
      block.bars.push_back({.label = label,
                            .value = number(row, key),
                            .shown = fmt::format("{:.0f}", number(row, key)),
                            .kind = kind});
    blocks.push_back(std::move(block));
  }
  return blocks;
}

/// At most thirty bars, each the largest outbox of its share of the run.
BarBlock outbox_block(const ordered_json& each_second) {
  BarBlock block{.title = "All at work: facts that wait in the outbox, as the run goes on",
                 .bars = {}};
  const std::size_t step = each_second.size() / 30 + 1;
  for (std::size_t from = 0; from < each_second.size(); from += step) {
    double most = 0;
    for (std::size_t i = from; i < std::min(from + step, each_second.size()); ++i)
      most = std::max(most, each_second.at(i).get<double>());
    block.bars.push_back({.label = fmt::format("second {}", from + 1),
                          .value = most,
                          .shown = fmt::format("{:.0f}", most),
                          .kind = "ours"});
  }
  return block;
}

std::string draw(const ordered_json& parts) {
  std::vector<BarBlock> blocks;
  if (parts.contains("append")) blocks = append_blocks(parts.at("append"));
  if (parts.contains("running"))
    blocks.push_back(outbox_block(parts.at("running").at("outbox_each_second")));
  if (parts.contains("verify"))
    blocks.push_back(contenders_block("Seconds to verify " +
                                          parts.at("verify").at("what").get<std::string>() +
                                          "; shorter is faster",
                                      parts.at("verify")));
  return draw_bars("What the ledger costs", blocks);
}

void measure_parts(const Setup& setup, const LedgerOptions& options, ordered_json& parts) {
  const auto on_a_bed = [&](const char* name, const std::function<ordered_json(LedgerBed&)>& part) {
    if (!options.parts.contains(name)) return;
    setup.progress.begin(name);
    // A server of its own each: what one part leaves behind is not the next one's burden.
    LedgerBed bed = LedgerBed::build(setup.folder.make(name));
    parts[name] = part(bed);
    ordered_json shown = parts[name];
    if (shown.is_object()) shown.erase("outbox_each_second");
    fmt::print("\n{}\n{}\n", name, shown.dump(2));
    std::fflush(stdout);
  };
  on_a_bed("append",
           [&](LedgerBed& bed) { return measure_appends(setup, bed, options.append_for); });
  on_a_bed("running", [&](LedgerBed& bed) { return measure_running(setup, bed, options.run_for); });
  on_a_bed("drain", [&](LedgerBed& bed) { return measure_draining(setup, bed, options.leaves); });
  if (options.parts.contains("verify")) {
    setup.progress.begin("verify");
    parts["verify"] = measure_verifying(setup, options.leaves, options.wants_growth);
    fmt::print("\nverify\n{}\n", parts["verify"].dump(2));
  }
}

void run_bench(const LedgerOptions& options) {
  remember_stop_signals();
  log::set_level(log::Level::Error);
  const Programs programs = find_programs();
  const BenchFolder folder;
  Progress progress;
  const ordered_json machine = describe_machine(folder.path());
  ordered_json results = earlier_results(options.add_to, machine);
  results["machine"] = machine;
  results["versions"] = describe_versions(programs);
  print_facts("machine", results["machine"]);
  print_facts("versions", results["versions"]);
  std::fflush(stdout);
  const Setup setup{
      .folder = folder, .programs = programs, .progress = progress, .rounds = options.rounds};
  measure_parts(setup, options, results["parts"]);
  results["ratios"] = ratios_of(results["parts"]);
  fmt::print("{}", kRemarks);
  print_goals(kGoals, results);
  if (!options.json.empty()) write_file(options.json, results.dump(2) + "\n");
  if (!options.chart.empty()) write_file(options.chart, draw(results["parts"]));
}

int run(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments[0] == "verify")
    return run_verify_mode({arguments.begin() + 1, arguments.end()});
  if (!arguments.empty() && arguments[0] == "make-log")
    return run_make_log_mode({arguments.begin() + 1, arguments.end()});
  return run_with(kProgram, parse_ledger_options(arguments), ledger_usage(), run_bench);
}

}  // namespace
}  // namespace rightful::bench

int main(int argc, char** argv) {
  using namespace rightful::bench;
  return run_program(kProgram, argc, argv, run);
}
