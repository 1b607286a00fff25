// bench_writer: one package from a folder, or from a file of records. Our contender, in a program
// that holds what packaging needs and nothing else, as its peers are.
#include <iostream>
#include <string>
#include <vector>

#include "rightful/core/log.hpp"

#include "bench/command_line.hpp"
#include "bench/write_package.hpp"

namespace rightful::bench {
namespace {

int run(const std::vector<std::string>& arguments) {
  log::set_level(log::Level::Warn);
  if (arguments.size() == 4 && arguments[0] == "--write") {
    write_package(parse_packing_mode(arguments[1]), arguments[2], arguments[3]);
  } else if (arguments.size() == 3 && arguments[0] == "--write-records") {
    write_records(arguments[1], arguments[2]);
  } else {
    std::cerr << "bench_writer --write default|compact|stored FOLDER OUTPUT\n"
                 "bench_writer --write-records FILE OUTPUT\n";
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace rightful::bench

int main(int argc, char** argv) {
  using namespace rightful::bench;
  return run_program("bench_writer", argc, argv, run);
}
