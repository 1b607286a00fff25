// What every kind of source of objects must do; docs/sources/README.md says why.
#include <array>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

#include "tests/integration/sources/company.hpp"
#include "tests/integration/sources/conformance.hpp"
#include "tests/support/helper_program.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The part of a catalog that this suite needs: a dataset in a database, whose rows are not read
/// here, with a field that names objects of `store`.
catalog::Catalog object_catalog(const SourceText& store) {
  std::string text(catalog_head());
  text +=
      "sources:\n  shop: { kind: postgresql, url_env: SHOP_URL }\n  store: " + store.text +
      "\ndatasets:\n  - name: recording\n    source: shop\n    owner: account_id\n    title: T\n"
      "    table: recording\n    fields:\n      id: { title: T }\n"
      "      path: { title: T, attach: { source: store, owner_prefix: '{account}/' } }\n";
  return parse_catalog(text);
}

/// The reader of one account, with the catalog that it looks into.
class Reading {
 public:
  explicit Reading(const SourceText& store, std::string_view account = "anna")
      : catalog_(object_catalog(store)) {
    SourceLocations locations = store.locations;
    locations["shop"] = company_.database().url(kReader);
    auto opened = AccountReader::open(catalog_, scope_for(account), locations);
    if (opened) {
      reader_ = std::make_unique<AccountReader>(*std::move(opened));
    } else {
      refusal = opened.error();
    }
  }

  SourceResult<std::unique_ptr<ObjectStream>> open(const std::string& name,
                                                   const std::string& version = "") {
    const catalog::Dataset& dataset = catalog_.datasets().front();
    return reader_->open_object({&dataset, dataset.find_field("path"), 1, name, version});
  }

  SourceErrorKind refusal_of(const std::string& name, const std::string& version = "") {
    const auto opened = open(name, version);
    if (opened) throw std::runtime_error(name + " was opened");
    EXPECT_THAT(to_string(opened.error()), Not(HasSubstr(name)));
    return opened.error().kind;
  }

  std::optional<SourceError> refusal;

 private:
  Company company_{"CREATE TABLE recording (id int PRIMARY KEY, account_id text, path text)"};
  catalog::Catalog catalog_;
  std::unique_ptr<AccountReader> reader_;
};

/// All bytes, through a buffer of an odd size.
SourceResult<std::string> content_of(ObjectStream& stream) {
  std::string content;
  std::array<std::byte, 1000> buffer{};
  for (;;) {
    RIGHTFUL_TRY(const std::size_t count, stream.read(buffer));
    if (count == 0) return content;
    content += as_text(ByteView(buffer).first(count));
  }
}

TEST_P(ObjectConformance, GivesTheBytesAndTheSize) {
  const auto kind = GetParam()();
  kind->put("anna/1.wav", "RIFF-one");
  Reading reading(kind->source());

  const auto stream = reading.open("anna/1.wav");

  ASSERT_TRUE(stream) << to_string(stream.error());
  EXPECT_EQ((*stream)->size(), 8U);
  EXPECT_EQ(content_of(**stream), "RIFF-one");
}

TEST_P(ObjectConformance, GivesAnEmptyObject) {
  const auto kind = GetParam()();
  kind->put("anna/empty", "");
  Reading reading(kind->source());

  const auto stream = reading.open("anna/empty");

  ASSERT_TRUE(stream) << to_string(stream.error());
  EXPECT_EQ(content_of(**stream), "");
}

TEST_P(ObjectConformance, GivesObjectsOfEveryName) {
  const auto kind = GetParam()();
  const std::vector<std::string> names{"anna/a b",
                                       "anna/ü/日本.wav",
                                       "anna/1+1=2&3",
                                       "anna/100%25",
                                       "anna/%2e%2e",
                                       "anna/a?b#c",
                                       "anna/..x/...",
                                       "anna/~'\"*()!;:@,$"};
  for (const std::string& name : names) {
    kind->put(name, "of " + name);
  }
  Reading reading(kind->source());

  for (const std::string& name : names) {
    const auto stream = reading.open(name);

    ASSERT_TRUE(stream) << name << ": " << to_string(stream.error());
    EXPECT_EQ(content_of(**stream), "of " + name);
  }
}

TEST_P(ObjectConformance, ReadsLargeObjectsInConstantMemory) {
  const auto kind = GetParam()();
  kind->put("anna/large", std::string(1 << 20, 'x'), 48);
  Reading reading(kind->source());
  const auto stream = reading.open("anna/large");
  ASSERT_TRUE(stream) << to_string(stream.error());

  std::vector<std::byte> buffer(64U << 10U);
  std::uint64_t total = 0;
  long early = 0;
  for (;;) {
    const auto count = (*stream)->read(buffer);
    ASSERT_TRUE(count) << to_string(count.error());
    if (*count == 0) break;
    total += *count;
    if (early == 0 && total > (12U << 20U)) early = peak_memory_kib();
  }

  EXPECT_EQ(total, 48U << 20U);
#ifndef RIGHTFUL_SANITIZED
  EXPECT_LT(peak_memory_kib() - early, 8 * 1024);
#endif
}

