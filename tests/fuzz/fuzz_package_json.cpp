// The JSON inside a package: the same tokens whatever the chunks, the same verdict as another
// parser's, and manifest and records on top of it.
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "rightful/core/check.hpp"

#include "archive/reader/json_reader.hpp"
#include "archive/reader/manifest_reader.hpp"
#include "archive/reader/owner_check.hpp"
#include "tests/fuzz/chunks.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

namespace reader = archive::reader;
using reader::JsonReader;
using reader::JsonToken;

struct Tokens {
  std::vector<std::pair<JsonToken, std::string>> all;
  bool is_valid = false;
  bool is_limit = false;
  bool has_huge_number = false;
};

bool has_text(JsonToken token) {
  return token == JsonToken::Key || token == JsonToken::String || token == JsonToken::Number;
}

Tokens tokens_of(std::string_view text, std::size_t chunk_size, JsonReader::Texts texts) {
  Chunks chunks(text, chunk_size);
  JsonReader json(chunks);
  Tokens tokens;
  while (true) {
    const JsonToken token = json.next(texts);
    tokens.all.emplace_back(token, has_text(token) ? std::string(json.text()) : std::string());
    RIGHTFUL_CHECK(json.depth() <= JsonReader::kMaxDepth);
    RIGHTFUL_CHECK(tokens.all.size() <= text.size() + 1);
    if (token == JsonToken::Number && std::isinf(std::strtod(json.text().data(), nullptr))) {
      tokens.has_huge_number = true;
    }
    if (token != JsonToken::End && token != JsonToken::Bad) continue;
    tokens.is_valid = token == JsonToken::End;
    tokens.is_limit = !tokens.is_valid && json.error().code == ErrorCode::LimitExceeded;
    return tokens;
  }
}

void check_tokens(std::string_view input) {
  const Tokens whole = tokens_of(input, input.size() + 1, JsonReader::Texts::Keep);
  RIGHTFUL_CHECK(whole.all == tokens_of(input, 1, JsonReader::Texts::Keep).all);
  RIGHTFUL_CHECK(whole.all.size() == tokens_of(input, 7, JsonReader::Texts::Skip).all.size());
  // The library takes a zero byte for the end, skips a byte order mark and refuses 1e999.
  const bool is_comparable = !whole.is_limit && !whole.has_huge_number &&
                             input.find('\0') == std::string_view::npos &&
                             !input.starts_with('\xEF');
  if (is_comparable) RIGHTFUL_CHECK(nlohmann::json::accept(input) == whole.is_valid);
}

void check_manifest(std::string_view input) {
  Chunks chunks(input, 5);
  reader::ManifestReader manifest(chunks);
  if (!manifest.read_head()) return;
  for (std::size_t entries = 0;; ++entries) {
    RIGHTFUL_CHECK(entries <= input.size());
    const auto entry = manifest.next_entry();
    if (!entry || !*entry) return;
  }
}

void check_records(std::string_view input) {
  static const auto kAccount = AccountId::parse("A-1").value();
  Chunks chunks(input, 5);
  const auto records = reader::count_owned_records(chunks, kAccount);
  if (!records) return;
  RIGHTFUL_CHECK(tokens_of(input, 5, JsonReader::Texts::Skip).is_valid);
  RIGHTFUL_CHECK(*records == 0 || input.find("owner") != std::string_view::npos ||
                 input.find('\\') != std::string_view::npos);
  RIGHTFUL_CHECK(*records <= input.size());
}

}  // namespace

void run_one(std::string_view input) {
  check_tokens(input);
  check_manifest(input);
  check_records(input);
}

}  // namespace rightful::fuzz
