#include "ledger/leaf_grammar.hpp"

#include "rightful/ledger/event_fields.hpp"

namespace rightful::ledger {

namespace {

constexpr std::size_t kMaxKeySize = 24;
constexpr std::size_t kMaxIntegerDigits = 16;  // of 2^53 − 1
constexpr std::string_view kObjectKey = "d";   // the one key that may hold an object
constexpr std::size_t kUsualMembers = 12;

bool is_key_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_string_character(char c) noexcept {
  return c >= 0x20 && c <= 0x7E && c != '"' && c != '\\';
}

// Reads from the front of a text; a failed step ends the whole parse, so nothing is put back.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  [[nodiscard]] bool sees(char c) const noexcept { return !rest_.empty() && rest_.front() == c; }

  bool take(char c) noexcept {
    if (!sees(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // `"`, characters, `"`
  std::optional<std::string_view> take_string() noexcept {
    if (!take('"')) return std::nullopt;
    const std::string_view content = take_while(is_string_character);
    if (!take('"')) return std::nullopt;
    return content;
  }

  std::optional<std::string_view> take_key() noexcept {
    const auto key = take_string();
    if (!key || key->empty() || key->size() > kMaxKeySize) return std::nullopt;
    for (const char c : *key) {
      if (!is_key_character(c)) return std::nullopt;
    }
    return key;
  }

  std::optional<LeafValue> take_value() noexcept {
    if (sees('"')) {
      const auto text = take_string();
      if (!text) return std::nullopt;
      return LeafValue{*text, std::nullopt};
    }
    return take_integer();
  }

 private:
  std::optional<LeafValue> take_integer() noexcept {
    const std::string_view digits = take_while([](char c) { return c >= '0' && c <= '9'; });
    if (digits.empty() || digits.size() > kMaxIntegerDigits) return std::nullopt;
    if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : digits)
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > kMaxInteger) return std::nullopt;
    return LeafValue{digits, value};
  }

  template <class Predicate>
  std::string_view take_while(Predicate predicate) noexcept {
    std::size_t size = 0;
    while (size < rest_.size() && predicate(rest_[size]))
      ++size;
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

// One object: `take_member(key)` reads what stands behind each key's colon.
template <class TakeMember>
bool take_object(Scanner& scanner, TakeMember take_member) {
  if (!scanner.take('{')) return false;
  if (scanner.take('}')) return true;
  std::string_view last_key;
  do {
    const auto key = scanner.take_key();
    // Bytewise order, which also refuses a duplicate; a key is never empty.
    if (!key || *key <= last_key || !scanner.take(':') || !take_member(*key)) return false;
    last_key = *key;
  } while (scanner.take(','));
  return scanner.take('}');
}

bool take_fields(Scanner& scanner, std::vector<std::pair<std::string_view, LeafValue>>& fields) {
  return take_object(scanner, [&](std::string_view key) {
    const auto value = scanner.take_value();
    if (value) fields.emplace_back(key, *value);
    return value.has_value();
  });
}

}  // namespace

std::optional<std::vector<LeafMember>> parse_grammar(std::string_view text) {
  Scanner scanner(text);
  std::vector<LeafMember> members;
  members.reserve(kUsualMembers);
  const bool is_object = take_object(scanner, [&](std::string_view key) {
    LeafMember& member = members.emplace_back();
    member.key = key;
    if (key == kObjectKey && scanner.sees('{')) {
      member.is_object = true;
      return take_fields(scanner, member.fields);
    }
    const auto value = scanner.take_value();
    if (value) member.value = *value;
    return value.has_value();
  });
  if (!is_object || !scanner.at_end()) return std::nullopt;
  return members;
}

}  // namespace rightful::ledger
