#include "ledger/ustar.hpp"

#include <algorithm>
#include <optional>

#include "rightful/core/check.hpp"

namespace rightful::ledger {

namespace {

// POSIX.1-2017, pax: ustar interchange format. Offsets and sizes of the fields that are used.
struct FieldPlace {
  std::size_t offset;
  std::size_t size;
};

constexpr FieldPlace kName{0, 100};
constexpr FieldPlace kMode{100, 8};
constexpr FieldPlace kOwner{108, 8};
constexpr FieldPlace kGroup{116, 8};
constexpr FieldPlace kSize{124, 12};
constexpr FieldPlace kTime{136, 12};
constexpr FieldPlace kSum{148, 8};
constexpr FieldPlace kType{156, 1};
constexpr FieldPlace kLink{157, 100};
constexpr FieldPlace kMagic{257, 8};
constexpr FieldPlace kMajor{329, 8};
constexpr FieldPlace kMinor{337, 8};
constexpr FieldPlace kPrefix{345, 155};
constexpr std::string_view kUstarMagic("ustar\00000", 8);
constexpr std::string_view kGnuMagic("ustar  \0", 8);
constexpr char kRegularFile = '0';

using Block = std::array<std::byte, kUstarBlockBytes>;

std::string_view text_of(ByteView block, FieldPlace place) {
  return as_text(block.subspan(place.offset, place.size));
}

// Up to the first NUL.
std::string_view string_of(ByteView block, FieldPlace place) {
  const std::string_view text = text_of(block, place);
  return text.substr(0, text.find('\0'));
}

// Octal digits, then NUL or space to the end. GNU's binary form of huge numbers is none.
std::optional<std::uint64_t> number_of(ByteView block, FieldPlace place) {
  const std::string_view text = text_of(block, place);
  const std::size_t digits = std::min(text.find_first_not_of("01234567"), text.size());
  if (digits == 0 || text.find_first_not_of(std::string_view("\0 ", 2), digits) != text.npos)
    return std::nullopt;
  std::uint64_t value = 0;
  for (const char digit : text.substr(0, digits))
    value = value * 8 + static_cast<std::uint64_t>(digit - '0');
  return value;
}

void put_text(Block& block, FieldPlace place, std::string_view text) {
  std::ranges::copy(as_bytes(text), block.begin() + static_cast<std::ptrdiff_t>(place.offset));
}

// Digits to the last byte but one, which stays NUL.
void put_number(Block& block, FieldPlace place, std::uint64_t value) {
  for (std::size_t at = place.size - 1; at-- > 0; value /= 8)
    block[place.offset + at] = static_cast<std::byte>('0' + value % 8);
}

// The sum of all bytes, those of the sum itself counted as spaces.
std::uint64_t sum_of(ByteView block) {
  std::uint64_t sum = kSum.size * std::uint64_t{' '};
  for (std::size_t at = 0; at < block.size(); ++at) {
    if (at < kSum.offset || at >= kSum.offset + kSum.size)
      sum += std::to_integer<std::uint64_t>(block[at]);
  }
  return sum;
}

std::unexpected<Error> no_header(std::string_view why) {
  return fail(ErrorCode::InvalidArgument,
              "not an archive in the ustar format: " + std::string(why));
}

Result<void> check_kind(ByteView block, const std::string& name) {
  const char type = text_of(block, kType).front();
  if (type == kRegularFile && string_of(block, kLink).empty()) return {};
  return fail(ErrorCode::Denied,
              "the archive's member `" + shown_name(name) +
                  "` is a link, a folder, a device or an extension; an archive of a log holds "
                  "regular files alone");
}

}  // namespace

std::array<std::byte, kUstarBlockBytes> format_ustar_header(std::string_view name,
                                                            std::uint64_t size_bytes) {
  RIGHTFUL_CHECK(!name.empty() && name.size() <= kMaxUstarNameBytes);
  RIGHTFUL_CHECK(size_bytes <= kMaxUstarSizeBytes);
  Block block{};
  put_text(block, kName, name);
  put_number(block, kMode, 0644);
  for (const FieldPlace place : {kOwner, kGroup, kTime, kMajor, kMinor})
    put_number(block, place, 0);
  put_number(block, kSize, size_bytes);
  put_text(block, kType, std::string_view(&kRegularFile, 1));
  put_text(block, kMagic, kUstarMagic);
  put_number(block, {kSum.offset, kSum.size - 1}, sum_of(block));
  block[kSum.offset + kSum.size - 1] = std::byte{' '};
  return block;
}

Result<UstarHeader> parse_ustar_header(ByteView block) {
  RIGHTFUL_CHECK(block.size() == kUstarBlockBytes);
  const std::string_view magic = text_of(block, kMagic);
  if (magic == kGnuMagic) return no_header("it is GNU's own; make it with `--format=ustar`");
  if (magic != kUstarMagic)
    return no_header("no `ustar` in a header (compressed? unpack it first)");
  const auto sum = number_of(block, kSum);
  if (!sum || *sum != sum_of(block)) return no_header("the sum of a header is wrong");
  std::string name(string_of(block, kName));
  if (const std::string_view prefix = string_of(block, kPrefix); !prefix.empty())
    name.insert(0, std::string(prefix) + "/");
  RIGHTFUL_TRY(check_kind(block, name));
  const auto size = number_of(block, kSize);
  if (!size || *size > kMaxUstarSizeBytes) return no_header("the size of a member is no number");
  return UstarHeader{.name = std::move(name), .size_bytes = *size};
}

std::string shown_name(std::string_view name) {
  std::string shown(name.substr(0, kMaxUstarNameBytes));
  std::ranges::replace_if(shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown;
}

}  // namespace rightful::ledger
