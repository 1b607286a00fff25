#include "tests/support/test_database.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "rightful/store/embedded_cluster.hpp"
#include "rightful/store/migrate.hpp"

#include "store/conninfo.hpp"
#include "store/postmaster.hpp"
#include "store/session.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolderPrefix = "rightful-test-";

template <class T>
T expect_ok(Result<T> result) {
  if (!result) throw std::runtime_error("test database: " + result.error().detail);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

void run_alone(const store::ConnectionSettings& settings, const std::string& statement) {
  store::Session(settings).run_alone("test_statement", statement);
}

/// Where the databases are. Names are made here from digits and letters, so they need no quotes.
class TestServer {
 public:
  virtual ~TestServer() = default;

  [[nodiscard]] virtual std::string url(std::string_view database) const = 0;
  [[nodiscard]] virtual std::string url(std::string_view database, std::string_view role) const = 0;
  [[nodiscard]] virtual std::string admin_url(std::string_view database) const = 0;
  virtual void create(const std::string& name) = 0;
  virtual void clone(const std::string& name, const std::string& model) = 0;
  virtual void drop(const std::string& name) = 0;
  virtual void create_role(std::string_view name) = 0;

  [[nodiscard]] virtual std::string log() const { return {}; }

  [[nodiscard]] store::ConnectionSettings settings(std::string_view database) const {
    return {.url = url(database), .application_name = "rightful-test"};
  }
};

class OwnServer final : public TestServer {
 public:
  OwnServer()
      : cluster_(expect_ok(
            store::EmbeddedCluster::start_or_adopt({.directory = folder_.path(),
                                                    .durability = store::Durability::Unsynced,
                                                    .max_connections = 200}))) {}

  [[nodiscard]] std::string url(std::string_view database) const override {
    return cluster_.url(database);
  }

  [[nodiscard]] std::string url(std::string_view database, std::string_view role) const override {
    return cluster_.url(database, role);
  }

  [[nodiscard]] std::string admin_url(std::string_view database) const override {
    return cluster_.url(database, store::EmbeddedCluster::kAdminRole);
  }

  void create(const std::string& name) override { expect_ok(cluster_.create_database(name)); }

  void clone(const std::string& name, const std::string& model) override {
    expect_ok(cluster_.clone_database(name, model));
  }

  void drop(const std::string& name) override { expect_ok(cluster_.drop_database(name)); }

  void create_role(std::string_view name) override { expect_ok(cluster_.create_role(name)); }

  [[nodiscard]] std::string log() const override {
    std::string text;
    for (const auto& file : fs::directory_iterator(folder_.path() / "postgres" / "log")) {
      std::ifstream stream(file.path());
      text.append(std::istreambuf_iterator<char>(stream), {});
    }
    return text;
  }

 private:
  TestFolder folder_;  // outlives the cluster in it
  store::EmbeddedCluster cluster_;
};

/// The URL's database is where databases are made from; its role owns them. Other roles sign in
/// with a password.
class GivenServer final : public TestServer {
 public:
  explicit GivenServer(std::string url)
      : base_(store::make_conninfo(
            url,
            {.application_name = "rightful-test", .connect_timeout = std::chrono::seconds(5)})) {}

  [[nodiscard]] std::string url(std::string_view database) const override {
    return base_ + " dbname='" + std::string(database) + "'";
  }

  [[nodiscard]] std::string url(std::string_view database, std::string_view role) const override {
    return url(database) + " user='" + std::string(role) + "' password='" + kRolePassword + "'";
  }

  [[nodiscard]] std::string admin_url(std::string_view database) const override {
    return url(database);
  }

  void create(const std::string& name) override {
    run_alone({.url = base_}, "CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8'");
  }

  void clone(const std::string& name, const std::string& model) override {
    run_alone({.url = base_}, "CREATE DATABASE " + name + " TEMPLATE " + model);
  }

  void drop(const std::string& name) override {
    run_alone({.url = base_}, "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  }

  void create_role(std::string_view name) override {
    const std::string role(name);
    run_alone(
        {.url = base_},
        "DO $$ BEGIN CREATE ROLE " + role + "; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    run_alone({.url = base_}, "ALTER ROLE " + role + " LOGIN PASSWORD '" + kRolePassword + "'");
  }

 private:
  static constexpr const char* kRolePassword = "only-for-tests";

  std::string base_;
};

/// What a test binary left behind when it was killed: its cluster is stopped, its folder removed.
void sweep_leftovers() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kFolderPrefix)) continue;
    pid_t owner = 0;
    std::from_chars(name.data() + kFolderPrefix.size(), name.data() + name.size(), owner);
    if (owner <= 1 || ::kill(owner, 0) == 0 || errno != ESRCH) continue;
    if (const auto server = store::Postmaster::find(entry.path() / "postgres")) {
      server->send_signal(SIGQUIT);
      static_cast<void>(server->has_ended_within(std::chrono::seconds(10)));
    }
    fs::remove_all(entry.path(), ignored);
  }
}

