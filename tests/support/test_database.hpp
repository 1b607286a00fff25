/// @file
/// A PostgreSQL database for one test: a clone of a migrated template, in a throw-away cluster that
/// the test binary starts when the first test asks for it and stops at its end. RIGHTFUL_TEST_PG
/// names an existing server instead (a URL of a role that may create databases and roles).
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "rightful/store/connection_settings.hpp"
#include "rightful/store/event_recorder.hpp"
#include "rightful/store/pool.hpp"

#include "tests/support/collecting_recorder.hpp"

namespace rightful::testing {

/// Dropped by the destructor; its pools and their transactions must be gone by then, other clients
/// are thrown out.
class TestDatabase {
 public:
  /// With Rightful's schema. About 100 ms; the first call in a binary about 2 s.
  [[nodiscard]] static TestDatabase create();
  /// Without any schema: for migrations, and for a company's own data.
  [[nodiscard]] static TestDatabase create_empty();

  TestDatabase(TestDatabase&&) noexcept;
  TestDatabase& operator=(TestDatabase&&) = delete;
  ~TestDatabase();

  [[nodiscard]] const std::string& name() const noexcept;
  /// As the owner of the database.
  [[nodiscard]] const store::ConnectionSettings& settings() const noexcept;
  [[nodiscard]] std::string url() const;
  /// As another role; see create_role.
  [[nodiscard]] std::string url(std::string_view role) const;

  /// Eight connections and `recorder()`.
  [[nodiscard]] store::Pool& pool();
  [[nodiscard]] CollectingRecorder& recorder();
  [[nodiscard]] std::unique_ptr<store::Pool> make_pool(std::size_t size,
                                                       store::EventRecorder* recorder) const;

  /// Several statements without parameters, as the owner, in one transaction.
  void execute(const std::string& script) const;
  /// The same as the superuser of the server (needs its rights with RIGHTFUL_TEST_PG).
  void execute_as_admin(const std::string& script) const;

 private:
  struct Impl;

  explicit TestDatabase(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

/// A role that may sign in and nothing else, in the server of all TestDatabases; made once.
void create_test_role(std::string_view name);

/// What the server of the TestDatabases has logged so far; empty with RIGHTFUL_TEST_PG.
[[nodiscard]] std::string test_server_log();

/// An empty folder whose path is short enough for a socket; removed with all it holds.
class TestFolder {
 public:
  TestFolder();
  TestFolder(TestFolder&&) noexcept;
  TestFolder& operator=(TestFolder&&) = delete;
  ~TestFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace rightful::testing
