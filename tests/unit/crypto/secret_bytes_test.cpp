#include "rightful/crypto/secret_bytes.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <ostream>
#include <thread>
#include <type_traits>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rightful/core/account_id.hpp"
#include "rightful/crypto/passphrase.hpp"
#include "rightful/crypto/requester_root.hpp"
#include "rightful/crypto/server_keys.hpp"

namespace rightful::crypto {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept Iterable = requires(const T& value) { value.begin(); };

template <class T>
constexpr bool kIsKeptSecret =
    !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
    std::is_nothrow_move_constructible_v<T> && !Streamable<T> && !Iterable<T> &&
    !fmt::is_formattable<T>::value && !std::is_convertible_v<T, std::string_view> &&
    !std::equality_comparable<T>;

static_assert(kIsKeptSecret<SecretBytes>);
static_assert(kIsKeptSecret<Passphrase>);
static_assert(kIsKeptSecret<RecoveryCode>);
static_assert(kIsKeptSecret<SigningKey>);
static_assert(kIsKeptSecret<UnlockKeyPair>);
static_assert(kIsKeptSecret<RequesterRoot>);
static_assert(kIsKeptSecret<ServerKeys>);
static_assert(!std::is_constructible_v<UnlockPublicKey, SignPublicKey>);
static_assert(!std::is_default_constructible_v<Signature>);

TEST(SecretBytes, BeginAsZeros) {
  const SecretBytes secret(33);

  ASSERT_EQ(secret.size(), 33U);
  for (const std::byte byte : secret.expose())
    EXPECT_EQ(byte, std::byte{0});
}

TEST(SecretBytes, CopyOfIsACopy) {
  std::array source{std::byte{1}, std::byte{2}};

  const SecretBytes secret = SecretBytes::copy_of(source);
  source[0] = std::byte{9};

  EXPECT_EQ(to_hex(secret.expose()), "0102");
}

TEST(SecretBytes, MayBeEmpty) {
  const SecretBytes secret = SecretBytes::copy_of({});

  EXPECT_EQ(secret.size(), 0U);
  EXPECT_TRUE(secret.expose().empty());
}

TEST(SecretBytes, MoveLeavesNothingBehind) {
  SecretBytes first = SecretBytes::copy_of(as_bytes("key"));

  SecretBytes second = std::move(first);

  EXPECT_EQ(as_text(second.expose()), "key");
  EXPECT_EQ(first.size(), 0U);  // NOLINT(bugprone-use-after-move): that is what is tested
}

TEST(SecretBytes, MoveAssignmentReplaces) {
  SecretBytes target = SecretBytes::copy_of(as_bytes("old"));

  target = SecretBytes::copy_of(as_bytes("newer"));

  EXPECT_EQ(as_text(target.expose()), "newer");
}

TEST(SecretBytes, WipeOverwrites) {
  std::array bytes{std::byte{1}, std::byte{2}};

  wipe(bytes);

  EXPECT_EQ(to_hex(bytes), "0000");
}

TEST(SecretBytes, ABlockThatComesAgainIsWiped) {
  const std::byte* place = nullptr;
  {
    SecretBytes key(32);
    place = key.expose().data();
    std::ranges::fill(key.expose_mutable(), std::byte{0xA5});
  }

  const SecretBytes next(32);

  ASSERT_EQ(next.expose().data(), place) << "blocks of a key's size are kept";
  for (const std::byte byte : next.expose())
    EXPECT_EQ(byte, std::byte{0});
}

TEST(SecretBytes, KeysOfManyThreadsDoNotMeet) {
  std::vector<std::jthread> threads;
  std::atomic<int> strangers = 0;
  for (int name = 1; name <= 8; ++name)
    threads.emplace_back([name, &strangers] {
      for (int round = 0; round < 2000; ++round) {
        std::vector<SecretBytes> keys;
        for (int i = 0; i < 12; ++i) {  // 96 in all: more than are kept
          keys.emplace_back(32);
          std::ranges::fill(keys.back().expose_mutable(), static_cast<std::byte>(name));
        }
        for (const SecretBytes& key : keys)
          for (const std::byte byte : key.expose())
            if (byte != static_cast<std::byte>(name)) ++strangers;
      }
    });
  threads.clear();

  EXPECT_EQ(strangers, 0);
}

#if !defined(RIGHTFUL_SANITIZED)
TEST(SecretBytesDeathTest, ReadingPastTheEndKillsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const SecretBytes secret(16);

  EXPECT_DEATH(
      {
        const volatile std::byte* const past = secret.expose().data() + secret.size();
        (void)*past;
      },
      "");
}
#endif

}  // namespace
}  // namespace rightful::crypto
