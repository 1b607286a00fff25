// Values and refusals: tests/vectors/crypto/ae2.txt. That other programs open such entries: tests
// of archive.
#include "rightful/crypto/ae2.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "rightful/core/random.hpp"

#include "tests/support/result_matchers.hpp"

namespace rightful::crypto {
namespace {

using testing::IsError;
using testing::IsOk;

struct Entry {
  Bytes data;
  std::array<std::byte, kAe2VerifierBytes> verifier;
  std::array<std::byte, kAe2MacBytes> mac;
};

class Ae2 : public ::testing::Test {
 protected:
  Ae2() { random_.fill(salt_); }

  [[nodiscard]] Entry encrypt(Bytes data, std::size_t part) const {
    Ae2Encryptor encryptor(passphrase_, salt_);
    const auto verifier = encryptor.verifier();
    for (std::size_t at = 0; at < data.size(); at += part) {
      encryptor.encrypt(std::span(data).subspan(at, std::min(part, data.size() - at)));
    }
    return Entry{std::move(data), verifier, std::move(encryptor).finish().mac};
  }

  SystemRandom random_;
  Passphrase passphrase_ = Passphrase::generate(random_);
  std::array<std::byte, kAe2SaltBytes> salt_{};
};

TEST_F(Ae2, RoundTripOfAMegabyteInUnevenParts) {
  Bytes plaintext(1'000'003, std::byte{0x5A});
  Entry entry = encrypt(plaintext, 77'777);
  EXPECT_NE(entry.data, plaintext);

  auto decryptor = Ae2Decryptor::open(passphrase_.expose(), salt_, entry.verifier).value();
  for (std::size_t at = 0; at < entry.data.size(); at += 4099) {
    decryptor.decrypt(
        std::span(entry.data).subspan(at, std::min<std::size_t>(4099, entry.data.size() - at)));
  }

  EXPECT_THAT(std::move(decryptor).finish(entry.mac), IsOk());
  EXPECT_EQ(entry.data, plaintext);
}

TEST_F(Ae2, PartsDoNotMatter) {
  const Bytes plaintext(70'001, std::byte{1});

  const Entry whole = encrypt(plaintext, plaintext.size());
  const Entry parts = encrypt(plaintext, 13);

  EXPECT_EQ(whole.data, parts.data);
  EXPECT_EQ(whole.mac, parts.mac);
}

TEST_F(Ae2, WhatIsEncryptedAheadIsTheSame) {
  Bytes plaintext(300'000);
  random_.fill(plaintext);
  const Entry whole = encrypt(plaintext, plaintext.size());

  for (const std::size_t part : {std::size_t{65'536}, std::size_t{65'543}, std::size_t{17}}) {
    Bytes data = plaintext;
    Ae2Encryptor encryptor(passphrase_, salt_);
    std::size_t number = 0;
    for (std::size_t at = 0; at < data.size(); at += part, ++number) {
      const auto bytes = std::span(data).subspan(at, std::min(part, data.size() - at));
      if (number % 3 == 1) {
        encryptor.encrypt(bytes);
      } else {
        encryptor.encrypt_ahead(at, bytes);
        encryptor.take_encrypted(bytes);
      }
    }
    EXPECT_TRUE(data == whole.data) << part;
    EXPECT_EQ(std::move(encryptor).finish().mac, whole.mac) << part;
  }
}

TEST_F(Ae2, AnotherThreadMayEncryptAhead) {
  Bytes plaintext(2'000'000);
  random_.fill(plaintext);
  const Entry whole = encrypt(plaintext, plaintext.size());
  Bytes data = plaintext;
  const std::size_t half = data.size() / 2;
  Ae2Encryptor encryptor(passphrase_, salt_);

  std::thread ahead([&] { encryptor.encrypt_ahead(half, std::span(data).subspan(half)); });
  encryptor.encrypt(std::span(data).first(half));
  ahead.join();
  encryptor.take_encrypted(std::span(data).subspan(half));

  EXPECT_TRUE(data == whole.data);
  EXPECT_EQ(std::move(encryptor).finish().mac, whole.mac);
}

TEST_F(Ae2, AnotherSaltGivesAnotherStream) {
  const Bytes plaintext(64, std::byte{0});
  const Entry first = encrypt(plaintext, 64);

  salt_[0] ^= std::byte{1};

  EXPECT_NE(encrypt(plaintext, 64).data, first.data);
}

TEST_F(Ae2, RefusesAChangedByteAnywhere) {
  const Entry entry = encrypt(Bytes(100'000, std::byte{7}), 100'000);

  for (const std::size_t at :
       {std::size_t{0}, std::size_t{32'767}, std::size_t{32'768}, std::size_t{99'999}}) {
    Bytes changed = entry.data;
    changed[at] ^= std::byte{1};
    auto decryptor = Ae2Decryptor::open(passphrase_.expose(), salt_, entry.verifier).value();
    decryptor.decrypt(changed);
    EXPECT_THAT(std::move(decryptor).finish(entry.mac), IsError(ErrorCode::NotAuthentic)) << at;
  }
}

TEST_F(Ae2, DecryptsAtAnyPosition) {
  Bytes plaintext(70'000);
  random_.fill(plaintext);
  const Entry entry = encrypt(plaintext, plaintext.size());
  auto decryptor = Ae2Decryptor::open(passphrase_.expose(), salt_, entry.verifier).value();

  for (const std::size_t at : {69'990U, 0U, 16U, 12'345U}) {
    const ByteView ciphertext = ByteView(entry.data).subspan(at, 10);
    Bytes part(ciphertext.begin(), ciphertext.end());
    decryptor.decrypt_at(at, part);
    EXPECT_EQ(to_hex(part), to_hex(ByteView(plaintext).subspan(at, 10))) << at;
  }
}

TEST_F(Ae2, MovesBetweenOwners) {
  Ae2Encryptor first(passphrase_, salt_);
  Bytes data(10, std::byte{1});

  Ae2Encryptor second = std::move(first);
  second.encrypt(data);

  EXPECT_EQ(std::move(second).finish().mac, encrypt(Bytes(10, std::byte{1}), 10).mac);
}

}  // namespace
}  // namespace rightful::crypto
