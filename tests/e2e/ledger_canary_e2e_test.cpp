// A person's whole way through a real service, and then a search: nothing personal stands in a
// leaf, in a table of the ledger, in a published file or in a line of the log; neither as it is nor
// as its plain hash. And what the person was given lets an auditor check the log.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/hash.hpp"

#include "tests/e2e/installation.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kAddress = "203.0.113.77";
constexpr std::string_view kUserAgent = "CanaryBrowser/17.31";

/// As it is, as hexadecimal digits and base64, and its SHA-256 in both.
std::vector<std::string> forms_of(const std::string& canary) {
  const Bytes bytes = to_bytes(canary);
  const auto hash = crypto::sha256(bytes);
  return {canary,
          to_hex(bytes),
          to_base64(bytes),
          to_base64url(bytes),
          to_hex(hash.bytes()),
          to_base64(hash.bytes()),
          to_base64url(hash.bytes())};
}

class LedgerCanaryE2e : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    write("credential", "correct horse battery staple\n");
    ASSERT_EQ(run(here({"admin", "keys", "init"})).exit_code, 0);
    serve();
  }

  void serve() {
    service_.emplace(here({"serve",
                           "--catalog",
                           std::string(RIGHTFUL_SOURCE_DIR) + "/demo/catalog.yaml",
                           "--listen",
                           "127.0.0.1:0",
                           "--workers",
                           "1"}),
                     home(),
                     sources(),
                     folder_ / "serve.txt");
    ASSERT_TRUE(service_->wait_for_output("serves http://", 120s)) << service_->output();
    url_ = find_url(service_->output().substr(service_->output().find("serves ")));
  }

  [[nodiscard]] std::string shop(const std::string& expression) const {
    return ask_postgres(
        folder_ / "company/run",
        "shop",
        "SELECT " + expression + " WHERE account_id = '" + std::string(kCustomer) + "' LIMIT 1");
  }

  [[nodiscard]] std::string ledger(const std::string& script) const {
    return ask_postgres(folder_ / "data/run", "rightful", script);
  }

  [[nodiscard]] Finished as_customer(std::vector<std::string> words) const {
    words.insert(words.end(),
                 {"--server",
                  url_,
                  "--account",
                  std::string(kCustomer),
                  "--credential-file",
                  folder_ / "credential"});
    return run(words);
  }

  /// Somebody types this as an account, from an address and with a browser that may not be kept.
  void try_to_sign_in(const std::string& typed) const {
    const Finished tried =
        run_tool("curl",
                 {"-s",
                  "-X",
                  "POST",
                  url_ + "/v1/session",
                  "-H",
                  "Content-Type: application/json",
                  "-H",
                  "X-Forwarded-For: " + std::string(kAddress),
                  "-A",
                  std::string(kUserAgent),
                  "-d",
                  R"({"account":")" + typed + R"(","login":")" + to_base64(Bytes(32)) + "\"}"});
    EXPECT_THAT(tried.output, HasSubstr("credential_wrong"));
  }

  void live() {
    const Finished added = run(here({"admin", "account", "add", std::string(kCustomer)}));
    ASSERT_EQ(added.exit_code, 0) << added.output;
    write("invitation", invitation_in(added.output));
    const Finished enrolled = as_customer({"enrol", "--invitation-file", folder_ / "invitation"});
    ASSERT_EQ(enrolled.exit_code, 0) << enrolled.output;
    try_to_sign_in(std::string(kCustomer));
    for (const auto& [what, canary] : canaries_)
      if (what != "account") try_to_sign_in(canary);
    const Finished asked = as_customer({"request"});
    ASSERT_EQ(asked.exit_code, 0) << asked.output << service_->output();
    const Finished fetched = as_customer({"download", "--output", folder_ / "package.zip"});
    ASSERT_EQ(fetched.exit_code, 0) << fetched.output << service_->output();
    const Finished opened =
        as_customer({"unlock", folder_ / "package.zip", "--into", folder_ / "mine"});
    ASSERT_EQ(opened.exit_code, 0) << opened.output;
  }

  /// Everything that stands where the ledger stands: name of the place → its bytes.
  [[nodiscard]] std::map<std::string, std::string> places() const {
    std::map<std::string, std::string> found;
    found["leaves"] = ledger(
        "SELECT convert_from(leaf, 'UTF8') FROM ledger.body UNION ALL "
        "SELECT convert_from(leaf, 'UTF8') FROM ledger.outbox");
    for (const char* table : {"ledger.log",
                              "ledger.outbox",
                              "ledger.writer",
                              "ledger.entry",
                              "ledger.lookup",
                              "ledger.head",
                              "ledger.checkpoint",
                              "ledger.signer_key",
                              "ledger.rejected",
                              "ledger_secret.subject_key"}) {
      found[table] = ledger(std::string("SELECT * FROM ") + table);
    }
    for (const char* folder : {"data/ledger", "data/signer", "data/postgres/log"}) {
      if (!fs::exists(folder_ / folder)) continue;
      for (const auto& entry : fs::recursive_directory_iterator(folder_ / folder))
        if (entry.is_regular_file()) found[entry.path().string()] = read_text(entry.path());
    }
    found["the service's log"] = service_->output();
    return found;
  }

  std::map<std::string, std::string> canaries_;
  std::optional<Running> service_;
  std::string url_;
};

