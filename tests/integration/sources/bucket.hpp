/// @file
/// A bucket of the real S3 server for one test, and a proxy in front of it that can fail.
#pragma once

#include <string>
#include <vector>

#include "tests/integration/sources/conformance.hpp"
#include "tests/support/helper_program.hpp"
#include "tests/support/rgw_server.hpp"

namespace rightful::sources::testing {

/// Threads  one.
class Bucket {
 public:
  Bucket();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// As the source `store`. @param more  further keys: `, prefix: 'x/'`
  [[nodiscard]] SourceText source(const std::string& more = "") const;
  [[nodiscard]] SourceText source_at(const std::string& endpoint,
                                     const rightful::testing::S3Keys& keys,
                                     const std::string& more = "") const;

  /// Of the proxy.
  [[nodiscard]] std::string endpoint() const;
  void put(const std::string& key,
           const std::string& body,
           std::size_t repeat = 1,
           const std::vector<std::pair<std::string, std::string>>& metadata = {}) const;
  void remove(const std::string& key) const;

  /// tests/support/faulty_proxy.py
  std::string fail(const std::string& order) { return proxy_.ask(order); }

  void kill_proxy() { proxy_.kill(); }

 private:
  rightful::testing::RgwServer& server_;
  std::string name_;
  rightful::testing::HelperProgram proxy_;
};

}  // namespace rightful::sources::testing
