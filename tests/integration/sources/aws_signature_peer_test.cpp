// Our signer beside botocore's, over names that stores and proxies like to get wrong.
#include <algorithm>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "sources/aws_signature.hpp"
#include "tests/support/helper_program.hpp"

namespace rightful::sources {
namespace {

using nlohmann::json;

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr const char* kHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

class SignaturePeer : public ::testing::Test {
 protected:
  void compare(const std::string& path, const NameValues& query, NameValues headers = {}) {
    const Instant time = parse_rfc3339("2026-02-28T23:59:59Z").value();
    headers.emplace_back("host", "bucket.example:8443");
    headers.emplace_back("x-amz-content-sha256", kHash);
    headers.emplace_back("x-amz-date", amz_date(time));
    const AwsRequest request{"GET", path, query, headers, kHash};
    const json answer = json::parse(peer_.ask(json{{"do", "sign"},
                                                   {"method", "GET"},
                                                   {"path", path},
                                                   {"query", query},
                                                   {"headers", headers},
                                                   {"hash", kHash},
                                                   {"date", amz_date(time)},
                                                   {"region", "eu-central-1"}}
                                                  .dump()));

    EXPECT_EQ(canonical_request(request), answer["canonical"].get<std::string>()) << path;
    EXPECT_EQ(authorization(request, {"AKIDEXAMPLE", kSecret, ""}, "eu-central-1", "s3", time),
              answer["authorization"].get<std::string>())
        << path;
    ++compared_;
  }

  rightful::testing::HelperProgram peer_{
      {"python3", rightful::testing::support_file("s3_hand.py"), "-", "AKIDEXAMPLE", kSecret}};
  int compared_ = 0;
};

TEST_F(SignaturePeer, AgreesOnOddKeys) {
  for (const char* path : {"/",
                           "/bucket/",
                           "/bucket/a b",
                           "/bucket/a%20b",
                           "/bucket/a+b",
                           "/bucket//a//b/",
                           "/bucket/./a/../b",
                           "/bucket/..",
                           "/bucket/ü/日本/🎤.wav",
                           "/bucket/e\u0301",
                           "/bucket/100%",
                           "/bucket/%",
                           "/bucket/%2F",
                           "/bucket/~-._",
                           "/bucket/!*'();:@&=+$,?#[]",
                           "/bucket/\"<>\\^`{|}",
                           "/bucket/a\tb",
                           "/bucket/\x01\x7f",
                           "/bucket/ leading and trailing "}) {
    compare(path, {});
  }
  // Every character that has a key of its own.
  for (int c = 0x20; c < 0x7f; ++c) {
    compare(std::string("/bucket/") + static_cast<char>(c) + "x", {});
  }
  EXPECT_EQ(compared_, 19 + 95);
}

TEST_F(SignaturePeer, AgreesOnQueries) {
  compare("/bucket", {{"acl", ""}});
  compare("/bucket", {{"list-type", "2"}, {"prefix", "a b/ü+%&="}, {"delimiter", "/"}});
  compare("/bucket", {{"b", "2"}, {"a", "2"}, {"a", "10"}, {"a", "1"}, {"A", ""}, {"a-", "x"}});
  compare("/bucket", {{"versionId", "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY"}});
}

TEST_F(SignaturePeer, AgreesOnHeaders) {
  compare("/bucket/a", {}, {{"range", "bytes=0-9"}, {"if-match", "\"0123\""}});
  compare("/bucket/a", {}, {{"x-amz-security-token", "IQoJb3JpZ2luX2VjE//+=="}});
  compare("/bucket/a", {}, {{"X-Amz-Meta-Owner", "  two   words  "}});
}

}  // namespace
}  // namespace rightful::sources
