#include "tests/integration/sources/bucket.hpp"

namespace rightful::sources::testing {

using rightful::testing::RgwServer;
using rightful::testing::S3Keys;

Bucket::Bucket()
    : server_(RgwServer::instance()),
      name_(server_.create_bucket()),
      proxy_({"python3",
              rightful::testing::support_file("faulty_proxy.py"),
              "127.0.0.1",
              std::to_string(server_.port())}) {}

SourceText Bucket::source(const std::string& more) const {
  return source_at(endpoint(), server_.owner(), more);
}

SourceText Bucket::source_at(const std::string& endpoint,
                             const S3Keys& keys,
                             const std::string& more) const {
  return {"{ kind: s3, bucket: " + name_ + ", endpoint: '" + endpoint +
              "', access_key_env: STORE_KEY, secret_key_env: STORE_SECRET" + more + " }",
          {{"store.access_key_env", keys.access_key}, {"store.secret_key_env", keys.secret_key}}};
}

std::string Bucket::endpoint() const {
  return "http://127.0.0.1:" + proxy_.first_line();
}

void Bucket::put(const std::string& key,
                 const std::string& body,
                 std::size_t repeat,
                 const std::vector<std::pair<std::string, std::string>>& metadata) const {
  server_.put(name_, key, body, repeat, metadata);
}

void Bucket::remove(const std::string& key) const {
  server_.remove(name_, key);
}

}  // namespace rightful::sources::testing
