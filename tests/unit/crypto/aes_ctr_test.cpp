#include "crypto/aes_ctr.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"

#include "tests/unit/crypto/counting_random.hpp"

namespace rightful::crypto {
namespace {

class AesCtrTest : public ::testing::TestWithParam<AesEngine> {
 protected:
  AesCtrTest() {
    testing::CountingRandom random;
    random.fill(key_);
  }

  [[nodiscard]] Bytes stream(AesEngine engine, std::uint64_t position, std::size_t size) const {
    AesCtr cipher(key_, engine);
    cipher.seek(position);
    Bytes bytes(size);
    cipher.apply(bytes);
    return bytes;
  }

  std::array<std::byte, kAes256KeyBytes> key_{};
};

TEST_P(AesCtrTest, CountsFromOneLittleEndian) {
  // openssl enc -aes-256-ecb -nopad -K 000102…1f over the blocks 0100…00 and 0200…00
  EXPECT_EQ(to_hex(stream(GetParam(), 0, 32)),
            "c7b519846a11411cd6ac07cb03f801a8"
            "4ef4b88bebd54953c37ffaf66efaca7b");
}

TEST_P(AesCtrTest, EveryEngineGivesTheSameBytes) {
  for (const std::size_t size :
       {0U, 1U, 15U, 16U, 17U, 127U, 128U, 129U, 255U, 256U, 257U, 4095U, 4096U, 4097U, 70'000U}) {
    EXPECT_EQ(stream(GetParam(), 0, size), stream(AesEngine::OpenSsl, 0, size)) << size;
  }
}

TEST_P(AesCtrTest, CountsPastThirtyTwoBits) {
  constexpr std::uint64_t kBlocks = (std::uint64_t{1} << 32U) - 3;

  const Bytes ours = stream(GetParam(), kBlocks * kAesBlockBytes, 512);

  EXPECT_EQ(ours, stream(AesEngine::OpenSsl, kBlocks * kAesBlockBytes, 512));
  EXPECT_NE(Bytes(ours.begin(), ours.begin() + 16), stream(GetParam(), 0, 16));
}

TEST_P(AesCtrTest, PartsGiveTheSameAsTheWhole) {
  const Bytes whole = stream(GetParam(), 0, 3000);
  AesCtr cipher(key_, GetParam());
  Bytes parts(3000);

  std::size_t at = 0;
  for (std::size_t size = 0; at < parts.size(); size = (size * 7 + 3) % 331) {
    const std::size_t part = std::min(size, parts.size() - at);
    cipher.apply(std::span(parts).subspan(at, part));
    at += part;
  }

  EXPECT_EQ(parts, whole);
}

TEST_P(AesCtrTest, SeeksToAnyByte) {
  const Bytes whole = stream(GetParam(), 0, 600);

  for (std::size_t position = 0; position < 600; position += 7) {
    const std::size_t size = std::min<std::size_t>(600 - position, 41);
    const auto expected = std::span(whole).subspan(position, size);
    EXPECT_EQ(stream(GetParam(), position, size), Bytes(expected.begin(), expected.end()))
        << position;
  }
}

TEST_P(AesCtrTest, TwiceIsThePlaintext) {
  Bytes data = to_bytes("the same operation encrypts and decrypts, whatever the alignment");
  const Bytes before = data;
  AesCtr first(key_, GetParam());
  AesCtr second(key_, GetParam());

  first.apply(std::span(data).subspan(1));
  EXPECT_NE(data, before);
  second.apply(std::span(data).subspan(1));

  EXPECT_EQ(data, before);
}

std::string engine_name(const ::testing::TestParamInfo<AesEngine>& info) {
  switch (info.param) {
    case AesEngine::OpenSsl:
      return "OpenSsl";
    case AesEngine::AesNi:
      return "AesNi";
    case AesEngine::Vaes:
      return "Vaes";
  }
  return "Unknown";
}

// Those that this processor has; the OpenSSL one is tested everywhere.
INSTANTIATE_TEST_SUITE_P(Engines,
                         AesCtrTest,
                         ::testing::ValuesIn(available_engines()),
                         engine_name);

}  // namespace
}  // namespace rightful::crypto
