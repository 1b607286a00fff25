#include <algorithm>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/sources/explain.hpp"

#include "app/catalog_files.hpp"
#include "app/command.hpp"
#include "app/service.hpp"

namespace rightful::app {

namespace {

CommandSpec spec() {
  return {
      .name = "catalog explain",
      .summary = "How many rows of each dataset does an account have?",
      .purpose =
          "Counts the rows of each dataset that belong to one account, with the statements that "
          "an export runs, and prints the numbers; no value of a row is read. Rows of services "
          "and of colleagues cannot be counted without reading them, and are shown as such.",
      .arguments = {{"FILE", "The catalog: a file, or a folder with *.yaml files."}},
      .options = {{"--account", "ID", "The account ID, exactly."},
                  {"--json",
                   "",
                   "One JSON object: {\"datasets\":[{\"name\",\"source\",\"table\",\"rows\"}]}."},
                  {"--statement", "", "Also the statement, the plan, and the rows it expects."}},
      .settings = TakesSettings::No,
      .examples = {{"SHOP_URL=postgresql://reader@db/shop rightful catalog explain catalog.yaml "
                    "--account 4711",
                    "A table of numbers."}},
      .exit_codes = "4 The database does not answer."};
}

std::string as_json(const sources::Explanation& explanation) {
  auto datasets = nlohmann::ordered_json::array();
  for (const sources::ExplainedDataset& dataset : explanation.datasets) {
    nlohmann::ordered_json entry;
    entry["name"] = dataset.name;
    entry["source"] = dataset.source;
    entry["table"] = dataset.table;
    entry["rows"] = nullptr;
    if (dataset.rows) entry["rows"] = *dataset.rows;
    datasets.push_back(std::move(entry));
  }
  nlohmann::ordered_json root;
  root["datasets"] = std::move(datasets);
  return root.dump() + "\n";
}

std::string as_table(const sources::Explanation& explanation) {
  std::size_t name_width = 7;
  std::size_t source_width = 6;
  std::size_t table_width = 5;
  for (const sources::ExplainedDataset& dataset : explanation.datasets) {
    name_width = std::max(name_width, dataset.name.size());
    source_width = std::max(source_width, dataset.source.size());
    table_width = std::max(table_width, dataset.table.size());
  }
  std::string out = fmt::format("{:<{}}  {:<{}}  {:<{}}  {:>10}\n",
                                "dataset",
                                name_width,
                                "source",
                                source_width,
                                "table",
                                table_width,
                                "rows");
  for (const sources::ExplainedDataset& dataset : explanation.datasets) {
    out += fmt::format("{:<{}}  {:<{}}  {:<{}}  {:>10}\n",
                       dataset.name,
                       name_width,
                       dataset.source,
                       source_width,
                       dataset.table,
                       table_width,
                       dataset.rows ? std::to_string(*dataset.rows) : "not counted");
  }
  return out;
}

std::string as_statements(const sources::Explanation& explanation) {
  std::string out;
  for (const sources::ExplainedDataset& dataset : explanation.datasets) {
    if (dataset.statement.empty() || !dataset.rows) continue;
    out += fmt::format("\n{}: {} rows, {} expected by the plan\n  {}\n",
                       dataset.name,
                       *dataset.rows,
                       dataset.expected_rows,
                       dataset.statement);
    for (const std::string& line : dataset.plan) {
      out += "  | " + line + "\n";
    }
  }
  return out;
}

ExitCode usage(const Invocation& invocation, const Error& error) {
  static_cast<void>(report(invocation.console, error));
  return ExitCode::Usage;
}

ExitCode run(const Invocation& invocation) {
  const auto text = invocation.line.value("--account");
  if (!text) {
    return usage(invocation,
                 {ErrorCode::InvalidArgument,
                  "--account is missing; `rightful catalog explain --help` explains it"});
  }
  const auto account = AccountId::parse(*text);
  if (!account) return usage(invocation, account.error());
  const auto loaded = load_catalog(invocation.line.required_argument(0));
  if (!loaded) return report(invocation.console, loaded.error());
  const auto explanation = sources::explain(
      loaded->catalog, *account, locations_of(loaded->catalog, invocation.environment));
  if (!explanation) {
    return report(invocation.console,
                  {ErrorCode::InvalidArgument, sources::to_string(explanation.error())});
  }
  for (const sources::Finding& warning : explanation->warnings) {
    invocation.console.err << fmt::format(
        "rightful: warning: {}: {}; {}\n", warning.source, warning.what, warning.cure);
  }
  invocation.console.out << (invocation.line.has("--json") ? as_json(*explanation)
                                                           : as_table(*explanation));
  if (invocation.line.has("--statement")) {
    (invocation.line.has("--json") ? invocation.console.err : invocation.console.out)
        << as_statements(*explanation);
  }
  return ExitCode::Ok;
}

}  // namespace

Command catalog_explain_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
