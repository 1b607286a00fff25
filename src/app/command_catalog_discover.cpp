#include <algorithm>

#include <fmt/format.h>

#include "rightful/sources/discover.hpp"

#include "app/catalog_files.hpp"
#include "app/command.hpp"
#include "app/program_settings.hpp"

namespace rightful::app {

namespace {

CommandSpec spec() {
  return {
      .name = "catalog discover",
      .summary = "Propose a catalog from the schema of a database.",
      .purpose =
          "Reads the schema of a PostgreSQL database, never a row, and walks its foreign keys from "
          "the table of the accounts: every table that leads to an account becomes a dataset with "
          "its owner's path, what many accounts share is proposed as not personal, and where the "
          "schema cannot say whose the rows are, every possible way is shown and none is "
          "taken.\n\nWhat only a person can say stands there as TODO. `rightful catalog check` "
          "names each TODO until it is written. The same schema gives the same bytes.",
      .arguments = {},
      .options =
          {{"--source",
            "URL",
            "The database: postgresql://…, or the name of an environment variable that holds the "
            "URL, which keeps a password out of the list of processes."},
           {"--accounts",
            "COLUMN",
            "SCHEMA.TABLE.COLUMN that holds the account IDs, each once; parts that are not "
            "letters, digits, _ and $ in double quotes."},
           {"--out", "FILE", "Where the catalog is written. Without it: standard output."},
           {"--languages", "LIST", "Languages of the controller, such as en,de. Default: en."},
           {"--name", "NAME", "The source's name in the catalog. Default: the database's."}},
      .settings = TakesSettings::No,
      .examples = {{"SHOP_URL=postgresql://reader@db/shop rightful catalog discover --source "
                    "SHOP_URL --accounts public.customer.customer_id --out catalog.yaml",
                    "Then write the words, and run `rightful catalog check catalog.yaml`."}},
      .exit_codes = "4 The database does not answer."};
}

bool is_variable(std::string_view text) {
  return !text.empty() && !(text.front() >= '0' && text.front() <= '9') &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

Result<std::vector<std::string>> parse_languages(const std::string& text) {
  std::vector<std::string> languages;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    const bool is_code =
        word.size() == 2 && std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
    if (!is_code || std::ranges::find(languages, word) != languages.end()) {
      return fail(ErrorCode::InvalidArgument,
                  "--languages is a list of codes of ISO 639-1, none twice, such as en,de");
    }
    languages.push_back(word);
    begin = end + 1;
  }
  return languages;
}

bool is_source_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Result<sources::DiscoverOrder> order_from(const Invocation& invocation) {
  const auto source = invocation.line.value("--source");
  const auto accounts = invocation.line.value("--accounts");
  if (!source || !accounts) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} is missing; `rightful catalog discover --help` explains it",
                            source ? "--accounts" : "--source"));
  }
  sources::DiscoverOrder order{.url = *source, .accounts = *accounts};
  if (is_variable(*source)) {
    order.url = find_in(invocation.environment, *source);
    order.url_env = *source;
    if (order.url.empty()) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("the environment variable {} is not set", *source));
    }
  }
  if (const auto languages = invocation.line.value("--languages")) {
    RIGHTFUL_TRY(order.languages, parse_languages(*languages));
  }
  if (const auto name = invocation.line.value("--name")) {
    if (!is_source_name(*name)) {
      return fail(ErrorCode::InvalidArgument, "--name is 1 to 64 of a-z, 0-9 and _");
    }
    order.source_name = *name;
  }
  return order;
}

/// `//user:password@`, which everybody on the machine can see among the arguments.
bool holds_password(std::string_view url) {
  const std::size_t begin = url.find("://");
  if (begin == std::string_view::npos) return url.find("password=") != std::string_view::npos;
  const std::string_view rest = url.substr(begin + 3);
  const std::string_view user = rest.substr(0, rest.find('@'));
  return user.size() < rest.size() && user.find(':') != std::string_view::npos &&
         user.find('/') == std::string_view::npos;
}

ExitCode run(const Invocation& invocation) {
  const auto order = order_from(invocation);
  if (!order) {
    static_cast<void>(report(invocation.console, order.error()));
    return ExitCode::Usage;
  }
  if (order->url_env.empty() && holds_password(order->url)) {
    invocation.console.err
        << "rightful: warning: the URL holds a password, which other users of this machine can "
           "see; put it into an environment variable, and give its name to --source\n";
  }
  const auto discovery = sources::discover(*order);
  if (!discovery) return report(invocation.console, discovery.error());
  const auto out = invocation.line.value("--out");
  if (!out || *out == "-") {
    invocation.console.out << discovery->yaml;
  } else if (const auto written = write_new_file(*out, discovery->yaml); !written) {
    return report(invocation.console, written.error());
  }
  invocation.console.err << fmt::format(
      "{} datasets, {} tables proposed as not personal, {} for you to decide; write the words "
      "where TODO stands, then: {}=… rightful catalog check {}\n",
      discovery->datasets,
      discovery->not_personal,
      discovery->undecided,
      discovery->url_env,
      out.value_or("FILE"));
  return ExitCode::Ok;
}

}  // namespace

Command catalog_discover_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
