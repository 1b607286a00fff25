#include "rightful/ledger/evidence.hpp"

#include <array>

namespace rightful::ledger {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kCells = 11;

// `key=value;key=value`
std::string fields_cell(const Leaf& leaf) {
  std::string text;
  for (const auto& [key, value] : leaf.fields) {
    if (!text.empty()) text += ';';
    text.append(key).append("=").append(value.text);
  }
  return text;
}

std::string row_of(const std::array<std::string, kCells>& cells) {
  std::string row;
  for (std::size_t at = 0; at < cells.size(); ++at) {
    if (at > 0) row += ',';
    row += csv_cell(cells[at]);
  }
  return row.append(kLineEnd);
}

bool agrees(const std::optional<std::string>& wanted, std::string_view text) noexcept {
  return !wanted || *wanted == text;
}

}  // namespace

std::string format_evidence_line(std::uint64_t index, const TreeHash& leaf_hash, ByteView leaf) {
  std::string line = "{\"idx\":" + std::to_string(index) + ",\"leaf_hash\":\"" +
                     to_hex(leaf_hash.bytes()) + "\",\"leaf\":";
  line.append(leaf.empty() ? std::string_view("null") : as_text(leaf));
  return line.append("}\n");
}

std::string_view csv_header() noexcept {
  return "idx,t,act,out,actor,subj,req,w,n,d,leaf_hash\r\n";
}

std::string csv_cell(std::string_view text) {
  constexpr std::string_view kFormula = "=+-@\t\r";
  constexpr std::string_view kToQuote = ",\"\r\n";
  std::string cell;
  if (text != "-" && !text.empty() && kFormula.find(text.front()) != std::string_view::npos)
    cell = '\'';
  cell.append(text);
  if (cell.find_first_of(kToQuote) == std::string::npos) return cell;
  std::string quoted = "\"";  // RFC 4180 section 2, rules 6 and 7
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

Result<std::string> format_csv_row(std::uint64_t index, const TreeHash& leaf_hash, ByteView leaf) {
  std::array<std::string, kCells> cells;
  cells.front() = std::to_string(index);
  cells.back() = to_hex(leaf_hash.bytes());
  if (leaf.empty()) return row_of(cells);
  const auto parsed = parse_leaf(leaf);
  if (!parsed) {
    return fail(
        ErrorCode::InvalidArgument,
        "entry " + std::to_string(index) + " is no leaf: " + std::string(name_of(parsed.error())));
  }
  cells[1] = format_rfc3339(parsed->t);
  cells[2] = parsed->act;
  cells[3] = parsed->out;
  cells[4] = parsed->actor;
  cells[5] = parsed->subj;
  cells[6] = parsed->req;
  cells[7] = parsed->w;
  cells[8] = std::to_string(parsed->n);
  cells[9] = fields_cell(*parsed);
  return row_of(cells);
}

bool EntryFilter::asks_for_fields() const noexcept {
  return act || subj || req || actor || since || until;
}

bool EntryFilter::takes(const Leaf& leaf) const noexcept {
  return agrees(act, leaf.act) && agrees(subj, leaf.subj) && agrees(req, leaf.req) &&
         agrees(actor, leaf.actor) && (!since || leaf.t >= *since) && (!until || leaf.t < *until);
}

}  // namespace rightful::ledger
