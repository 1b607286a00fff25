#include "app/demo_hostile.hpp"

namespace rightful::app {

std::string long_text(std::size_t size_bytes, std::string_view mark) {
  static constexpr std::string_view kParagraph =
      "I told the assistant again and again: the <b>kitchen</b> light, not the \"kitten\" light. ";
  std::string text;
  text.reserve(size_bytes + kParagraph.size());
  bool is_marked = false;
  while (text.size() < size_bytes) {
    text += kParagraph;
    if (!is_marked && text.size() >= size_bytes / 2) {
      text += mark;
      text += ' ';
      is_marked = true;
    }
  }
  text.resize(size_bytes);  // the paragraph is ASCII, so no character is cut
  return text;
}

}  // namespace rightful::app