TEST_F(LedgerCanaryE2e, KeepsEverythingPersonalOut) {
  canaries_ = {{"account", std::string(kCustomer)},
               {"name", shop("given_name || ' ' || family_name FROM account")},
               {"family name", shop("family_name FROM account")},
               {"mail", shop("email FROM account")},
               {"search term", shop("query FROM search")}};
  for (const auto& [what, canary] : canaries_)
    ASSERT_GE(canary.size(), 4U) << what;
  live();
  ASSERT_EQ(service_->stop(), 0);  // what was counted is written
  const std::string logged = service_->output();
  serve();

  auto places = this->places();
  places["the service's log before"] = logged;

  canaries_["address"] = kAddress;
  canaries_["browser"] = kUserAgent;
  canaries_["credential"] = "correct horse battery staple";
  ASSERT_THAT(places.at("leaves"), HasSubstr("\"act\":\"package.downloaded\""));
  ASSERT_THAT(places.at("leaves"), HasSubstr("\"act\":\"signin.refused\""));
  for (const auto& [place, content] : places) {
    for (const auto& [what, canary] : canaries_) {
      for (const std::string& form : forms_of(canary))
        EXPECT_EQ(content.find(form), std::string::npos)
            << what << " as " << form << " in " << place;
    }
  }
  EXPECT_TRUE(std::ranges::any_of(places, [](const auto& place) {
    return place.first.find("tile/entries") != std::string::npos;
  }));
}

TEST_F(LedgerCanaryE2e, ReleasesWhatACheckpointCoversAndHandsOneOver) {
  live();

  const auto number = [this](const std::string& expression, const std::string& act) {
    return std::stoi(ledger("SELECT " + expression +
                            " FROM ledger.lookup l JOIN ledger.body b USING (log_id, idx) "
                            "WHERE l.act = '" +
                            act + "'"));
  };
  const int verified = number("idx", "package.verified");
  const int at_size =
      number("convert_from(b.leaf, 'UTF8')::json->'d'->>'at_size'", "package.released");
  EXPECT_GT(at_size, verified);
  EXPECT_GE(number("idx", "package.released"), at_size) << "released after it was signed";
  EXPECT_EQ(
      ledger("SELECT count(*) FROM ledger.checkpoint WHERE size = " + std::to_string(at_size)),
      "1");

  const Finished trust = run(here({"admin", "ledger", "trust"}));
  write("trust", trust.output);
  const Finished checked = run({"audit",
                                "verify",
                                folder_ / "data/ledger/1",
                                "--trust",
                                folder_ / "trust",
                                "--checkpoint",
                                folder_ / "mine/about/ledger-checkpoint.txt"});
  EXPECT_EQ(checked.exit_code, 0) << checked.output;

  static_cast<void>(ledger("UPDATE ledger.log SET state = 'frozen'"));
  ASSERT_TRUE(service_->wait_for_output("event=ledger_frozen", 30s)) << service_->output();
  const Finished refused = as_customer({"download", "--output", folder_ / "again.zip"});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.output, HasSubstr("Nothing can be handed out at the moment"));
  EXPECT_FALSE(fs::exists(folder_ / "again.zip"));
}

}  // namespace
}  // namespace rightful::testing
