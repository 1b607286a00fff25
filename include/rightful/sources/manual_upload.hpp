/// @file
/// What a colleague supplies by hand: the form of an upload, and how it reaches the reader. Not who
/// may supply it, and not how it is kept (export).
#pragma once

#include <cstdint>
#include <filesystem>
#include <streambuf>
#include <string>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/result.hpp"

namespace rightful::sources {

/// Holds an upload against its dataset before it is taken: so that whoever supplies it is told at
/// once, and not by a failed export.
///
/// Format   one page of docs/sources/http.md with all records: `next` is null, `count` is their
///          number.
/// @param text  the whole upload, any bytes; read from its start, more than once.
/// @return how many records; Denied when it, or one record, is another account's; InvalidArgument
///         with what is wrong and in which record. Secrets  never a value.
/// Errors  what the buffer throws. Cost  one record and one value of it.
[[nodiscard]] Result<std::uint64_t> check_upload(const catalog::Dataset& dataset,
                                                 const AccountId& account,
                                                 std::streambuf& text);

/// Under which key AccountReader::open finds what manual_location() gives.
[[nodiscard]] std::string manual_location_key(const catalog::Dataset& dataset);
/// @param file  sealed pieces, each after its length as u32 big-endian (crypto/sealed_upload.hpp).
/// @param key   of the pieces. Secrets  the text holds the key: never logged.
[[nodiscard]] std::string manual_location(const std::filesystem::path& file, ByteView key);

}  // namespace rightful::sources
