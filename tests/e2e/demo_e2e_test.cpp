// The demo, small, kept serving while people try what its last page suggests. The tests of this
// suite stand in the order of a story: the last ones change the company and end the program.
#include <algorithm>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>

#include <gmock/gmock.h>

#include "app/demo_shop.hpp"
#include "tests/e2e/program.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSchmidt = "C-10204417";
constexpr const char* kSchmitt = "C-10204471";

class DemoE2e : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new E2eFolder();
    fs::create_directory(*folder_ / "home");
    demo_ = new Running({"demo",
                         "--scale",
                         "small",
                         "--data-dir",
                         *folder_ / "demo",
                         "--out",
                         *folder_ / "out",
                         "--listen",
                         "127.0.0.1:0"},
                        *folder_ / "home",
                        {},
                        *folder_ / "demo.txt");
    is_up_ = demo_->wait_for_output("until Ctrl-C", 300s);
    const std::string output = demo_->output();
    url_ = find_url(output);
  }

  static void TearDownTestSuite() {
    delete demo_;
    delete folder_;
  }

  void SetUp() override { ASSERT_TRUE(is_up_) << demo_->output(); }

  static std::string home() { return *folder_ / "home"; }

  static std::string out(std::string_view name) {
    return (folder_->path() / "out" / name).string();
  }

  static std::string credential_of(std::string_view name) {
    return (folder_->path() / "demo" / "people" / (std::string(name) + ".credential")).string();
  }

  static std::string shop_url(std::string_view role) {
    return "postgresql:///shop?host=" + *folder_ / "demo/company/run" +
           "&user=" + std::string(role);
  }

  /// A customer's command, signed in.
  static Finished as(const char* account,
                     std::string_view credential,
                     std::vector<std::string> words) {
    const std::vector<std::string> options = {
        "--server", url_, "--account", account, "--credential-file", credential_of(credential)};
    words.insert(words.end(), options.begin(), options.end());
    return run_program(words, home());
  }

  static std::vector<std::string> sources() {
    return {"DEMO_SHOP_URL=" + shop_url("rightful_reader"),
            "DEMO_VOICE_ROOT=" + *folder_ / "demo/company/voice",
            "DEMO_DOORBELL_ROOT=" + *folder_ / "demo/company/doorbell"};
  }

  static E2eFolder* folder_;
  static Running* demo_;
  static bool is_up_;
  static std::string url_;
};

E2eFolder* DemoE2e::folder_ = nullptr;
Running* DemoE2e::demo_ = nullptr;
bool DemoE2e::is_up_ = false;
std::string DemoE2e::url_;

TEST_F(DemoE2e, LeavesPackagesCodesAndAReportThatHolds) {
  const auto report = nlohmann::json::parse(read_text(out("report.json")));

  EXPECT_TRUE(report.at("holds").get<bool>());
  ASSERT_EQ(report.at("exports").size(), 3U);
  EXPECT_EQ(report.at("exports")[0].at("recordings"), 68);
  EXPECT_EQ(report.at("exports")[1].at("objects"), 0);
  EXPECT_EQ(report.at("exports")[2].at("rows"), 0);
  EXPECT_GT(report.at("exports")[0].at("child_peak_memory_kib"), 0);
  ASSERT_EQ(report.at("proofs").size(), 8U);
  for (const auto& proof : report.at("proofs")) {
    EXPECT_EQ(proof.at("holds"), true) << proof.dump();
  }
  for (const char* name : {"anna-schmidt", "anna-schmitt", "nobody"}) {
    EXPECT_TRUE(fs::exists(out(std::string(name) + ".zip")));
    EXPECT_EQ(read_text(out(std::string(name) + ".code")).size(), 40U);
  }
}

TEST_F(DemoE2e, ShowsThatItsLedgerVerifies) {
  EXPECT_THAT(demo_->output(), HasSubstr("checkpoints in 3 of the packages; control: one changed"));

  const Finished verified = run_program(
      {"audit", "verify", out("ledger.tar"), "--trust", out("trust.txt"), "--max-age", "any"},
      home());

  EXPECT_EQ(verified.exit_code, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("verdict: verified"));
}

TEST_F(DemoE2e, IsOpenedByOtherPeoplesTools) {
  const std::string code = read_text(out("anna-schmidt.code"));
  const std::string code_line = code.substr(0, 39);

  const Finished by_7zz =
      run_tool("7zz", {"x", "-y", "-o" + *folder_ / "by-7zz", out("anna-schmidt.zip")}, code);
  fs::create_directory(*folder_ / "by-bsdtar");
  const Finished by_bsdtar = run_tool("bsdtar",
                                      {"-x",
                                       "-f",
                                       out("anna-schmidt.zip"),
                                       "-C",
                                       *folder_ / "by-bsdtar",
                                       "--passphrase",
                                       code_line});

  EXPECT_EQ(by_7zz.exit_code, 0) << by_7zz.output;
  EXPECT_THAT(by_7zz.output, Not(HasSubstr("Warning")));
  EXPECT_EQ(by_bsdtar.exit_code, 0) << by_bsdtar.output;
  EXPECT_EQ(read_text(*folder_ / "by-7zz/export.zip"),
            read_text(*folder_ / "by-bsdtar/export.zip"));
  EXPECT_EQ(run_tool("unzip", {"-tqq", *folder_ / "by-7zz/export.zip"}).exit_code, 0);
}

