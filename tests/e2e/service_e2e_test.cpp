// An installation as an operator makes it: keys, account, one process for HTTP, another for the
// work.
#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "tests/e2e/installation.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Records in the JSON files of an opened package.
std::uint64_t records_in(const fs::path& data) {
  std::uint64_t records = 0;
  for (const auto& entry : fs::directory_iterator(data)) {
    const std::string name = entry.path();
    if (!name.ends_with(".json") || name.ends_with(".schema.json")) continue;
    records += nlohmann::json::parse(read_text(entry.path())).size();
  }
  return records;
}

class ServiceE2e : public Installation {
 protected:
  /// A second download goes on with what a first one, cut wherever, has left.
  template <class Run>
  void expect_resumed(const Run& as_customer) const {
    const std::string whole = read_text(folder_ / "package.zip");
    const std::string sum = run_tool("sha256sum", {folder_ / "package.zip"}).output.substr(0, 16);
    for (const std::size_t cut :
         {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
      const std::string name = "again-" + std::to_string(cut) + ".zip";
      write(name + "." + sum + ".part", std::string_view(whole).substr(0, cut));
      const Finished half = as_customer({"unlock", folder_ / (name + "." + sum + ".part")});
      EXPECT_EQ(half.exit_code, 3) << half.output;
      EXPECT_THAT(half.output, HasSubstr("is incomplete"));

      const Finished resumed = as_customer({"download", "--output", folder_ / name});

      EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
      EXPECT_EQ(resumed.output, folder_ / name + "\n") << "no terminal, no progress";
      EXPECT_TRUE(read_text(folder_ / name) == whole)
          << "cut at " << cut << ": " << fs::file_size(folder_ / name) << " bytes of "
          << whole.size();
      EXPECT_FALSE(fs::exists(folder_ / (name + "." + sum + ".part")));
    }
    const Finished nowhere = as_customer({"download", "--output", folder_ / "none/x.zip"});
    EXPECT_EQ(nowhere.exit_code, 1);
    EXPECT_THAT(nowhere.output, HasSubstr("there is no folder"));
  }

  /// What was published verifies, and says what happened; nothing waits to be published.
  void expect_verified_ledger() const {
    const Finished trust = run(here({"admin", "ledger", "trust"}));
    write("trust.txt", trust.output);
    const Finished verified =
        run({"audit", "verify", folder_ / "data/ledger/1", "--trust", folder_ / "trust.txt"});
    EXPECT_EQ(verified.exit_code, 0) << trust.output << verified.output;
    const std::string status = run(here({"admin", "ledger", "status"})).output;
    EXPECT_THAT(status, HasSubstr("rows     0"));
    EXPECT_THAT(status, HasSubstr("frozen   no"));
    std::string entries;
    for (const auto& bundle :
         fs::recursive_directory_iterator(folder_ / "data/ledger/1/tile/entries"))
      if (bundle.is_regular_file()) entries += read_text(bundle.path());
    for (const std::string act : {"log.genesis",
                                  "request.received",
                                  "package.released",
                                  "package.downloaded",
                                  "writer.stop"})
      EXPECT_THAT(entries, HasSubstr("\"act\":\"" + act + "\""));
  }
};

TEST_F(ServiceE2e, GoesFromKeysToAnOpenedPackage) {
  const std::string catalog = demo_catalog();
  const auto serve =
      here({"serve", "--catalog", catalog, "--listen", "127.0.0.1:0", "--workers", "0"});

  const Finished without_keys = run(here({"admin", "account", "add", "C-10205007"}));
  EXPECT_EQ(without_keys.exit_code, 1);
  EXPECT_THAT(without_keys.output, HasSubstr("rightful admin keys init"));
  EXPECT_FALSE(fs::exists(folder_ / "data/postgres")) << "nothing was done";
  EXPECT_EQ(run(here({"admin", "keys", "init"})).exit_code, 0);
  EXPECT_EQ(run(here({"admin", "keys", "init"})).exit_code, 1) << "keys are never overwritten";
  const Finished migrated = run(here({"migrate"}));
  EXPECT_EQ(migrated.exit_code, 0) << migrated.output;
  EXPECT_THAT(migrated.output, HasSubstr("applied 0001"));
  EXPECT_THAT(run(here({"migrate"})).output, ::testing::Not(HasSubstr("applied")));

  Running service(serve, home(), sources(), folder_ / "serve.txt");
  ASSERT_TRUE(service.wait_for_output("serves http://", 120s)) << service.output();
  const std::string url = find_url(service.output().substr(service.output().find("serves ")));
  Running worker(here({"work"}), home(), sources(), folder_ / "work.txt");
  ASSERT_TRUE(worker.wait_for_output("exports at a time", 120s)) << worker.output();

  const Finished second = run_program(serve, home(), sources());
  EXPECT_EQ(second.exit_code, 1) << second.output;

  const Finished added = run(here({"admin", "account", "add", "C-10205007", "--language", "de"}));
  ASSERT_EQ(added.exit_code, 0) << added.output;
  EXPECT_EQ(std::ranges::count(added.output, '\n'), 2)
      << "the invitation and a word about it: " << added.output;
  EXPECT_EQ(run(here({"admin", "account", "add", "C-10205007"})).exit_code, 1);
  write("invitation", invitation_in(added.output));
  write("credential", "correct horse battery staple\n");

  const std::vector<std::string> who = {
      "--server", url, "--account", "C-10205007", "--credential-file", folder_ / "credential"};
  const auto as_customer = [&](std::vector<std::string> words) {
    words.insert(words.end(), who.begin(), who.end());
    return run(words);
  };
  const Finished enrolled = as_customer({"enrol",
                                         "--invitation-file",
                                         folder_ / "invitation",
                                         "--recovery-code-file",
                                         folder_ / "recovery"});
  ASSERT_EQ(enrolled.exit_code, 0) << enrolled.output;
  EXPECT_EQ(as_customer({"enrol", "--invitation-file", folder_ / "invitation"}).exit_code, 1)
      << "an invitation is used once";
  const Finished asked = as_customer({"request"});
  ASSERT_EQ(asked.exit_code, 0) << asked.output << worker.output();
  EXPECT_EQ(as_customer({"download", "--output", folder_ / "package.zip"}).exit_code, 0);
  expect_resumed(as_customer);
  const Finished opened =
      as_customer({"unlock", folder_ / "package.zip", "--into", folder_ / "mine"});
  EXPECT_EQ(opened.exit_code, 0) << opened.output;

  EXPECT_EQ(records_in(folder_ / "mine/data"), rows_);
  EXPECT_THAT(read_text(folder_ / "mine/index.html"), HasSubstr("lang=\"de\""))
      << "enrolling without --language leaves what the invitation said";
  EXPECT_EQ(worker.stop(), 0);
  service.signal(SIGKILL);
  Running again(serve, home(), sources(), folder_ / "again.txt");
  ASSERT_TRUE(again.wait_for_output("serves http://", 120s)) << again.output();
  EXPECT_EQ(again.stop(), 0) << again.output();
  EXPECT_FALSE(fs::exists(folder_ / "data/postgres/postmaster.pid"));
  expect_verified_ledger();
}

TEST(ExternalDatabaseE2e, NeedsItsSchemaAndThenServes) {
  const E2eFolder folder;
  const TestDatabase database = TestDatabase::create_empty();
  fs::create_directory(folder / "home");
  const std::vector<std::string> environment = {"RIGHTFUL_DATABASE=" + database.url()};
  const auto here = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--data-dir", folder / "data"});
    return words;
  };
  const auto serve = here(serve_words(demo_catalog(), 0));
  EXPECT_EQ(run_program(here({"admin", "keys", "init"}), folder / "home").exit_code, 0);

