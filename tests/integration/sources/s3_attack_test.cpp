// A store that lies, changes under the reader, or breaks off, and the rights that it gives: in
// every case the reading ends with a typed reason, or gives exactly the object that was seen.
#include <nlohmann/json.hpp>

#include <gmock/gmock.h>

#include "rightful/core/failure.hpp"

#include "sources/s3_source.hpp"
#include "tests/integration/sources/bucket.hpp"
#include "tests/integration/sources/company.hpp"
#include "tests/unit/sources/test_scope.hpp"

namespace rightful::sources {
namespace {

using nlohmann::json;
using rightful::testing::RgwServer;
using testing::Bucket;
using ::testing::HasSubstr;
using testing::SourceText;

/// The source of one account, opened alone.
class Opened {
 public:
  explicit Opened(const SourceText& text, std::string_view account = "anna")
      : scope_(testing::scope_for(account)), text_(text) {
    std::string catalog(testing::catalog_head());
    catalog += "sources:\n  shop: { kind: postgresql, url_env: SHOP_URL }\n  store: " + text.text +
               "\ndatasets:\n  - name: recording\n    source: shop\n    owner: account_id\n"
               "    title: T\n    table: recording\n    fields:\n      path: { title: T, attach: { "
               "source: store, owner: row } }\n";
    catalog_ = std::make_unique<catalog::Catalog>(testing::parse_catalog(catalog));
    const catalog::Source& source = *catalog_->find_source("store");
    const SourceOrder order{source, text_.locations, {}, scope_, context_};
    source_ = S3Source::open(order, std::get<catalog::S3Settings>(source.settings));
  }

  SourceResult<std::unique_ptr<ObjectStream>> open(const std::string& name) {
    if (!source_) return std::unexpected(source_.error());
    const catalog::Dataset& dataset = catalog_->datasets().front();
    return (*source_)->open_object({&dataset, dataset.fields.data(), 1, name});
  }

  SourceResult<std::string> read(const std::string& name) {
    RIGHTFUL_TRY(const auto stream, open(name));
    std::string content;
    std::vector<std::byte> buffer(1U << 20U);
    for (;;) {
      RIGHTFUL_TRY(const std::size_t count, stream->read(buffer));
      if (count == 0) return content;
      content += as_text(ByteView(buffer).first(count));
    }
  }

  /// The closed word and the detail of what read() refuses.
  std::string refusal(const std::string& name) {
    const auto content = read(name);
    return content ? "nothing was refused" : to_string(content.error());
  }

 private:
  AccountScope scope_;
  SourceText text_;
  ReadContext context_{OwnershipGuard(scope_), Pseudonyms(scope_), {}};
  std::unique_ptr<catalog::Catalog> catalog_;
  SourceResult<std::unique_ptr<ObjectSource>> source_ = nullptr;
};

std::string repeated(char c, std::size_t mib) {
  return std::string(mib << 20U, c);
}

TEST(S3Attack, TakesUpAnObjectWhereTheConnectionBroke) {
  Bucket bucket;
  bucket.put("anna/large", repeated('a', 1), 6);
  Opened source(bucket.source());
  bucket.fail(R"({"cut_after": 1000000, "times": 3})");

  const auto content = source.read("anna/large");

  ASSERT_TRUE(content) << to_string(content.error());
  EXPECT_EQ(*content, repeated('a', 6));
}

TEST(S3Attack, NoticesAnObjectThatWasReplacedBehindABrokenConnection) {
  Bucket bucket;
  bucket.put("anna/large", repeated('a', 1), 3);
  Opened source(bucket.source());
  const auto stream = source.open("anna/large");
  ASSERT_TRUE(stream);
  bucket.fail(R"({"cut_after": 1000000, "times": 1})");
  bucket.fail(R"({"status": 503, "times": 1, "body": "<Error><Code>SlowDown</Code></Error>"})");
  bucket.put("anna/large", repeated('b', 1), 3);
  std::vector<std::byte> buffer(100);

  const auto read = (*stream)->read(buffer);

  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, SourceErrorKind::ObjectChanged);
}

TEST(S3Attack, WaitsForAStoreThatIsBusy) {
  Bucket bucket;
  bucket.put("anna/1.wav", "RIFF");
  Opened source(bucket.source());
  bucket.fail(R"({"status": 503, "times": 2, "body": "<Error><Code>SlowDown</Code></Error>"})");
  bucket.fail(
      R"({"status": 500, "times": 1, "body": "<Error><Code>InternalError</Code></Error>"})");

  EXPECT_EQ(source.read("anna/1.wav"), "RIFF");
}

TEST(S3Attack, LeavesAStoreAloneThatStaysBusy) {
  Bucket bucket;
  bucket.put("anna/1.wav", "RIFF");
  Opened source(bucket.source());
  const auto cause_of = [&] {
    try {
      return source.refusal("anna/1.wav");
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.retry(), Retry::Later);
      return failure.cause();
    }
  };
  bucket.fail(R"({"status": 503, "times": 5, "body": ""})");
  EXPECT_EQ(cause_of(), "unavailable");

