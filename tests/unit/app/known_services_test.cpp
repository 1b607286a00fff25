#include "app/known_services.hpp"

#include <array>

#include <gmock/gmock.h>

#include "tests/support/result_matchers.hpp"
#include "tests/unit/app/temporary_folder.hpp"

namespace rightful::app {
namespace {

using rightful::testing::IsError;
using rightful::testing::IsOk;
using rightful::testing::TemporaryFolder;
using ::testing::HasSubstr;

crypto::SignPublicKey a_key(unsigned char first) {
  std::array<std::byte, 32> bytes{};
  bytes[0] = std::byte{first};
  return crypto::SignPublicKey::from(bytes);
}

TEST(KnownServices, RemembersTheFirstMeeting) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "config" / "services.json";
  auto first = KnownServices::open(file).value();
  ASSERT_THAT(first.meet("https://a.example.org", a_key(1)), IsOk());

  auto later = KnownServices::open(file).value();

  EXPECT_EQ(later.find("https://a.example.org"), a_key(1));
  EXPECT_EQ(later.find("https://b.example.org"), std::nullopt);
  EXPECT_TRUE(later.knows(a_key(1)));
  EXPECT_FALSE(later.knows(a_key(2)));
  EXPECT_THAT(later.meet("https://a.example.org", a_key(1)), IsOk());
}

TEST(KnownServices, RefusesAnotherKey) {
  const TemporaryFolder folder;
  auto known = KnownServices::open(folder.path() / "services.json").value();
  ASSERT_THAT(known.meet("https://a.example.org", a_key(1)), IsOk());

  const auto refused = known.meet("https://a.example.org", a_key(2));

  ASSERT_THAT(refused, IsError(ErrorCode::NotAuthentic));
  EXPECT_THAT(refused.error().detail, HasSubstr("another signing key"));
  EXPECT_EQ(known.find("https://a.example.org"), a_key(1));
}

TEST(KnownServices, RefusesABrokenFile) {
  const TemporaryFolder folder;

  EXPECT_THAT(KnownServices::open(folder.write("a", "nonsense")),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(KnownServices::open(folder.write("b", R"({"https://a":"AAAA"})")),
              IsError(ErrorCode::InvalidArgument));
  EXPECT_THAT(KnownServices::open(folder.write("c", R"({"https://a":7})")),
              IsError(ErrorCode::InvalidArgument));
}

}  // namespace
}  // namespace rightful::app
