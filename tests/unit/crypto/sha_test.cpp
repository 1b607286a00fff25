// The fast loops beside OpenSSL: every length around the edges of blocks, in any parts, whatever
// stands before them.
#include <array>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "rightful/crypto/hash.hpp"

#include "crypto/entry_digests.hpp"
#include "crypto/hmac_sha1.hpp"
#include "crypto/sha_stream.hpp"
#include "tests/unit/crypto/counting_random.hpp"

namespace rightful::crypto {
namespace {

constexpr std::size_t kLongest = 1100;  // seventeen blocks and a rest

Bytes message(std::size_t size) {
  testing::CountingRandom random;
  Bytes bytes(size);
  random.fill(bytes);
  return bytes;
}

std::string by_openssl(const EVP_MD* algorithm, ByteView bytes) {
  std::array<std::byte, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EXPECT_EQ(EVP_Digest(bytes.data(),
                       bytes.size(),
                       reinterpret_cast<unsigned char*>(digest.data()),
                       &size,
                       algorithm,
                       nullptr),
            1);
  return to_hex(ByteView(digest).first(size));
}

/// 0, 1, 2, 4, 8, 16, 32 …, so that parts begin and end everywhere.
template <class Hash>
void feed_in_parts(Hash& hash, ByteView bytes, std::size_t first) {
  for (std::size_t part = first; !bytes.empty(); part = part * 2 % 509 + 1) {
    const std::size_t count = std::min(part, bytes.size());
    hash.update(bytes.first(count));
    bytes = bytes.subspan(count);
  }
}

class ShaLoops : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_sha_blocks()) GTEST_SKIP() << "no SHA instructions with AVX-512 on this processor";
  }

  Bytes text_ = message(kLongest);
};

TEST_F(ShaLoops, Sha256OfEveryLengthIsOpenSsls) {
  for (std::size_t size = 0; size <= kLongest; ++size) {
    Sha256Stream hash(kSha256Initial);
    hash.update(ByteView(text_).first(size));
    EXPECT_EQ(to_hex(hash.finish()), by_openssl(EVP_sha256(), ByteView(text_).first(size))) << size;
  }
}

TEST_F(ShaLoops, Sha1OfEveryLengthIsOpenSsls) {
  for (std::size_t size = 0; size <= kLongest; ++size) {
    Sha1Stream hash(kSha1Initial);
    hash.update(ByteView(text_).first(size));
    EXPECT_EQ(to_hex(hash.finish()), by_openssl(EVP_sha1(), ByteView(text_).first(size))) << size;
  }
}

TEST_F(ShaLoops, PartsDoNotMatter) {
  for (std::size_t first = 0; first < 130; ++first) {
    Sha256Stream sha256(kSha256Initial);
    Sha1Stream sha1(kSha1Initial);
    feed_in_parts(sha256, text_, first);
    feed_in_parts(sha1, text_, first);
    EXPECT_EQ(to_hex(sha256.finish()), by_openssl(EVP_sha256(), text_)) << first;
    EXPECT_EQ(to_hex(sha1.finish()), by_openssl(EVP_sha1(), text_)) << first;
  }
}

TEST_F(ShaLoops, CountsPastThirtyTwoBitsOfLength) {
  const Bytes megabyte = message(1'000'000);
  Sha256Stream ours(kSha256Initial);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> theirs(EVP_MD_CTX_new(),
                                                                       &EVP_MD_CTX_free);
  ASSERT_EQ(EVP_DigestInit_ex(theirs.get(), EVP_sha256(), nullptr), 1);

  for (int i = 0; i < 540; ++i) {  // 4.3 × 2³⁰ bits
    ours.update(megabyte);
    ASSERT_EQ(EVP_DigestUpdate(theirs.get(), megabyte.data(), megabyte.size()), 1);
  }
  std::array<unsigned char, 32> expected{};
  ASSERT_EQ(EVP_DigestFinal_ex(theirs.get(), expected.data(), nullptr), 1);

  EXPECT_EQ(to_hex(ours.finish()), to_hex(std::as_bytes(std::span(expected))));
}

TEST(Sha256, OfEveryLengthIsOpenSsls) {
  const Bytes text = message(kLongest);

  for (std::size_t size = 0; size <= kLongest; ++size) {
    EXPECT_EQ(to_hex(sha256(ByteView(text).first(size)).bytes()),
              by_openssl(EVP_sha256(), ByteView(text).first(size)))
        << size;
  }
}

class EntryDigestsTest : public ::testing::TestWithParam<ShaEngine> {
 protected:
  Bytes key_ = message(32);
  Bytes head_ = message(18);
  Bytes text_ = message(kLongest);

  [[nodiscard]] std::string expected_mac(ByteView ciphertext) const {
    HmacSha1 mac(key_);
    mac.update(ciphertext);
    return to_hex(ByteView(std::move(mac).finish()).first(kAe2MacBytes));
  }

  [[nodiscard]] std::string expected_sha256(ByteView ciphertext, ByteView mac) const {
    Bytes entry = head_;
    entry.insert(entry.end(), ciphertext.begin(), ciphertext.end());
    entry.insert(entry.end(), mac.begin(), mac.end());
    return by_openssl(EVP_sha256(), entry);
  }
};

TEST_P(EntryDigestsTest, OfEveryLengthAreOpenSsls) {
  for (std::size_t size = 0; size <= kLongest; ++size) {
    const ByteView ciphertext = ByteView(text_).first(size);
    const auto digests = make_entry_digests(key_, head_, GetParam());
    digests->update(ciphertext);

    const Ae2Seal seal = digests->finish();

    EXPECT_EQ(to_hex(seal.mac), expected_mac(ciphertext)) << size;
    EXPECT_EQ(to_hex(seal.sha256.bytes()), expected_sha256(ciphertext, seal.mac)) << size;
  }
}

TEST_P(EntryDigestsTest, PartsAndTheHeadsSizeDoNotMatter) {
  for (std::size_t size = 0; size < 130; ++size) {
    head_ = message(size);
    const auto digests = make_entry_digests(key_, head_, GetParam());
    feed_in_parts(*digests, text_, size);

    const Ae2Seal seal = digests->finish();

    EXPECT_EQ(to_hex(seal.mac), expected_mac(text_)) << size;
    EXPECT_EQ(to_hex(seal.sha256.bytes()), expected_sha256(text_, seal.mac)) << size;
  }
}

TEST_P(EntryDigestsTest, AKeyOfAWholeBlockIsNotTooLong) {
  key_ = message(64);
  const auto digests = make_entry_digests(key_, head_, GetParam());
  digests->update(text_);

  EXPECT_EQ(to_hex(digests->finish().mac), expected_mac(text_));
}

std::string engine_name(const ::testing::TestParamInfo<ShaEngine>& info) {
  return info.param == ShaEngine::OpenSsl ? "OpenSsl" : "Fused";
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         EntryDigestsTest,
                         ::testing::ValuesIn(available_sha_engines()),
                         engine_name);

}  // namespace
}  // namespace rightful::crypto
