// Every change to a stored package is refused, wherever it is made and however deep is read.
#include <array>

#include <gtest/gtest.h>

#include "rightful/archive/verify_package.hpp"
#include "rightful/crypto/envelope.hpp"
#include "rightful/crypto/hash.hpp"

#include "tests/fuzz/forged_package.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/outer_pieces.hpp"
#include "tests/unit/archive/package_fixture.hpp"
#include "tests/unit/archive/refusal_matcher.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsOk;
using testing::build;
using testing::Built;
using testing::MemoryReadAt;
using testing::OuterPieces;
using testing::Recipe;
using testing::Refuses;

constexpr std::array kDepths{VerifyDepth::Structure, VerifyDepth::Full};

/// What a reader knows who has nothing but account, request and service key: no hash and no size
/// from elsewhere helps.
VerifyExpectation identities_of(const Built& built) {
  return {.account = built.expectation.account,
          .request = built.expectation.request,
          .service_key = built.expectation.service_key};
}

/// Hardly more than the format demands: one record, one object of one byte, nothing deflated that
/// need not be.
const Built& smallest() {
  static const Built kBuilt = [] {
    Recipe recipe;
    recipe.read_me = "r";
    recipe.entries = {
        {.name = "data/d.json", .content = R"([{"@owner":"A-1"}])", .dataset = "d", .records = 1},
        {.name = "media/m", .content = "m", .compression = Compression::Store, .dataset = "d"}};
    recipe.datasets = {{.name = "d", .title = "", .source = "", .rows = 1, .objects = 1}};
    Built built = build(recipe);
    built.expectation = identities_of(built);
    return built;
  }();
  return kBuilt;
}

Result<VerifyReport> verify(const MemoryReadAt& stored,
                            VerifyDepth depth,
                            const Built& expected = smallest()) {
  return verify_package(stored, testing::fixed_passphrase(), expected.expectation, depth);
}

MemoryReadAt stored(Bytes bytes) {
  return MemoryReadAt(std::move(bytes));
}

Bytes joined(const Bytes& first, const Bytes& second) {
  Bytes both = first;
  both.insert(both.end(), second.begin(), second.end());
  return both;
}

// In shares, so that several cores help; keys are derived once (rightful_cache_pbkdf2).
constexpr std::size_t kShares = 8;

class BitFlips : public ::testing::TestWithParam<std::size_t> {};

TEST_P(BitFlips, AreAllRefusedAtBothDepths) {
  MemoryReadAt file(smallest().bytes);
  ASSERT_THAT(verify(file, VerifyDepth::Full), IsOk());

  std::size_t flips = 0;
  for (std::size_t i = GetParam(); i < file.bytes.size(); i += kShares) {
    for (unsigned bit = 0; bit < 8; ++bit, ++flips) {
      file.bytes[i] ^= static_cast<std::byte>(1U << bit);
      for (const VerifyDepth depth : kDepths) {
        EXPECT_FALSE(verify(file, depth).has_value()) << "byte " << i << " bit " << bit;
      }
      file.bytes[i] ^= static_cast<std::byte>(1U << bit);
    }
  }
  EXPECT_GE(flips, file.bytes.size() / kShares * 8);
}

INSTANTIATE_TEST_SUITE_P(Tampering, BitFlips, ::testing::Range(std::size_t{0}, kShares));

TEST(Tampering, RefusesTruncationAtEveryLength) {
  const Bytes& whole = smallest().bytes;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const MemoryReadAt file(
        Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    for (const VerifyDepth depth : kDepths)
      EXPECT_THAT(verify(file, depth), Refuses(ErrorCode::InvalidArgument, "outer")) << size;
  }
}

TEST(Tampering, RefusesBytesAroundThePackage) {
  const Bytes& package = smallest().bytes;
  const Bytes end(package.end() - 22, package.end());
  const Bytes one{std::byte{0}};
  const std::vector<std::pair<std::string, Bytes>> files = {
      {"a byte behind", joined(package, one)},
      {"22 zeros behind", joined(package, Bytes(22))},
      {"a second end record", joined(package, end)},
      {"the package twice", joined(package, package)},
      {"another package behind", joined(package, build(Recipe::small()).bytes)},
      {"another package in front", joined(build(Recipe::small()).bytes, package)},
      {"a byte in front", joined(one, package)},
      {"a program in front", joined(to_bytes("#!/bin/sh\nexit 1\n"), package)}};
  for (const auto& [what, bytes] : files) {
    for (const VerifyDepth depth : kDepths) {
      EXPECT_THAT(verify(stored(bytes), depth), Refuses(ErrorCode::InvalidArgument, "outer"))
          << what;
    }
  }
}