  const Finished without_schema = run_program(serve, folder / "home", environment);
  const Finished migrated = run_program(here({"migrate"}), folder / "home", environment);

  EXPECT_EQ(without_schema.exit_code, 1);
  EXPECT_THAT(without_schema.output, HasSubstr("rightful migrate"));
  EXPECT_EQ(migrated.exit_code, 0) << migrated.output;
  Running service(serve, folder / "home", environment, folder / "serve.txt");
  EXPECT_TRUE(service.wait_for_output("serves http://", 120s)) << service.output();
  EXPECT_EQ(service.stop(), 0) << service.output();
  EXPECT_FALSE(fs::exists(folder / "data/postgres")) << "no cluster of its own beside yours";
}

TEST(ServeE2e, RefusesToStartWithoutTheAddressOfASource) {
  const E2eFolder folder;
  fs::create_directory(folder / "home");

  const Finished refused = run_program(
      {"serve", "--catalog", demo_catalog(), "--data-dir", folder / "data"}, folder / "home");

  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("DEMO_SHOP_URL"));
  EXPECT_FALSE(fs::exists(folder / "data"));
}

TEST(ExternalDatabaseE2e, SaysWhenTheDatabaseIsAway) {
  const E2eFolder folder;
  fs::create_directory(folder / "home");
  EXPECT_EQ(run_program({"admin", "keys", "init", "--data-dir", folder / "data"}, folder / "home")
                .exit_code,
            0);

  const Finished refused =
      run_program({"migrate", "--data-dir", folder / "data"},
                  folder / "home",
                  {"RIGHTFUL_DATABASE=postgresql:///x?host=" + folder / "nowhere"});

  EXPECT_EQ(refused.exit_code, 4) << refused.output;
}

}  // namespace
}  // namespace rightful::testing
