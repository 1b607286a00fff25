#include "rightful/export/translations.hpp"

#include "app/command.hpp"

namespace rightful::app {

namespace {

CommandSpec spec() {
  return {.name = "catalog phrases",
          .summary = "The words of packages, to translate them into another language.",
          .purpose =
              "Prints the words that Rightful itself writes into packages, as a translation file "
              "in English, French or German. For a further language translate every text, set "
              "`language` and `direction` (ltr or rtl), and save it as translations/LANGUAGE.yaml "
              "beside the catalog; docs/catalog.md tells more.",
          .arguments = {{"LANGUAGE", "en, fr or de. Default: en.", false}},
          .options = {},
          .settings = TakesSettings::No,
          .examples = {{"rightful catalog phrases > translations/es.yaml",
                        "The beginning of a Spanish translation."}},
          .exit_codes = ""};
}

ExitCode run(const Invocation& invocation) {
  const std::string language = invocation.line.argument(0).value_or("en");
  if (language != "en" && language != "fr" && language != "de") {
    return report(invocation.console,
                  Error{ErrorCode::InvalidArgument,
                        "only en, fr and de are built in: take one of them as the pattern, as in "
                        "`rightful catalog phrases en > translations/es.yaml`"});
  }
  invocation.console.out << exporting::phrase_template(language);
  return ExitCode::Ok;
}

}  // namespace

Command catalog_phrases_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