TEST_F(DemoE2e, IsNotOpenedByAnotherPersonsCode) {
  const Finished with_other =
      run_tool("7zz", {"t", out("anna-schmidt.zip")}, read_text(out("anna-schmitt.code")));
  const Finished by_us = run_program({"unlock",
                                      out("anna-schmidt.zip"),
                                      "--code-file",
                                      out("anna-schmitt.code"),
                                      "--into",
                                      *folder_ / "stolen"},
                                     home());

  EXPECT_NE(with_other.exit_code, 0);
  EXPECT_EQ(by_us.exit_code, 3) << by_us.output;
  EXPECT_FALSE(fs::exists(*folder_ / "stolen"));
}

TEST_F(DemoE2e, OpensForItsOwner) {
  const Finished opened = as(
      kSchmidt, "anna-schmidt", {"unlock", out("anna-schmidt.zip"), "--into", *folder_ / "mine"});
  const Finished again = as(
      kSchmidt, "anna-schmidt", {"unlock", out("anna-schmidt.zip"), "--into", *folder_ / "mine"});
  const Finished revealed =
      as(kSchmidt, "anna-schmidt", {"unlock", out("anna-schmidt.zip"), "--reveal-code"});

  EXPECT_EQ(opened.exit_code, 0) << opened.output;
  EXPECT_TRUE(fs::exists(*folder_ / "mine/index.html"));
  EXPECT_TRUE(fs::exists(*folder_ / "mine/data/voice_recording.json"));
  EXPECT_EQ(again.exit_code, 1) << "an existing folder is not overwritten";
  EXPECT_THAT(revealed.output, HasSubstr(read_text(out("anna-schmidt.code"))));
}

TEST_F(DemoE2e, RefusesAPackageOfAnotherAccount) {
  const Finished refused = as(
      kSchmitt, "anna-schmitt", {"unlock", out("anna-schmidt.zip"), "--into", *folder_ / "hers"});

  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.output, HasSubstr("was not made for this account"));
  EXPECT_FALSE(fs::exists(*folder_ / "hers"));
}

TEST_F(DemoE2e, OpensOfflineWithTheRecoveryCode) {
  const std::string recovery = *folder_ / "demo/people/anna-schmidt.recovery";
  const std::vector<std::string> words = {"unlock",
                                          out("anna-schmidt.zip"),
                                          "--account",
                                          kSchmidt,
                                          "--recovery-code-file",
                                          recovery,
                                          "--output"};
  std::vector<std::string> known = words;
  known.push_back(*folder_ / "offline.zip");
  std::vector<std::string> wrong = words;
  wrong.push_back(*folder_ / "wrong.zip");
  wrong[3] = kSchmitt;
  fs::create_directory(*folder_ / "stranger");

  EXPECT_EQ(as(kSchmidt, "anna-schmidt", {"status"}).exit_code, 0);  // the service is met once
  EXPECT_EQ(run_program(known, home()).exit_code, 0);
  EXPECT_EQ(run_program(wrong, home()).exit_code, 3);
  EXPECT_EQ(run_program(known, *folder_ / "stranger").exit_code, 3)
      << "a service that was never met is not believed";
}

TEST_F(DemoE2e, RefusesAChangedPackage) {
  std::string bytes = read_text(out("anna-schmitt.zip"));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(*folder_ / "changed.zip", std::ios::binary) << bytes;

  const Finished refused =
      as(kSchmitt, "anna-schmitt", {"unlock", *folder_ / "changed.zip", "--reveal-code"});

  EXPECT_EQ(refused.exit_code, 3) << refused.output;
  EXPECT_THAT(refused.output, Not(HasSubstr(read_text(out("anna-schmitt.code")).substr(0, 39))));
}

TEST_F(DemoE2e, RefusesAWrongCredential) {
  const Finished refused = as(kSchmidt, "anna-schmitt", {"status"});
  const Finished unknown = as("C-1", "anna-schmitt", {"status"});

  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_EQ(refused.output, unknown.output) << "an unknown account looks like a wrong credential";
}

TEST_F(DemoE2e, RefusesAServiceWithAnotherKey) {
  fs::create_directories(*folder_ / "fooled/.config/rightful");
  std::ofstream(*folder_ / "fooled/.config/rightful/services.json")
      << "{\"" << url_ << "\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}";

  const Finished refused = run_program({"status",
                                        "--server",
                                        url_,
                                        "--account",
                                        kSchmidt,
                                        "--credential-file",
                                        credential_of("anna-schmidt")},
                                       *folder_ / "fooled");

  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.output, HasSubstr("another signing key"));
}

