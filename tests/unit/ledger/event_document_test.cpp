// docs/formats/ledger-leaf.md holds the table of events as it is made from events.def and
// codes.def. When this fails, the file that it names holds the table to put between the two marks.

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/files.hpp"

#include "ledger/event_table.hpp"

namespace rightful::ledger {
namespace {

// `Maybe<Code<CodeList::VerifyWhy>>` → `VerifyWhy?`
std::string readable(std::string_view type) {
  std::string text(type);
  const auto strip = [&text](std::string_view start) {
    if (!text.starts_with(start)) return false;
    text = text.substr(start.size(), text.size() - start.size() - 1);
    return true;
  };
  const bool is_maybe = strip("Maybe<");
  if (strip("Code<CodeList::")) text = '*' + text + '*';
  return text + (is_maybe ? "?" : "");
}

std::string render(const EventDefinition& event) {
  std::string fields;
  for (const FieldDefinition& field : event.fields) {
    if (!fields.empty()) fields += ", ";
    fields += '`' + std::string(field.name) + "` " + readable(field.type);
  }
  return "| `" + std::string(event.act) + "` | " + std::string(event.who) + " | " +
         (event.about.empty() ? "–" : std::string(event.about)) + " | " +
         (fields.empty() ? "–" : fields) + " |\n";
}

std::string render_table() {
  std::string table = "| act | who | about | fields of `d` |\n|---|---|---|---|\n";
  for (const EventDefinition& event : event_table())
    table += render(event);
  table += "\n| list | words |\n|---|---|\n";
#define RIGHTFUL_CODES(list, words) table += "| *" #list "* | " words " |\n";
#include "rightful/ledger/codes.def"
#undef RIGHTFUL_CODES
  return table;
}

TEST(EventDocument, HoldsTheTableOfEvents) {
  constexpr std::string_view kStart = "<!-- made from events.def and codes.def -->\n";
  constexpr std::string_view kEnd = "<!-- end -->";
  const std::filesystem::path path =
      std::filesystem::path(RIGHTFUL_SOURCE_DIR) / "docs/formats/ledger-leaf.md";
  const auto file = read_file(path, 1U << 20U);
  ASSERT_TRUE(file.has_value());
  const std::string_view text = as_text(*file);

  const std::size_t start = text.find(kStart);
  const std::size_t end = text.find(kEnd);
  ASSERT_NE(start, std::string_view::npos);
  ASSERT_NE(end, std::string_view::npos);
  const std::string expected = render_table();
  if (text.substr(start + kStart.size(), end - start - kStart.size()) == expected) return;
  const std::filesystem::path copy =
      std::filesystem::path(::testing::TempDir()) / "ledger-leaf-table.md";
  write_file_atomically(copy, as_bytes(expected), 0644);
  FAIL() << "the table in " << path << " is old; the new one is in " << copy;
}

}  // namespace
}  // namespace rightful::ledger
