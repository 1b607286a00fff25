/// @file
/// Reads manifest.json: its head at once, its entries one by one. Shares nothing with manifest.cpp,
/// which writes it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"

#include "archive/reader/json_reader.hpp"

namespace rightful::archive::reader {

/// What the manifest says of one dataset, and what its entries added up to so far.
struct DatasetCount {
  std::uint64_t rows = 0;
  std::uint64_t objects = 0;
  std::uint64_t rows_seen = 0;
  std::uint64_t objects_seen = 0;
};

struct ManifestFacts {
  std::string request;
  std::string account;
  std::string checkpoint;  ///< a checkpoint's note by its shape, or `-`
  std::map<std::string, DatasetCount, std::less<>> datasets;
};

struct ListedEntry {
  std::string name;
  std::uint64_t size = 0;
  std::string sha256_hex;
  std::string kind;
  std::optional<std::string> dataset;
  std::optional<std::uint64_t> records;
  std::optional<std::string> owner;
};

/// Members stand in one order; an unknown, missing or repeated one is refused.
///
/// Format   docs/formats/package.md, "manifest.json"
/// Threads  one.
/// @return from all calls InvalidArgument or LimitExceeded, "manifest: …".
class ManifestReader {
 public:
  /// @param source  the content of manifest.json; must outlive the reader.
  explicit ManifestReader(ChunkSource& source) : json_(source) {}

  /// Everything before the entries.
  [[nodiscard]] Result<ManifestFacts> read_head();
  /// Empty = the end of the document has been read.
  [[nodiscard]] Result<std::optional<ListedEntry>> next_entry();

 private:
  using Texts = JsonReader::Texts;

  [[nodiscard]] Result<void> expect(JsonToken token);
  [[nodiscard]] Result<void> key(std::string_view name);
  [[nodiscard]] Result<std::string> text();
  [[nodiscard]] Result<std::string> text_member(std::string_view name);
  [[nodiscard]] Result<std::uint64_t> count_member(std::string_view name);
  [[nodiscard]] Result<std::uint64_t> count();
  /// Reads `{…}` items up to `]`; `item` is called after each opening brace.
  template <class Item>
  [[nodiscard]] Result<void> list_member(std::string_view name, Item item);
  [[nodiscard]] Result<void> pair(std::string_view first, std::string_view second);
  [[nodiscard]] Result<void> dataset(ManifestFacts& facts);
  [[nodiscard]] std::unexpected<Error> malformed();

  JsonReader json_;
};

}  // namespace rightful::archive::reader
