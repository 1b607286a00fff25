// The first byte is a width, the rest a tile, a bundle or a file's name: each has one form.
#include "rightful/core/check.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/log_path.hpp"
#include "rightful/ledger/tiles.hpp"

#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

void check_path(std::string_view text) {
  const auto path = ledger::LogPath::parse(text);
  if (!path) return;
  RIGHTFUL_CHECK(path->text() == text);
  RIGHTFUL_CHECK(text.find("..") == std::string_view::npos && !text.starts_with('/'));
  RIGHTFUL_CHECK(path->max_size_bytes() <= std::size_t{2} << 20U);
}

}  // namespace

void run_one(std::string_view input) {
  check_path(input);
  if (input.empty()) return;
  const unsigned width = static_cast<unsigned char>(input.front()) + 1U;
  const ByteView bytes = as_bytes(input.substr(1));
  if (const auto leaves = ledger::parse_entry_bundle(bytes, width)) {
    RIGHTFUL_CHECK(leaves->size() == width);
    RIGHTFUL_CHECK(as_text(ledger::format_entry_bundle(*leaves)) == as_text(bytes));
  }
  if (const auto hashes = ledger::parse_hash_tile(bytes, width)) {
    RIGHTFUL_CHECK(as_text(ledger::format_hash_tile(*hashes)) == as_text(bytes));
  }
}

}  // namespace rightful::fuzz
