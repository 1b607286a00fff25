#include "bench/command_line.hpp"

#include <charconv>

#include <fmt/format.h>

namespace rightful::bench {

Result<std::uint64_t> number_in(const std::string& name,
                                const std::string& text,
                                NumberRange range) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error == std::errc() && end == last && number >= range.least && number <= range.most)
    return number;
  return fail(ErrorCode::InvalidArgument,
              fmt::format("{} takes a number from {} to {}", name, range.least, range.most));
}

std::unexpected<Error> no_such_option(const std::string& name) {
  return fail(ErrorCode::InvalidArgument, "there is no option '" + name + "'");
}

}  // namespace rightful::bench