TEST_P(ObjectConformance, SaysThatAnObjectIsMissing) {
  const auto kind = GetParam()();
  kind->put("anna/1.wav", "x");
  kind->remove("anna/1.wav");
  Reading reading(kind->source());

  EXPECT_EQ(reading.refusal_of("anna/1.wav"), SourceErrorKind::MissingObject);
}

TEST_P(ObjectConformance, OpensNothingOfAnother) {
  const auto kind = GetParam()();
  kind->put("bert/1.wav", "of bert");
  kind->put("annabert/1.wav", "of annabert");
  for (const char* name : {"bert/1.wav", "annabert/1.wav", "Anna/1.wav", "ANNA/1.wav", "1.wav"}) {
    Reading reading(kind->source());

    EXPECT_EQ(reading.refusal_of(name), SourceErrorKind::ForeignRecord) << name;
  }
}

TEST_P(ObjectConformance, OpensNothingOutsideOfItsRoot) {
  const auto kind = GetParam()();
  kind->put("bert/1.wav", "of bert");
  Reading reading(kind->source());

  for (const char* name :
       {"anna/../bert/1.wav", "../bert/1.wav", "/etc/passwd", "./anna/x", ".."}) {
    EXPECT_EQ(reading.refusal_of(name), SourceErrorKind::RefusedReference) << name;
  }
}

TEST_P(ObjectConformance, NoticesThatAnObjectWasReplacedBeforeItWasRead) {
  const auto kind = GetParam()();
  kind->put("anna/1.wav", "first");
  Reading reading(kind->source());
  const auto seen = reading.open("anna/1.wav");
  ASSERT_TRUE(seen) << to_string(seen.error());
  const std::string version = (*seen)->version();
  EXPECT_TRUE(reading.open("anna/1.wav", version));

  kind->put("anna/1.wav", "other");

  EXPECT_EQ(reading.refusal_of("anna/1.wav", version), SourceErrorKind::ObjectChanged);
}

TEST_P(ObjectConformance, NoticesThatAnObjectWasReplacedWhileItWasRead) {
  const auto kind = GetParam()();
  kind->put("anna/large", std::string(1 << 20, 'a'), 9);
  Reading reading(kind->source());
  const auto stream = reading.open("anna/large");
  ASSERT_TRUE(stream) << to_string(stream.error());
  std::vector<std::byte> some(1000);
  ASSERT_TRUE((*stream)->read(some));

  kind->put("anna/large", std::string(1 << 20, 'b'), 9);

  const auto rest = content_of(**stream);
  ASSERT_FALSE(rest);
  EXPECT_EQ(rest.error().kind, SourceErrorKind::ObjectChanged);
}

TEST_P(ObjectConformance, FailsForALaterTryWhenTheStoreDiesHalfway) {
  const auto kind = GetParam()();
  kind->put("anna/large", std::string(1 << 20, 'a'), 9);
  Reading reading(kind->source());
  const auto stream = reading.open("anna/large");
  ASSERT_TRUE(stream) << to_string(stream.error());
  std::vector<std::byte> some(1000);
  ASSERT_TRUE((*stream)->read(some));
  if (!kind->die()) GTEST_SKIP() << "this kind is always there";

  try {
    (void)content_of(**stream);
    ADD_FAILURE() << "the loss was not noticed";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Later);
    EXPECT_EQ(failure.cause(), "source_lost");
  }
}

TEST_P(ObjectConformance, FailsForALaterTryWhenNobodyListens) {
  const auto kind = GetParam()();
  const auto store = kind->absent(rightful::testing::free_port());
  if (!store) GTEST_SKIP() << "this kind is not connected to";

  try {
    const Reading reading(*store);
    ADD_FAILURE() << "the loss was not noticed";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.retry(), Retry::Later);
    EXPECT_EQ(failure.cause(), "source_lost");
    for (const std::string& secret : kind->secrets()) {
      EXPECT_THAT(std::string(failure.what()), Not(HasSubstr(secret)));
    }
  }
}

TEST_P(ObjectConformance, WaitsForAPersonWhenItsCredentialsAreRefused) {
  const auto kind = GetParam()();
  const auto store = kind->refused();
  if (!store) GTEST_SKIP() << "this kind has no credentials";

  const Reading reading(*store);

  ASSERT_TRUE(reading.refusal);
  EXPECT_EQ(reading.refusal->kind, SourceErrorKind::AccessDenied);
  for (const std::string& secret : kind->secrets()) {
    EXPECT_THAT(to_string(*reading.refusal), Not(HasSubstr(secret)));
  }
}

}  // namespace
}  // namespace rightful::sources::testing
