#include "archive/reader/plaintext_stream.hpp"

#include <string>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"

#include "archive/reader/open_content.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"
#include "tests/unit/archive/refusal_matcher.hpp"

namespace rightful::archive::reader {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using testing::MemoryReadAt;
using testing::Refuses;

/// Cannot be read from an offset on.
class TornReadAt final : public ReadAt {
 public:
  TornReadAt(const MemoryReadAt& whole, std::uint64_t torn_at) : whole_(whole), torn_at_(torn_at) {}

  [[nodiscard]] std::uint64_t size() const override { return whole_.size(); }

  void read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset + into.size() > torn_at_) throw Failure(Retry::Later, "io_error", "torn");
    whole_.read_at(offset, into);
  }

 private:
  const MemoryReadAt& whole_;
  std::uint64_t torn_at_;
};

/// Of many blocks.
testing::Built large_package() {
  testing::Recipe recipe = testing::Recipe::small();
  recipe.entries[3].content = std::string(5'000'000, 'm');
  return testing::build(recipe);
}

class PlaintextStreamTest : public ::testing::Test {
 protected:
  [[nodiscard]] crypto::Ae2Decryptor decryptor() const {
    return open_content(file_, testing::fixed_passphrase()).value();
  }

  testing::Built built_ = large_package();
  MemoryReadAt stored_{built_.bytes};
  OuterFile file_ = read_outer(stored_).value();
  PackageProgress no_progress_;
};

TEST_F(PlaintextStreamTest, GivesEveryByteAndBothHashes) {
  PlaintextStream stream(stored_, file_, decryptor(), HashScope::ContentAndFile, no_progress_);
  auto anywhere = decryptor();
  Bytes whole;

  while (true) {
    const auto part = stream.next();
    ASSERT_THAT(part, IsOk());
    if (part->empty()) break;
    whole.insert(whole.end(), part->begin(), part->end());
  }
  const auto facts = stream.finish();

  Bytes expected(file_.inner_size);
  stored_.read_at(file_.ciphertext_offset(), expected);
  anywhere.decrypt_at(0, expected);
  EXPECT_TRUE(whole == expected);
  ASSERT_THAT(facts, IsOk());
  EXPECT_EQ(facts->file_sha256, crypto::sha256(built_.bytes));
  EXPECT_EQ(facts->content_sha256, *built_.expectation.content_sha256);
}

TEST_F(PlaintextStreamTest, HashesTheFileOnlyWhenAsked) {
  PlaintextStream stream(stored_, file_, decryptor(), HashScope::Content, no_progress_);

  const auto facts = stream.finish();

  ASSERT_THAT(facts, IsOk());
  EXPECT_FALSE(facts->file_sha256.has_value());
  EXPECT_EQ(facts->content_sha256, *built_.expectation.content_sha256);
}

TEST_F(PlaintextStreamTest, RefusesAChangedByte) {
  stored_.bytes[static_cast<std::size_t>(file_.ciphertext_offset()) + 2'000'000] ^= std::byte{1};
  PlaintextStream stream(stored_, file_, decryptor(), HashScope::ContentAndFile, no_progress_);

  EXPECT_THAT(stream.finish(), Refuses(ErrorCode::NotAuthentic, "hmac"));
}

TEST_F(PlaintextStreamTest, ThrowsWhatTheFileThrows) {
  for (const std::uint64_t torn_at : {std::uint64_t{0},
                                      file_.ciphertext_offset() + 10,
                                      file_.ciphertext_offset() + 3'000'000,
                                      stored_.size() - 1}) {
    const TornReadAt torn(stored_, torn_at);
    PlaintextStream stream(torn, file_, decryptor(), HashScope::ContentAndFile, no_progress_);

    EXPECT_THROW(static_cast<void>(stream.finish()), Failure) << torn_at;
    EXPECT_THROW(static_cast<void>(stream.next()), Failure) << torn_at;
  }
}

TEST_F(PlaintextStreamTest, StopsWhenItIsTold) {
  const PackageProgress stop = [](std::uint64_t done, std::uint64_t) { return done < 1'000'000; };
  PlaintextStream stream(stored_, file_, decryptor(), HashScope::ContentAndFile, stop);

  EXPECT_THAT(stream.finish(), IsError(ErrorCode::Conflict));
}

TEST_F(PlaintextStreamTest, CanBeGivenUpAtAnyTime) {
  for (int parts = 0; parts < 12; ++parts) {
    PlaintextStream stream(stored_, file_, decryptor(), HashScope::ContentAndFile, no_progress_);
    for (int i = 0; i < parts; ++i)
      ASSERT_THAT(stream.next(), IsOk());
  }
}

}  // namespace
}  // namespace rightful::archive::reader
