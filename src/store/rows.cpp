#include "rightful/store/rows.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "store/rows_data.hpp"
#include "store/text_forms.hpp"

namespace rightful::store {
namespace {

[[noreturn]] void throw_bad_row(const RowsData& data, std::string_view what) {
  throw Failure(Retry::Never, "bad_row", "query " + data.query + ": " + std::string(what));
}

const RowsData::Cell& find_cell(const RowsData& data, std::size_t row, std::string_view column) {
  const auto found = std::ranges::find(data.columns, column);
  if (found == data.columns.end()) throw_bad_row(data, "has no column " + std::string(column));
  return data
      .cells[row * data.columns.size() + static_cast<std::size_t>(found - data.columns.begin())];
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

void Row::refuse(std::string_view column, std::string_view what) const {
  throw_bad_row(*data_, "column " + std::string(column) + " " + std::string(what));
}

bool Row::is_null(std::string_view column) const {
  return find_cell(*data_, index_, column).is_null;
}

std::string_view Row::view(std::string_view column) const {
  const RowsData::Cell& cell = find_cell(*data_, index_, column);
  if (cell.is_null) refuse(column, "is NULL");
  return std::string_view(data_->bytes).substr(cell.offset, cell.size_bytes);
}

std::string Row::text(std::string_view column) const {
  return std::string(view(column));
}

std::int64_t Row::integer(std::string_view column) const {
  const auto number = parse_number<std::int64_t>(view(column));
  if (!number) refuse(column, "is no integer");
  return *number;
}

double Row::real(std::string_view column) const {
  const auto number = parse_number<double>(view(column));
  if (!number) refuse(column, "is no number");
  return *number;
}

bool Row::boolean(std::string_view column) const {
  const std::string_view text = view(column);
  if (text != "t" && text != "f") refuse(column, "is no boolean");
  return text == "t";
}

Bytes Row::bytes(std::string_view column) const {
  auto bytes = parse_bytea(view(column));
  if (!bytes) refuse(column, "is no bytea");
  return *std::move(bytes);
}

Instant Row::instant(std::string_view column) const {
  const auto instant = parse_timestamptz(view(column));
  if (!instant) refuse(column, "is no timestamptz");
  return *instant;
}

std::chrono::year_month_day Row::date(std::string_view column) const {
  const auto date = parse_date(view(column));
  if (!date) refuse(column, "is no date");
  return *date;
}

AccountId Row::account(std::string_view column) const {
  auto account = AccountId::parse(view(column));
  if (!account) refuse(column, "is no account");
  return *std::move(account);
}

std::optional<std::string> Row::optional_text(std::string_view column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

std::optional<std::int64_t> Row::optional_integer(std::string_view column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<bool> Row::optional_boolean(std::string_view column) const {
  return is_null(column) ? std::nullopt : std::optional(boolean(column));
}

std::optional<Bytes> Row::optional_bytes(std::string_view column) const {
  return is_null(column) ? std::nullopt : std::optional(bytes(column));
}

std::optional<Instant> Row::optional_instant(std::string_view column) const {
  return is_null(column) ? std::nullopt : std::optional(instant(column));
}

std::optional<std::chrono::year_month_day> Row::optional_date(std::string_view column) const {
  return is_null(column) ? std::nullopt : std::optional(date(column));
}

std::optional<AccountId> Row::optional_account(std::string_view column) const {
  return is_null(column) ? std::nullopt : std::optional(account(column));
}

std::size_t Rows::size() const noexcept {
  return data_->rows;
}

std::uint64_t Rows::affected() const noexcept {
  return data_->affected;
}

Row Rows::operator[](std::size_t index) const {
  RIGHTFUL_CHECK(index < size());
  return Row(data_, index);
}

std::optional<Row> Rows::at_most_one() const {
  if (size() > 1) throw_bad_row(*data_, "gave more than one row");
  if (empty()) return std::nullopt;
  return (*this)[0];
}

Row Rows::only() const {
  if (size() != 1) throw_bad_row(*data_, "did not give exactly one row");
  return (*this)[0];
}

}  // namespace rightful::store
