#include "ledger/archive_writer.hpp"

#include <array>

#include "rightful/core/check.hpp"

#include "ledger/ustar.hpp"

namespace rightful::ledger {

void ArchiveWriter::add(std::string_view name, ByteView content) {
  constexpr std::array<std::byte, kUstarBlockBytes> kZeros{};
  RIGHTFUL_CHECK(name > last_);
  last_ = name;
  sink_.write(format_ustar_header(name, content.size()));
  sink_.write(content);
  sink_.write(ByteView(kZeros).first(ustar_padding(content.size())));
}

void ArchiveWriter::finish() {
  constexpr std::array<std::byte, 2 * kUstarBlockBytes> kZeros{};
  sink_.write(kZeros);
}

}  // namespace rightful::ledger
