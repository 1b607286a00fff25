/// @file
/// Raw deflate to bytes, from input that is given piece by piece.
#pragma once

#include <cstdint>
#include <memory>

#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"

namespace rightful::archive::reader {

/// Format   RFC 1951, by ISA-L
/// Threads  one.
/// Cost     about 400 KiB of memory, reused from stream to stream.
class Inflater {
 public:
  Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater();

  /// Begins a new stream.
  void begin();
  /// Gives more input; the last one has been used up. It must stay until it is used up.
  void feed(ByteView packed) noexcept;
  /// The next unpacked bytes, valid until the next call; empty = needs more input, or at its end.
  /// @return InvalidArgument for what is not deflate.
  [[nodiscard]] Result<ByteView> next();
  /// The last block was read, and not one whole byte of input is left over.
  [[nodiscard]] bool is_at_exact_end() const noexcept;

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace rightful::archive::reader
