// A person's whole way through a real service, with colleagues, officers and mishaps, and then a
// search: nothing personal stands in a leaf, in a table of the ledger, in a published file or in a
// line of the log; neither as it is nor as its plain hash. And what the person was given lets an
// auditor check the log.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stop_token>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"

#include "tests/e2e/canary_search.hpp"
#include "tests/e2e/installation.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// Every connection of theirs comes from here: an address of this machine like any other of 127/8.
constexpr std::string_view kAddress = "127.53.7.91";
constexpr std::string_view kForwardedAddress = "203.0.113.77";
constexpr std::string_view kUserAgent = "CanaryBrowser/17.31";
constexpr std::string_view kCredential = "correct horse battery staple";
/// What officers and auditors look for.
constexpr std::string_view kSought = "canary-sought-2604";
constexpr std::string_view kSoughtCode = "canary_sought.something";
constexpr std::string_view kUploadFile = "canary-letters-1742.json";
constexpr std::string_view kUploaded = "canary of a letter in a box";

/// Beside the demo's sources, what colleagues supply by hand.
std::string catalog_with_manual_datasets() {
  std::string text = read_text(fs::path(RIGHTFUL_SOURCE_DIR) / "demo/catalog.yaml");
  const std::string sources = "\nsources:\n";
  text.insert(
      text.find(sources) + sources.size(),
      "  canary_archive: { kind: manual, instructions: { en: Ask canary room 12, fr: Salle 12, de: "
      "Raum 12 }, max_mib: 3 }\n");
  std::string datasets;
  for (const char* name : {"canary_letterbox", "canary_cardfile"}) {
    datasets += std::string("  - name: ") + name +
                "\n    source: canary_archive\n"
                "    title: { en: Letters, fr: Lettres, de: Briefe }\n"
                "    categories: [Name]\n"
                "    fields: { body: { title: { en: Text, fr: Texte, de: Text } } }\n";
  }
  text.insert(text.find("\nnot_personal:"), "\n" + datasets);
  return text;
}

