#include "rightful/archive/package_writer.hpp"

#include <string>

#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/crypto/hash.hpp"

#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsOk;
using testing::build;
using testing::Built;
using testing::CountingRandom;
using testing::MemorySink;
using testing::Recipe;

/// Fails at the n-th call.
class FailingSink final : public PackageSink {
 public:
  explicit FailingSink(int good_calls) : left_(good_calls) {}

  void write(ByteView bytes) override {
    count();
    sink.write(bytes);
  }

  void patch(std::uint64_t offset, ByteView bytes) override {
    count();
    sink.patch(offset, bytes);
  }

  MemorySink sink;
  bool has_failed = false;

 private:
  void count() {
    if (left_-- > 0) return;
    has_failed = true;
    throw Failure(Retry::Later, "disk_full", "no room");
  }

  int left_;
};

/// Takes its time, so that the caller is always ahead of the cipher's thread.
class SlowSink final : public PackageSink {
 public:
  void write(ByteView bytes) override {
    SystemClock().wait_for({}, std::chrono::milliseconds(3));
    sink.write(bytes);
  }

  void patch(std::uint64_t offset, ByteView bytes) override { sink.patch(offset, bytes); }

  MemorySink sink;
};

struct Start {
  CountingRandom random;
  crypto::Passphrase passphrase = testing::fixed_passphrase();

  PackageHead head() {
    return {"<p>hello</p>", passphrase, {}, testing::some_time(), testing::memory_spool(random)};
  }
};

/// Content that does not become small, so that also the deflating thread fills blocks.
Bytes noise(std::size_t size) {
  Bytes bytes;
  crypto::Sha256Digest digest = crypto::sha256({});
  while (bytes.size() < size) {
    bytes.insert(bytes.end(), digest.bytes().begin(), digest.bytes().end());
    digest = crypto::sha256(digest.bytes());
  }
  bytes.resize(size);
  return bytes;
}

/// Stored and deflated by turns: every thread of the writer has work.
void write_much(PackageWriter& writer) {
  const Bytes content = noise(1024 * 1024 + 5);
  for (int i = 0; i < 6; ++i) {
    const auto compression = i % 2 == 0 ? Compression::Store : Compression::Deflate;
    static_cast<void>(writer.inner().add("media/" + std::to_string(i), compression, content));
  }
}

TEST(PackageWriterTest, TheSameCallsGiveTheSameBytes) {
  const Built first = build(Recipe::small());
  const Built second = build(Recipe::small());

  EXPECT_GT(first.bytes.size(), 1000U);
  // The envelope's sealed box is random: everything before it is the same.
  const std::size_t same = first.bytes.size() - first.expectation.envelope_json->size() - 400;
  EXPECT_TRUE(std::equal(first.bytes.begin(),
                         first.bytes.begin() + static_cast<std::ptrdiff_t>(same),
                         second.bytes.begin()));
}

// Whoever waits for the other: which thread encrypts a block changes nothing.
TEST(PackageWriterTest, ASlowSinkGetsTheSameBytes) {
  const auto write = [](PackageSink& sink) {
    Start start;
    PackageWriter writer(sink, start.head());
    write_much(writer);
    // Outgrows the blocks held back: one of them becomes longer than the others.
    ASSERT_THAT(writer.inner().begin_entry("media/large", Compression::Deflate), IsOk());
    writer.inner().write(noise(3 * 1024 * 1024));
    static_cast<void>(writer.inner().end_entry());
    static_cast<void>(writer.finish_content());
    static_cast<void>(writer.finish("{}"));
  };
  MemorySink fast;
  SlowSink slow;

  write(fast);
  write(slow);

  EXPECT_GT(fast.bytes.size(), 9U * 1024 * 1024);
  EXPECT_TRUE(slow.sink.bytes == fast.bytes);
}

TEST(PackageWriterTest, FactsDescribeWhatTheSinkGot) {
  const Built built = build(Recipe::small());
  const auto report = verify(built);

  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->size, built.bytes.size());
  EXPECT_EQ(report->sha256, crypto::sha256(built.bytes));
  EXPECT_EQ(report->content_sha256, *built.expectation.content_sha256);
}

TEST(PackageWriterTest, PatchesOnlyTheBeginning) {
  Start start;
  MemorySink sink;
  PackageHead head = start.head();
  head.read_me_html = std::string(48 * 1024, 'r');
  PackageWriter writer(sink, head);
  write_much(writer);
  static_cast<void>(writer.finish_content());
  static_cast<void>(writer.finish("{}"));

  ASSERT_FALSE(sink.patched_ends.empty());
  for (const std::uint64_t end : sink.patched_ends)
    EXPECT_LE(end, kPatchableBytes);
}

// FailAt: the sink fails at its n-th call; the caller sees that Failure, whatever thread it
// happened on.
TEST(PackageWriterTest, AFailingSinkSurfacesWhereverItFails) {
  int failures = 0;
  for (int good_calls = 0;; ++good_calls) {
    FailingSink sink(good_calls);
    Start start;
    try {
      PackageWriter writer(sink, start.head());
      write_much(writer);
      static_cast<void>(writer.finish_content());
      static_cast<void>(writer.finish("{}"));
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.cause(), "disk_full");
      ++failures;
      continue;
    }
    EXPECT_FALSE(sink.has_failed);
    break;
  }
  EXPECT_GT(failures, 30);
}

TEST(PackageWriterTest, DestroyingAnUnfinishedWriterEndsItsThread) {
  Start start;
  MemorySink sink;
  {
    PackageWriter writer(sink, start.head());
    write_much(writer);
    ASSERT_THAT(writer.inner().begin_entry("open", Compression::Deflate), IsOk());
    writer.inner().write(noise(3'000'000));  // more than can have been deflated when it ends
  }
  const std::size_t size = sink.bytes.size();

  EXPECT_EQ(sink.bytes.size(), size);
  EXPECT_GT(size, 0U);
}

TEST(PackageWriterDeathTest, WrongOrderStopsTheProcess) {
  Start start;
  MemorySink sink;
  PackageWriter writer(sink, start.head());
  EXPECT_DEATH(static_cast<void>(writer.finish("{}")), "");
  PackageHead empty = start.head();
  empty.read_me_html.clear();
  EXPECT_DEATH(PackageWriter(sink, empty), "");
  empty.read_me_html = std::string(48 * 1024 + 1, 'r');
  EXPECT_DEATH(PackageWriter(sink, empty), "");
}

}  // namespace
}  // namespace rightful::archive
