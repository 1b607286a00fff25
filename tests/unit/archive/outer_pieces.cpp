#include "tests/unit/archive/outer_pieces.hpp"

#include "rightful/core/check.hpp"

namespace rightful::archive::testing {
namespace {

constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kOffsetAt = 42;  // in a central record

std::size_t load(ByteView bytes, std::size_t at, std::size_t size) {
  std::size_t value = 0;
  for (std::size_t i = size; i-- > 0;)
    value = (value << 8U) | std::to_integer<std::size_t>(bytes[at + i]);
  return value;
}

void store32(Bytes& bytes, std::size_t at, std::size_t value) {
  for (std::size_t i = 0; i < 4; ++i, value >>= 8U)
    bytes[at + i] = static_cast<std::byte>(value & 0xFFU);
}

Bytes part(ByteView bytes, std::size_t from, std::size_t to) {
  const ByteView view = bytes.subspan(from, to - from);
  return {view.begin(), view.end()};
}

}  // namespace

OuterPieces OuterPieces::of(ByteView package) {
  const ByteView end = package.last(kEndBytes);
  const std::size_t directory = load(end, 16, 4);
  RIGHTFUL_CHECK(load(end, 10, 2) == 3 && directory < package.size());
  OuterPieces pieces;
  std::array<std::size_t, 4> begins{0, 0, 0, directory};
  std::size_t at = directory;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t size =
        46 + load(package, at + 28, 2) + load(package, at + 30, 2) + load(package, at + 32, 2);
    begins[i] = load(package, at + kOffsetAt, 4);
    pieces.records[i] = part(package, at, at + size);
    at += size;
  }
  for (std::size_t i = 0; i < 3; ++i)
    pieces.entries[i] = part(package, begins[i], begins[i + 1]);
  return pieces;
}

Bytes OuterPieces::joined(const std::array<std::size_t, 3>& entry_order,
                          const std::array<std::size_t, 3>& record_order) const {
  Bytes file;
  std::array<std::size_t, 3> offsets{};
  for (const std::size_t i : entry_order) {
    offsets[i] = file.size();
    file.insert(file.end(), entries[i].begin(), entries[i].end());
  }
  const std::size_t directory = file.size();
  for (const std::size_t i : record_order) {
    Bytes record = records[i];
    store32(record, kOffsetAt, offsets[i]);
    file.insert(file.end(), record.begin(), record.end());
  }
  const std::size_t end = file.size();
  file.resize(end + kEndBytes);
  store32(file, end, 0x06054b50);
  file[end + 8] = file[end + 10] = std::byte{3};
  store32(file, end + 12, end - directory);
  store32(file, end + 16, directory);
  return file;
}

}  // namespace rightful::archive::testing
