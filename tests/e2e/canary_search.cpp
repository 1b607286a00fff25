#include "tests/e2e/canary_search.hpp"

#include <algorithm>

#include "rightful/core/bytes.hpp"
#include "rightful/crypto/hash.hpp"

namespace rightful::testing {

namespace {

std::string in_small_letters(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

std::string in_capitals(std::string text) {
  for (char& letter : text) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return text;
}

/// The characters that follow from these bytes alone, with `lead` bytes before them and any behind.
std::string base64_inside(ByteView bytes, std::size_t lead) {
  Bytes whole(lead);
  whole.insert(whole.end(), bytes.begin(), bytes.end());
  const std::string text = to_base64(whole);
  const std::size_t begin = (lead * 8 + 5) / 6;
  return text.substr(begin, whole.size() * 8 / 6 - begin);
}

/// Shorter ones stand in random text by chance.
constexpr std::size_t kTellingDigits = 6;

std::string for_addresses(std::string base64) {
  std::ranges::replace(base64, '+', '-');
  std::ranges::replace(base64, '/', '_');
  return base64;
}

void add_forms(std::map<std::string, std::string>& forms,
               ByteView bytes,
               const std::string& of_what) {
  forms["bytes" + of_what] = as_text(bytes);
  forms["hex" + of_what] = to_hex(bytes);
  forms["capital hex" + of_what] = in_capitals(to_hex(bytes));
  for (std::size_t lead = 0; lead < 3; ++lead) {
    const std::string text = base64_inside(bytes, lead);
    if (text.size() < kTellingDigits) continue;
    const std::string shift = lead == 0 ? "" : " after " + std::to_string(lead);
    forms["base64" + shift + of_what] = text;
    forms["base64url" + shift + of_what] = for_addresses(text);
  }
}

}  // namespace

std::map<std::string, std::string> canary_forms(std::string_view value) {
  std::map<std::string, std::string> forms;
  const auto add = [&](const std::string& text, const std::string& of_what) {
    const Bytes bytes = to_bytes(text);
    add_forms(forms, bytes, of_what);
    add_forms(forms, crypto::sha256(bytes).bytes(), of_what + " of SHA-256");
  };
  const std::string as_is(value);
  add(as_is, "");
  if (in_small_letters(as_is) != as_is) add(in_small_letters(as_is), " in small letters");
  return forms;
}

std::vector<std::string> find_canaries(const std::map<std::string, std::string>& canaries,
                                       const std::map<std::string, std::string>& places) {
  std::vector<std::string> hits;
  for (const auto& [what, value] : canaries) {
    for (const auto& [form, wanted] : canary_forms(value)) {
      for (const auto& [place, content] : places) {
        if (content.find(wanted) == std::string::npos) continue;
        std::string hit = what;
        hit.append(", ").append(form).append(", in ").append(place);
        hits.push_back(std::move(hit));
      }
    }
  }
  return hits;
}

}  // namespace rightful::testing
