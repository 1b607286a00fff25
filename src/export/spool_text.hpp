/// @file
/// A sealed spool as a text that can be read from its start again.
#pragma once

#include <array>
#include <cstddef>
#include <streambuf>

#include "rightful/archive/sealed_spool.hpp"

namespace rightful::exporting {

/// Owns  nothing: the spool must outlive it, stay where it is, and not be appended to meanwhile.
class SpoolText final : public std::streambuf {
 public:
  explicit SpoolText(const archive::SealedSpool& spool) : spool_(spool), reader_(spool.read()) {}

 protected:
  int_type underflow() override {
    const std::size_t size = reader_.read(std::as_writable_bytes(std::span(bytes_)));
    setg(bytes_.data(), bytes_.data(), bytes_.data() + size);
    return size == 0 ? traits_type::eof() : traits_type::to_int_type(bytes_.front());
  }

  /// To the start only.
  pos_type seekpos(pos_type position, std::ios_base::openmode /*which*/) override {
    if (position != pos_type(0)) return {off_type(-1)};
    reader_ = spool_.read();
    setg(bytes_.data(), bytes_.data(), bytes_.data());
    return position;
  }

 private:
  const archive::SealedSpool& spool_;
  archive::SpoolReader reader_;
  std::array<char, std::size_t{64} << 10U> bytes_{};
};

}  // namespace rightful::exporting
