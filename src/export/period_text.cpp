#include "export/period_text.hpp"

namespace rightful::exporting {

namespace {

struct Unit {
  char sign;
  std::string Phrases::* one;
  std::string Phrases::* many;
};

constexpr Unit kDateUnits[] = {{'Y', &Phrases::unit_year, &Phrases::unit_years},
                               {'M', &Phrases::unit_month, &Phrases::unit_months},
                               {'W', &Phrases::unit_week, &Phrases::unit_weeks},
                               {'D', &Phrases::unit_day, &Phrases::unit_days}};

std::string_view date_unit(char sign, std::string_view number, const Phrases& phrases) {
  for (const Unit& unit : kDateUnits) {
    if (unit.sign == sign) return phrases.*(number == "1" || number == "-1" ? unit.one : unit.many);
  }
  return {};
}

std::string_view time_unit(char sign) {
  return sign == 'H' ? "h" : sign == 'M' ? "min" : sign == 'S' ? "s" : "";
}

bool is_number_part(char c) {
  return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
}

/// @return false when the text is no duration.
bool try_append(std::string& out, std::string_view rest, const Phrases& phrases) {
  bool is_time = false;
  bool is_first = true;
  while (!rest.empty()) {
    if (rest.front() == 'T') {
      is_time = true;
      rest.remove_prefix(1);
      continue;
    }
    std::size_t digits = 0;
    while (digits < rest.size() && is_number_part(rest[digits]))
      ++digits;
    if (digits == 0 || digits == rest.size()) return false;
    const std::string_view number = rest.substr(0, digits);
    const std::string_view unit =
        is_time ? time_unit(rest[digits]) : date_unit(rest[digits], number, phrases);
    if (unit.empty()) return false;
    if (!is_first) out += is_time ? " " : ", ";
    is_first = false;
    out += number;
    out += ' ';
    out += unit;
    rest.remove_prefix(digits + 1);
  }
  return !is_first;
}

}  // namespace

std::string period_text(std::string_view period, const Phrases& phrases) {
  std::string text;
  const bool is_period = period.starts_with('P') && try_append(text, period.substr(1), phrases);
  return is_period ? text : std::string(period);
}

}  // namespace rightful::exporting
