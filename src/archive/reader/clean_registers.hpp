/// @file
/// What has to be done after a call of ISA-L.
#pragma once

namespace rightful::archive::reader {

/// ISA-L leaves the upper halves of the vector registers dirty. Every vector instruction of the old
/// form, of which the rest of the program is made, then has to keep that half and takes longer.
void clean_registers() noexcept;

}  // namespace rightful::archive::reader
