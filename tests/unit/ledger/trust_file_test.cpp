// The trust file: every line of a policy is understood, only logs are believed.

#include "rightful/ledger/trust_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/result_matchers.hpp"

namespace rightful::ledger::testing {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

NoteKey key_of(std::string_view name, std::byte seed) {
  const auto key = crypto::SigningKey::from_seed(Bytes(crypto::SigningKey::kSeedSizeBytes, seed));
  return NoteKey::create(name, key->public_key()).value();
}

const NoteKey kLog = key_of("audit.example.test/dsar/dev", std::byte{1});
const NoteKey kNextKey = key_of("audit.example.test/dsar/dev", std::byte{2});

// A witness's key is of another kind (04), which is not read further.
std::string witness_key(std::byte value) {
  Bytes key(33, value);
  key[0] = std::byte{4};
  return "witness.example.org+0badcafe+" + to_base64(key);
}

std::string log_line() {
  return "log " + kLog.text() + "\n";
}

std::string witnesses() {
  return "witness W1 " + witness_key(std::byte{1}) + "\nwitness W2 " + witness_key(std::byte{2}) +
         " https://witness.example.org/\n";
}

TEST(TrustFile, OwnFormIsRead) {
  const std::vector keys{kLog, kNextKey};

  const auto trust = TrustFile::parse(as_bytes(format_trust_file(keys)));

  ASSERT_THAT(trust, IsOk());
  EXPECT_THAT(trust->log_keys(), ElementsAre(kLog, kNextKey));
  EXPECT_FALSE(trust->asks_for_witnesses());
}

TEST(TrustFile, CommentsSpacesAndUrlsAreAllowed) {
  const auto trust =
      TrustFile::parse(as_bytes("# given by mail on Monday, M\u00fcller\n \t\n  # more\n\tlog\t " +
                                kLog.text() + " https://audit.example.test/ \nquorum  none\t\n"));

  ASSERT_THAT(trust, IsOk());
  EXPECT_THAT(trust->log_keys(), ElementsAre(kLog));
}

TEST(TrustFile, WitnessesAreUnderstoodAndAskedFor) {
  for (const std::string quorum : {"W1", "both", "some", "nested"}) {
    const auto trust = TrustFile::parse(
        as_bytes(log_line() + witnesses() +
                 "group both all W1 W2\ngroup some any W1 W2\ngroup nested 1 both W2\nquorum " +
                 quorum + "\n"));

    ASSERT_THAT(trust, IsOk());
    EXPECT_TRUE(trust->asks_for_witnesses());
  }
  const auto not_asked = TrustFile::parse(as_bytes(log_line() + witnesses() + "quorum none\n"));
  ASSERT_THAT(not_asked, IsOk());
  EXPECT_FALSE(not_asked->asks_for_witnesses());
}

TEST(TrustFile, RefusalsNameTheLine) {
  const std::string log = log_line();
  const std::string end = "quorum none\n";
  std::string typing_error = log;
  typing_error[typing_error.size() - 4] ^= 1;
  const std::vector<std::pair<std::string, std::string>> refused{
      {log + "quorum none", "line 2: it does not end"},
      {log + "quorum none\r\n", "line 2: a control character"},
      {log + "# \xff\n" + end, "line 2: a control character"},
      {log + "trust me\n" + end, "line 2: a line begins with"},
      {"log\n" + end, "line 1: expected: log"},
      {"log " + kLog.text() + " url more\n" + end, "line 1: expected: log"},
      {typing_error + end, "line 1: the id in the verifier key"},
      {"log " + witness_key(std::byte{1}) + "\n" + end,
       "line 1: the verifier key of witness.example.org is no Ed25519"},
      {log + log + end, "line 2: the same key"},
      {log + "log " + NoteKey::create("other.example", kLog.public_key())->text() + "\n" + end,
       "line 2: the same key"},
      {log + "witness W1\n" + end, "line 2: expected: witness"},
      {log + "witness W1 nokey\n" + end, "line 2: not a verifier key"},
      {log + "witness none " + witness_key(std::byte{1}) + "\n" + end, "line 2: a name is none"},
      {log + "witness W1 " + witness_key(std::byte{1}) + "\nwitness W1 " +
           witness_key(std::byte{2}) + "\n" + end,
       "line 3: a name is none"},
      {log + "witness W1 " + witness_key(std::byte{1}) + "\nwitness W2 " +
           witness_key(std::byte{1}) + "\n" + end,
       "line 3: the same key"},
      {log + witnesses() + "group G all\n" + end, "line 4: expected: group"},
      {log + witnesses() + "group G all W3\n" + end, "line 4: a member is"},
      {log + witnesses() + "group G all W1 W1\n" + end, "line 4: a member is"},
      {log + witnesses() + "group G all none\n" + end, "line 4: a member is"},
      {log + witnesses() + "group G all G\n" + end, "line 4: a member is"},
      {log + witnesses() + "group W1 all W2\n" + end, "line 4: a name is none"},
      {log + witnesses() + "group G 0 W1 W2\n" + end, "line 4: how many members"},
      {log + witnesses() + "group G 3 W1 W2\n" + end, "line 4: how many members"},
      {log + witnesses() + "group G 01 W1 W2\n" + end, "line 4: how many members"},
      {log + "quorum\n", "line 2: expected: quorum"},
      {log + "quorum W1\n" + witnesses(), "line 2: the quorum is none"},
      {log + end + end, "line 3: a second quorum"},
      {log, "no line `quorum none`"},
      {end, "no line `log <vkey>`"},
      {"", "no line `log <vkey>`"}};
  for (const auto& [text, why] : refused) {
    const auto trust = TrustFile::parse(as_bytes(text));

    ASSERT_THAT(trust, IsError(ErrorCode::InvalidArgument)) << text;
    EXPECT_THAT(trust.error().detail, HasSubstr(why)) << text;
  }
}

TEST(TrustFile, RefusesMoreThanTheLimit) {
  const std::string comments(kMaxTrustFileSizeBytes, '#');

  EXPECT_THAT(TrustFile::parse(as_bytes(log_line() + "quorum none\n" + comments + "\n")),
              IsError(ErrorCode::LimitExceeded));
}

}  // namespace
}  // namespace rightful::ledger::testing
