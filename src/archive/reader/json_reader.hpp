/// @file
/// Reads JSON of any size token by token in constant memory. Strict RFC 8259 in strict UTF-8;
/// builds nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "archive/reader/chunk_source.hpp"

namespace rightful::archive::reader {

enum class JsonToken : std::uint8_t {
  BeginObject,
  EndObject,
  BeginArray,
  EndArray,
  Key,     ///< text(): decoded
  String,  ///< text(): decoded, if it was asked for
  Number,  ///< text(): as written
  True,
  False,
  Null,
  End,  ///< of the document, and nothing but white space after it
  Bad   ///< error()
};

/// Threads  one.
/// Errors   sticky: after Bad every call gives Bad.
class JsonReader {
 public:
  static constexpr std::size_t kMaxDepth = 64;
  /// Longer texts are read and checked, but only so much of them is kept.
  static constexpr std::size_t kMaxTextBytes = 16 * std::size_t{1024};

  /// Whether the text of a String is wanted; without it strings are only checked, which is faster.
  enum class Texts : std::uint8_t { Skip, Keep };

  /// @param source  must outlive the reader.
  explicit JsonReader(ChunkSource& source) : source_(source) {}

  [[nodiscard]] JsonToken next(Texts texts);

  /// Of the last Key, String or Number; valid until the next call.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

  /// The text was longer than kMaxTextBytes.
  [[nodiscard]] bool is_cut() const noexcept { return is_cut_; }

  /// Open objects and arrays.
  [[nodiscard]] std::size_t depth() const noexcept { return stack_.size(); }

  /// InvalidArgument for what is not JSON, LimitExceeded over kMaxDepth, or what the source said.
  [[nodiscard]] const Error& error() const noexcept { return error_; }

 private:
  enum class Expect : std::uint8_t { Value, FirstKeyOrEnd, FirstValueOrEnd, CommaOrEnd, Nothing };

  [[nodiscard]] bool refill();
  /// The next byte without taking it; -1 = end or error.
  [[nodiscard]] int peek();
  [[nodiscard]] int take();
  [[nodiscard]] int skip_space();
  [[nodiscard]] JsonToken bad(std::string_view why, ErrorCode code = ErrorCode::InvalidArgument);
  [[nodiscard]] bool refuse_text(std::string_view why);
  [[nodiscard]] JsonToken open(char kind);
  [[nodiscard]] JsonToken close(char kind);
  [[nodiscard]] JsonToken value(int first, Texts texts);
  [[nodiscard]] JsonToken key();
  [[nodiscard]] JsonToken word(std::string_view rest, JsonToken token);
  [[nodiscard]] JsonToken number(int first);
  [[nodiscard]] bool digits();
  [[nodiscard]] bool string(Texts texts);
  [[nodiscard]] bool escape(Texts texts);
  [[nodiscard]] bool hex4(std::uint32_t& unit);
  [[nodiscard]] bool multibyte(int lead, Texts texts);
  void begin_text();
  void keep(std::string_view part);
  void keep_code_point(std::uint32_t code);

  ChunkSource& source_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::vector<char> stack_;  ///< '{' or '['
  Expect expect_ = Expect::Value;
  std::string_view text_;  ///< of kept_, or of the chunk at hand
  std::string kept_;       ///< a text that is not in one piece in the chunk
  bool is_cut_ = false;
  bool has_ended_ = false;
  bool is_bad_ = false;
  Error error_{ErrorCode::InvalidArgument, ""};
};

}  // namespace rightful::archive::reader
