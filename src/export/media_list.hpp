/// @file
/// The objects that records named, in the order in which they were named: kept aside until all
/// records are read, then streamed into the package.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/archive/sealed_spool.hpp"
#include "rightful/sources/record_sink.hpp"

namespace rightful::exporting {

/// How a browser can show a file, by the ending of its name.
enum class MediaKind : std::uint8_t { Audio, Video, Image, Other };

/// The ending that an object gets in the package: that of its reference where it is a well-known
/// passive kind, else `bin`, so that nothing in a package can be started by a click.
[[nodiscard]] std::string_view ending_of(std::string_view reference);
[[nodiscard]] MediaKind media_kind_of(std::string_view ending);
/// `media/<dataset>/000001.wav`. @param number  from 1.
[[nodiscard]] std::string media_name(std::string_view dataset,
                                     std::uint64_t number,
                                     std::string_view ending);

struct ListedObject {
  sources::ObjectReference object;
  std::string entry_name;
};

/// Threads  one. Cost  constant memory; the list is spilled, encrypted, past a threshold.
class MediaList {
 public:
  explicit MediaList(archive::SpoolSettings spool) : spool_(std::move(spool)) {}

  /// @param object  of `dataset` of the catalog that read() will be given. @return its name in the
  /// package.
  std::string add(const sources::ObjectReference& object,
                  std::size_t dataset_index,
                  std::uint64_t number);

  [[nodiscard]] std::uint64_t size() const noexcept { return count_; }

  /// Front to back, once the list is complete; it must outlive the reader.
  class Reader {
   public:
    Reader(const MediaList& list, const catalog::Catalog& catalog)
        : reader_(list.spool_.read()), catalog_(catalog) {}

    [[nodiscard]] std::optional<ListedObject> next();

   private:
    /// Empty at the end of the list.
    [[nodiscard]] std::optional<std::uint64_t> first_number();
    [[nodiscard]] std::uint64_t number();
    [[nodiscard]] std::string text();
    void fill(std::span<std::byte> into);

    archive::SpoolReader reader_;
    const catalog::Catalog& catalog_;
  };

 private:
  archive::SealedSpool spool_;
  std::uint64_t count_ = 0;
};

}  // namespace rightful::exporting
