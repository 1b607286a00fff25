/// @file
/// A served installation with a request that waits for a colleague, and links to it; for the tests
/// of what goes through one.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include <gmock/gmock.h>

#include "rightful/export/linked_uploads.hpp"
#include "rightful/http/api.hpp"
#include "rightful/http/server.hpp"
#include "rightful/store/manual_tasks.hpp"
#include "rightful/store/transaction.hpp"

#include "tests/integration/export/export_world.hpp"
#include "tests/integration/http/raw_client.hpp"
#include "tests/integration/lifecycle/people.hpp"
#include "tests/support/result_matchers.hpp"

namespace rightful::http {

inline constexpr const char* kUploadCatalog = R"(version: 1
controller:
  name: Musterton GmbH
  address: Klangweg 1, Berlin
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59 }
  languages: [en, de]
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
  archive: { kind: manual, instructions: { en: "Ask room 12.", de: "Zimmer 12." }, max_mib: 2 }
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: { en: until the end, de: bis zum Ende } }
  origin: the subject
datasets:
  - name: account_note
    source: shop
    table: account_note
    owner: account_id
    title: { en: Notes, de: Notizen }
    fields:
      id: { title: { en: Number, de: Nummer } }
      account_id: { title: { en: Account, de: Konto } }
      body: { title: { en: Text, de: Text } }
  - name: letter
    source: archive
    title: { en: Letters, de: Briefe }
    fields: { body: { title: { en: Text, de: Text } } }
  - name: card
    source: archive
    title: { en: Cards, de: Karten }
    fields: { body: { title: { en: Text, de: Text } } }
)";

inline nlohmann::json record(const std::string& owner,
                             const std::string& key,
                             const std::string& body) {
  return {{"@owner", owner}, {"@key", key}, {"body", body}};
}

inline std::string file_of(const std::string& account, const nlohmann::json& records) {
  return nlohmann::json{{"version", 1},
                        {"account", account},
                        {"snapshot", nullptr},
                        {"taken_at", "2026-11-20T10:00:00Z"},
                        {"count", records.size()},
                        {"records", records},
                        {"next", nullptr}}
      .dump();
}

class UploadLink : public ::testing::Test {
 protected:
  UploadLink() {
    world_.company(
        "CREATE TABLE account_note (id int PRIMARY KEY, account_id text, body text);"
        "INSERT INTO account_note VALUES (1, 'anna', 'a')");
    world_.activate_catalog(kUploadCatalog);
    world_.add_account("anna");
    world_.add_account("bert");
    settings_.listen = "127.0.0.1:0";
  }

  void SetUp() override {
    auto server = HttpServer::create(settings_, api_, clock_, random_);
    ASSERT_THAT(server, testing::IsOk());
    server_ = *std::move(server);
    server_->start();
  }

  /// A request whose first claim has found that it must wait for both datasets.
  RequestId waiting(const std::string& account) {
    const RequestId request = world_.ask(account);
    auto transaction = world_.pool().begin();
    const AccountId id = AccountId::parse(account).value();
    store::manual_tasks::open(transaction, request, id, "letter", 2, clock_.now());
    store::manual_tasks::open(transaction, request, id, "card", 3, clock_.now());
    transaction.commit();
    world_.execute(
        "UPDATE access_request SET catalog_version = (SELECT max(version) FROM catalog_version)");
    return request;
  }

  [[nodiscard]] std::string link_for(const RequestId& request,
                                     exporting::Replace replace = exporting::Replace::Refuse,
                                     const std::string& dataset = "letter") {
    auto made = uploads_.make_link(request, dataset, std::chrono::days(7), replace);
    EXPECT_THAT(made, testing::IsOk());
    return made ? made->token.expose() : std::string();
  }

  [[nodiscard]] std::string exchange(const std::string& bytes) const {
    testing::RawClient client(server_->port());
    client.send(bytes);
    return client.receive();
  }

  [[nodiscard]] static std::string head(const std::string& method,
                                        const std::string& token,
                                        const std::string& fields) {
    return method + " /v1/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token +
           "\r\n" + fields + "\r\n";
  }

  [[nodiscard]] std::string show(const std::string& token, const std::string& fields = "") const {
    return exchange(head("GET", token, fields));
  }

  [[nodiscard]] static std::string put_head(const std::string& token,
                                            const std::string& account,
                                            std::size_t size) {
    return head(
        "PUT",
        token,
        "Rightful-Account: " + account + "\r\nContent-Length: " + std::to_string(size) + "\r\n");
  }

  [[nodiscard]] std::string put(const std::string& token,
                                const std::string& account,
                                const std::string& file) const {
    return exchange(put_head(token, account, file.size()) + file);
  }

  [[nodiscard]] std::string own_file() const {
    return file_of(
        "anna", nlohmann::json::array({record("anna", "1", exporting::testing::canary("anna"))}));
  }

  /// But for the trace, the bytes of the one answer that every dead link gives.
  static void expect_dead(const std::string& response) {
    EXPECT_EQ(testing::status_of(response), "404") << response;
    nlohmann::json body = nlohmann::json::parse(testing::body_of(response));
    body.erase("trace");
    EXPECT_EQ(body,
              (nlohmann::json{
                  {"type", "urn:rightful:problem:link_dead"},
                  {"title", "This link does not work"},
                  {"status", 404},
                  {"detail",
                   "It was used, is out of date, or was taken back: ask whoever sent it for a "
                   "new one."}}));
  }

  static void expect_problem(const std::string& response, const char* status, const char* name) {
    EXPECT_EQ(testing::status_of(response), status) << response;
    EXPECT_THAT(testing::body_of(response),
                ::testing::HasSubstr("\"urn:rightful:problem:" + std::string(name) + "\""));
  }

  void expect_nothing_kept() {
    EXPECT_EQ(world_.count("manual_chunk"), 0);
    EXPECT_EQ(world_.count("manual_task WHERE state <> 'open'"), 0);
    EXPECT_THAT(world_.work_files(), ::testing::IsEmpty());
  }

  exporting::testing::ExportWorld world_;
  SystemClock clock_;
  SystemRandom random_;
  testing::MemoryObjects objects_;
  exporting::ManualUploads uploads_{world_.pool(), world_.keys(), clock_, random_};
  exporting::LinkedUploads linked_{
      world_.pool(), uploads_, clock_, random_, world_.folder / "work"};
  lifecycle::SignIn sign_in_{world_.pool(), world_.keys(), clock_, random_};
  store::LedgerPressure pressure_{world_.pool(), clock_};
  lifecycle::AccessRequests requests_{
      world_.pool(), pressure_, objects_, clock_, random_, {.timezone = "Europe/Berlin"}};
  lifecycle::StaffAccess staff_{world_.pool(), world_.keys(), clock_, random_};
  lifecycle::LedgerAudit ledger_{world_.pool(), world_.keys(), clock_, world_.folder / "ledger"};
  Api api_{sign_in_,
           requests_,
           linked_,
           staff_,
           ledger_,
           clock_,
           {.version = "1",
            .service_key = world_.keys().service_key().public_key(),
            .is_ready = [] { return true; },
            .languages = {"en", "de"}}};
  HttpServerSettings settings_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace rightful::http
