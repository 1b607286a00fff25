#include "rightful/archive/canary.hpp"

#include <gtest/gtest.h>

#include "rightful/crypto/hash.hpp"

#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

using testing::account;

TEST(Canary, TokenIsAFunctionOfTheAccount) {
  const auto digest = crypto::sha256(as_bytes("rightful/v1/canaryA-1"));

  const std::string token = canary_token(account("A-1"));

  EXPECT_EQ(token, "RIGHTFUL-CANARY-" + to_crockford(ByteView(digest.bytes()).first(15)));
  EXPECT_EQ(token.size(), kCanaryChars);
  EXPECT_NE(token, canary_token(account("A-2")));
}

TEST(Canary, OwnTokensAreFine) {
  CanaryScanner scanner(account("A-1"));
  const std::string text = "x" + canary_token(account("A-1")) + canary_token(account("A-1")) + "y";

  EXPECT_FALSE(scanner.feed(as_bytes(text)));
}

TEST(Canary, FindsAForeignTokenCutAnywhere) {
  const std::string text =
      canary_token(account("A-1")) + " and " + canary_token(account("A-2")) + "!";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CanaryScanner scanner(account("A-1"));
    static_cast<void>(scanner.feed(as_bytes(std::string_view(text).substr(0, cut))));
    static_cast<void>(scanner.feed(as_bytes(std::string_view(text).substr(cut))));
    EXPECT_TRUE(scanner.has_found_foreign()) << cut;
  }
}

TEST(Canary, FindsAForeignTokenInPiecesOfAnySize) {
  const std::string text = std::string(100, 'R') + canary_token(account("A-2")) + "RIGHTFUL-";
  for (std::size_t piece = 1; piece < 60; ++piece) {
    CanaryScanner scanner(account("A-1"));
    for (std::size_t at = 0; at < text.size(); at += piece) {
      static_cast<void>(scanner.feed(as_bytes(std::string_view(text).substr(at, piece))));
    }
    EXPECT_TRUE(scanner.has_found_foreign()) << piece;
  }
}

TEST(Canary, OwnTokenInPiecesIsNoFalseAlarm) {
  const std::string own = canary_token(account("A-1"));
  const std::string text = own + own + "RIGHTFUL-CANARY-" + own;
  for (std::size_t piece = 1; piece < 90; ++piece) {
    CanaryScanner scanner(account("A-1"));
    for (std::size_t at = 0; at < text.size(); at += piece) {
      static_cast<void>(scanner.feed(as_bytes(std::string_view(text).substr(at, piece))));
    }
    EXPECT_FALSE(scanner.has_found_foreign()) << piece;
  }
}

TEST(Canary, IncompleteTokensAreNone) {
  CanaryScanner scanner(account("A-1"));
  const std::string token = canary_token(account("A-2"));

  EXPECT_FALSE(scanner.feed(as_bytes(token.substr(0, kCanaryChars - 1) + "!")));
  EXPECT_FALSE(scanner.feed(as_bytes("RIGHTFUL-CANARY-abcdefghjkmnpqrstvwxyz0123")));
}

TEST(Canary, ResetBeginsAnotherText) {
  CanaryScanner scanner(account("A-1"));
  const std::string token = canary_token(account("A-2"));

  static_cast<void>(scanner.feed(as_bytes(token.substr(0, 20))));
  scanner.reset();

  EXPECT_FALSE(scanner.feed(as_bytes(token.substr(20))));
}

}  // namespace
}  // namespace rightful::archive