class LedgerCanaryE2e : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    write("credential", std::string(kCredential) + "\n");
    write("catalog.yaml", catalog_with_manual_datasets());
    ASSERT_EQ(run(here({"admin", "keys", "init"})).exit_code, 0);
    serve();
  }

  void serve() {
    service_.emplace(
        here(serve_words(folder_ / "catalog.yaml", 1)), home(), sources(), folder_ / "serve.txt");
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

  /// From an address and with a browser that may not be kept. @return status and body.
  [[nodiscard]] std::string curl(std::vector<std::string> words, const std::string& path) const {
    words.insert(words.begin(),
                 {"-s",
                  "-w",
                  "\n%{http_code}",
                  "--interface",
                  std::string(kAddress),
                  "-H",
                  "X-Forwarded-For: " + std::string(kForwardedAddress),
                  "-A",
                  std::string(kUserAgent)});
    words.push_back(url_ + path);
    return run_tool("curl", words).output;
  }

  /// Somebody types this as an account.
  void try_to_sign_in(const std::string& typed) const {
    const std::string body =
        nlohmann::json{{"account", typed}, {"login", to_base64(Bytes(32))}}.dump();
    EXPECT_THAT(
        curl({"-X", "POST", "-H", "Content-Type: application/json", "-d", body}, "/v1/session"),
        HasSubstr("credential_wrong"));
  }

  [[nodiscard]] std::string add_staff(const std::string& name, const std::string& role) const {
    const Finished added = run(here({"admin", "staff", "add", name, "--role", role}));
    EXPECT_EQ(added.exit_code, 0) << added.output;
    return invitation_in(added.output);
  }

  template <class Condition>
  [[nodiscard]] static bool wait_until(const Condition& holds) {
    SystemClock clock;
    for (int look = 0; look < 400; ++look) {
      if (holds()) return true;
      clock.wait_for(std::stop_token(), 300ms);
    }
    return false;
  }

  void enrol() {
    const Finished added = run(here({"admin", "account", "add", std::string(kCustomer)}));
    ASSERT_EQ(added.exit_code, 0) << added.output;
    canaries_["invitation"] = invitation_in(added.output);
    write("invitation", canaries_["invitation"]);
    const Finished enrolled = as_customer({"enrol", "--invitation-file", folder_ / "invitation"});
    ASSERT_EQ(enrolled.exit_code, 0) << enrolled.output;
  }

  /// One dataset by the operator's command, one through a link; each first for somebody else.
  void supply_by_hand() {
    write(std::string(kUploadFile),
          nlohmann::json{
              {"version", 1},
              {"account", kCustomer},
              {"snapshot", nullptr},
              {"taken_at", "2026-11-20T10:00:00Z"},
              {"count", 1},
              {"next", nullptr},
              {"records",
               nlohmann::json::array(
                   {{{"@owner", kCustomer}, {"@key", "canary-record-77"}, {"body", kUploaded}}})}}
              .dump());
    const std::string file = folder_ / kUploadFile;
    const auto tasks = [this] { return run(here({"admin", "manual", "list"})).output; };
    ASSERT_TRUE(wait_until([&] { return tasks().find("canary_cardfile") != std::string::npos; }))
        << service_->output();
    const std::string request = tasks().substr(0, 36);
    const auto upload = [&](std::string_view account) {
      return run(here({"admin",
                       "manual",
                       "upload",
                       request,
                       "canary_cardfile",
                       file,
                       "--account",
                       std::string(account)}));
    };
    EXPECT_NE(upload(kSought).exit_code, 0);
    const Finished taken = upload(kCustomer);
    ASSERT_EQ(taken.exit_code, 0) << taken.output;

    const Finished made = run(here(
        {"admin", "manual", "link", request, "canary_letterbox", "--days", "3", "--server", url_}));
    ASSERT_EQ(made.exit_code, 0) << made.output;
    const std::string link = find_url(made.output);
    canaries_["link"] = link.substr(link.find('#') + 1);
    const auto send = [&](std::string_view account) {
      return curl({"-H",
                   "Authorization: Bearer " + canaries_["link"],
                   "-H",
                   "Rightful-Account: " + std::string(account),
                   "-H",
                   "Content-Disposition: attachment; filename=\"" + std::string(kUploadFile) + "\"",
                   "--upload-file",
                   file},
                  "/v1/upload");
    };
    EXPECT_THAT(send(kSought), HasSubstr("other_account"));
    ASSERT_THAT(send(kCustomer), HasSubstr("\"records\":1"));
  }

  void fetch() {
    ASSERT_TRUE(wait_until([this] {
      return as_customer({"status"}).output.find("ready") != std::string::npos;
    })) << as_customer({"status"}).output
        << service_->output();
    const Finished fetched = as_customer({"download", "--output", folder_ / "package.zip"});
    ASSERT_EQ(fetched.exit_code, 0) << fetched.output << service_->output();
    const Finished opened =
        as_customer({"unlock", folder_ / "package.zip", "--into", folder_ / "mine"});
    ASSERT_EQ(opened.exit_code, 0) << opened.output;
  }

  void live() {
    ASSERT_NO_FATAL_FAILURE(enrol());
    const Finished asked = as_customer({"request", "--no-wait"});
    ASSERT_EQ(asked.exit_code, 0) << asked.output << service_->output();
    ASSERT_NO_FATAL_FAILURE(supply_by_hand());
    ASSERT_NO_FATAL_FAILURE(fetch());
  }

  /// Staff look for somebody, whom the ledger knows or not.
  void search() {
    canaries_["officer"] = "canary.officer-31";
    canaries_["auditor"] = "canary.auditor-32";
    canaries_["officer's token"] = add_staff(canaries_["officer"], "officer");
    canaries_["auditor's token"] = add_staff(canaries_["auditor"], "auditor");
    const std::string officer = "Authorization: Bearer " + canaries_["officer's token"];
    const std::string auditor = "Authorization: Bearer " + canaries_["auditor's token"];
    for (const auto& [account, says] :
         {std::pair(kSought, "\n404"), std::pair(kCustomer, "\"subj\":\"s_")}) {
      const std::string body = nlohmann::json{{"account", account}, {"why", "audit"}}.dump();
      EXPECT_THAT(curl({"-H", officer, "-H", "Content-Type: application/json", "-d", body},
                       "/v1/ledger/1/pseudonym"),
                  HasSubstr(says));
    }
    const std::string entries = "/v1/ledger/1/entries?";
    for (const char* field : {"subj=", "actor=", "req=", "act=", "since="}) {
      EXPECT_THAT(curl({"-H", auditor}, entries + field + std::string(kSought)), HasSubstr("\n400"))
          << field;
    }
    EXPECT_THAT(curl({"-H", auditor}, entries + "act=" + std::string(kSoughtCode)),
                HasSubstr("\n200"));
    EXPECT_THAT(curl({"-H", auditor}, "/v1/ledger/" + std::string(kSought) + "/entries"),
                HasSubstr("\n404"));
    EXPECT_THAT(curl({"-H", auditor, "-H", "Content-Type: application/json", "-d", "{}"},
                     "/v1/ledger/1/pseudonym"),
                HasSubstr("\n403"));
  }

  /// Everything that stands where the ledger stands: name of the place → its bytes.
  [[nodiscard]] std::map<std::string, std::string> places() const {
    std::map<std::string, std::string> found;
    found["leaves"] = ledger(
        "SELECT convert_from(leaf, 'UTF8') FROM ledger.body UNION ALL "
        "SELECT convert_from(leaf, 'UTF8') FROM ledger.outbox");
    std::istringstream tables(
        ledger("SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN "
               "('ledger', 'ledger_secret')"));
    for (std::string table; std::getline(tables, table);)
      found[table] = ledger("SELECT * FROM " + table);
    for (const char* folder : {"data/ledger", "data/signer", "data/postgres/log"}) {
      for (const auto& entry : fs::recursive_directory_iterator(folder_ / folder))
        if (entry.is_regular_file()) found[entry.path().string()] = read_text(entry.path());
    }
    found["the service's log"] = service_->output();
    found["PostgreSQL's log of its start"] = read_text(folder_ / "data/postgres-start.log");
    return found;
  }

  std::map<std::string, std::string> canaries_;
  std::optional<Running> service_;
  std::string url_;
};

