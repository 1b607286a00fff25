#include "app/demo_copy_table.hpp"

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

#include "tests/unit/app/temporary_folder.hpp"

namespace rightful::app {
namespace {

using rightful::testing::content_of;
using rightful::testing::TemporaryFolder;

TEST(CopyTable, EscapesWhatTheFormatNeeds) {
  const TemporaryFolder folder;
  CopyTable table(folder.path() / "t.tsv");

  table.text("a\tb\nc\rd\\e").null().integer(-7).end_row();
  table.text("").text("\\N").text_or_null(std::nullopt).end_row();
  table.finish();

  EXPECT_EQ(content_of(folder.path() / "t.tsv"), "a\\tb\\nc\\rd\\\\e\t\\N\t-7\n\t\\\\N\t\\N\n");
}

TEST(CopyTable, FailsWhenTheFileCannotBeWritten) {
  CopyTable table("/nonexistent/t.tsv");
  table.text("a").end_row();

  EXPECT_THROW(table.finish(), Failure);
}

}  // namespace
}  // namespace rightful::app
