#include "export/child_protocol.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"

namespace rightful::exporting {
namespace {

template <class Fixed>
Fixed filled(unsigned char value) {
  std::array<std::byte, Fixed::kSizeBytes> bytes{};
  bytes.fill(std::byte{value});
  return Fixed::from(bytes);
}

const RequestId kRequest = RequestId::parse("11111111-2222-4333-8444-555555555555").value();
const Instant kTime = parse_rfc3339("2026-01-02T03:04:05.678Z").value();

ChildInput an_input() {
  return {.account = AccountId::parse("Zoë \"x\" <1>").value(),
          .request = kRequest,
          .statement = {kRequest,
                        AccountId::parse("Zoë \"x\" <1>").value(),
                        filled<crypto::UnlockPublicKey>(1),
                        filled<crypto::Nonce>(2),
                        kTime},
          .sign_key = filled<crypto::SignPublicKey>(3),
          .signature = filled<crypto::Signature>(4),
          .service_key = filled<crypto::SignPublicKey>(5),
          .recovery_wrap = to_bytes("wrapped"),
          .language = "fr",
          .catalog = "version: 1\n# é\n",
          .catalog_version = 7,
          .catalog_sha256 = filled<crypto::Sha256Digest>(6),
          .checkpoint = "audit.example.test/dsar/dev\n1\n…\n\n— …\n",
          .locations = {{"shop", "postgresql://x"}, {"voice", "/srv/voice"}},
          .package_directory = "/data/packages",
          .object_name = "11111111-2222-4333-8444-555555555555.zip",
          .work_directory = "/data/work",
          .created = kTime,
          .not_after = kTime,
          .memory_mib = 512,
          .is_landlock_required = true};
}

TEST(ChildInputText, ComesBackAsItWas) {
  const ChildInput input = an_input();

  const auto parsed = parse_child_input(encode(input));

  ASSERT_THAT(parsed, testing::IsOk());
  EXPECT_EQ(parsed->account, input.account);
  EXPECT_EQ(parsed->statement.account, input.statement.account);
  EXPECT_EQ(parsed->statement.time, kTime);
  EXPECT_EQ(parsed->signature, input.signature);
  EXPECT_EQ(parsed->recovery_wrap, input.recovery_wrap);
  EXPECT_EQ(parsed->locations, input.locations);
  EXPECT_EQ(parsed->catalog, input.catalog);
  EXPECT_EQ(parsed->is_landlock_required, true);
}

TEST(ChildInputText, MayLackARecoveryWrap) {
  ChildInput input = an_input();
  input.recovery_wrap.reset();

  EXPECT_EQ(parse_child_input(encode(input))->recovery_wrap, std::nullopt);
}

TEST(ChildInputText, RefusesAnythingElse) {
  EXPECT_THAT(parse_child_input("{}"), testing::IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_child_input("[]"), testing::IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(parse_child_input("{"), testing::IsError(ErrorCode::InvalidArgument));
}

template <class Message>
Message round_trip(const Message& message) {
  const auto parsed = parse_child_message(encode(ChildMessage(message)));
  EXPECT_TRUE(parsed.has_value());
  return std::get<Message>(*parsed);
}

TEST(ChildMessageText, ComesBackAsItWas) {
  EXPECT_EQ(round_trip(StageMessage{"collecting"}).stage, "collecting");
  EXPECT_EQ(round_trip(ProgressMessage{{5, 4, 3, 2, 1}}).progress,
            (store::JobProgress{5, 4, 3, 2, 1}));
  EXPECT_EQ(round_trip(DatasetMessage{"voice", 1, 2, 3, 4, 5}).pseudonymised, 5);
  EXPECT_EQ(round_trip(SignMessage{crypto::ServiceLabel::Envelope, filled<crypto::Sha256Digest>(9)})
                .digest,
            filled<crypto::Sha256Digest>(9));
  EXPECT_EQ(round_trip(FailureMessage{"foreign_row", false, "voice"}).dataset, "voice");
  EXPECT_EQ(round_trip(ResultMessage{.size = 10,
                                     .sha256 = filled<crypto::Sha256Digest>(1),
                                     .content_sha256 = filled<crypto::Sha256Digest>(2),
                                     .manifest_sha256 = filled<crypto::Sha256Digest>(3),
                                     .envelope = "{\"v\":1}",
                                     .entries = 12})
                .envelope,
            "{\"v\":1}");
}

class BadMessage : public ::testing::TestWithParam<std::string> {};

TEST_P(BadMessage, IsRefused) {
  EXPECT_THAT(parse_child_message(GetParam()), testing::IsError(ErrorCode::InvalidArgument));
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    BadMessage,
    ::testing::Values(
        "",
        "null",
        "{}",
        R"({"type":1})",
        R"({"type":"stage"})",
        R"({"type":"stage","stage":7})",
        R"({"type":"stage","stage":"collecting","more":1})",
        R"({"type":"stage","stage":"collecting","stage":"verifying"})",
        R"({"type":"stage","stage":"a stage name that is too long"})",
        R"({"type":"unknown"})",
        R"({"type":"progress","datasets_total":1,"datasets_done":-1,"rows":0,"objects":0,"bytes":0})",
        R"({"type":"progress","datasets_total":1,"datasets_done":1.5,"rows":0,"objects":0,"bytes":0})",
        R"({"type":"progress","datasets_total":1,"datasets_done":1,"rows":9007199254740992,"objects":0,"bytes":0})",
        R"({"type":"sign","label":"other","digest":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="})",
        R"({"type":"sign","label":"manifest","digest":"AAAA"})",
        R"({"type":"sign","label":"manifest","digest":"no base64 at all"})",
        R"({"type":"failure","cause":"Not A Word","is_retried":true,"dataset":""})",
        R"({"type":"failure","cause":"","is_retried":true,"dataset":""})",
        R"({"type":"failure","cause":"x","is_retried":"yes","dataset":""})",
        R"({"type":"failure","cause":"a_cause_that_is_much_too_long","is_retried":true,"dataset":""})"));

TEST(SignatureMessageText, ComesBackAsItWas) {
  const auto parsed = parse_signature_message(
      encode(SignatureMessage{crypto::ServiceLabel::Manifest, filled<crypto::Signature>(8)}));

  ASSERT_THAT(parsed, testing::IsOk());
  EXPECT_EQ(parsed->signature, filled<crypto::Signature>(8));
  EXPECT_THAT(parse_signature_message("{}"), testing::IsError(ErrorCode::InvalidArgument));
}

}  // namespace
}  // namespace rightful::exporting