TEST(Tampering, RefusesEntriesOfTheOuterZipInAnotherOrder) {
  using Order = std::array<std::size_t, 3>;
  const OuterPieces pieces = OuterPieces::of(smallest().bytes);
  const Order right{0, 1, 2};
  ASSERT_EQ(pieces.joined(right, right), smallest().bytes);
  for (const Order& other : {Order{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
    for (const auto& [entries, records] :
         {std::pair{other, other}, std::pair{right, other}, std::pair{other, right}}) {
      for (const VerifyDepth depth : kDepths) {
        EXPECT_THAT(verify(stored(pieces.joined(entries, records)), depth),
                    Refuses(ErrorCode::InvalidArgument, "outer"));
      }
    }
  }
}

// The MAC, the sums and the signature hold in each of the following: who exchanges something has
// the passphrase, but not the service's key.
class Resealed : public ::testing::Test {
 protected:
  using Entries = std::vector<fuzz::ForgedEntry>;

  [[nodiscard]] static Bytes sealed(const Entries& entries) {
    return fuzz::forge_outer_zip(fuzz::forge_inner_zip(entries), envelope());
  }

  [[nodiscard]] static const std::string& envelope() {
    static const std::string kText =
        testing::envelope_for({}, {.sha256 = crypto::sha256({}), .size = 28});
    return kText;
  }

  /// @return the refusals of both depths, which are the same.
  [[nodiscard]] static Result<VerifyReport> verify_both(const Bytes& file) {
    auto full = verify(stored(file), VerifyDepth::Full);
    const auto structure = verify(stored(file), VerifyDepth::Structure);
    EXPECT_EQ(full.has_value(), structure.has_value());
    if (!full && !structure) EXPECT_EQ(full.error().detail, structure.error().detail);
    return full;
  }

  Entries entries_ = fuzz::forge({}).entries;
};

TEST_F(Resealed, AsItWasIsAccepted) {
  EXPECT_THAT(verify_both(sealed(entries_)), IsOk());
}

TEST_F(Resealed, EntriesInAnotherOrderAreRefused) {
  for (std::size_t i = 0; i + 1 < entries_.size(); ++i) {
    Entries swapped = entries_;
    std::swap(swapped[i], swapped[i + 1]);
    const std::string word = i < 4 ? "entry" : "inner";
    const ErrorCode code = i < 4 ? ErrorCode::Conflict : ErrorCode::InvalidArgument;
    EXPECT_THAT(verify_both(sealed(swapped)), Refuses(code, word)) << i;
  }
}

TEST_F(Resealed, EntriesUnderEachOthersNamesAreRefused) {
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t k = i + 1; k < 5; ++k) {
      Entries swapped = entries_;
      std::swap(swapped[i].name, swapped[k].name);
      EXPECT_THAT(verify_both(sealed(swapped)), Refuses(ErrorCode::Conflict, "entry")) << i << k;
    }
  }
}

TEST_F(Resealed, EntriesWithEachOthersContentAreRefused) {
  for (const auto& [i, k] : {std::pair{0U, 4U}, {1U, 2U}, {0U, 2U}, {2U, 4U}}) {
    Entries swapped = entries_;
    std::swap(swapped[i].content, swapped[k].content);
    EXPECT_THAT(verify_both(sealed(swapped)), Refuses(ErrorCode::Conflict, "entry")) << i << k;
  }
}

TEST_F(Resealed, AnEntryLessOrMoreIsRefused) {
  for (std::size_t i = 0; i < 5; ++i) {
    Entries fewer = entries_;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_THAT(verify_both(sealed(fewer)), Refuses(ErrorCode::Conflict, "entry")) << i;

    Entries more = entries_;
    more.insert(more.begin() + static_cast<std::ptrdiff_t>(i), {.name = "x", .content = ""});
    EXPECT_THAT(verify_both(sealed(more)), Refuses(ErrorCode::Conflict, "entry")) << i;
  }
  for (std::size_t i = 5; i < 8; ++i) {
    Entries fewer = entries_;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_THAT(verify_both(sealed(fewer)), Refuses(ErrorCode::InvalidArgument, "inner")) << i;
  }
}

TEST_F(Resealed, NamesThatOnlyDifferByCaseAreRefused) {
  Entries twice = entries_;
  twice.insert(twice.begin(), {.name = "INDEX.html", .content = ""});

  EXPECT_THAT(verify_both(sealed(twice)), Refuses(ErrorCode::InvalidArgument, "inner"));
}

