/// @file
/// One entry outside its log: as a line of evidence, whose bytes can be checked again, and as a row
/// of a table, which is only a view. Selects entries; verifies none of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/result.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/tree.hpp"

namespace rightful::ledger {

/// `{"idx":5,"leaf_hash":"<hex>","leaf":<the leaf's exact bytes>}` LF. What was hashed is what
/// stands between `"leaf":` and the last `}`.
///
/// Format  docs/formats/ledger-evidence.md §1
/// @param leaf  the bytes as they are in the log; empty for an erased body, written `null`.
[[nodiscard]] std::string format_evidence_line(std::uint64_t index,
                                               const TreeHash& leaf_hash,
                                               ByteView leaf);

/// `idx,t,act,out,actor,subj,req,w,n,d,leaf_hash` CR LF.
[[nodiscard]] std::string_view csv_header() noexcept;

/// A row under csv_header(), ended by CR LF. No cell begins with a character that a spreadsheet
/// takes for a formula.
///
/// Format  docs/formats/ledger-evidence.md §2; RFC 4180
/// @param leaf  as format_evidence_line; of an erased body index and hash alone are filled in.
/// @return InvalidArgument for bytes that parse_leaf refuses.
[[nodiscard]] Result<std::string> format_csv_row(std::uint64_t index,
                                                 const TreeHash& leaf_hash,
                                                 ByteView leaf);

/// One cell: RFC 4180 quoting; a leading `'` before `=`, `+`, `-`, `@`, TAB and CR, but a lone `-`
/// stays.
[[nodiscard]] std::string csv_cell(std::string_view text);

/// Which entries are meant; what is not set excludes nothing.
struct EntryFilter {
  std::uint64_t from = 0;                          ///< the first index
  std::optional<std::uint64_t> to = std::nullopt;  ///< the index behind the last
  std::optional<std::string> act = std::nullopt;   ///< the fields of the leaf, compared as text
  std::optional<std::string> subj = std::nullopt;
  std::optional<std::string> req = std::nullopt;
  std::optional<std::string> actor = std::nullopt;
  std::optional<Instant> since = std::nullopt;  ///< the earliest `t`
  std::optional<Instant> until = std::nullopt;  ///< the `t` that is too late

  [[nodiscard]] bool takes_index(std::uint64_t index) const noexcept {
    return index >= from && (!to || index < *to);
  }

  /// Does it ask for more than indices? Then an erased entry cannot match: nobody knows its fields.
  [[nodiscard]] bool asks_for_fields() const noexcept;

  [[nodiscard]] bool takes(const Leaf& leaf) const noexcept;

  /// Takes every entry of every log.
  [[nodiscard]] bool takes_all() const noexcept { return from == 0 && !to && !asks_for_fields(); }
};

}  // namespace rightful::ledger
