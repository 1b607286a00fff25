/// @file
/// Whether something stands where it may not: as it is, encoded, or as its plain SHA-256, which
/// whoever guesses it can compute too.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rightful::testing {

/// What a value looks like → the bytes to look for. Each also in small letters, as addresses are
/// often kept. Base64 is found inside a longer text too, wherever the value begins in it.
/// @param value  4 bytes or more.
[[nodiscard]] std::map<std::string, std::string> canary_forms(std::string_view value);

/// One line a hit, `mail, base64 of SHA-256, in ledger.body`.
/// @param canaries  what it is → its value. @param places  name → content.
[[nodiscard]] std::vector<std::string> find_canaries(
    const std::map<std::string, std::string>& canaries,
    const std::map<std::string, std::string>& places);

}  // namespace rightful::testing
