#include "store/conninfo.hpp"

#include <map>
#include <memory>

#include <libpq-fe.h>

#include "rightful/store/connection_settings.hpp"
#include "rightful/store/database_failure.hpp"

namespace rightful::store {
namespace {

struct FreeConninfo {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

std::string quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

using Conninfo = std::unique_ptr<PQconninfoOption, FreeConninfo>;

/// Empty when `url` is malformed.
Conninfo read_conninfo(const std::string& url) {
  char* message = nullptr;
  Conninfo options(PQconninfoParse(url.c_str(), &message));
  PQfreemem(message);  // repeats parts of the URL, which may hold a password
  return options;
}

std::map<std::string, std::string> parse(const std::string& url) {
  const Conninfo options = read_conninfo(url);
  if (!options) {
    throw DatabaseFailure(Retry::Never, "database_refused", "the database URL is malformed", {});
  }
  std::map<std::string, std::string> values;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) values[option->keyword] = option->val;
  }
  return values;
}

}  // namespace

Result<void> check_connection_url(const std::string& url) {
  if (read_conninfo(url)) return {};
  return fail(ErrorCode::InvalidArgument,
              "this is no PostgreSQL URL; one looks like postgresql://user@host/database");
}

std::string make_conninfo(const std::string& url, const ConninfoOverlay& overlay) {
  auto values = parse(url);
  values["client_encoding"] = "UTF8";
  values["application_name"] = overlay.application_name;
  values["connect_timeout"] = std::to_string(overlay.connect_timeout.count());
  values.try_emplace("keepalives_idle", "30");
  values.try_emplace("keepalives_interval", "10");
  values.try_emplace("keepalives_count", "3");
  values.try_emplace("tcp_user_timeout", "60000");
  std::string text;
  for (const auto& [keyword, value] : values) {
    if (!text.empty()) text += ' ';
    text += keyword + "=" + quoted(value);
  }
  return text;
}

}  // namespace rightful::store