TEST(CanarySearch, FindsEveryForm) {
  // FIPS 180-2: SHA-256 of "abc"; RFC 4648: Base64.
  const auto all = canary_forms("abcabc");
  EXPECT_EQ(all.at("bytes"), "abcabc");
  EXPECT_EQ(all.at("hex"), "616263616263");
  EXPECT_EQ(all.at("base64"), "YWJjYWJj");
  EXPECT_EQ(all.at("base64 after 1"), "FiY2FiY") << "of xabcabcx: eGFiY2FiY3g=";
  EXPECT_EQ(all.at("base64 after 2"), "hYmNhYm") << "of xxabcabcx: eHhhYmNhYmN4";
  const auto known = canary_forms("abc");
  EXPECT_EQ(known.at("hex of SHA-256"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(known.at("base64 of SHA-256"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa");
  EXPECT_EQ(known.at("base64url of SHA-256"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa");
  EXPECT_EQ(to_hex(as_bytes(known.at("bytes of SHA-256"))), known.at("hex of SHA-256"));

  const std::map<std::string, std::string> canaries{{"mail", "Anna.Bell@example.org"}};
  for (const auto& [form, wanted] : canary_forms(canaries.at("mail"))) {
    const std::string place = "before" + wanted + "behind";
    EXPECT_THAT(find_canaries(canaries, {{"leaf", place}, {"elsewhere", "before behind"}}),
                Contains("mail, " + form + ", in leaf"));
    std::string spoilt = place;
    spoilt[6 + wanted.size() / 2] ^= 1;
    EXPECT_THAT(find_canaries(canaries, {{"leaf", spoilt}}), IsEmpty()) << form;
  }
}

TEST_F(LedgerCanaryE2e, KeepsEverythingPersonalOut) {
  canaries_ = {{"account", std::string(kCustomer)},
               {"name", shop("given_name || ' ' || family_name FROM account")},
               {"family name", shop("family_name FROM account")},
               {"mail", shop("email FROM account")},
               {"telephone", shop("phone FROM account")},
               {"street", shop("street FROM account")},
               {"search term", shop("query FROM search")},
               {"wireless network", shop("wifi_name FROM device")},
               {"file", fs::path(shop("path FROM voice_recording")).filename().string()}};
  const std::string recording = shop("path FROM voice_recording");
  for (const auto& [what, canary] : canaries_)
    ASSERT_GE(canary.size(), 4U) << what;
  const auto personal = canaries_;
  ASSERT_NO_FATAL_FAILURE(live());
  for (const auto& [what, canary] : personal)
    try_to_sign_in(canary);
  search();
  // A file that the company's table names is gone: errors like to say names.
  ASSERT_TRUE(fs::remove(folder_.path() / "company/voice" / recording)) << recording;
  EXPECT_NE(as_customer({"request", "--no-wait"}).output, "");
  ASSERT_NO_FATAL_FAILURE(supply_by_hand());
  ASSERT_TRUE(wait_until([this] {
    return ledger("SELECT count(*) FROM ledger.lookup WHERE act = 'job.quarantined'") == "1";
  })) << service_->output();
  ASSERT_EQ(service_->stop(), 0);  // what was counted is written
  const std::string logged = service_->output();
  serve();

  auto places = this->places();
  places["the service's log before"] = logged;

  canaries_["address"] = kAddress;
  canaries_["address forwarded"] = kForwardedAddress;
  canaries_["browser"] = kUserAgent;
  canaries_["credential"] = kCredential;
  canaries_["sought"] = kSought;
  canaries_["sought code"] = kSoughtCode;
  canaries_["uploaded file"] = kUploadFile;
  canaries_["uploaded"] = kUploaded;
  canaries_["uploaded record"] = "canary-record-77";
  for (const char* table : {"voice_recording",
                            "music_command",
                            "transit_question",
                            "purchase_line",
                            "support_call",
                            "doorbell_clip",
                            "canary_archive",
                            "canary_letterbox",
                            "canary_cardfile"}) {
    canaries_[table] = table;
  }
  for (const char* act : {"package.downloaded",
                          "signin.refused",
                          "dataset.supplied",
                          "dataset.supply_refused",
                          "dataset.link_ended",
                          "staff.searched",
                          "audit.resolved",
                          "audit.queried",
                          "staff.refused",
                          "job.quarantined"}) {
    EXPECT_THAT(places.at("leaves"), HasSubstr("\"act\":\"" + std::string(act) + "\""));
  }
  EXPECT_TRUE(std::ranges::any_of(places, [](const auto& place) {
    return place.first.find("tile/entries") != std::string::npos;
  }));
  EXPECT_THAT(find_canaries(canaries_, places),
              UnorderedElementsAre("officer, bytes, in ledger_secret.actor",
                                   "auditor, bytes, in ledger_secret.actor"))
      << "the only place where a pseudonym meets somebody";

  // Had it been written anywhere, it would have been found.
  static_cast<void>(
      ledger("INSERT INTO ledger.rejected (id, leaf, why) SELECT 99, sha256(convert_to('" +
             canaries_["mail"] + "', 'UTF8')), 'planted'"));
  write("data/ledger/1/planted", "x" + canaries_["search term"]);
  EXPECT_THAT(find_canaries(canaries_, this->places()),
              AllOf(Contains("mail, hex of SHA-256, in ledger.rejected"),
                    Contains(HasSubstr("search term, bytes, in ")),
                    SizeIs(4)));
}

TEST_F(LedgerCanaryE2e, ReleasesWhatACheckpointCoversAndHandsOneOver) {
  ASSERT_NO_FATAL_FAILURE(live());

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
