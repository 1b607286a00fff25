#include "archive/reader/json_reader.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>

namespace rightful::archive::reader {
namespace {

bool is_digit(int c) {
  return c >= '0' && c <= '9';
}

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = 0x8080808080808080;

/// Sets the high bit of every byte that is not plain text inside a string: a quote, a backslash, a
/// control character or part of a multi-byte character. May also mark bytes above a marked one,
/// never below.
std::uint64_t special_bytes(std::uint64_t word) {
  const auto zero_bytes = [](std::uint64_t w) { return (w - kOnes) & ~w & kHighs; };
  const std::uint64_t quote = zero_bytes(word ^ (kOnes * '"'));
  const std::uint64_t backslash = zero_bytes(word ^ (kOnes * '\\'));
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
  return quote | backslash | control | (word & kHighs);
}

/// The first byte that needs a look, or `end`.
const char* skip_plain(const char* at, const char* end) {
  static_assert(std::endian::native == std::endian::little);
#ifdef __SSE2__
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // As signed numbers, control characters and parts of multi-byte ones are all below a space.
    const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const int special = _mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, backslash)));
    if (special != 0) return at + std::countr_zero(static_cast<unsigned>(special));
    at += 16;
  }
#endif
  while (end - at >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t special = special_bytes(word);
    if (special != 0) return at + std::countr_zero(special) / 8;
    at += 8;
  }
  while (at != end) {
    const auto c = static_cast<unsigned char>(*at);
    if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80) break;
    ++at;
  }
  return at;
}

}  // namespace

bool JsonReader::refill() {
  if (has_ended_ || is_bad_) return false;
  if (text_.data() != kept_.data()) {
    kept_.assign(text_);
    text_ = kept_;
  }
  auto chunk = source_.next();
  if (!chunk) {
    is_bad_ = true;
    error_ = std::move(chunk).error();
    return false;
  }
  has_ended_ = chunk->empty();
  const std::string_view text = as_text(*chunk);
  at_ = text.data();
  end_ = text.data() + text.size();
  return !has_ended_;
}

int JsonReader::peek() {
  if (at_ == end_ && !refill()) return -1;
  return static_cast<unsigned char>(*at_);
}

int JsonReader::take() {
  const int c = peek();
  if (c >= 0) ++at_;
  return c;
}

int JsonReader::skip_space() {
  while (true) {
    const int c = peek();
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
    ++at_;
  }
}

JsonToken JsonReader::bad(std::string_view why, ErrorCode code) {
  if (!is_bad_) error_ = Error{code, std::string(why)};
  is_bad_ = true;
  return JsonToken::Bad;
}

bool JsonReader::refuse_text(std::string_view why) {
  static_cast<void>(bad(why));
  return false;
}

JsonToken JsonReader::next(Texts texts) {
  if (is_bad_) return JsonToken::Bad;
  const int c = skip_space();
  if (expect_ == Expect::Nothing) {
    if (c >= 0 || is_bad_) return bad("text after the end of the document");
    return JsonToken::End;
  }
  if (c < 0) return bad("the document is cut off");
  switch (expect_) {
    case Expect::Value:
      return value(take(), texts);
    case Expect::FirstValueOrEnd:
      return c == ']' ? close(']') : value(take(), texts);
    case Expect::FirstKeyOrEnd:
      return c == '}' ? close('}') : key();
    case Expect::CommaOrEnd:
    case Expect::Nothing:
      break;
  }
  if (c == '}' || c == ']') return close(static_cast<char>(c));
  if (c != ',') return bad("a comma or a closing bracket is missing");
  ++at_;
  if (skip_space() < 0) return bad("the document is cut off");
  return stack_.back() == '{' ? key() : value(take(), texts);
}

JsonToken JsonReader::open(char kind) {
  if (stack_.size() == kMaxDepth) return bad("nested too deeply", ErrorCode::LimitExceeded);
  stack_.push_back(kind);
  expect_ = kind == '{' ? Expect::FirstKeyOrEnd : Expect::FirstValueOrEnd;
  return kind == '{' ? JsonToken::BeginObject : JsonToken::BeginArray;
}

JsonToken JsonReader::close(char kind) {
  const char wanted = kind == '}' ? '{' : '[';
  if (stack_.back() != wanted) return bad("a closing bracket of the wrong kind");
  ++at_;
  stack_.pop_back();
  expect_ = stack_.empty() ? Expect::Nothing : Expect::CommaOrEnd;
  return kind == '}' ? JsonToken::EndObject : JsonToken::EndArray;
}

JsonToken JsonReader::key() {
  if (take() != '"') return bad("a member name is missing");
  if (!string(Texts::Keep)) return JsonToken::Bad;
  if (skip_space() != ':') return bad("a colon is missing");
  ++at_;
  expect_ = Expect::Value;
  return JsonToken::Key;
}

JsonToken JsonReader::value(int first, Texts texts) {
  if (first == '{' || first == '[') return open(static_cast<char>(first));
  expect_ = stack_.empty() ? Expect::Nothing : Expect::CommaOrEnd;
  if (first == '"') return string(texts) ? JsonToken::String : JsonToken::Bad;
  if (first == 't') return word("rue", JsonToken::True);
  if (first == 'f') return word("alse", JsonToken::False);
  if (first == 'n') return word("ull", JsonToken::Null);
  return number(first);
}

