/// @file
/// One page of a service's answer, read from memory: a page is bounded, and of its records one is
/// kept at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/clock.hpp"
#include "rightful/core/result.hpp"

#include "sources/json_values.hpp"

namespace rightful::sources {

/// What a page says about itself.
struct PageHead {
  std::string account;
  std::optional<std::string> snapshot;  ///< empty = the service has none
  Instant taken_at;
  std::uint64_t count = 0;          ///< of the whole dataset
  std::uint64_t records = 0;        ///< of this page
  std::optional<std::string> next;  ///< the cursor of the next page; empty = this is the last
};

struct PageRecord {
  std::vector<std::string> owners;                         ///< `@owner`; empty when there was none
  std::optional<std::string> key;                          ///< `@key`
  std::vector<std::pair<std::string, JsonValue>> members;  ///< all others, none twice
};

/// Reads the whole page before any record of it is given away.
///
/// Format   docs/sources/http.md, docs/sources/http-source.openapi.yaml
/// @return InvalidArgument with what is wrong: the detail names members of the format, never what
///         was sent.
[[nodiscard]] Result<PageHead> read_page_head(std::string_view page);

/// @param page     read_page_head() has accepted it.
/// @param on_each  false ends the reading.
void read_page_records(std::string_view page, const std::function<bool(PageRecord&)>& on_each);

/// The same of a page that need not fit into memory; each reads from its first byte.
/// Errors  what the buffer throws. Cost  one record and one value.
[[nodiscard]] Result<PageHead> read_page_head(std::streambuf& page);
void read_page_records(std::streambuf& page, const std::function<bool(PageRecord&)>& on_each);

}  // namespace rightful::sources
