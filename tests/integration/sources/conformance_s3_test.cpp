// Buckets in the conformance suite.
#include "tests/integration/sources/bucket.hpp"
#include "tests/integration/sources/conformance.hpp"

namespace rightful::sources::testing {
namespace {

constexpr const char* kWrongSecret = "not-the-secret-key";

class S3Kind final : public ObjectKind {
 public:
  [[nodiscard]] SourceText source() const override { return bucket_.source(); }

  void put(const std::string& name, const std::string& body, std::size_t repeat) override {
    bucket_.put(name, body, repeat);
  }

  void remove(const std::string& name) override { bucket_.remove(name); }

  [[nodiscard]] bool die() override {
    bucket_.kill_proxy();
    return true;
  }

  [[nodiscard]] std::optional<SourceText> absent(int port) const override {
    return bucket_.source_at("http://127.0.0.1:" + std::to_string(port), keys());
  }

  [[nodiscard]] std::optional<SourceText> refused() const override {
    return bucket_.source_at(bucket_.endpoint(), {keys().access_key, kWrongSecret});
  }

  [[nodiscard]] std::vector<std::string> secrets() const override {
    return {keys().secret_key, keys().access_key, kWrongSecret};
  }

 private:
  static rightful::testing::S3Keys keys() {
    return rightful::testing::RgwServer::instance().owner();
  }

  Bucket bucket_;
};

INSTANTIATE_TEST_SUITE_P(S3, ObjectConformance, ::testing::Values(MakeObjectKind([] {
                           return std::make_unique<S3Kind>();
                         })));

}  // namespace
}  // namespace rightful::sources::testing
