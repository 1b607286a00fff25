#include "tests/integration/catalog/live_schema.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include <gtest/gtest.h>

#include "rightful/sources/explain.hpp"
#include "rightful/store/connection.hpp"

namespace rightful::sources::testing {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

/// `owner: TODO` of one dataset.
void choose(std::string& text, const std::string& dataset, const std::string& owner) {
  const std::size_t begin = text.find("  - name: " + dataset + "\n");
  const std::size_t at = text.find("    owner: TODO\n", begin);
  const std::size_t next = text.find("  - name: ", begin + 1);
  if (begin == std::string::npos || at == std::string::npos || at > next) {
    ADD_FAILURE() << "nobody asks whose the rows of " << dataset << " are";
    return;
  }
  text.replace(at, 16, "    owner: " + owner + "\n");
}

/// The dataset is taken out, and its table declared.
void declare(std::string& text, const std::string& dataset, const std::string& table) {
  const std::size_t begin = text.find("  - name: " + dataset + "\n");
  std::size_t end = text.find("\n\n", begin);
  if (begin == std::string::npos || end == std::string::npos) {
    ADD_FAILURE() << "there is no dataset " << dataset;
    return;
  }
  text.erase(begin, end + 1 - begin);
  if (text.find("\nnot_personal:") == std::string::npos) text += "not_personal:\n";
  const std::size_t list = text.find('\n', text.find("\nnot_personal:") + 1) + 1;
  text.insert(list, "  - '" + table + "'\n");
}

}  // namespace

std::string with_words(std::string draft, const Choices& choices) {
  for (const auto& [dataset, owner] : choices) {
    if (owner.starts_with("not_personal: ")) {
      declare(draft, dataset, owner.substr(14));
    } else {
      choose(draft, dataset, owner);
    }
  }
  replace_all(draft, "\"TODO: ", "\"");
  replace_all(draft, "purposes: [TODO]", "purposes: [ServiceProvision]");
  replace_all(draft, "categories: [TODO]", "categories: [Identifier]");
  replace_all(draft, "recipients: TODO", "recipients: []");
  replace_all(draft, "origin: TODO", "origin: the subject");
  return draft;
}

const Choices& market_choices() {
  static const Choices kChoices{
      {"message",
       "[sender_id -> app_user.id . account_id, recipient_id -> app_user.id . account_id]"},
      {"message_file", "message_id -> message.id . sender_id -> app_user.id . account_id"},
      {"calendar", "id -> calendar_member.calendar_id . user_id -> app_user.id . account_id"},
      {"calendar_event",
       "calendar_id -> calendar_member.calendar_id . user_id -> app_user.id . account_id"},
      {"audit_case", "moderator"},
      {"ticket", "account_id"},
      {"ticket_reply", "ticket_id -> ticket.id . account_id"},
      {"coupon", "not_personal: market.coupon"}};
  return kChoices;
}

std::string schema_file(std::string_view name) {
  return content_of(RIGHTFUL_SOURCE_DIR "/tests/data/schemas/" + std::string(name));
}

LiveSchema::LiveSchema(const std::string& script, std::string source, std::string accounts)
    : database_(rightful::testing::TestDatabase::create_empty()),
      source_(std::move(source)),
      accounts_(std::move(accounts)) {
  rightful::testing::create_test_role(kReader);
  database_.execute(script);
}

std::unique_ptr<LiveSchema> LiveSchema::chinook() {
  const std::string script = content_of(RIGHTFUL_SHARED_DATA_DIR "/chinook/chinook_postgresql.sql");
  // It makes a database of its own and connects to it; here the database is there.
  const std::string connect = "\\c chinook;";
  const std::size_t at = script.find(connect);
  if (at == std::string::npos) {
    std::cerr << "\nSKIPPED: the tests with Chinook, because there is no "
              << RIGHTFUL_SHARED_DATA_DIR "/chinook/chinook_postgresql.sql"
              << "; set RIGHTFUL_SHARED_DATA_DIR\n";
    return nullptr;
  }
  auto live = std::make_unique<LiveSchema>(
      script.substr(at + connect.size()), "chinook", "public.customer.customer_id");
  live->execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + std::string(kReader));
  return live;
}

Discovery LiveSchema::discover(std::string_view accounts) const {
  auto found = sources::discover({.url = database_.url(kReader),
                                  .accounts = accounts.empty() ? accounts_ : std::string(accounts),
                                  .source_name = source_});
  if (!found) {
    ADD_FAILURE() << found.error().detail;
    std::abort();
  }
  return *std::move(found);
}

catalog::Catalog LiveSchema::catalog(const Choices& choices) const {
  const std::string text = with_words(discover().yaml, choices);
  auto catalog = catalog::Catalog::parse(text, "catalog.yaml");
  if (!catalog) {
    for (const catalog::CatalogProblem& problem : catalog.error()) {
      ADD_FAILURE() << to_string(problem);
    }
    std::cerr << text;
    std::abort();
  }
  return *std::move(catalog);
}

SourceLocations LiveSchema::locations() const {
  return {{source_, database_.url(kReader)}};
}

std::map<std::string, std::uint64_t> LiveSchema::rows_of(const catalog::Catalog& catalog,
                                                         std::string_view account) const {
  const auto explanation = explain(catalog, AccountId::parse(account).value(), locations());
  std::map<std::string, std::uint64_t> rows;
  if (!explanation) {
    ADD_FAILURE() << to_string(explanation.error());
    return rows;
  }
  for (const ExplainedDataset& dataset : explanation->datasets) {
    rows[dataset.name] = dataset.rows.value();
  }
  return rows;
}

std::int64_t LiveSchema::count(const std::string& statement) const {
  auto connection = store::SourceConnection::open({.url = database_.url()}).value();
  return connection.count("count", statement);
}

std::vector<std::string> LiveSchema::texts(const std::string& statement) const {
  auto connection = store::SourceConnection::open({.url = database_.url()}).value();
  std::vector<std::string> all;
  for (const store::Row row : connection.query("texts", statement)) {
    all.push_back(row.text("v"));
  }
  return all;
}

}  // namespace rightful::sources::testing
