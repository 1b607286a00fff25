// COPY text and array literals, as the database sends them: read, or refused with Failure and
// nothing else. What was read is written by the rules of PostgreSQL and read again.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"

#include "sources/copy_text.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

using sources::CopyTextDecoder;
using Texts = std::vector<std::optional<std::string>>;

std::optional<Texts> decode_line(std::string_view line, std::size_t fields) {
  CopyTextDecoder decoder;
  Texts texts;
  try {
    for (const auto& field : decoder.decode(line, fields)) {
      texts.push_back(field ? std::optional(std::string(*field)) : std::nullopt);
    }
  } catch (const Failure&) {
    return std::nullopt;
  }
  return texts;
}

std::optional<Texts> decode_array(std::string_view array) {
  Texts texts;
  try {
    sources::decode_text_array(array, texts);
  } catch (const Failure&) {
    return std::nullopt;
  }
  return texts;
}

/// PostgreSQL 15, COPY, "Text Format".
std::string format_field(const std::optional<std::string>& field) {
  if (!field) return "\\N";
  constexpr std::string_view kSpecial = "\b\f\n\r\t\v\\";
  constexpr std::string_view kLetters = "bfnrtv\\";
  std::string text;
  for (const char c : *field) {
    const std::size_t at = kSpecial.find(c);
    if (at != std::string_view::npos) text += '\\';
    text += at == std::string_view::npos ? c : kLetters[at];
  }
  return text;
}

std::string format_line(const Texts& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += '\t';
    line += format_field(fields[i]);
  }
  return line;
}

/// PostgreSQL 15, section 8.15.6.
std::string format_array(const Texts& elements) {
  std::string array = "{";
  for (const auto& element : elements) {
    if (array.size() > 1) array += ',';
    if (!element) {
      array += "NULL";
      continue;
    }
    array += '"';
    for (const char c : *element) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  return array + "}";
}

void check_line(std::string_view line) {
  const auto fields = static_cast<std::size_t>(std::ranges::count(line, '\t')) + 1;
  RIGHTFUL_CHECK(!decode_line(line, fields + 1));
  if (const auto texts = decode_line(line, fields)) {
    RIGHTFUL_CHECK(texts->size() == fields);
    RIGHTFUL_CHECK(decode_line(format_line(*texts), fields) == *texts);
  }
  const Texts whole{std::string(line), std::nullopt, std::string(line)};
  RIGHTFUL_CHECK(decode_line(format_line(whole), whole.size()) == whole);
}

void check_array(std::string_view array) {
  if (const auto texts = decode_array(array)) {
    RIGHTFUL_CHECK(texts->size() < array.size());
    RIGHTFUL_CHECK(decode_array(format_array(*texts)) == *texts);
  }
  const Texts whole{std::string(array), std::nullopt, std::string(array)};
  RIGHTFUL_CHECK(decode_array(format_array(whole)) == whole);
}

}  // namespace

void run_one(std::string_view input) {
  check_line(input);
  check_array(input);
}

}  // namespace rightful::fuzz
