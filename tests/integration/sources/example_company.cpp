#include "tests/integration/sources/example_company.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace rightful::sources::testing {
namespace {

using rightful::testing::support_file;

/// Of `http://127.0.0.1:PORT/v1`
std::string port_in(const std::string& base) {
  const std::size_t colon = base.rfind(':');
  return base.substr(colon + 1, base.find('/', colon) - colon - 1);
}

}  // namespace

ExampleCompany::ExampleCompany()
    : database_({"python3", support_file("sqlite_hand.py"), (folder_.path() / "db").string()}),
      service_({"python3",
                RIGHTFUL_SOURCE_DIR "/docs/sources/example_service.py",
                (folder_.path() / "db").string()},
               {"EVENTS_TOKEN=" + std::string(kToken)},
               rightful::testing::HelperEnd::WithUs),
      proxy_({"python3",
              support_file("faulty_proxy.py"),
              "127.0.0.1",
              port_in(service_.first_line())}) {}

std::string ExampleCompany::base() const {
  return "http://127.0.0.1:" + proxy_.first_line() + "/v1";
}

void ExampleCompany::execute(const std::string& script) {
  const auto answer = nlohmann::json::parse(database_.ask(nlohmann::json(script).dump()));
  if (answer.contains("fault")) throw std::runtime_error(answer["fault"].get<std::string>());
}

}  // namespace rightful::sources::testing
