// A colleague with nothing but a link: from the operator's command to the person's package, with a
// service that is killed in the middle.
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "rightful/core/clock.hpp"

#include "tests/e2e/program.hpp"
#include "tests/integration/http/raw_client.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kAccount = "C-77";
constexpr std::string_view kCatalog = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en]
sources:
  archive: { kind: manual, instructions: "Ask the archive, room 12.", max_mib: 3 }
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: until the account is closed }
  origin: the subject
datasets:
  - { name: letter, source: archive, title: Letters, fields: { body: { title: Text } } }
)";

class UploadLinkE2e : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_ / "home");
    write("catalog.yaml", kCatalog);
    write("credential", "correct horse battery staple\n");
    ASSERT_EQ(run(here({"admin", "keys", "init"})).exit_code, 0);
    start();
  }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  [[nodiscard]] Finished run(const std::vector<std::string>& words) const {
    return run_program(words, folder_ / "home");
  }

  [[nodiscard]] std::vector<std::string> here(std::vector<std::string> words) const {
    words.insert(words.end(), {"--data-dir", folder_ / "data"});
    return words;
  }

  void start() {
    ++starts_;
    service_.emplace(here({"serve",
                           "--catalog",
                           folder_ / "catalog.yaml",
                           "--listen",
                           "127.0.0.1:0",
                           "--workers",
                           "1",
                           "--child-landlock",
                           "if_available"}),
                     folder_ / "home",
                     std::vector<std::string>(),
                     folder_ / ("serve-" + std::to_string(starts_) + ".txt"));
    ASSERT_TRUE(service_->wait_for_output("serves http://", 180s)) << service_->output();
    url_ = find_url(service_->output().substr(service_->output().find("serves ")));
  }

  [[nodiscard]] Finished as_customer(std::vector<std::string> words) const {
    words.insert(
        words.end(),
        {"--server", url_, "--account", kAccount, "--credential-file", folder_ / "credential"});
    return run(words);
  }

  /// Until the output of a command holds `words`.
  template <class Run>
  [[nodiscard]] bool comes(const Run& output, const char* words) {
    for (int tries = 0; tries < 300; ++tries) {
      if (output().find(words) != std::string::npos) return true;
      clock_.wait_for({}, 300ms);
    }
    return false;
  }

  /// As docs/sources/manual.md shows it: the token in a file, not among the arguments.
  [[nodiscard]] std::string curl(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--silent", "--show-error", "--header", "@" + (folder_ / "link")});
    words.push_back(url_ + "/v1/upload");
    return run_tool("curl", words).output;
  }

  E2eFolder folder_;
  SystemClock clock_;
  std::optional<Running> service_;
  int starts_ = 0;
  std::string url_;
};

std::string file_of(const std::string& body) {
  return nlohmann::json{
      {"version", 1},
      {"account", kAccount},
      {"snapshot", nullptr},
      {"taken_at", "2026-11-20T10:00:00Z"},
      {"count", 1},
      {"next", nullptr},
      {"records", nlohmann::json::array({{{"@owner", kAccount}, {"@key", "1"}, {"body", body}}})}}
      .dump();
}

TEST_F(UploadLinkE2e, LeadsFromAColleagueIntoThePackage) {
  const Finished added = run(here({"admin", "account", "add", kAccount}));
  ASSERT_EQ(added.exit_code, 0) << added.output;
  write("invitation", added.output.substr(0, 44));
  ASSERT_EQ(as_customer({"enrol",
                         "--invitation-file",
                         folder_ / "invitation",
                         "--recovery-code-file",
                         folder_ / "recovery"})
                .exit_code,
            0);
  const Finished asked = as_customer({"request", "--no-wait"});
  ASSERT_EQ(asked.exit_code, 0) << asked.output;
  ASSERT_TRUE(comes([&] { return run(here({"admin", "manual", "list"})).output; }, "letter"));
  const std::string request = run(here({"admin", "manual", "list"})).output.substr(0, 36);

  const Finished made =
      run(here({"admin", "manual", "link", request, "letter", "--days", "3", "--server", url_}));
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_THAT(made.output, HasSubstr("shown once and is good until"));
  const std::string link = find_url(made.output);
  ASSERT_EQ(link.substr(0, link.find('#')), url_ + "/upload");
  const std::string token = link.substr(link.find('#') + 1);
  write("link", "Authorization: Bearer " + token + "\n");
  EXPECT_THAT(curl({}), HasSubstr("Ask the archive, room 12."));

  const std::string large = file_of(std::string(std::size_t{2} << 20U, 'x'));
  {
    RawClient half(static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1))));
    half.send("PUT /v1/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token +
              "\r\nRightful-Account: C-77\r\nExpect: 100-continue\r\nContent-Length: " +
              std::to_string(large.size()) + "\r\n\r\n");
    EXPECT_EQ(status_of(half.receive()), "100");
    half.send(std::string_view(large).substr(0, large.size() - 1));
    service_->signal(SIGKILL);
    EXPECT_EQ(half.receive_all(), "");
  }
  const std::string first_log = service_->output();
  service_.reset();
  EXPECT_THAT(run_tool("grep", {"-rl", "xxxxxxxxxxxxxxxx", folder_ / "data/work"}).output, "");
  start();
  EXPECT_THAT(run(here({"admin", "manual", "list"})).output, HasSubstr("waiting"))
      << "nothing half stored";

  write("letters.json", file_of("kept in a box"));
  const std::string upload_of = "Rightful-Account: ";
  EXPECT_THAT(curl({"--header", upload_of + "C-78", "--upload-file", folder_ / "letters.json"}),
              HasSubstr("other_account"));
  EXPECT_EQ(curl({"--header", upload_of + kAccount, "--upload-file", folder_ / "letters.json"}),
            "{\"records\":1}\n");
  EXPECT_THAT(curl({}), HasSubstr("link_dead"));
  EXPECT_EQ(run(here({"admin", "manual", "unlink", request, "letter"})).exit_code, 1);

  ASSERT_TRUE(comes([&] { return as_customer({"status"}).output; }, "ready"))
      << as_customer({"status"}).output << service_->output();
  ASSERT_EQ(as_customer({"download", "--output", folder_ / "package.zip"}).exit_code, 0);
  const Finished opened =
      as_customer({"unlock", folder_ / "package.zip", "--into", folder_ / "mine"});
  ASSERT_EQ(opened.exit_code, 0) << opened.output;
  EXPECT_THAT(read_text(folder_ / "mine/data/letter.json"), HasSubstr("kept in a box"));
  for (const std::string& log : {first_log, service_->output()}) {
    EXPECT_THAT(log, Not(HasSubstr(token)));
    EXPECT_THAT(log, Not(HasSubstr(kAccount)));
  }
  EXPECT_EQ(service_->stop(), 0);
}

TEST_F(UploadLinkE2e, IsMadeOnlyFromALineThatIsRight) {
  const std::string request = "0b6c1f0e-6f0e-4c53-9f4e-2f6f3b1f9a11";
  const auto link = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"admin", "manual", "link"});
    return run(here(words));
  };

  EXPECT_EQ(link({"no-request", "letter"}).exit_code, 2);
  for (const char* days : {"0", "91", "-1", "x", "7d", ""}) {
    EXPECT_EQ(link({request, "letter", "--days", days}).exit_code, 2) << days;
  }
  EXPECT_EQ(link({request, "letter", "--server", "http://example.org"}).exit_code, 2);
  const Finished unknown = link({request, "letter"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.output, HasSubstr("admin manual list"));
}

}  // namespace
}  // namespace rightful::testing
