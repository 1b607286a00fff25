// What `catalog discover` leaves for a person to write is refused by name until somebody wrote it.
#include <gmock/gmock.h>

#include "rightful/catalog/catalog.hpp"

#include "tests/unit/catalog/example_catalog.hpp"

namespace rightful::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

struct Placeholder {
  const char* from;
  const char* to;
  const char* what;
};

class PlaceholderRefusal : public ::testing::TestWithParam<Placeholder> {};

TEST_P(PlaceholderRefusal, SaysWhatIsStillToBeWritten) {
  const auto catalog = Catalog::parse(testing::with(GetParam().from, GetParam().to), "c.yaml");

  ASSERT_FALSE(catalog.has_value());
  EXPECT_THAT(catalog.error(), SizeIs(1)) << to_string(catalog.error().back());
  EXPECT_THAT(catalog.error().front().what, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Places,
    PlaceholderRefusal,
    ::testing::Values(
        Placeholder{
            "{ en: Notes, de: Notizen }",
            "{ en: \"TODO: Notes\", de: Notizen }",
            "a placeholder still stands for the title of dataset note in `en`: `TODO: Notes`"},
        Placeholder{"{ en: Notes, de: Notizen }", "TODO", "the title of dataset note: `TODO`"},
        Placeholder{"name: Musterton GmbH", "name: TODO", "the controller's name: `TODO`"},
        Placeholder{"Europe/Berlin", "TODO", "the timezone: `TODO`"},
        Placeholder{"recipients: []", "recipients: TODO", "`recipients`: `TODO`"},
        Placeholder{"[ServiceProvision]", "[TODO]", "the purpose: `TODO`"},
        Placeholder{"{ en: until closed, de: bis zum Ende }", "TODO", "the criteria: `TODO`"},
        Placeholder{
            "owner: account_id", "owner: TODO", "nobody has chosen whose the rows of note are"},
        Placeholder{"table: note", "table: 'TODO: which'", "the table: `TODO: which`"},
        Placeholder{"origin: the subject", "origin: TODO", "the origin: `TODO`"}));

TEST(Placeholder, IsTheWordInFrontAlone) {
  EXPECT_TRUE(Catalog::parse(testing::with("en: Notes", "en: TODO lists"), "c.yaml").has_value());
  EXPECT_TRUE(Catalog::parse(testing::with("en: Notes", "en: My TODO"), "c.yaml").has_value());
}

}  // namespace
}  // namespace rightful::catalog
