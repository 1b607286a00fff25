#include "rightful/catalog/owner_path.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace rightful::catalog {
namespace {

// PostgreSQL cuts longer names off without an error (NAMEDATALEN - 1).
constexpr std::size_t kMaxNameBytes = 128;
constexpr std::size_t kMaxSteps = 16;

bool is_plain(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || byte >= 0x80;
}

bool is_control(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte < 0x20 || byte == 0x7F;
}

std::string quoted_if_needed(const std::string& name) {
  if (!name.empty() && std::all_of(name.begin(), name.end(), is_plain)) return name;
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string columns_to_string(const std::vector<std::string>& columns) {
  if (columns.size() == 1) return quoted_if_needed(columns.front());
  std::string out = "(";
  for (const std::string& column : columns) {
    if (out.size() > 1) out += ", ";
    out += quoted_if_needed(column);
  }
  return out + ")";
}

/// One name, or several in parentheses.
struct Part {
  std::vector<std::string> names;
  bool is_list = false;
};

/// Reads names, dots, arrows and lists from the front of a text.
class PathLexer {
 public:
  explicit PathLexer(std::string_view text) : rest_(text) { skip_spaces(); }

  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }

  bool take(std::string_view symbol) {
    if (!rest_.starts_with(symbol)) return false;
    rest_.remove_prefix(symbol.size());
    skip_spaces();
    return true;
  }

  Result<Part> take_part() {
    Part part;
    part.is_list = take("(");
    do {
      RIGHTFUL_TRY(std::string name, take_name());
      part.names.push_back(std::move(name));
    } while (part.is_list && take(","));
    if (part.is_list && !take(")")) {
      return fail(ErrorCode::InvalidArgument, "a list of columns has no end; write it as `(a, b)`");
    }
    return part;
  }

  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  void skip_spaces() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) {
      rest_.remove_prefix(1);
    }
  }

  Result<std::string> take_name() {
    Result<std::string> name = rest_.starts_with('"') ? take_quoted() : take_plain();
    if (!name) return name;
    if (name->size() > kMaxNameBytes) {
      return fail(ErrorCode::InvalidArgument, "a name has at most 128 bytes");
    }
    skip_spaces();
    return name;
  }

  Result<std::string> take_plain() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_plain);
    std::string name(rest_.begin(), end);
    if (name.empty()) return fail(ErrorCode::InvalidArgument, unexpected_text());
    rest_.remove_prefix(name.size());
    return name;
  }

  [[nodiscard]] std::string unexpected_text() const {
    if (rest_.empty()) return "a name is missing at the end";
    return fmt::format(
        "a name is missing before `{}`; other characters than letters, digits, `_` and `$` stand "
        "in "
        "double quotes",
        rest_.substr(0, 20));
  }

  Result<std::string> take_quoted() {
    std::string name;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (is_control(rest_[i])) break;
      if (rest_[i] != '"') {
        name += rest_[i];
      } else if (rest_.substr(i + 1).starts_with('"')) {
        name += '"';
        ++i;
      } else {
        rest_.remove_prefix(i + 1);
        if (name.empty()) return fail(ErrorCode::InvalidArgument, "a name in quotes is empty");
        return name;
      }
    }
    return fail(ErrorCode::InvalidArgument, "a name in double quotes has no end");
  }

  std::string_view rest_;
};

Result<TableName> table_from(std::span<const Part> parts, std::string_view default_schema) {
  const bool has_list =
      std::any_of(parts.begin(), parts.end(), [](const Part& p) { return p.is_list; });
  if (has_list) {
    return fail(ErrorCode::InvalidArgument, "a list of columns stands where a table is expected");
  }
  if (parts.size() == 1) {
    return TableName{std::string(default_schema), parts[0].names.front()};
  }
  return TableName{parts[0].names.front(), parts[1].names.front()};
}

/// `a.b.c` … up to an arrow or the end.
Result<std::vector<Part>> take_dotted(PathLexer& lexer) {
  std::vector<Part> parts;
  do {
    RIGHTFUL_TRY(Part part, lexer.take_part());
    parts.push_back(std::move(part));
  } while (lexer.take("."));
  return parts;
}

constexpr std::string_view kShape =
    "write `column -> table.key . column`, with as many links as needed, and end with the column "
    "that "
    "holds the account ID";

/// After an arrow: [schema .] table . key . columns of the next link, or the owner's column.
Result<void> add_step(OwnerPath& path,
                      std::vector<std::string>& from,
                      std::vector<Part> parts,
                      std::string_view default_schema) {
  if (parts.size() != 3 && parts.size() != 4) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("after `->` stand {} names; {}", parts.size(), kShape));
  }
  const std::size_t table_parts = parts.size() - 2;
  RIGHTFUL_TRY(TableName table,
               table_from(std::span<const Part>(parts).first(table_parts), default_schema));
  std::vector<std::string>& key = parts[table_parts].names;
  if (key.size() != from.size()) {
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format("a key of {} columns is linked to a key of {}", from.size(), key.size()));
  }
  path.steps.push_back({std::move(from), std::move(table), std::move(key)});
  from = std::move(parts.back().names);
  return {};
}

}  // namespace

std::string to_string(const TableName& name) {
  const std::string table = quoted_if_needed(name.table);
  return name.schema.empty() ? table : quoted_if_needed(name.schema) + "." + table;
}

std::string to_string(const OwnerPath& path) {
  std::string out;
  for (const KeyStep& step : path.steps) {
    out += columns_to_string(step.from) + " -> " + to_string(step.table) + "." +
           columns_to_string(step.to) + " . ";
  }
  return out + quoted_if_needed(path.column);
}

Result<OwnerPath> parse_owner_path(std::string_view text, std::string_view default_schema) {
  PathLexer lexer(text);
  OwnerPath path;
  RIGHTFUL_TRY(Part first, lexer.take_part());
  std::vector<std::string> from = std::move(first.names);
  while (lexer.take("->")) {
    if (path.steps.size() == kMaxSteps) {
      return fail(ErrorCode::LimitExceeded, "an owner path has at most 16 links");
    }
    RIGHTFUL_TRY(std::vector<Part> parts, take_dotted(lexer));
    RIGHTFUL_TRY(add_step(path, from, std::move(parts), default_schema));
  }
  if (!lexer.is_at_end()) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("`{}` is not expected here; {}", lexer.rest().substr(0, 20), kShape));
  }
  if (from.size() != 1) {
    return fail(ErrorCode::InvalidArgument, "the owner is one column, not a list");
  }
  path.column = std::move(from.front());
  return path;
}

Result<TableName> parse_table_name(std::string_view text, std::string_view default_schema) {
  PathLexer lexer(text);
  RIGHTFUL_TRY(const std::vector<Part> parts, take_dotted(lexer));
  if (!lexer.is_at_end() || parts.size() > 2) {
    return fail(ErrorCode::InvalidArgument, "a table is `table` or `schema.table`");
  }
  return table_from(parts, default_schema);
}

}  // namespace rightful::catalog