  bucket.fail(R"({"heal": true})");
  const auto before = json::parse(bucket.fail(R"({"requests": true})"))["requests"].get<int>();
  bucket.fail(R"({"status": 429, "times": 9, "headers": {"Retry-After": "3600"}})");
  EXPECT_EQ(cause_of(), "unavailable");
  EXPECT_EQ(json::parse(bucket.fail(R"({"requests": true})"))["requests"].get<int>(), before + 1);
}

TEST(S3Attack, StopsWhenTheBytesAreOfAnotherObjectThanTheHead) {
  // A cache in between that mixes two objects up.
  for (const char* headers : {R"({"ETag": "\"0123456789abcdef0123456789abcdef\""})",
                              R"({"Last-Modified": "Sat, 01 Jan 2000 00:00:00 GMT"})",
                              R"({"Content-Range": "bytes 0-3/5"})"}) {
    Bucket bucket;
    bucket.put("anna/1.wav", "RIFF");
    Opened source(bucket.source());
    const auto stream = source.open("anna/1.wav");
    ASSERT_TRUE(stream);
    bucket.fail(std::string(R"({"set_headers": )") + headers + "}");
    std::vector<std::byte> buffer(100);

    const auto read = (*stream)->read(buffer);

    ASSERT_FALSE(read) << headers;
    EXPECT_EQ(read.error().kind, SourceErrorKind::ObjectChanged) << headers;
  }
}

TEST(S3Attack, StopsWhenAnotherRangeComesThanWasAskedFor) {
  Bucket bucket;
  bucket.put("anna/1.wav", "RIFF");
  Opened source(bucket.source());
  const auto stream = source.open("anna/1.wav");
  ASSERT_TRUE(stream);
  bucket.fail(R"({"set_headers": {"Content-Range": "bytes 1-4/4"}})");
  std::vector<std::byte> buffer(100);

  const auto read = (*stream)->read(buffer);

  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, SourceErrorKind::BadAnswer);
}

TEST(S3Attack, StopsWhenMoreBytesComeThanWereAskedFor) {
  Bucket bucket;
  bucket.put("anna/1.wav", "RIFF");
  Opened source(bucket.source());
  const auto stream = source.open("anna/1.wav");
  ASSERT_TRUE(stream);
  bucket.fail(
      R"({"status": 206, "times": 1, "headers": {"ETag": "x"}, "body": "RIFF and of another"})");
  std::vector<std::byte> buffer(100);

  const auto read = (*stream)->read(buffer);

  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, SourceErrorKind::BadAnswer);
}

TEST(S3Attack, ComparesTheOwnerThatTheStoreKnows) {
  Bucket bucket;
  const std::string more = ", owner_metadata: account-id";
  const auto refusal_with = [&](const std::vector<std::pair<std::string, std::string>>& metadata) {
    bucket.put("shared/1.wav", "RIFF", 1, metadata);
    Opened source(bucket.source(more), "42");
    return source.refusal("shared/1.wav");
  };

  EXPECT_EQ(refusal_with({{"account-id", "42"}}), "nothing was refused");
  for (const char* owner : {"7", "0042", "42.0", "4 2", "x42"}) {
    EXPECT_THAT(refusal_with({{"account-id", owner}}),
                HasSubstr("foreign_record in store.recording"))
        << owner;
  }
  EXPECT_THAT(refusal_with({}), HasSubstr("foreign_record"));
  EXPECT_THAT(refusal_with({{"account", "42"}}), HasSubstr("foreign_record"));
}