TEST_F(DemoE2e, GoesOnWithABrokenDownload) {
  const std::string whole = read_text(out("anna-schmidt.zip"));
  const std::string sum = run_tool("sha256sum", {out("anna-schmidt.zip")}).output.substr(0, 16);
  const std::string part = *folder_ / ("again.zip." + sum + ".part");
  std::ofstream(part, std::ios::binary) << whole.substr(0, whole.size() / 3);

  const Finished fetched =
      as(kSchmidt, "anna-schmidt", {"download", "--output", *folder_ / "again.zip"});

  EXPECT_EQ(fetched.exit_code, 0) << fetched.output;
  EXPECT_EQ(read_text(*folder_ / "again.zip"), whole);
  EXPECT_FALSE(fs::exists(part));
}

// In the order in which they are printed, as somebody pastes them.
TEST_F(DemoE2e, PrintsCommandsThatWork) {
  const std::string output = demo_->output();
  const std::string text = output.substr(output.find("In another terminal"));
  std::istringstream lines(text);
  std::string variables = "export HOME=" + home() + "; cd " + *folder_ / "pasted" + "; ";
  fs::create_directory(*folder_ / "pasted");
  std::vector<std::string> commands;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  R=")) variables += line + "; ";
    if (!line.starts_with("  $R ") && !line.starts_with("  7zz ")) continue;
    const Finished pasted = run_tool("sh", {"-c", variables + line});
    const bool is_thief = line.find("anna-schmitt.credential") != std::string::npos;

    EXPECT_EQ(pasted.exit_code, is_thief ? 3 : 0) << line << "\n" << pasted.output;
    commands.push_back(line.substr(2, line.find(' ', 5) - 2));
  }

  EXPECT_THAT(commands,
              ::testing::IsSupersetOf({"$R request", "$R status", "$R download", "$R audit"}));
  EXPECT_TRUE(fs::exists(*folder_ / "pasted/schmidt/index.html"));
  EXPECT_FALSE(fs::exists(*folder_ / "pasted/schmitt"));
}

TEST_F(DemoE2e, AnswersAFurtherRequest) {
  const Finished asked = as(kSchmitt, "anna-schmitt", {"request"});
  const Finished status = as(kSchmitt, "anna-schmitt", {"status"});

  EXPECT_EQ(asked.exit_code, 0) << asked.output;
  EXPECT_THAT(asked.output, HasSubstr("Your package is ready"));
  EXPECT_EQ(std::ranges::count(status.output, '\n'), 2) << status.output;
}

TEST_F(DemoE2e, RefusesASecondDemoInTheSameFolder) {
  const Finished second =
      run_program({"demo", "--once", "--scale", "small", "--data-dir", *folder_ / "demo"}, home());

  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.output, HasSubstr("another demo runs in"));
}

TEST_F(DemoE2e, FindsWhatTheCatalogForgot) {
  const std::string catalog = demo_catalog();
  EXPECT_EQ(run_program({"catalog", "check", catalog}, home(), sources()).exit_code, 0);
  ASSERT_TRUE(
      app::run_psql(
          shop_url("rightful"),
          "CREATE TABLE forgotten (account_id text); ALTER TABLE search ADD COLUMN mood text;",
          folder_->path())
          .has_value());

  const Finished checked = run_program({"catalog", "check", catalog}, home(), sources());

  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_THAT(checked.output, HasSubstr("forgotten"));
  EXPECT_THAT(checked.output, HasSubstr("mood"));
}

TEST_F(DemoE2e, StopsAnExportThatWouldBeIncomplete) {
  const Finished asked = as(kSchmitt, "anna-schmitt", {"request"});

  EXPECT_EQ(asked.exit_code, 5) << asked.output;
  EXPECT_THAT(asked.output, HasSubstr("the request is `failed`"));
}

TEST_F(DemoE2e, EndsInOrderAndBeginsAnew) {
  EXPECT_EQ(demo_->stop(), 0);
  EXPECT_FALSE(fs::exists(*folder_ / "demo/state/postgres/postmaster.pid"));
  EXPECT_FALSE(fs::exists(*folder_ / "demo/company/postgres/postmaster.pid"));

  const Finished second = run_program({"demo",
                                       "--once",
                                       "--scale",
                                       "small",
                                       "--data-dir",
                                       *folder_ / "demo",
                                       "--out",
                                       *folder_ / "out"},
                                      home());

  EXPECT_EQ(second.exit_code, 0) << second.output;
  EXPECT_TRUE(nlohmann::json::parse(read_text(out("report.json"))).at("holds").get<bool>());
}

}  // namespace
}  // namespace rightful::testing
