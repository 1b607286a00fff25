#include "tests/e2e/program.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stop_token>

#include <gtest/gtest.h>

#include "rightful/core/clock.hpp"
#include "rightful/core/unique_fd.hpp"

namespace rightful::testing {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr mode_t kPassable = 0755;

std::vector<std::string> environment_for(const std::string& home,
                                         const std::vector<std::string>& further) {
  std::vector<std::string> environment = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=" + home};
  environment.insert(environment.end(), further.begin(), further.end());
  return environment;
}

SubprocessSpec spec_of(fs::path program,
                       std::vector<std::string> arguments,
                       std::vector<std::string> environment) {
  SubprocessSpec spec;
  spec.program = std::move(program);
  spec.arguments = std::move(arguments);
  spec.environment = std::move(environment);
  return spec;
}

Finished finish(SubprocessSpec spec) {
  CapturedRun run = run_captured(std::move(spec));
  return {run.status.exit_code.value_or(-1), std::move(run.output)};
}

Subprocess start(const fs::path& program,
                 const std::vector<std::string>& arguments,
                 std::vector<std::string> environment,
                 const fs::path& output) {
  const UniqueFd file(
      ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
  SubprocessSpec spec = spec_of(program, arguments, std::move(environment));
  spec.descriptors = {{file.get(), STDOUT_FILENO}, {file.get(), STDERR_FILENO}};
  spec.new_session = true;
  return Subprocess::start(spec);
}

}  // namespace

E2eFolder::E2eFolder() {
  std::string name = (fs::temp_directory_path() / "rightful-e2e-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
  ::chmod(path_.c_str(), kPassable);
}

E2eFolder::~E2eFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

#ifdef RIGHTFUL_LATER_CLOCK
std::vector<std::string> later_by(std::chrono::seconds time) {
  return {"LD_PRELOAD=" RIGHTFUL_LATER_CLOCK, "TEST_LATER_BY=" + std::to_string(time.count())};
}
#endif

Finished run_program(const std::vector<std::string>& arguments,
                     const std::string& home,
                     const std::vector<std::string>& environment) {
  return finish(spec_of(RIGHTFUL_PROGRAM, arguments, environment_for(home, environment)));
}

Finished run_tool(const std::string& name,
                  const std::vector<std::string>& arguments,
                  std::string_view input) {
  const UniqueFd memory(::memfd_create("input", MFD_CLOEXEC));
  if (::write(memory.get(), input.data(), input.size()) != static_cast<ssize_t>(input.size()))
    return {-1, "no input"};
  ::lseek(memory.get(), 0, SEEK_SET);
  SubprocessSpec spec =
      spec_of(fs::path("/usr/bin") / name, arguments, environment_for("/nonexistent", {}));
  spec.descriptors = {{memory.get(), STDIN_FILENO}};
  return finish(std::move(spec));
}

std::string ask_postgres(const std::string& socket,
                         const std::string& database,
                         const std::string& script) {
  const Finished done = run_tool("psql",
                                 {"-X",
                                  "-q",
                                  "-A",
                                  "-t",
                                  "-v",
                                  "ON_ERROR_STOP=1",
                                  "-h",
                                  socket,
                                  "-U",
                                  "postgres",
                                  "-d",
                                  database,
                                  "-c",
                                  script});
  EXPECT_EQ(done.exit_code, 0) << script << "\n" << done.output;
  return done.output.substr(0, done.output.find_last_not_of('\n') + 1);
}

std::vector<std::string> serve_words(const fs::path& catalog, unsigned workers) {
  return {"serve",
          "--catalog",
          catalog,
          "--listen",
          "127.0.0.1:0",
          "--workers",
          std::to_string(workers)};
}

fs::path demo_catalog() {
  return fs::path(RIGHTFUL_SOURCE_DIR) / "demo/catalog.yaml";
}

fs::path built_program() {
  return RIGHTFUL_PROGRAM;
}

Running::Running(const std::vector<std::string>& arguments,
                 const std::string& home,
                 const std::vector<std::string>& environment,
                 fs::path output,
                 const fs::path& program)
    : output_(std::move(output)),
      process_(start(program, arguments, environment_for(home, environment), output_)) {}

bool Running::wait_for_output(std::string_view words, std::chrono::seconds limit) {
  SystemClock clock;
  const auto end = clock.steady_now() + limit;
  while (clock.steady_now() < end) {
    if (output().find(words) != std::string::npos) return true;
    if (process_.try_wait()) return false;
    clock.wait_for(std::stop_token(), 100ms);
  }
  return false;
}

std::string Running::output() const {
  return read_text(output_);
}

std::optional<int> Running::stop() {
  process_.send_signal(SIGTERM);
  const auto status = process_.wait_for(120s);
  if (!status) return std::nullopt;
  return status->exit_code.value_or(-1);
}

std::string find_url(const std::string& text) {
  const std::size_t begin = text.find("http://");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_first_of(" ,\n", begin) - begin);
}

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace rightful::testing