JsonToken JsonReader::word(std::string_view rest, JsonToken token) {
  for (const char c : rest) {
    if (take() != c) return bad("an unknown word");
  }
  return token;
}

bool JsonReader::digits() {
  if (!is_digit(peek())) return false;
  while (is_digit(peek()))
    keep({at_++, 1});
  return true;
}

JsonToken JsonReader::number(int first) {
  begin_text();
  const char c = static_cast<char>(first);
  if (first == '-') {
    keep({&c, 1});
    if (peek() == '0') {
      keep({at_++, 1});
    } else if (!digits()) {
      return bad("not a number");
    }
  } else if (is_digit(first)) {
    keep({&c, 1});
    if (first != '0') static_cast<void>(digits());
  } else {
    return bad("not a value");
  }
  if (peek() == '.') {
    keep({at_++, 1});
    if (!digits()) return bad("not a number");
  }
  if (peek() == 'e' || peek() == 'E') {
    keep({at_++, 1});
    if (peek() == '+' || peek() == '-') keep({at_++, 1});
    if (!digits()) return bad("not a number");
  }
  return JsonToken::Number;
}

void JsonReader::begin_text() {
  kept_.clear();
  text_ = kept_;
  is_cut_ = false;
}

void JsonReader::keep(std::string_view part) {
  const std::size_t room = kMaxTextBytes - kept_.size();
  if (part.size() > room) is_cut_ = true;
  kept_.append(part.substr(0, room));
  text_ = kept_;
}

bool JsonReader::string(Texts texts) {
  begin_text();
  // Most strings lie in one chunk and have nothing to decode: they are not copied.
  const char* const quote = skip_plain(at_, end_);
  if (quote != end_ && *quote == '"') {
    text_ = {at_, std::min(static_cast<std::size_t>(quote - at_), kMaxTextBytes)};
    is_cut_ = static_cast<std::size_t>(quote - at_) > kMaxTextBytes;
    at_ = quote + 1;
    return true;
  }
  while (true) {
    if (at_ == end_ && !refill()) return refuse_text("a string is cut off");
    const char* const plain_end = skip_plain(at_, end_);
    if (texts == Texts::Keep) keep({at_, static_cast<std::size_t>(plain_end - at_)});
    at_ = plain_end;
    if (at_ == end_) continue;
    const int c = static_cast<unsigned char>(*at_++);
    if (c == '"') return true;
    if (c < 0x20) return refuse_text("a control character in a string");
    if (!(c == '\\' ? escape(texts) : multibyte(c, texts))) return false;
  }
}

bool JsonReader::escape(Texts texts) {
  const int c = take();
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  const std::size_t at = c < 0 ? std::string_view::npos : kNames.find(static_cast<char>(c));
  if (at != std::string_view::npos) {
    if (texts == Texts::Keep) keep(kValues.substr(at, 1));
    return true;
  }
  std::uint32_t unit = 0;
  if (c != 'u' || !hex4(unit)) return refuse_text("an unknown escape");
  if (unit >= 0xDC00 && unit <= 0xDFFF) return refuse_text("half a surrogate pair");
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    std::uint32_t low = 0;
    if (take() != '\\' || take() != 'u' || !hex4(low) || low < 0xDC00 || low > 0xDFFF) {
      return refuse_text("half a surrogate pair");
    }
    unit = 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00);
  }
  if (texts == Texts::Keep) keep_code_point(unit);
  return true;
}

bool JsonReader::hex4(std::uint32_t& unit) {
  for (int i = 0; i < 4; ++i) {
    const int c = take();
    std::uint32_t digit = 0;
    if (is_digit(c)) {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<std::uint32_t>(c - 'A' + 10);
    } else {
      return false;
    }
    unit = (unit << 4U) | digit;
  }
  return true;
}

/// RFC 3629, table 3-7 of Unicode: no overlong form, no surrogate, nothing above U+10FFFF.
bool JsonReader::multibyte(int lead, Texts texts) {
  const int more = lead >= 0xF0 ? 3 : (lead >= 0xE0 ? 2 : 1);
  int low = 0x80;
  int high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  if (lead < 0xC2 || lead > 0xF4) return refuse_text("not UTF-8");
  std::array<char, 4> bytes{static_cast<char>(lead)};
  for (std::size_t i = 1; i <= static_cast<std::size_t>(more); ++i) {
    const int c = take();
    if (c < low || c > high) return refuse_text("not UTF-8");
    bytes[i] = static_cast<char>(c);
    low = 0x80;
    high = 0xBF;
  }
  if (texts == Texts::Keep) keep({bytes.data(), static_cast<std::size_t>(more) + 1});
  return true;
}

void JsonReader::keep_code_point(std::uint32_t code) {
  std::array<char, 4> bytes{};
  std::size_t size = 0;
  const auto put = [&](std::uint32_t value) { bytes[size++] = static_cast<char>(value); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3FU));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
  keep({bytes.data(), size});
}

}  // namespace rightful::archive::reader
