// The inner ZIP, which is parsed before its HMAC is known to hold: every entry has the size that
// the directory says, or the file is refused.
#include <string>
#include <utility>

#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/core/check.hpp"

#include "archive/block_output.hpp"
#include "archive/reader/entry_walker.hpp"
#include "tests/fuzz/edits.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::fuzz {
namespace {

namespace fixture = archive::testing;
namespace reader = archive::reader;

class MemoryBlocks final : public archive::BlockOutput {
 public:
  [[nodiscard]] archive::Block acquire() override { return archive::Block::make(); }

  void submit(archive::Block block) override {
    bytes.insert(bytes.end(), block.bytes().begin(), block.bytes().end());
  }

  Bytes bytes;
};

Bytes inner_zip() {
  MemoryBlocks blocks;
  fixture::CountingRandom random;
  archive::InnerZipWriter zip(blocks, fixture::some_time(), fixture::memory_spool(random));
  const std::string text(300, 't');
  const auto add = [&](const std::string& name, archive::Compression compression) {
    RIGHTFUL_CHECK(zip.add(name, compression, as_bytes(text + name)).has_value());
  };
  for (const char* name : {"index.html", "manifest.json", "MANIFEST.sha256"}) {
    add(name, archive::Compression::Deflate);
  }
  add("manifest.sig", archive::Compression::Store);
  zip.finish();
  return std::move(blocks.bytes);
}

Result<std::uint64_t> content_size(reader::EntryWalker& walker) {
  std::uint64_t size = 0;
  while (true) {
    RIGHTFUL_TRY(const ByteView part, walker.content().next());
    if (part.empty()) return size;
    size += part.size();
  }
}

/// Everything a reader does with an inner ZIP.
Result<void> walk(const archive::ReadAt& file) {
  RIGHTFUL_TRY(const reader::InnerIndex index, reader::read_inner_index(file));
  reader::RangeSource stream(file, 0, file.size());
  reader::EntryWalker walker(stream, file, index.place);
  std::uint64_t entries = 0;
  while (true) {
    RIGHTFUL_TRY(const reader::CentralRecord* const record, walker.enter());
    if (record == nullptr) break;
    ++entries;
    RIGHTFUL_CHECK(reader::is_safe_name(record->name));
    const std::uint64_t expected = record->size;
    RIGHTFUL_TRY(const std::uint64_t size, content_size(walker));
    RIGHTFUL_CHECK(size == expected);
  }
  RIGHTFUL_CHECK(entries == index.place.entries);
  return walker.finish();
}

}  // namespace

void run_one(std::string_view input) {
  static const Bytes kOriginal = inner_zip();
  const fixture::MemoryReadAt file(edited(kOriginal, parse_edits(input)));
  const auto walked = walk(file);
  if (!walked) RIGHTFUL_CHECK(file.bytes != kOriginal);
}

}  // namespace rightful::fuzz
