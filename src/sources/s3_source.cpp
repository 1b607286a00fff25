#include "sources/s3_source.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/clock.hpp"

namespace rightful::sources {
namespace {

// One request each: large enough that its way is not what takes the time, small beside the memory
// that an export may use.
constexpr std::uint64_t kPartBytes = 4U << 20U;

std::string version_of(const S3Facts& facts) {
  return fmt::format("{} {} {}", facts.size, facts.tag, facts.modified);
}

class S3Stream final : public ObjectStream {
 public:
  S3Stream(S3Client& client, std::string key, std::string dataset, S3Facts facts)
      : client_(client),
        key_(std::move(key)),
        dataset_(std::move(dataset)),
        facts_(std::move(facts)) {}

  [[nodiscard]] std::uint64_t size() const noexcept override { return facts_.size; }

  [[nodiscard]] std::string version() const override { return version_of(facts_); }

  [[nodiscard]] SourceResult<std::size_t> read(std::span<std::byte> buffer) override {
    if (given_ == part_.size()) {
      const auto next = fetch();
      if (!next) {
        SourceError error = next.error();
        error.dataset = dataset_;
        return std::unexpected(std::move(error));
      }
    }
    const std::size_t count = std::min(buffer.size(), part_.size() - given_);
    std::memcpy(buffer.data(), part_.data() + given_, count);
    given_ += count;
    return count;
  }

 private:
  SourceResult<void> fetch() {
    part_.clear();
    given_ = 0;
    const std::uint64_t left = facts_.size - fetched_;
    if (left == 0) return {};
    const auto size = static_cast<std::size_t>(std::min(left, kPartBytes));
    RIGHTFUL_TRY(client_.read(key_, facts_, fetched_, size, part_));
    fetched_ += size;
    return {};
  }

  S3Client& client_;
  std::string key_;
  std::string dataset_;
  S3Facts facts_;
  std::string part_;
  std::size_t given_ = 0;  ///< of the part
  std::uint64_t fetched_ = 0;
};

}  // namespace

SourceResult<std::unique_ptr<ObjectSource>> S3Source::open(const SourceOrder& order,
                                                           const catalog::S3Settings& settings) {
  RIGHTFUL_TRY(auto credentials, credentials_of(order.source, order.locations, settings));
  RIGHTFUL_TRY(auto client, S3Client::open(order.source.name, settings, std::move(credentials)));
  return std::unique_ptr<ObjectSource>(
      new S3Source(order.source.name, settings, std::move(client), order.context));
}

S3Source::S3Source(std::string name,
                   const catalog::S3Settings& settings,
                   S3Client client,
                   ReadContext& context)
    : name_(std::move(name)), settings_(settings), client_(std::move(client)), context_(context) {}

SnapshotFacts S3Source::snapshot() const {
  return {name_, "s3", SystemClock().now(), false, false};
}

SourceResult<std::unique_ptr<ObjectStream>> S3Source::open_object(const ObjectReference& object) {
  const std::string& dataset = object.dataset->name;
  const std::string key = settings_.prefix + object.reference;
  auto facts = client_.head(key);
  if (!facts) {
    facts.error().dataset = dataset;
    return std::unexpected(std::move(facts).error());
  }
  if (!settings_.owner_metadata.empty()) {
    const std::array<std::optional<std::string_view>, 1> owners{facts->owner};
    RIGHTFUL_TRY(context_.guard.check(name_, dataset, owners));
  }
  auto stream = std::make_unique<S3Stream>(client_, key, dataset, *std::move(facts));
  if (!object.version.empty() && object.version != stream->version()) {
    return std::unexpected(SourceError{SourceErrorKind::ObjectChanged,
                                       name_,
                                       dataset,
                                       "an object was replaced after its record was read"});
  }
  return stream;
}

SourceResult<AwsCredentials> credentials_of(const catalog::Source& source,
                                            const SourceLocations& locations,
                                            const catalog::S3Settings& settings) {
  const auto value = [&](const char* key, const std::string& variable) {
    return find_location(source, locations, source.name + key, variable);
  };
  AwsCredentials credentials;
  RIGHTFUL_TRY(credentials.access_key, value(".access_key_env", settings.access_key_env));
  RIGHTFUL_TRY(credentials.secret_key, value(".secret_key_env", settings.secret_key_env));
  if (!settings.session_token_env.empty()) {
    RIGHTFUL_TRY(credentials.session_token,
                 value(".session_token_env", settings.session_token_env));
  }
  return credentials;
}

}  // namespace rightful::sources
