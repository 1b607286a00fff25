/// @file
/// Figures as tables on standard output, and rows as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "bench/measured_run.hpp"
#include "bench/workload.hpp"

namespace rightful::bench {

/// `key: value` lines of a flat object under a title.
void print_facts(std::string_view title, const nlohmann::ordered_json& facts);
void print_work(const Work& work, const FolderSize& size, int rounds);
void print_title(std::string_view title);
/// Against the first row, which is ours.
void print_rows(const std::vector<Measurement>& rows);

[[nodiscard]] nlohmann::ordered_json json_of(const std::vector<Measurement>& rows);

}  // namespace rightful::bench
