#include <algorithm>

#include <fmt/format.h>

#include "rightful/catalog/dpv_terms.hpp"
#include "rightful/sources/schema_check.hpp"

#include "app/catalog_files.hpp"
#include "app/command.hpp"
#include "app/service.hpp"

namespace rightful::app {

namespace {

CommandSpec spec() {
  return {.name = "catalog check",
          .summary = "Is every table and column of the sources decided about?",
          .purpose =
              "Reads the catalog, reports every mistake in it at once, then compares it with the "
              "live sources: tables that "
              "nobody declared, columns that nobody described, paths and types that no longer fit, "
              "missing indexes, roles that "
              "may do more than read. It reads schemas, never a row.\n\nErrors would stop an "
              "export; advice would make it slow "
              "or less safe. For use in CI: errors give exit code 1.",
          .arguments = {{"FILE",
                         "The catalog: a YAML file, or a folder of them; docs/catalog.md tells how "
                         "to write one."}},
          .options = {{"--offline", "", "Only read the catalog, do not touch the sources."}},
          .settings = TakesSettings::No,
          .examples = {{"SHOP_URL=postgresql://reader@db/shop rightful catalog check catalog.yaml",
                        "The catalog names SHOP_URL as the place of its source."}},
          .exit_codes = ""};
}

void print(const Invocation& invocation, const sources::Finding& finding) {
  const bool is_error = finding.severity == sources::Severity::Error;
  invocation.console.out << fmt::format("{}: {}: {}{}: {}\n  {}\n",
                                        is_error ? "error" : "advice",
                                        finding.source,
                                        finding.dataset.empty() ? "" : finding.dataset + ": ",
                                        sources::name_of(finding.kind),
                                        finding.what,
                                        finding.cure);
}

/// The file is right with a term of its own, but no machine elsewhere knows the term. @return how
/// many.
std::ptrdiff_t advise_on_terms(const Invocation& invocation, const catalog::Catalog& catalog) {
  std::ptrdiff_t count = 0;
  const auto advise =
      [&](const catalog::Dataset& dataset, std::string_view list, const catalog::Term& term) {
        ++count;
        invocation.console.out << fmt::format(
            "advice: {}: `{}` in `{}` is no term of DPV 2.3\n"
            "  correct the name, or leave it: the copy then describes it in your words, without a "
            "link to the vocabulary\n",
            dataset.name,
            term.name,
            list);
      };
  for (const auto& dataset : catalog.datasets()) {
    for (const auto& term : dataset.purposes)
      if (!catalog::is_dpv_purpose(term.name)) advise(dataset, "purposes", term);
    for (const auto& term : dataset.categories)
      if (!catalog::is_dpv_personal_data(term.name)) advise(dataset, "categories", term);
  }
  return count;
}

ExitCode run(const Invocation& invocation) {
  const std::string file = invocation.line.required_argument(0);
  const auto loaded = load_catalog(file);
  if (!loaded) return report(invocation.console, loaded.error());
  const auto datasets = loaded->catalog.datasets().size();
  const auto unknown_terms = advise_on_terms(invocation, loaded->catalog);
  if (invocation.line.has("--offline")) {
    invocation.console.out << fmt::format(
        "{}: {} datasets, no mistake in the file; the sources were not looked at\n",
        file,
        datasets);
    return ExitCode::Ok;
  }
  const auto findings = sources::check_against_schema(
      loaded->catalog, locations_of(loaded->catalog, invocation.environment));
  for (const sources::Finding& finding : findings) {
    print(invocation, finding);
  }
  const auto errors =
      std::ranges::count(findings, sources::Severity::Error, &sources::Finding::severity);
  invocation.console.out << fmt::format(
      "{}: {} datasets, {} errors, {} pieces of advice\n",
      file,
      datasets,
      errors,
      static_cast<std::ptrdiff_t>(findings.size()) - errors + unknown_terms);
  return errors == 0 ? ExitCode::Ok : ExitCode::Failed;
}

}  // namespace

Command catalog_check_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
