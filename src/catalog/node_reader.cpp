#include "catalog/node_reader.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

namespace rightful::catalog {
namespace {

constexpr std::size_t kMaxTextBytes = 4000;
constexpr std::size_t kMaxColumnBytes = 128;

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_control(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte < 0x20 || byte == 0x7F;
}

/// Levenshtein, for short words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0U : 1U);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string cure_for_unknown(std::string_view key, std::span<const std::string_view> known) {
  if (key.size() <= 40) {
    for (const std::string_view candidate : known) {
      if (const std::size_t d = distance(key, candidate); d <= 2 && d * 2 < key.size())
        return fmt::format("did you mean `{}`?", candidate);
    }
  }
  return fmt::format("known keys: {}", fmt::join(known, ", "));
}

/// A key or value as a message may show it: short, one line.
std::string shown(std::string_view text) {
  std::string out(text.substr(0, 40));
  std::replace_if(out.begin(), out.end(), is_control, '?');
  return out + (text.size() > 40 ? "…" : "");
}

}  // namespace

void Problems::enter(std::string_view file) {
  const auto found = std::find(files_.begin(), files_.end(), file);
  current_ = static_cast<std::size_t>(found - files_.begin());
  if (found == files_.end()) files_.emplace_back(file);
}

void Problems::add(const YamlNode& at, std::string what, std::string cure) {
  if (problems_.size() >= kMaxProblems) return;
  problems_.push_back(
      {files_.at(current_), at.line(), at.column(), std::move(what), std::move(cure)});
}

std::vector<CatalogProblem> Problems::take() {
  const auto order_of = [&](const CatalogProblem& problem) {
    return std::find(files_.begin(), files_.end(), problem.file) - files_.begin();
  };
  std::sort(
      problems_.begin(), problems_.end(), [&](const CatalogProblem& a, const CatalogProblem& b) {
        return std::tuple(order_of(a), a.line, a.column, std::string_view(a.what)) <
               std::tuple(order_of(b), b.line, b.column, std::string_view(b.what));
      });
  return std::move(problems_);
}

MappingReader::MappingReader(const YamlNode& node,
                             Problems& problems,
                             std::string what,
                             std::span<const std::string_view> keys)
    : node_(node), problems_(problems), what_(std::move(what)) {
  if (node.kind() != YamlNode::Kind::Mapping) {
    problems.add(node,
                 what_ + " is not a mapping",
                 fmt::format("write `key: value` with the keys {}", fmt::join(keys, ", ")));
    return;
  }
  for (const auto& [key, value] : node.entries()) {
    if (std::find(keys.begin(), keys.end(), key.text()) != keys.end()) continue;
    problems.add(key,
                 fmt::format("unknown key `{}` in {}", shown(key.text()), what_),
                 cure_for_unknown(key.text(), keys));
  }
}

const YamlNode* MappingReader::required(std::string_view key, std::string_view cure) const {
  if (node_.kind() != YamlNode::Kind::Mapping) return nullptr;  // reported already
  const YamlNode* value = node_.find(key);
  if (value != nullptr && value->kind() != YamlNode::Kind::Null) return value;
  problems_.add(value != nullptr ? key_node(key) : node_,
                fmt::format("`{}` is {} in {}", key, value != nullptr ? "empty" : "missing", what_),
                std::string(cure));
  return nullptr;
}

const YamlNode* MappingReader::optional(std::string_view key) const {
  const YamlNode* value = node_.find(key);
  if (value == nullptr || value->kind() != YamlNode::Kind::Null) return value;
  problems_.add(key_node(key),
                fmt::format("`{}` is empty in {}", key, what_),
                "give it a value, or leave the key out");
  return nullptr;
}

const YamlNode& MappingReader::key_node(std::string_view key) const {
  const auto& entries = node_.entries();
  const auto found = std::find_if(
      entries.begin(), entries.end(), [&](const auto& entry) { return entry.first.text() == key; });
  return found == entries.end() ? node_ : found->first;
}

bool is_placeholder(std::string_view text) {
  return text == "TODO" || text.starts_with("TODO:");
}

bool refuse_placeholder(const YamlNode& node, Problems& problems, std::string_view what) {
  if (node.kind() != YamlNode::Kind::Scalar || !is_placeholder(node.text())) return false;
  problems.add(node,
               fmt::format("a placeholder still stands for {}: `{}`", what, shown(node.text())),
               "write what is meant, in words for the person who asks");
  return true;
}

