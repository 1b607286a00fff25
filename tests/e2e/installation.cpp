#include "tests/e2e/installation.hpp"

#include <sstream>

namespace rightful::testing {

std::string invitation_in(const std::string& output) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.size() == 43) return line;
  }
  return {};
}

}  // namespace rightful::testing
