/// @file
/// Objects of one bucket, asked for with signed requests. Knows keys and answers, no accounts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rightful/catalog/catalog.hpp"
#include "rightful/sources/source_error.hpp"

#include "sources/aws_signature.hpp"
#include "sources/remote_client.hpp"

namespace rightful::sources {

/// What a store says about an object, in its head or with its bytes.
struct S3Facts {
  std::uint64_t size = 0;
  std::string tag;       ///< ETag, with its quotes
  std::string modified;  ///< Last-Modified, as it was sent
  std::string owner;     ///< of the metadata that holds the owner; empty when there is none

  friend bool operator==(const S3Facts&, const S3Facts&) = default;
};

/// Where requests go, and how a key becomes part of their URL.
struct S3Place {
  std::string base;       ///< `https://host[:port]`
  std::string host;       ///< as the header `Host` says it
  std::string root = {};  ///< `/bucket` with path style, else empty

  /// @param settings  endpoint empty = Amazon's for the region.
  [[nodiscard]] static S3Place of(const catalog::S3Settings& settings);
};

/// Threads  one. Secrets  errors hold S3's error word and nothing else of an answer.
class S3Client {
 public:
  /// Looks up the host and asks for the bucket. A key that may not ask for it is fine.
  /// @return NotConfigured when there is no such bucket there, AccessDenied when the key itself is
  ///         refused. Errors  as RemoteClient.
  [[nodiscard]] static SourceResult<S3Client> open(std::string source,
                                                   const catalog::S3Settings& settings,
                                                   AwsCredentials credentials);

  /// Whether the key may list the bucket; else a store does not tell what is missing from what is
  /// refused. @return as open()
  [[nodiscard]] SourceResult<bool> may_list();

  /// @return MissingObject only when the store says that the key does not exist; AccessDenied,
  ///         NotConfigured. Errors  as RemoteClient.
  [[nodiscard]] SourceResult<S3Facts> head(const std::string& key);

  /// Appends `size` bytes from `offset` to `out`. A connection that breaks is taken up where it
  /// broke.
  /// @return ObjectChanged when the object is not the one of `facts` any more.
  [[nodiscard]] SourceResult<void> read(const std::string& key,
                                        const S3Facts& facts,
                                        std::uint64_t offset,
                                        std::size_t size,
                                        std::string& out);

 private:
  S3Client(std::string source,
           const catalog::S3Settings& settings,
           AwsCredentials credentials,
           RemoteClient remote);

  [[nodiscard]] HttpCall call_for(std::string method,
                                  const std::string& path,
                                  NameValues query,
                                  NameValues headers) const;
  [[nodiscard]] SourceResult<S3Facts> facts_of(const HttpReply& reply, std::uint64_t size) const;
  [[nodiscard]] SourceError why_missing(const std::string& path);
  [[nodiscard]] SourceError refusal(const HttpReply& reply) const;
  [[nodiscard]] SourceError error(SourceErrorKind kind, std::string detail) const;

  std::string source_;
  S3Place place_;
  std::string region_;
  std::string owner_header_;  ///< `x-amz-meta-…`, or empty
  AwsCredentials credentials_;
  RemoteClient remote_;
};

}  // namespace rightful::sources
