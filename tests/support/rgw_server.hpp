/// @file
/// A real S3 server for tests (Ceph RADOS Gateway), started when the first test of a binary asks
/// for it (about 12 s) and taken down at its end. Objects are put by botocore.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rightful::testing {

struct S3Keys {
  std::string access_key;
  std::string secret_key;
};

/// Threads  one.
class RgwServer {
 public:
  /// The one of this binary.
  [[nodiscard]] static RgwServer& instance();

  [[nodiscard]] int port() const noexcept { return port_; }

  [[nodiscard]] std::string endpoint() const;
  /// Of the owner of all buckets.
  [[nodiscard]] S3Keys owner() const;
  /// Of another user of the store, who has no rights but those of policies.
  [[nodiscard]] S3Keys stranger() const;

  /// Makes a bucket with a name that no other test has.
  [[nodiscard]] std::string create_bucket();
  void put(const std::string& bucket,
           const std::string& key,
           const std::string& body,
           std::size_t repeat = 1,
           const std::vector<std::pair<std::string, std::string>>& metadata = {});
  void remove(const std::string& bucket, const std::string& key);
  /// The stranger may read objects of the bucket and, if wanted, list it.
  void let_stranger_read(const std::string& bucket, bool may_list);

  RgwServer(const RgwServer&) = delete;
  RgwServer& operator=(const RgwServer&) = delete;
  ~RgwServer();

 private:
  RgwServer();

  struct Parts;

  void tell(const std::string& order);

  int port_;
  int buckets_ = 0;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rightful::testing
