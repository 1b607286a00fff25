/// @file
/// A bucket as a source of objects. An object is the one that was seen first, of the account where
/// the store says whose it is, or the export stops.
#pragma once

#include <memory>
#include <string>

#include "sources/s3_client.hpp"
#include "sources/source.hpp"

namespace rightful::sources {

class S3Source final : public ObjectSource {
 public:
  [[nodiscard]] static SourceResult<std::unique_ptr<ObjectSource>> open(
      const SourceOrder& order, const catalog::S3Settings& settings);

  [[nodiscard]] SnapshotFacts snapshot() const override;
  [[nodiscard]] SourceResult<std::unique_ptr<ObjectStream>> open_object(
      const ObjectReference& object) override;

 private:
  S3Source(std::string name,
           const catalog::S3Settings& settings,
           S3Client client,
           ReadContext& context);

  std::string name_;
  const catalog::S3Settings& settings_;
  S3Client client_;
  ReadContext& context_;
};

/// The credentials that the source's variables hold. @return NotConfigured
[[nodiscard]] SourceResult<AwsCredentials> credentials_of(const catalog::Source& source,
                                                          const SourceLocations& locations,
                                                          const catalog::S3Settings& settings);

}  // namespace rightful::sources