class TestServerHolder {
 public:
  TestServer& get() {
    const std::lock_guard lock(mutex_);
    if (!server_) {
      sweep_leftovers();
      // NOLINTNEXTLINE(concurrency-mt-unsafe): tests do not change their environment.
      const char* given = std::getenv("RIGHTFUL_TEST_PG");
      if (given != nullptr && *given != '\0') {
        server_ = std::make_unique<GivenServer>(given);
      } else {
        server_ = std::make_unique<OwnServer>();
      }
    }
    return *server_;
  }

  /// The migrated database that create() clones; made once.
  const std::string& model() {
    TestServer& server = get();
    const std::lock_guard lock(mutex_);
    if (model_.empty()) {
      const std::string name = "rightful_model_" + std::to_string(::getpid());
      server.drop(name);
      server.create(name);
      expect_ok(store::migrate(server.settings(name)));
      model_ = name;
    }
    return model_;
  }

  /// Drops the model and stops an own server.
  void stop() {
    const std::lock_guard lock(mutex_);
    if (server_ && !model_.empty()) server_->drop(model_);
    model_.clear();
    server_.reset();
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<TestServer> server_;
  std::string model_;
};

TestServerHolder& holder() {
  static TestServerHolder instance;
  return instance;
}

/// Ends the server after the last test and before static objects die: libpqxx keeps some of its
/// own.
class ServerEnvironment final : public ::testing::Environment {
 public:
  void TearDown() override { holder().stop(); }
};

// GoogleTest owns it.
// NOLINTNEXTLINE(cppcoreguidelines-owning-memory): see above.
[[maybe_unused]] const auto* const kServerEnvironment =
    ::testing::AddGlobalTestEnvironment(new ServerEnvironment);

std::string next_name() {
  static std::atomic<int> number{0};
  return "rightful_test_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
}

void execute_at(store::ConnectionSettings settings, const std::string& script) {
  settings.statement_timeout = std::chrono::minutes(5);
  store::Session session(settings);
  session.begin(store::Isolation::ReadCommitted, settings);
  session.run_script("test_script", script);
  session.commit();
}

}  // namespace

struct TestDatabase::Impl {
  TestServer& server;
  std::string name;
  store::ConnectionSettings settings;
  CollectingRecorder recorder;
  std::unique_ptr<store::Pool> pool;

  Impl(TestServer& where, std::string database)
      : server(where), name(std::move(database)), settings(where.settings(name)) {}

  ~Impl() {
    pool.reset();
    try {
      server.drop(name);
    } catch (const std::exception&) {  // a test has stopped the server; the whole cluster goes with
                                       // the binary
    }
  }
};

TestDatabase::TestDatabase(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TestDatabase::TestDatabase(TestDatabase&&) noexcept = default;

TestDatabase::~TestDatabase() = default;

TestDatabase TestDatabase::create() {
  TestServer& server = holder().get();
  const std::string name = next_name();
  server.clone(name, holder().model());
  return TestDatabase(std::make_unique<Impl>(server, name));
}

TestDatabase TestDatabase::create_empty() {
  TestServer& server = holder().get();
  const std::string name = next_name();
  server.create(name);
  return TestDatabase(std::make_unique<Impl>(server, name));
}

const std::string& TestDatabase::name() const noexcept {
  return impl_->name;
}

const store::ConnectionSettings& TestDatabase::settings() const noexcept {
  return impl_->settings;
}

std::string TestDatabase::url() const {
  return impl_->settings.url;
}

std::string TestDatabase::url(std::string_view role) const {
  return impl_->server.url(impl_->name, role);
}

store::Pool& TestDatabase::pool() {
  static constexpr std::size_t kSize = 8;
  if (!impl_->pool) impl_->pool = make_pool(kSize, &impl_->recorder);
  return *impl_->pool;
}

CollectingRecorder& TestDatabase::recorder() {
  return impl_->recorder;
}

std::unique_ptr<store::Pool> TestDatabase::make_pool(std::size_t size,
                                                     store::EventRecorder* recorder) const {
  return std::make_unique<store::Pool>(impl_->settings, size, recorder);
}

void TestDatabase::execute(const std::string& script) const {
  execute_at(impl_->settings, script);
}

void TestDatabase::execute_as_admin(const std::string& script) const {
  store::ConnectionSettings admin = impl_->settings;
  admin.url = impl_->server.admin_url(impl_->name);
  execute_at(admin, script);
}

void create_test_role(std::string_view name) {
  holder().get().create_role(name);
}

std::string test_server_log() {
  return holder().get().log();
}

TestFolder::TestFolder() {
  std::string pattern = (fs::temp_directory_path() /
                         (std::string(kFolderPrefix) + std::to_string(::getpid()) + "-XXXXXX"))
                            .string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("cannot make a temporary folder");
  path_ = pattern;
}

TestFolder::TestFolder(TestFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TestFolder::~TestFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace rightful::testing
