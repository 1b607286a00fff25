#include <algorithm>
#include <array>
#include <string>

#include "rightful/archive/inner_zip_writer.hpp"

#include "archive/package_format.hpp"

namespace rightful::archive {
namespace {

constexpr std::array<std::string_view, 4> kDeviceNames{"con", "prn", "aux", "nul"};

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-' || c == '/';
}

/// Windows opens the device whatever the extension: `nul.json` is `nul`.
bool is_device_name(std::string_view part) {
  std::string stem(part.substr(0, part.find('.')));
  std::transform(stem.begin(), stem.end(), stem.begin(), [](char c) {
    return (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (std::find(kDeviceNames.begin(), kDeviceNames.end(), stem) != kDeviceNames.end()) return true;
  const bool is_port = stem.starts_with("com") || stem.starts_with("lpt");
  return is_port && stem.size() == 4 && stem[3] >= '0' && stem[3] <= '9';
}

Result<void> check_part(std::string_view part) {
  if (part.empty()) return fail(ErrorCode::InvalidArgument, "entry name has an empty part");
  if (part.front() == '.' || part.back() == '.') {
    return fail(ErrorCode::InvalidArgument, "a part of an entry name begins or ends with a dot");
  }
  if (is_device_name(part)) {
    return fail(ErrorCode::InvalidArgument, "entry name holds a device name of Windows");
  }
  return {};
}

}  // namespace

Result<void> check_entry_name(std::string_view name) {
  if (name.empty() || name.size() > format::kMaxNameChars) {
    return fail(ErrorCode::InvalidArgument, "entry name has not 1 to 150 characters");
  }
  if (!std::all_of(name.begin(), name.end(), is_name_char)) {
    return fail(ErrorCode::InvalidArgument, "entry name has a character outside [A-Za-z0-9._-/]");
  }
  while (true) {
    const std::size_t slash = name.find('/');
    RIGHTFUL_TRY(check_part(name.substr(0, slash)));
    if (slash == std::string_view::npos) return {};
    name.remove_prefix(slash + 1);
  }
}

}  // namespace rightful::archive
