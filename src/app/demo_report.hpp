/// @file
/// The figures of one demo run: as a table for people, as report.json for machines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/demo_company.hpp"
#include "app/demo_proofs.hpp"
#include "app/demo_requester.hpp"

namespace rightful::app {

struct DemoExportFigures {
  DemoRole role;
  std::uint64_t rows = 0;
  std::uint64_t objects = 0;
  std::uint64_t recordings = 0;
  std::uint64_t package_bytes = 0;
  double seconds =
      0;  ///< from the request's receipt to the package's release, by the server's clock
  std::optional<std::int64_t> child_peak_kib;
  std::string package_sha256;  ///< 64 hexadecimal digits

  [[nodiscard]] double megabytes_per_second() const {
    return seconds > 0 ? static_cast<double>(package_bytes) / 1e6 / seconds : 0;
  }
};

struct DemoReport {
  std::string version;
  std::uint64_t seed = 0;
  std::uint64_t company_rows = 0;
  std::uint64_t company_files = 0;
  std::uint64_t company_file_bytes = 0;
  double company_seconds = 0;
  double start_seconds = 0;  ///< cluster, schema, keys, service, enrolments
  double total_seconds = 0;
  std::vector<DemoExportFigures> exports;
  std::vector<Proof> proofs;

  /// No proof fails; one that could not be tried counts as not failed.
  [[nodiscard]] bool holds() const;
};

[[nodiscard]] std::string table_of(const DemoReport& report);
/// Two lines: the answer with the statement, and what was done.
[[nodiscard]] std::string text_of(const Proof& proof);
/// One JSON object, two spaces a level, a line break at the end.
[[nodiscard]] std::string json_of(const DemoReport& report);

}  // namespace rightful::app
