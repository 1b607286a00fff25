#include "http/language_choice.hpp"

#include <algorithm>
#include <cctype>

#include "rightful/core/check.hpp"

namespace rightful::http {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// Up to the separator, which is taken off too.
std::string_view next_part(std::string_view& rest, char separator) noexcept {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return trimmed(part);
}

/// Thousandths; 1000 without one, 0 for what is no weight.
int weight_of(std::string_view parameter) noexcept {
  if (parameter.empty()) return 1000;
  if (!parameter.starts_with("q=")) return 0;
  std::string_view digits = parameter.substr(2);
  if (digits.empty() || (digits.front() != '0' && digits.front() != '1')) return 0;
  int weight = (digits.front() - '0') * 1000;
  digits.remove_prefix(1);
  if (digits.size() > 4 || (!digits.empty() && digits.front() != '.')) return 0;
  int unit = 100;
  for (const char digit : digits.substr(std::min<std::size_t>(1, digits.size()))) {
    if (digit < '0' || digit > '9') return 0;
    weight += (digit - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, 1000);
}

bool asks_for(std::string_view range, std::string_view language) noexcept {
  const std::string_view primary = range.substr(0, range.find('-'));
  return std::ranges::equal(
      primary, language, [](unsigned char a, char b) { return std::tolower(a) == b; });
}

}  // namespace

const std::string& choose_language(std::string_view accepted,
                                   std::span<const std::string> available) {
  RIGHTFUL_CHECK(!available.empty());
  const std::string* best = &available.front();
  int best_weight = 0;
  while (!accepted.empty()) {
    std::string_view item = next_part(accepted, ',');
    const std::string_view range = next_part(item, ';');
    const int weight = weight_of(trimmed(item));
    if (weight <= best_weight) continue;
    const auto found = range == "*" ? available.begin()
                                    : std::ranges::find_if(available, [&](const auto& language) {
                                        return asks_for(range, language);
                                      });
    if (found == available.end()) continue;
    best = &*found;
    best_weight = weight;
  }
  return *best;
}

}  // namespace rightful::http