std::optional<std::string> read_text(const YamlNode& node,
                                     Problems& problems,
                                     std::string_view what) {
  if (node.kind() != YamlNode::Kind::Scalar || node.text().empty()) {
    problems.add(node, fmt::format("{} is not a text", what), "write words, in quotes if needed");
    return std::nullopt;
  }
  if (refuse_placeholder(node, problems, what)) return std::nullopt;
  if (node.text().size() > kMaxTextBytes) {
    problems.add(node, fmt::format("{} is too long", what), "write at most 4000 bytes");
    return std::nullopt;
  }
  const bool has_control = std::any_of(
      node.text().begin(), node.text().end(), [](char c) { return is_control(c) && c != '\n'; });
  if (has_control) {
    problems.add(node, fmt::format("{} holds a control character", what), "remove it");
    return std::nullopt;
  }
  return node.text();
}

std::optional<std::string> read_word(const YamlNode& node,
                                     Problems& problems,
                                     std::string_view what,
                                     bool (*is_valid)(std::string_view),
                                     std::string_view rule) {
  if (refuse_placeholder(node, problems, what)) return std::nullopt;
  if (node.kind() == YamlNode::Kind::Scalar && is_valid(node.text())) return node.text();
  const bool is_text = node.kind() == YamlNode::Kind::Scalar;
  problems.add(node,
               is_text ? fmt::format("{} `{}` is not valid", what, shown(node.text()))
                       : fmt::format("{} is not a text", what),
               fmt::format("write {}", rule));
  return std::nullopt;
}

std::optional<bool> read_boolean(const YamlNode& node, Problems& problems, std::string_view what) {
  static constexpr std::array<std::pair<std::string_view, bool>, 2> kChoices{
      {{"true", true}, {"false", false}}};
  return read_choice<bool>(node, problems, what, kChoices);
}

LocalizedText read_localized(const YamlNode& node,
                             Problems& problems,
                             std::string_view what,
                             const std::vector<std::string>& languages) {
  std::map<std::string, std::string, std::less<>> texts;
  if (node.kind() == YamlNode::Kind::Scalar && languages.size() == 1) {
    if (auto text = read_text(node, problems, what)) texts.emplace(languages.front(), *text);
    return LocalizedText(std::move(texts));
  }
  if (refuse_placeholder(node, problems, what)) return {};
  if (node.kind() != YamlNode::Kind::Mapping) {
    if (languages.empty()) return {};  // the languages themselves are the mistake
    problems.add(node,
                 fmt::format("{} is not given by language", what),
                 fmt::format("write {{ {}: … }}", fmt::join(languages, ": …, ")));
    return {};
  }
  for (const auto& [language, value] : node.entries()) {
    if (!is_language(language.text())) {
      problems.add(language,
                   fmt::format("`{}` is not a language of {}", shown(language.text()), what),
                   "write a code of ISO 639-1, such as `en`");
      continue;
    }
    if (auto text = read_text(value, problems, fmt::format("{} in `{}`", what, language.text()))) {
      texts.emplace(language.text(), *std::move(text));
    }
  }
  for (const std::string& language : languages) {
    if (node.find(language) != nullptr) continue;
    problems.add(node,
                 fmt::format("{} has no text in `{}`", what, language),
                 fmt::format("add `{}: …`: it is a language of the controller", language));
  }
  return LocalizedText(std::move(texts));
}

void read_list(const YamlNode& node,
               Problems& problems,
               std::string_view what,
               const std::function<void(const YamlNode&)>& read) {
  if (refuse_placeholder(node, problems, what)) return;
  if (node.kind() != YamlNode::Kind::Sequence) {
    problems.add(node, fmt::format("{} is not a list", what), "write `[a, b]` or lines with `- `");
    return;
  }
  for (const YamlNode& item : node.items()) {
    read(item);
  }
}

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower(c) || is_digit(c) || c == '_';
  });
}

bool is_environment_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && !is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower(c) || is_upper(c) || is_digit(c) || c == '_';
         });
}

bool is_language(std::string_view text) {
  return text.size() == 2 && is_lower(text[0]) && is_lower(text[1]);
}

bool is_country(std::string_view text) {
  return text.size() == 2 && is_upper(text[0]) && is_upper(text[1]);
}

bool is_timezone(std::string_view text) {
  return !text.empty() && text.size() <= 64 && (is_lower(text.front()) || is_upper(text.front())) &&
         text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '/' || c == '-' ||
                  c == '+';
         });
}

bool is_column_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxColumnBytes &&
         std::none_of(text.begin(), text.end(), is_control);
}

}  // namespace rightful::catalog
