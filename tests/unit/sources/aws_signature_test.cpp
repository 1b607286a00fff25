// Against the values that AWS has published; tests/integration/sources/aws_signature_peer_test.cpp
// compares with another signer.
#include "sources/aws_signature.hpp"

#include <gtest/gtest.h>

namespace rightful::sources {
namespace {

constexpr std::string_view kNoBody =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The last part of the header's value.
std::string signature_in(const std::string& header) {
  return header.substr(header.find("Signature=") + 10);
}

TEST(AwsSignature, SignsTheVanillaRequestOfTheTestSuite) {
  const Instant time = parse_rfc3339("2015-08-30T12:36:00Z").value();
  const AwsRequest request{"GET",
                           "/",
                           {},
                           {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", amz_date(time)}},
                           std::string(kNoBody)};

  const std::string header =
      authorization(request,
                    {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""},
                    "us-east-1",
                    "service",
                    time);

  EXPECT_EQ(header,
            "AWS4-HMAC-SHA256 "
            "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, "
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

/// The examples of S3's "Signature Calculations for the Authorization Header".
class S3Example : public ::testing::Test {
 protected:
  std::string sign(const std::string& path, const NameValues& query, NameValues headers) {
    headers.emplace_back("Host", "examplebucket.s3.amazonaws.com");
    headers.emplace_back("x-amz-content-sha256", kNoBody);
    headers.emplace_back("x-amz-date", amz_date(time_));
    return signature_in(
        authorization({"GET", path, query, std::move(headers), std::string(kNoBody)},
                      {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""},
                      "us-east-1",
                      "s3",
                      time_));
  }

  Instant time_ = parse_rfc3339("2013-05-24T00:00:00Z").value();
};

TEST_F(S3Example, OfAnObjectsRange) {
  EXPECT_EQ(sign("/test.txt", {}, {{"Range", "bytes=0-9"}}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_F(S3Example, OfAnEmptyQueryValue) {
  EXPECT_EQ(sign("/", {{"lifecycle", ""}}, {}),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST_F(S3Example, OfAQuery) {
  EXPECT_EQ(sign("/", {{"prefix", "J"}, {"max-keys", "2"}}, {}),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(AwsSignature, EncodesOnceAndResolvesNothing) {
  EXPECT_EQ(encode_uri("/a b/ü/+/%20//../.~_-", true), "/a%20b/%C3%BC/%2B/%2520//../.~_-");
  EXPECT_EQ(encode_uri("a/b", false), "a%2Fb");
}

TEST(AwsSignature, SortsTheQueryByNameThenValue) {
  EXPECT_EQ(canonical_query({{"b", "2"}, {"a", "z"}, {"a", ""}, {"B", "1"}, {"a-b", "="}}),
            "B=1&a=&a=z&a-b=%3D&b=2");
}

TEST(AwsSignature, JoinsBlanksInHeaders) {
  const AwsRequest request{"GET", "/", {}, {{"X-Two", "  a   b\t "}, {"Host", "h"}}, "hash"};

  EXPECT_EQ(canonical_request(request), "GET\n/\n\nhost:h\nx-two:a b\n\nhost;x-two\nhash");
}

}  // namespace
}  // namespace rightful::sources
