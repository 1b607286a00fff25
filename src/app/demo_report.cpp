#include "app/demo_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "app/progress_display.hpp"

namespace rightful::app {

namespace {

std::string_view mark_of(ProofResult result) {
  switch (result) {
    case ProofResult::Holds:
      return "yes";
    case ProofResult::Fails:
      return "NO";
    case ProofResult::NotTried:
      return "not tried";
  }
  return "";
}

std::string peak_of(const DemoExportFigures& figures) {
  return figures.child_peak_kib
             ? fmt::format("{:.1f} MiB", static_cast<double>(*figures.child_peak_kib) / 1024)
             : "-";
}

nlohmann::ordered_json json_of(const DemoExportFigures& figures) {
  nlohmann::ordered_json json{{"name", figures.role.name},
                              {"account", figures.role.account_id},
                              {"package", fmt::format("{}.zip", figures.role.file_name)},
                              {"rows", figures.rows},
                              {"objects", figures.objects},
                              {"recordings", figures.recordings},
                              {"package_bytes", figures.package_bytes},
                              {"package_sha256", figures.package_sha256},
                              {"seconds", figures.seconds},
                              {"megabytes_per_second", figures.megabytes_per_second()}};
  json["child_peak_memory_kib"] =
      figures.child_peak_kib ? nlohmann::ordered_json(*figures.child_peak_kib) : nullptr;
  return json;
}

nlohmann::ordered_json json_of(const Proof& proof) {
  nlohmann::ordered_json json{{"name", proof.name}, {"statement", proof.statement}};
  json["holds"] = proof.result == ProofResult::NotTried
                      ? nlohmann::ordered_json(nullptr)
                      : nlohmann::ordered_json(proof.result == ProofResult::Holds);
  json["detail"] = proof.detail;
  return json;
}

}  // namespace

bool DemoReport::holds() const {
  return std::ranges::find(proofs, ProofResult::Fails, &Proof::result) == proofs.end();
}

std::string table_of(const DemoReport& report) {
  std::string table = fmt::format("{:<14} {:>9} {:>11} {:>12} {:>11} {:>9} {:>8} {:>12}\n",
                                  "who",
                                  "rows",
                                  "recordings",
                                  "other files",
                                  "package",
                                  "seconds",
                                  "MB/s",
                                  "peak memory");
  for (const DemoExportFigures& figures : report.exports) {
    table += fmt::format("{:<14} {:>9} {:>11} {:>12} {:>11} {:>9.2f} {:>8.1f} {:>12}\n",
                         figures.role.name,
                         human_count(figures.rows),
                         human_count(figures.recordings),
                         human_count(figures.objects - figures.recordings),
                         human_size(figures.package_bytes),
                         figures.seconds,
                         figures.megabytes_per_second(),
                         peak_of(figures));
  }
  return table;
}

std::string text_of(const Proof& proof) {
  return fmt::format(
      "  {:<9}  {}\n             ({})\n", mark_of(proof.result), proof.statement, proof.detail);
}

std::string json_of(const DemoReport& report) {
  nlohmann::ordered_json json{{"version", report.version},
                              {"seed", report.seed},
                              {"company",
                               {{"rows", report.company_rows},
                                {"files", report.company_files},
                                {"file_bytes", report.company_file_bytes},
                                {"seconds", report.company_seconds}}},
                              {"start_seconds", report.start_seconds},
                              {"total_seconds", report.total_seconds},
                              {"holds", report.holds()}};
  json["exports"] = nlohmann::ordered_json::array();
  for (const DemoExportFigures& figures : report.exports) {
    json["exports"].push_back(json_of(figures));
  }
  json["proofs"] = nlohmann::ordered_json::array();
  for (const Proof& proof : report.proofs) {
    json["proofs"].push_back(json_of(proof));
  }
  return json.dump(2) + "\n";
}

}  // namespace rightful::app
