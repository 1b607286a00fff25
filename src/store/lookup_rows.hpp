/// @file
/// What `ledger.lookup` holds of a leaf, as rows of a binary COPY.
#pragma once

#include <cstdint>

#include "rightful/ledger/leaf.hpp"

#include "store/binary_copy.hpp"

namespace rightful::store {

inline constexpr std::int16_t kLookupColumns = 10;

/// For queries::kCopyLookup.
inline void add_lookup_row(BinaryCopy& copy,
                           std::int64_t log_id,
                           std::uint64_t index,
                           const ledger::Leaf& leaf) {
  copy.begin_row();
  copy.add_smallint(log_id);
  copy.add_bigint(index);
  copy.add_instant(leaf.t);
  copy.add_text(leaf.act);
  copy.add_text(leaf.out);
  copy.add_text(leaf.actor);
  copy.add_text(leaf.subj);
  copy.add_text(leaf.req);
  copy.add_text(leaf.w);
  copy.add_bigint(leaf.n);
}

}  // namespace rightful::store
