#include "tests/support/rgw_server.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/support/helper_program.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::testing {
namespace {

using nlohmann::json;

constexpr const char* kAccessKey = "AKIARIGHTFULTEST";
constexpr const char* kSecretKey = "of-the-owner-of-buckets";
constexpr const char* kStrangerKey = "AKIARIGHTFULOTHER";
constexpr const char* kStrangerSecret = "of-a-reader-of-objects";

}  // namespace

struct RgwServer::Parts {
  TestFolder folder;
  HelperProgram server;
  HelperProgram hand;
};

RgwServer& RgwServer::instance() {
  static RgwServer server;
  return server;
}

RgwServer::RgwServer() : port_(free_port()) {
  TestFolder folder;
  HelperProgram server({support_file("rgw_up.sh"),
                        folder.path().string(),
                        std::to_string(port_),
                        std::to_string(free_port()),
                        kAccessKey,
                        kSecretKey,
                        kStrangerKey,
                        kStrangerSecret});
  HelperProgram hand({"python3", support_file("s3_hand.py"), endpoint(), kAccessKey, kSecretKey});
  parts_ = std::make_unique<Parts>(std::move(folder), std::move(server), std::move(hand));
}

RgwServer::~RgwServer() = default;

std::string RgwServer::endpoint() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

S3Keys RgwServer::owner() const {
  return {kAccessKey, kSecretKey};
}

S3Keys RgwServer::stranger() const {
  return {kStrangerKey, kStrangerSecret};
}

std::string RgwServer::create_bucket() {
  const std::string bucket = "bucket-" + std::to_string(++buckets_);
  tell(json{{"do", "create"}, {"bucket", bucket}}.dump());
  return bucket;
}

void RgwServer::put(const std::string& bucket,
                    const std::string& key,
                    const std::string& body,
                    std::size_t repeat,
                    const std::vector<std::pair<std::string, std::string>>& metadata) {
  json values = json::object();
  for (const auto& [name, value] : metadata) {
    values[name] = value;
  }
  tell(json{{"do", "put"},
            {"bucket", bucket},
            {"key", key},
            {"body", body},
            {"repeat", repeat},
            {"metadata", std::move(values)}}
           .dump());
}

void RgwServer::remove(const std::string& bucket, const std::string& key) {
  tell(json{{"do", "delete"}, {"bucket", bucket}, {"key", key}}.dump());
}

void RgwServer::let_stranger_read(const std::string& bucket, bool may_list) {
  json statements = json::array();
  const auto allow = [&](const char* action, const std::string& resource) {
    statements.push_back({{"Effect", "Allow"},
                          {"Principal", {{"AWS", {"arn:aws:iam:::user/stranger"}}}},
                          {"Action", {action}},
                          {"Resource", {resource}}});
  };
  allow("s3:GetObject", "arn:aws:s3:::" + bucket + "/*");
  if (may_list) allow("s3:ListBucket", "arn:aws:s3:::" + bucket);
  tell(json{{"do", "policy"},
            {"bucket", bucket},
            {"policy", {{"Version", "2012-10-17"}, {"Statement", std::move(statements)}}}}
           .dump());
}

void RgwServer::tell(const std::string& order) {
  const json answer = json::parse(parts_->hand.ask(order));
  if (answer.contains("fault")) throw std::runtime_error(answer["fault"].get<std::string>());
}

}  // namespace rightful::testing
