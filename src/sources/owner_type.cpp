#include "sources/owner_type.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace rightful::sources {
namespace {

constexpr std::array<std::pair<std::string_view, OwnerType>, 7> kTypes{
    {{"text", OwnerType::Text},
     {"varchar", OwnerType::Text},
     {"bpchar", OwnerType::PaddedText},
     {"int2", OwnerType::Int2},
     {"int4", OwnerType::Int4},
     {"int8", OwnerType::Int8},
     {"uuid", OwnerType::Uuid}}};

/// As the database writes numbers: no sign but `-`, no zeros in front, in range.
template <class T>
bool is_canonical_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::to_string(value) == text;
}

/// For decimals longer than any integer type: no zeros in front, no sign but `-`, no `-0`.
bool is_canonical_whole_number(std::string_view text) {
  constexpr std::size_t kMaxDigits = 38;
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.size() > kMaxDigits) return false;
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
  return digits.front() != '0' || text == "0";
}

bool is_canonical_uuid(std::string_view text) {
  constexpr std::string_view kShape = "00000000-0000-0000-0000-000000000000";
  return text.size() == kShape.size() &&
         std::equal(text.begin(), text.end(), kShape.begin(), [](char c, char shape) {
           if (shape == '-') return c == '-';
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool comes_back(std::string_view text, OwnerType type) {
  switch (type) {
    case OwnerType::Text:
      return true;
    case OwnerType::PaddedText:
      return !text.ends_with(' ');
    case OwnerType::Int2:
      return is_canonical_number<std::int16_t>(text);
    case OwnerType::Int4:
      return is_canonical_number<std::int32_t>(text);
    case OwnerType::Int8:
      return is_canonical_number<std::int64_t>(text);
    case OwnerType::Uuid:
      return is_canonical_uuid(text);
    case OwnerType::UnsignedInt8:
      return is_canonical_number<std::uint64_t>(text);
    case OwnerType::WholeNumber:
      return is_canonical_whole_number(text);
  }
  return false;
}

}  // namespace

std::optional<OwnerType> owner_type_of(std::string_view type) {
  for (const auto& [name, owner_type] : kTypes) {
    if (name == type) return owner_type;
  }
  return std::nullopt;
}

std::string_view cast_of(OwnerType type) noexcept {
  switch (type) {
    case OwnerType::Text:
      return "text";
    case OwnerType::PaddedText:
      return "bpchar";
    case OwnerType::Int2:
      return "smallint";
    case OwnerType::Int4:
      return "integer";
    case OwnerType::Int8:
      return "bigint";
    case OwnerType::Uuid:
      return "uuid";
    case OwnerType::UnsignedInt8:
      return "unsigned bigint";
    case OwnerType::WholeNumber:
      return "decimal";
  }
  return "text";
}

Result<void> check_round_trip(const AccountId& account, OwnerType type) {
  if (comes_back(account.expose(), type)) return {};
  return fail(
      ErrorCode::InvalidArgument,
      "the account ID is not the exact text of a value of type " + std::string(cast_of(type)));
}

}  // namespace rightful::sources
