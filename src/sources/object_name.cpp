#include "sources/object_name.hpp"

namespace rightful::sources {
namespace {

constexpr std::size_t kMaxPathBytes = 4096;
constexpr std::size_t kMaxKeyBytes = 1024;

}  // namespace

bool is_plain_name(std::string_view name, ObjectNames names) {
  const bool are_keys = names == ObjectNames::Keys;
  if (name.empty() || name.front() == '/') return false;
  if (name.size() > (are_keys ? kMaxKeyBytes : kMaxPathBytes)) return false;
  if (name.find('\0') != std::string_view::npos) return false;
  for (;;) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if (part == "." || part == ".." || (part.empty() && !are_keys)) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace rightful::sources
