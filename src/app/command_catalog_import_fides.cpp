#include <fmt/format.h>

#include "rightful/catalog/fides_import.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/files.hpp"

#include "app/catalog_files.hpp"
#include "app/command.hpp"

namespace rightful::app {

namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{4} << 20U;

CommandSpec spec() {
  return {
      .name = "catalog import-fides",
      .summary = "Make a catalog from dataset files of Fides.",
      .purpose =
          "Reads a dataset file of Fides: collections become datasets, `identity` and "
          "`references` become owners, `data_categories` (fideslang) become DPV terms. What the "
          "file does not say stands in the catalog as TODO, which `rightful catalog check` "
          "names until it is written.",
      .arguments = {{"FILE", "The dataset file of Fides (YAML)."}},
      .options = {{"--identity",
                   "NAME",
                   "Which identity of Fides is the account ID, such as email. Needed when the "
                   "file has several."},
                  {"--out", "FILE", "Where the catalog is written. Without it: standard output."}},
      .settings = TakesSettings::No,
      .examples = {{"rightful catalog import-fides .fides/shop.yml --identity email --out "
                    "catalog.yaml",
                    "Then write the words, and run `rightful catalog check catalog.yaml`."}},
      .exit_codes = ""};
}

ExitCode run(const Invocation& invocation) {
  const std::string file = invocation.line.required_argument(0);
  const auto content = read_file(file, kMaxFileBytes);
  if (!content) {
    return report(invocation.console, {content.error().code, file + ": " + content.error().detail});
  }
  const std::string identity = invocation.line.value("--identity").value_or("");
  const auto draft = catalog::import_fides(
      {.text = as_text(*content), .file_name = file, .identity = identity, .languages = {"en"}});
  if (!draft) return report(invocation.console, draft.error());
  const std::string yaml = catalog::to_yaml(*draft);
  const auto out = invocation.line.value("--out");
  if (!out || *out == "-") {
    invocation.console.out << yaml;
  } else if (const auto written = write_new_file(*out, yaml); !written) {
    return report(invocation.console, written.error());
  }
  invocation.console.err << fmt::format(
      "{} datasets; write the words where TODO stands, then: rightful catalog check {}\n",
      draft->datasets.size(),
      out.value_or("FILE"));
  return ExitCode::Ok;
}

}  // namespace

Command catalog_import_fides_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