/// The three closing entries of a true package, as they are written there.
std::array<std::string, 3> closing_of(const std::string& account, std::uint8_t request) {
  const auto replaced = [](std::string text, std::string_view what, const std::string& by) {
    return text.replace(text.find(what), what.size(), by);
  };
  Recipe recipe;
  recipe.writer = testing::account(account);
  recipe.request = testing::request_id(request);
  const auto entries = fuzz::forge({}).entries;
  std::string manifest =
      replaced(entries[5].content, R"("account":"A-1")", R"("account":")" + account + '"');
  manifest = replaced(
      manifest, testing::request_id(7).to_string(), testing::request_id(request).to_string());
  std::string sums;
  for (std::size_t i = 0; i < 6; ++i) {
    const std::string& content = i == 5 ? manifest : entries[i].content;
    sums += to_hex(crypto::sha256(as_bytes(content)).bytes()) + "  " + entries[i].name + "\n";
  }
  const auto signature = testing::sign_manifest(recipe, crypto::sha256(as_bytes(sums)));
  return {manifest, sums, std::string(as_text(signature.bytes()))};
}

TEST_F(Resealed, AManifestOfAnotherPackageIsRefused) {
  const auto with = [this](const std::array<std::string, 3>& closing) {
    Entries entries = entries_;
    for (std::size_t i = 0; i < 3; ++i)
      entries[5 + i].content = closing[i];
    return verify_both(sealed(entries));
  };
  ASSERT_THAT(with(closing_of("A-1", 7)), IsOk());

  EXPECT_THAT(with(closing_of("A-1", 8)), Refuses(ErrorCode::Conflict, "manifest"));
  EXPECT_THAT(with(closing_of("A-2", 7)), Refuses(ErrorCode::Conflict, "manifest"));
  EXPECT_THAT(with(closing_of("A-2", 8)), Refuses(ErrorCode::Conflict, "manifest"));
  // Our own manifest under a signature that was given for something else.
  auto signed_otherwise = closing_of("A-1", 7);
  for (const auto& other : {closing_of("A-1", 8), closing_of("A-2", 7)}) {
    signed_otherwise[2] = other[2];
    EXPECT_THAT(with(signed_otherwise), Refuses(ErrorCode::NotAuthentic, "signature"));
  }
}

TEST_F(Resealed, SumsOfAnotherPackageAreRefused) {
  entries_[6].content = closing_of("A-1", 8)[1];

  EXPECT_THAT(verify_both(sealed(entries_)), Refuses(ErrorCode::Conflict, "manifest"));
}

// The whole encrypted entry of one package in the frame of another, with the same passphrase.
TEST(Tampering, RefusesAnotherPackagesContent) {
  for (const auto& [account, request] : {std::pair{"A-1", 8U}, {"A-2", 7U}}) {
    Recipe recipe;
    recipe.writer = testing::account(account);
    recipe.request = testing::request_id(static_cast<std::uint8_t>(request));
    recipe.read_me = "r";
    OuterPieces pieces = OuterPieces::of(smallest().bytes);
    const OuterPieces other = OuterPieces::of(build(recipe).bytes);
    pieces.entries[1] = other.entries[1];
    pieces.records[1] = other.records[1];
    for (const VerifyDepth depth : kDepths) {
      EXPECT_THAT(verify(stored(pieces.joined({0, 1, 2}, {0, 1, 2})), depth),
                  Refuses(ErrorCode::Conflict, "manifest"));
    }
  }
}

TEST(Tampering, RefusesAnotherPackagesEnvelope) {
  Recipe recipe;
  recipe.request = testing::request_id(8);
  OuterPieces pieces = OuterPieces::of(smallest().bytes);
  const OuterPieces other = OuterPieces::of(build(recipe).bytes);
  pieces.entries[2] = other.entries[2];
  pieces.records[2] = other.records[2];

  for (const VerifyDepth depth : kDepths) {
    EXPECT_THAT(verify(stored(pieces.joined({0, 1, 2}, {0, 1, 2})), depth),
                Refuses(ErrorCode::Conflict, "envelope"));
  }
}

TEST(Tampering, FindsAChangeThatOnlyTheHmacCovers) {
  const Built built = build(Recipe::small());
  MemoryReadAt file(built.bytes);
  // Inside the ciphertext, wherever: the refusal is the MAC's, not the parser's.
  for (std::size_t i = 300; i < 400; ++i) {
    file.bytes[i] ^= std::byte{0x10};
    for (const VerifyDepth depth : kDepths) {
      const auto report =
          verify_package(file, testing::fixed_passphrase(), identities_of(built), depth);
      EXPECT_THAT(report, Refuses(ErrorCode::NotAuthentic, "hmac"));
    }
    file.bytes[i] ^= std::byte{0x10};
  }
}

}  // namespace
}  // namespace rightful::archive
