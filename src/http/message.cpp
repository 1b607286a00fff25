#include "rightful/http/message.hpp"

#include <algorithm>

namespace rightful::http {

std::optional<std::string_view> HttpRequest::field(std::string_view name) const {
  if (count(name) != 1) return std::nullopt;
  const auto found = std::ranges::find(fields, name, &std::pair<std::string, std::string>::first);
  return found->second;
}

std::size_t HttpRequest::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count(fields, name, &std::pair<std::string, std::string>::first));
}

}  // namespace rightful::http
