#include "store/sqlstate.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rightful/store/database_failure.hpp"

namespace rightful::store {
namespace {

struct StateRule {
  std::string_view prefix;
  Retry retry;
  std::string_view cause;
};

/// The first rule whose prefix fits decides. Codes: PostgreSQL 15 manual, appendix A.
constexpr std::array kRules{
    StateRule{"40001", Retry::Later, "serialization"},
    StateRule{"40P01", Retry::Later, "deadlock"},
    StateRule{"57014", Retry::Later, "timeout"},
    StateRule{"25P03", Retry::Later, "timeout"},
    StateRule{"55P03", Retry::Later, "lock_timeout"},
    StateRule{"53100", Retry::Later, "disk_full"},
    StateRule{"53", Retry::Later, "database_busy"},
    StateRule{"57P", Retry::Later, "database_lost"},
    StateRule{"08", Retry::Later, "database_lost"},
    StateRule{"25006", Retry::Later, "database_read_only"},
    StateRule{"28", Retry::Never, "database_denied"},
    StateRule{"42501", Retry::Never, "database_denied"},
    StateRule{"22", Retry::Never, "bad_parameter"},
    StateRule{"", Retry::Never, "database_refused"},
};

std::optional<ConstraintKind> constraint_kind(std::string_view sqlstate) {
  if (sqlstate == "23505") return ConstraintKind::Unique;
  if (sqlstate == "23503") return ConstraintKind::ForeignKey;
  if (sqlstate == "23514") return ConstraintKind::Check;
  if (sqlstate == "23502") return ConstraintKind::NotNull;
  if (sqlstate == "23P01") return ConstraintKind::Exclusion;
  return std::nullopt;
}

/// Names of our own schema are plain; anything else in quotes is not let through.
bool is_plain_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 63 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::vector<std::string_view> quoted_words(std::string_view message) {
  std::vector<std::string_view> words;
  for (auto open = message.find('"'); open != std::string_view::npos;
       open = message.find('"', open)) {
    const auto close = message.find('"', open + 1);
    if (close == std::string_view::npos) break;
    words.push_back(message.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return words;
}

/// libpqxx 6 has no access to the constraint field. The primary message has fixed places for it:
/// first in quotes for unique and not null; second, after the table, for foreign key and check; a
/// domain's check has only the one.
std::string constraint_in(std::string_view message, ConstraintKind kind) {
  const auto words = quoted_words(message);
  const bool names_table_first =
      kind == ConstraintKind::ForeignKey || kind == ConstraintKind::Check;
  const std::size_t place = names_table_first && words.size() > 1 ? 1 : 0;
  if (words.empty() || !is_plain_identifier(words[place])) return {};
  return std::string(words[place]);
}

}  // namespace

void throw_database_lost(std::string_view query) {
  throw DatabaseFailure(Retry::Later,
                        "database_lost",
                        "query " + std::string(query) + ": the connection to the database is lost",
                        {});
}

void throw_for_sqlstate(std::string_view query,
                        std::string_view sqlstate,
                        std::string_view message,
                        std::string_view constraint) {
  if (sqlstate.empty()) throw_database_lost(query);
  const std::string text = "query " + std::string(query) + ": SQLSTATE " + std::string(sqlstate);
  if (const auto kind = constraint_kind(sqlstate)) {
    std::string name = constraint.empty() ? constraint_in(message, *kind) : std::string(constraint);
    throw ConstraintViolation(*kind, std::move(name), text, std::string(sqlstate));
  }
  const auto& rule = *std::ranges::find_if(
      kRules, [&](const StateRule& candidate) { return sqlstate.starts_with(candidate.prefix); });
  throw DatabaseFailure(rule.retry, std::string(rule.cause), text, std::string(sqlstate));
}

std::string_view connect_reason(std::string_view message) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kReasons{{
      {"password authentication failed", "the password was refused"},
      {"eer authentication failed", "peer authentication was refused"},
      {"no pg_hba.conf entry", "pg_hba.conf has no entry for us"},
      {"no password supplied", "the server wants a password"},
      {"too many clients", "the server has too many clients"},
      {"remaining connection slots", "the server has too many clients"},
      {"is starting up", "the server is starting up"},
      {"is shutting down", "the server is shutting down"},
      {"does not exist", "the database or role does not exist"},
      {"could not translate host name", "the host name is not known"},
      {"imeout expired", "no answer in time"},
      {"server certificate", "the server's certificate was refused"},
  }};
  for (const auto& [words, reason] : kReasons) {
    if (message.find(words) != std::string_view::npos) return reason;
  }
  return "no server answers";
}

}  // namespace rightful::store
