#include "rightful/ledger/log_name.hpp"

namespace rightful::ledger {

namespace {

constexpr std::string_view kFirst = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kFurther = "abcdefghijklmnopqrstuvwxyz0123456789._-";

}  // namespace

bool is_log_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 200 &&
         name.find_first_not_of(kFurther) == std::string_view::npos &&
         kFirst.find(name.front()) != std::string_view::npos;
}

Result<std::string> log_name(const Origin& origin) {
  const std::string& text = origin.text();
  const std::size_t slash = text.rfind('/');
  std::string name = slash == std::string::npos ? text : text.substr(slash + 1);
  if (is_log_name(name)) return name;
  return fail(ErrorCode::InvalidArgument,
              "the last part of a ledger origin names its folders; it begins with a letter or "
              "digit, as in audit.example.org/group/2026");
}

}  // namespace rightful::ledger