TEST(S3Attack, StopsWhenTheOwnerChangesWhileItIsRead) {
  // A copy in place changes metadata and leaves the ETag as it was.
  Bucket bucket;
  bucket.put("shared/1.wav", "RIFF", 1, {{"account-id", "anna"}});
  Opened source(bucket.source(", owner_metadata: account-id"));
  const auto stream = source.open("shared/1.wav");
  ASSERT_TRUE(stream);
  bucket.fail(R"({"set_headers": {"x-amz-meta-account-id": "bert"}})");
  std::vector<std::byte> buffer(100);

  const auto read = (*stream)->read(buffer);

  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, SourceErrorKind::ObjectChanged);
}

TEST(S3Attack, FollowsNoRedirect) {
  Bucket bucket;
  bucket.put("anna/1.wav", "RIFF");
  Opened source(bucket.source());
  bucket.fail(
      R"({"status": 307, "times": 2, "headers": {"Location": "http://127.0.0.1:9/elsewhere"}})");

  EXPECT_THAT(source.refusal("anna/1.wav"), HasSubstr("source_not_configured in store.recording"));
}

TEST(S3Attack, PutsThePrefixBeforeEveryName) {
  Bucket bucket;
  bucket.put("live/anna/1.wav", "RIFF");
  bucket.put("anna/1.wav", "old");

  EXPECT_EQ(Opened(bucket.source(", prefix: live/")).read("anna/1.wav"), "RIFF");
  EXPECT_EQ(Opened(bucket.source()).read("anna/1.wav"), "old");
}

TEST(S3Rights, AreNoMoreThanReadingObjects) {
  const Bucket bucket;
  RgwServer& server = RgwServer::instance();
  bucket.put("anna/1.wav", "RIFF");
  const SourceText stranger = bucket.source_at(bucket.endpoint(), server.stranger());
  EXPECT_THAT(Opened(stranger).refusal("anna/1.wav"), HasSubstr("access_denied in store"));

  server.let_stranger_read(bucket.name(), false);

  Opened source(stranger);
  EXPECT_EQ(source.read("anna/1.wav"), "RIFF");
  // Without the right to list, a store does not say that an object is missing: that is no finding.
  EXPECT_THAT(source.refusal("anna/2.wav"), HasSubstr("access_denied in store"));
  EXPECT_THAT(source.refusal("anna/2.wav"), HasSubstr("s3:ListBucket"));

  server.let_stranger_read(bucket.name(), true);

  EXPECT_THAT(Opened(stranger).refusal("anna/2.wav"), HasSubstr("missing_object in store"));
}

TEST(S3Rights, TellsAMissingBucketFromAMissingObject) {
  const Bucket bucket;
  SourceText text = bucket.source();
  const auto at = text.text.find(bucket.name());
  text.text.replace(at, bucket.name().size(), "no-such-bucket");

  EXPECT_EQ(
      Opened(text).refusal("anna/1.wav"),
      "source_not_configured in store: there is no such bucket; correct `bucket` or `endpoint`");
}

TEST(S3Rights, SaysWhatIsWrongWithTheKeys) {
  const Bucket bucket;
  const auto keys = RgwServer::instance().owner();

  EXPECT_EQ(Opened(bucket.source_at(bucket.endpoint(), {"AKIANOBODY", "x"})).refusal("a"),
            "access_denied in store: the store does not know the access key");
  EXPECT_EQ(Opened(bucket.source_at(bucket.endpoint(), {keys.access_key, "x"})).refusal("a"),
            "access_denied in store: the store does not accept the secret key");
  SourceText with_break = bucket.source();
  with_break.locations["store.secret_key_env"] += "\n";
  EXPECT_EQ(Opened(with_break).refusal("a"),
            "source_not_configured in store: the environment variable STORE_SECRET holds a line "
            "break or another control character");
}

}  // namespace
}  // namespace rightful::sources
