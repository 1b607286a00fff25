#include "sources/copy_text.hpp"

#include "rightful/core/failure.hpp"

namespace rightful::sources {
namespace {

[[noreturn]] void throw_bad_row(const char* what) {
  throw Failure(Retry::Never, "bad_row", std::string("the database sent ") + what);
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
  std::string_view rest = line;
  for (;;) {
    const std::size_t tab = rest.find('\t');
    const std::string_view raw = rest.substr(0, tab);
    if (raw == "\\N") {
      fields_.emplace_back();
    } else if (raw.find('\\') == std::string_view::npos) {
      fields_.emplace_back(raw);
    } else {
      fields_.emplace_back(unescape(raw, buffer_));
    }
    if (tab == std::string_view::npos) break;
    rest.remove_prefix(tab + 1);
  }
  if (fields_.size() != fields) throw_bad_row("a row with another number of columns");
  return fields_;
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
