#include "rightful/archive/sealed_spool.hpp"

#include <string>

#include <gtest/gtest.h>

#include "rightful/core/failure.hpp"
#include "rightful/core/random.hpp"

#include "tests/integration/archive/scratch.hpp"

namespace rightful::archive {
namespace {

using testing::Scratch;

std::string read_all(const SealedSpool& spool, std::size_t step) {
  SpoolReader reader = spool.read();
  std::string text;
  std::string buffer(step, '\0');
  while (const std::size_t count = reader.read(std::as_writable_bytes(std::span(buffer)))) {
    text += buffer.substr(0, count);
  }
  return text;
}

std::string lines(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i)
    text += "secret line " + std::to_string(i) + "\n";
  text.resize(size);
  return text;
}

class SpoolSizes : public ::testing::TestWithParam<std::size_t> {};

TEST_P(SpoolSizes, GiveBackWhatWasAppended) {
  const Scratch scratch;
  SystemRandom random;
  const std::string text = lines(GetParam());
  for (const std::size_t memory :
       {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{1} << 20U}) {
    for (const std::size_t step : {std::size_t{7}, std::size_t{1000}, std::size_t{300'000}}) {
      SealedSpool spool({.directory = scratch.path(), .random = random, .memory_bytes = memory});
      for (std::size_t at = 0; at < text.size(); at += step) {
        spool.append(as_bytes(std::string_view(text).substr(at, step)));
      }
      EXPECT_EQ(spool.size(), text.size());
      EXPECT_TRUE(testing::is_same(read_all(spool, 777), text));
      EXPECT_TRUE(testing::is_same(read_all(spool, 100'000), text)) << "a second time";
      EXPECT_EQ(spool.is_spilled(), text.size() > std::max<std::size_t>(memory, 1));
    }
  }
  EXPECT_EQ(scratch.count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Edges,
                         SpoolSizes,
                         ::testing::Values(0, 1, 2, 999, 1000, 1001, 65'536, 65'537, 200'003));

TEST(SealedSpoolTest, ItsFileHasNoNameAndNoPlaintext) {
  const Scratch scratch;
  SystemRandom random;
  SealedSpool spool({.directory = scratch.path(), .random = random, .memory_bytes = 100});
  const std::string text = lines(500'000);
  spool.append(as_bytes(text));
  ASSERT_TRUE(spool.is_spilled());

  EXPECT_EQ(scratch.count(), 0U);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const auto target = std::filesystem::read_symlink(entry.path(), error);
    if (error || !target.string().starts_with(scratch.path().string())) continue;
    ++files;
    const std::string stored = testing::get(entry.path());
    EXPECT_GT(stored.size(), 400'000U);
    EXPECT_EQ(stored.find("secret"), std::string::npos);
  }
  EXPECT_EQ(files, 1);
}

TEST(SealedSpoolTest, TwoSpoolsUseTwoKeys) {
  const Scratch scratch;
  SystemRandom random;
  const std::string text = lines(500'000);
  std::vector<std::string> stored;
  SealedSpool first({.directory = scratch.path(), .random = random, .memory_bytes = 1});
  SealedSpool second({.directory = scratch.path(), .random = random, .memory_bytes = 1});
  first.append(as_bytes(text));
  second.append(as_bytes(text));
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const auto target = std::filesystem::read_symlink(entry.path(), error);
    if (!error && target.string().starts_with(scratch.path().string())) {
      stored.push_back(testing::get(entry.path()).substr(0, 1000));
    }
  }

  ASSERT_EQ(stored.size(), 2U);
  EXPECT_NE(stored[0], stored[1]);
}

TEST(SealedSpoolTest, AMissingFolderIsAFailure) {
  SystemRandom random;
  SealedSpool spool({.directory = "/nonexistent/folder", .random = random, .memory_bytes = 1});

  EXPECT_THROW(spool.append(as_bytes("abc")), Failure);
}

}  // namespace
}  // namespace rightful::archive
