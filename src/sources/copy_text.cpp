#include "sources/copy_text.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>

#include "rightful/core/failure.hpp"

namespace rightful::sources {
namespace {

[[noreturn]] void throw_bad_row(const char* what) {
  throw Failure(Retry::Never, "bad_row", std::string("the database sent ") + what);
}

constexpr std::size_t kGroupChars = 16;

/// A bit for each character that is a tab or a backslash, the first one lowest.
/// @param group  at most kGroupChars.
unsigned marks_of(std::string_view group) {
#ifdef __SSE2__
  if (group.size() == kGroupChars) {
    const __m128i chars = _mm_loadu_si128(reinterpret_cast<const __m128i*>(group.data()));
    const __m128i tabs = _mm_cmpeq_epi8(chars, _mm_set1_epi8('\t'));
    const __m128i backslashes = _mm_cmpeq_epi8(chars, _mm_set1_epi8('\\'));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(tabs, backslashes)));
  }
#endif
  unsigned marks = 0;
  for (std::size_t i = 0; i < group.size(); ++i)
    marks |= (group[i] == '\t' || group[i] == '\\' ? 1U : 0U) << i;
  return marks;
}

/// The character behind a backslash; any other one stands for itself.
char unescaped(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    default:
      return c;
  }
}

/// Appends one field without its escapes to `buffer`, whose memory does not move.
std::string_view unescape(std::string_view raw, std::string& buffer) {
  const std::size_t begin = buffer.size();
  while (!raw.empty()) {
    const std::size_t slash = raw.find('\\');
    buffer.append(raw.substr(0, slash));
    if (slash == std::string_view::npos) break;
    if (slash + 1 == raw.size()) throw_bad_row("a backslash at the end of a field");
    buffer += unescaped(raw[slash + 1]);
    raw.remove_prefix(slash + 2);
  }
  return std::string_view(buffer).substr(begin);
}

}  // namespace

std::span<const CopyTextDecoder::Field> CopyTextDecoder::decode(std::string_view line,
                                                                std::size_t fields) {
  fields_.clear();
  buffer_.clear();
  buffer_.reserve(line.size());  // an unescaped field is never longer: views into it stay valid
  std::size_t begin = 0;
  bool is_escaped = false;
  for (std::size_t at = 0; at < line.size(); at += kGroupChars) {
    for (unsigned marks = marks_of(line.substr(at, kGroupChars)); marks != 0; marks &= marks - 1) {
      const std::size_t mark = at + static_cast<std::size_t>(std::countr_zero(marks));
      if (line[mark] == '\\') {
        is_escaped = true;
        continue;
      }
      add_field(line.substr(begin, mark - begin), is_escaped);
      begin = mark + 1;
      is_escaped = false;
    }
  }
  add_field(line.substr(begin), is_escaped);
  if (fields_.size() != fields) throw_bad_row("a row with another number of columns");
  return fields_;
}

void CopyTextDecoder::add_field(std::string_view raw, bool is_escaped) {
  if (!is_escaped) {
    fields_.emplace_back(raw);
  } else if (raw == "\\N") {
    fields_.emplace_back();
  } else {
    fields_.emplace_back(unescape(raw, buffer_));
  }
}

void decode_text_array(std::string_view array, std::vector<std::optional<std::string>>& out) {
  out.clear();
  if (array.size() < 2 || array.front() != '{' || array.back() != '}') {
    throw_bad_row("an array without braces");
  }
  std::string_view rest = array.substr(1, array.size() - 2);
  while (!rest.empty()) {
    std::string element;
    const bool is_quoted = rest.front() == '"';
    std::size_t at = is_quoted ? 1 : 0;
    for (; at < rest.size() && rest[at] != (is_quoted ? '"' : ','); ++at) {
      if (rest[at] == '\\') ++at;
      if (at == rest.size()) throw_bad_row("an array that breaks off");
      element += rest[at];
    }
    if (is_quoted && at++ == rest.size()) throw_bad_row("an array that breaks off");
    if (!is_quoted && element == "NULL") {
      out.emplace_back();
    } else {
      out.emplace_back(std::move(element));
    }
    if (at >= rest.size()) return;
    if (rest[at] != ',') throw_bad_row("an array with something between its elements");
    rest.remove_prefix(at + 1);
  }
}

}  // namespace rightful::sources
