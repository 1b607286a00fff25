#include "archive/zip_records.hpp"

#include <gtest/gtest.h>

#include "archive/package_format.hpp"
#include "archive/reader/zip_parse.hpp"
#include "tests/support/result_matchers.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::archive {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using testing::MemoryReadAt;

constexpr std::uint64_t kFourGib = 0x100000000;

EntryRecord some_entry() {
  return {.name = "data/a.json",
          .version_needed = format::kVersionDeflate,
          .flags = format::kNoFlags,
          .method = format::kMethodDeflate,
          .modified = {0x1234, 0x5678},
          .crc = 0xCAFEBABE,
          .packed_size = 10,
          .size = 20,
          .local_offset = 30};
}

Instant at(int year, unsigned month, unsigned day, int seconds) {
  return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                               static_cast<int>(day)} +
         std::chrono::seconds(seconds);
}

TEST(DosTimeTest, PacksUtcToTwoSeconds) {
  const DosTime time = to_dos_time(at(2026, 3, 14, 15 * 3600 + 9 * 60 + 27));

  EXPECT_EQ(time.date, ((2026 - 1980) << 9) | (3 << 5) | 14);
  EXPECT_EQ(time.time, (15 << 11) | (9 << 5) | 13);
}

TEST(DosTimeTest, StaysInsideItsCenturies) {
  EXPECT_EQ(to_dos_time(at(1970, 1, 1, 0)).date, (1 << 5) | 1);
  EXPECT_EQ(to_dos_time(at(1970, 1, 1, 0)).time, 0);
  EXPECT_EQ(to_dos_time(at(2200, 1, 1, 0)).date, (127 << 9) | (12 << 5) | 31);
}

TEST(ZipRecords, CentralHeaderReadsBack) {
  RecordText text;
  append_central_header(text, some_entry());

  const auto parsed = reader::parse_central(text.bytes(), "inner");

  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(reader::central_record_bytes(text.bytes()), text.size());
  EXPECT_EQ(parsed->name, "data/a.json");
  EXPECT_EQ(parsed->crc, 0xCAFEBABE);
  EXPECT_EQ(parsed->packed_size, 10U);
  EXPECT_EQ(parsed->size, 20U);
  EXPECT_EQ(parsed->local_offset, 30U);
  EXPECT_TRUE(parsed->extra.empty());
}

// Each of the three numbers at the limit: one below stays 32 bits wide.
TEST(ZipRecords, Zip64OnlyWhereANumberNeedsIt) {
  for (const std::uint64_t value : {kFourGib - 2, kFourGib - 1, kFourGib, 5 * kFourGib}) {
    for (int which = 0; which < 8; ++which) {
      EntryRecord entry = some_entry();
      if ((which & 1) != 0) entry.size = value;
      if ((which & 2) != 0) entry.packed_size = value;
      if ((which & 4) != 0) entry.local_offset = value;
      RecordText text;
      append_central_header(text, entry);
      const bool is_large = value >= kFourGib - 1;
      const auto fields = static_cast<std::size_t>(std::popcount(static_cast<unsigned>(which)));
      const std::size_t extra = is_large && which != 0 ? 4 + 8 * fields : 0;

      const auto parsed = reader::parse_central(text.bytes(), "inner");

      EXPECT_EQ(text.size(), format::kCentralHeaderBytes + entry.name.size() + extra);
      ASSERT_THAT(parsed, IsOk());
      EXPECT_EQ(parsed->size, entry.size);
      EXPECT_EQ(parsed->packed_size, entry.packed_size);
      EXPECT_EQ(parsed->local_offset, entry.local_offset);
    }
  }
}

TEST(ZipRecords, LocalHeaderOfALargeEntryReadsBack) {
  EntryRecord entry = some_entry();
  entry.size = 5 * kFourGib;
  RecordText local;
  RecordText central;
  append_local_header(local, entry);
  append_central_header(central, entry);
  const auto parsed = reader::parse_central(central.bytes(), "inner");
  ASSERT_THAT(parsed, IsOk());

  EXPECT_TRUE(reader::has_zip64_field(local.bytes()));
  EXPECT_THAT(reader::check_local(local.bytes(), *parsed, {}, "inner"), IsOk());
}

TEST(ZipRecords, RefusesALocalHeaderThatDiffersInAnyByte) {
  RecordText local;
  RecordText central;
  append_local_header(local, some_entry());
  append_central_header(central, some_entry());
  const auto parsed = reader::parse_central(central.bytes(), "inner");
  ASSERT_THAT(parsed, IsOk());
  Bytes bytes(local.bytes().begin(), local.bytes().end());
  ASSERT_THAT(reader::check_local(bytes, *parsed, {}, "inner"), IsOk());

  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i >= 26 && i < 30) continue;  // the lengths: the caller has cut the header by them
    bytes[i] ^= std::byte{1};
    EXPECT_THAT(reader::check_local(bytes, *parsed, {}, "inner"),
                IsError(ErrorCode::InvalidArgument))
        << i;
    bytes[i] ^= std::byte{1};
  }
}

MemoryReadAt file_with_directory(std::uint64_t entries, std::uint64_t size) {
  RecordText text;
  text.zeros(static_cast<std::size_t>(size));
  append_end_of_directory(text, {entries, 0, size});
  return MemoryReadAt(Bytes(text.bytes().begin(), text.bytes().end()));
}

TEST(ZipRecords, EndRecordsReadBack) {
  for (const std::uint64_t entries : {0U, 1U, 65534U, 65535U, 65536U, 1'500'000U}) {
    const MemoryReadAt file = file_with_directory(entries, 100);

    const auto place = reader::read_end_records(file, "inner");

    ASSERT_THAT(place, IsOk());
    EXPECT_EQ(place->entries, entries);
    EXPECT_EQ(place->offset, 0U);
    EXPECT_EQ(place->size, 100U);
    EXPECT_EQ(file.size(), 100U + 22U + (entries >= 65535 ? 56U + 20U : 0U));
  }
}

TEST(ZipRecords, RefusesEndRecordsThatDifferInAnyByte) {
  for (const std::uint64_t entries : {3U, 65535U}) {
    MemoryReadAt file = file_with_directory(entries, 10);
    for (std::size_t i = 10; i < file.bytes.size(); ++i) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        file.bytes[i] ^= static_cast<std::byte>(1U << bit);
        const auto place = reader::read_end_records(file, "inner");
        // A changed count is found where the records are counted.
        EXPECT_TRUE(!place || place->entries != entries) << i << ' ' << bit;
        file.bytes[i] ^= static_cast<std::byte>(1U << bit);
      }
    }
  }
}

}  // namespace
}  // namespace rightful::archive
