// How libFuzzer changes a list of edits: a line is added, dropped, doubled or given another number,
// so that nearly every input is one that changes a package. Only built with RIGHTFUL_FUZZ.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/fuzz/edits.hpp"

namespace {

using rightful::fuzz::Edit;
using rightful::fuzz::EditTarget;

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  void mutate(std::vector<Edit>& edits) {
    const std::size_t at = edits.empty() ? 0 : below(edits.size());
    const auto place = edits.begin() + static_cast<std::ptrdiff_t>(at);
    if (edits.empty() || (below(4) == 0 && edits.size() < 24)) {
      edits.insert(place, fresh());
      return;
    }
    switch (below(8)) {
      case 0:
        edits.erase(place);
        break;
      case 1:
        std::swap(*place, edits[below(edits.size())]);
        break;
      case 2:
        edits.insert(place, *place);
        break;
      case 3:
        place->kind = letter();
        break;
      case 4:
      case 5:
        place->value = number();
        break;
      default:
        place->offset = below(2) == 0 ? place->offset + step() : number();
    }
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  char letter() { return "sssxxxizcdwwwtf"[below(15)]; }

  std::int32_t step() { return static_cast<std::int32_t>(below(9)) - 4; }

  std::int32_t number() {
    constexpr std::array<std::int32_t, 17> kKnown{
        0, 1, 2, 3, 8, 14, 22, 30, 46, 99, 255, 65535, 0x04034b50, 0x02014b50, 0x08074b50, -1, -22};
    switch (below(4)) {
      case 0:
        return kKnown[below(kKnown.size())];
      case 1:
        return static_cast<std::int32_t>(random_());
      case 2:
        return -static_cast<std::int32_t>(below(600));
      default:
        return static_cast<std::int32_t>(below(below(3) == 0 ? 5000 : 300));
    }
  }

  Edit fresh() {
    Edit edit{.target = {}, .kind = letter(), .offset = number(), .value = number()};
    const std::size_t where = below(12);
    if (where < 3) edit.target.layer = EditTarget::Layer::Inner;
    if (where >= 4) {
      edit.target.layer = EditTarget::Layer::Entry;
      // The records and the manifest are the parsers; the rest is looked at less often.
      constexpr std::array<std::size_t, 10> kEntries{0, 1, 1, 1, 2, 3, 5, 5, 6, 7};
      edit.target.entry = kEntries[below(kEntries.size())];
    }
    return edit;
  }

  std::minstd_rand random_;
};

std::string to_script(const std::vector<Edit>& edits) {
  std::string text;
  for (const Edit& edit : edits) {
    if (edit.target.layer == EditTarget::Layer::Inner) text += "i:";
    if (edit.target.layer == EditTarget::Layer::Entry) {
      text += fmt::format("{}:", edit.target.entry);
    }
    text += fmt::format("{} {} {}\n", edit.kind, edit.offset, edit.value);
  }
  return text;
}

std::size_t put(std::string text, std::uint8_t* out, std::size_t max_size) {
  // Whole lines only.
  if (text.size() > max_size) text.resize(text.rfind('\n', max_size == 0 ? 0 : max_size - 1) + 1);
  std::ranges::copy(text, out);
  return text.size();
}

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                               std::size_t size,
                                               std::size_t max_size,
                                               unsigned int seed) {
  Mutator mutator(seed);
  auto edits = rightful::fuzz::parse_edits(text_of(data, size));
  mutator.mutate(edits);
  if (seed % 3 == 0) mutator.mutate(edits);
  return put(to_script(edits), data, max_size);
}

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1,
                                                 std::size_t size1,
                                                 const std::uint8_t* data2,
                                                 std::size_t size2,
                                                 std::uint8_t* out,
                                                 std::size_t max_size,
                                                 unsigned int seed) {
  auto edits = rightful::fuzz::parse_edits(text_of(data1, size1));
  const auto more = rightful::fuzz::parse_edits(text_of(data2, size2));
  for (std::size_t i = 0; i < more.size(); ++i) {
    if (((seed >> (i % 31U)) & 1U) != 0) edits.push_back(more[i]);
  }
  return put(to_script(edits), out, max_size);
}
