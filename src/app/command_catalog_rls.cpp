#include "rightful/sources/row_security.hpp"

#include "app/catalog_files.hpp"
#include "app/command.hpp"
#include "app/service.hpp"

namespace rightful::app {

namespace {

CommandSpec spec() {
  return {
      .name = "catalog rls",
      .summary = "Print the row-level security that makes a second wall.",
      .purpose =
          "Prints, for every PostgreSQL source of the catalog, a script for psql: a role that "
          "may only read and is not above row security, and policies by which it sees the rows "
          "of one account alone, also on the tables' own keys and paths. What other roles see "
          "stays as it is. When the script has run, write `rls: rightful.account_id` into the "
          "source: exports then refuse a table on which the policies are not in force.\n\nWhere "
          "the variable of a source is set, the database is asked which of its tables are views, "
          "which have no policies.",
      .arguments = {{"FILE", "The catalog: a file, or a folder with *.yaml files."}},
      .options = {{"--role", "NAME", "The role of the exports. Default: rightful_reader."}},
      .settings = TakesSettings::No,
      .examples = {{"rightful catalog rls catalog.yaml | psql shop", "As the tables' owner."}},
      .exit_codes = ""};
}

ExitCode run(const Invocation& invocation) {
  const std::string role = invocation.line.value("--role").value_or("rightful_reader");
  const bool is_name = !role.empty() && role.size() <= 63 && role.find('\0') == std::string::npos;
  if (!is_name) {
    static_cast<void>(report(invocation.console,
                             {ErrorCode::InvalidArgument, "--role is a name of 1 to 63 bytes"}));
    return ExitCode::Usage;
  }
  const auto loaded = load_catalog(invocation.line.required_argument(0));
  if (!loaded) return report(invocation.console, loaded.error());
  invocation.console.out << sources::row_security_script(
      loaded->catalog, locations_of(loaded->catalog, invocation.environment), role);
  return ExitCode::Ok;
}

}  // namespace

Command catalog_rls_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
