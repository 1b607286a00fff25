#include "rightful/store/embedded_cluster.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include <libpq-fe.h>

#include "rightful/core/check.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/log.hpp"
#include "rightful/core/subprocess.hpp"
#include "rightful/core/unique_fd.hpp"

#include "store/cluster_files.hpp"
#include "store/postmaster.hpp"
#include "store/queries/cluster.hpp"
#include "store/session.hpp"

namespace rightful::store {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kPause{25};
constexpr seconds kSilenceLimit{60};   // no answer at all
constexpr minutes kRecoveryLimit{30};  // alive, replaying its log after a crash
constexpr seconds kLeftoverLimit{30};  // children of a killed postmaster still hold its memory
constexpr seconds kSmartLimit{1};
constexpr seconds kFastLimit{60};
constexpr seconds kImmediateLimit{10};
constexpr seconds kReloadLimit{10};

enum class Ownership : std::uint8_t { Owner, Guest };

/// What the server answers to a knock.
enum class Knock : std::uint8_t { Ready, NotYet, Silence };

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += "%" + to_hex(as_bytes({&c, 1}));
    }
  }
  return encoded;
}

bool is_name(std::string_view text) {
  static constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_";
  return !text.empty() && text.size() <= 63 && (text[0] < '0' || text[0] > '9') &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<void> check_name(std::string_view text) {
  if (is_name(text)) return {};
  return fail(ErrorCode::InvalidArgument,
              "a database or role is named [a-z_][a-z0-9_]*, at most 63 characters");
}

Knock knock(const std::string& url) {
  switch (PQping(url.c_str())) {
    case PQPING_OK:
      return Knock::Ready;
    case PQPING_REJECT:
      return Knock::NotYet;
    case PQPING_NO_RESPONSE:
    case PQPING_NO_ATTEMPT:
      return Knock::Silence;
  }
  return Knock::Silence;
}

/// The end of a start that must be tried again: the children of a killed postmaster live a moment
/// longer than it.
bool is_leftover(std::string_view words) {
  return words.find("still in use") != std::string_view::npos ||
         words.find("lock file \"postmaster.pid\"") != std::string_view::npos;
}

struct LockAttempt {
  UniqueFd held;       ///< open = we have it
  std::string holder;  ///< process id in the file, if another has it
};

LockAttempt try_lock(const fs::path& path) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file.is_open()) throw_system_failure("open " + path.string(), errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw_system_failure("lock " + path.string(), errno);
    std::array<char, 32> text{};
    const ssize_t size = ::pread(file.get(), text.data(), text.size(), 0);
    std::string holder(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    return {.held = UniqueFd(), .holder = holder.substr(0, holder.find('\n'))};
  }
  const std::string self = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), self.data(), self.size(), 0) < 0) {
    throw_system_failure("write " + path.string(), errno);
  }
  return {.held = std::move(file), .holder = {}};
}

}  // namespace

struct EmbeddedCluster::Impl {
  EmbeddedClusterSettings settings;
  ClusterPaths paths;
  ServerUser user;
  fs::path bin;

  mutable std::mutex mutex;  // guards all below
  UniqueFd lock;
  std::optional<Subprocess> child;  // if we started it: to be waited for
  std::optional<Postmaster> server;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  ~Impl() { stop(); }

  [[nodiscard]] std::string url(std::string_view database, std::string_view role) const {
    return "postgresql:///" + percent_encoded(database) +
           "?host=" + percent_encoded(paths.run.string()) +
           "&port=5432&user=" + percent_encoded(role);
  }

  [[nodiscard]] std::string admin_url() const { return url("postgres", kAdminRole); }

  Result<void> prepare() {
    RIGHTFUL_TRY(user, choose_server_user());
    RIGHTFUL_TRY(make_folders(paths, user));
    return {};
  }

  Result<void> take_ownership() {
    RIGHTFUL_TRY(prepare());
    LockAttempt attempt = try_lock(paths.lock);
    if (!attempt.held.is_open()) {
      return fail(ErrorCode::Conflict,
                  "the data directory " + paths.directory.string() + " belongs to process " +
                      attempt.holder +
                      ", which is still running: stop it, or choose another directory");
    }
    lock = std::move(attempt.held);
    return {};
  }

  /// Needs the lock file.
  Result<void> bring_up() {
    RIGHTFUL_TRY(const int major, cluster_major(paths));
    RIGHTFUL_TRY(bin, find_server_binaries(major == 0 ? std::nullopt : std::optional(major)));
    if (major == 0) RIGHTFUL_TRY(make_cluster(paths, bin, user, settings.durability));
    RIGHTFUL_TRY(adopt_or_start());
    return make_own_role();
  }

  Result<void> adopt_or_start() {
    server = Postmaster::find(paths.data);
    if (server) {
      log::info("embedded_database_adopted", "pid={}", server->pid());
      if (wait_until_ready()) return {};
      // It was on its way down; its end was awaited.
    }
    return start();
  }

  Result<void> start() {
    write_configuration(paths, settings);
    auto roles = read_ident_map(paths);
    roles.insert({std::string(kAdminRole), std::string(kRole)});
    write_ident_map(paths, user, roles);
    SystemClock clock;
    const auto end = clock.steady_now() + kLeftoverLimit;
    for (;;) {
      spawn();
      if (wait_until_ready()) return {};
      const std::string words = tail_of(paths.start_log);
      if (!is_leftover(words) || clock.steady_now() > end) {
        return fail(ErrorCode::Unavailable, "PostgreSQL does not start: " + words);
      }
      clock.wait_for(std::stop_token(), kPause);
    }
  }

  void spawn() {
    const UniqueFd log_file(
        ::open(paths.start_log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!log_file.is_open()) throw_system_failure("open " + paths.start_log.string(), errno);
    SubprocessSpec spec;
    spec.program = bin / "postgres";
    spec.arguments = {"-D", paths.data.string()};
    spec.environment = {"LC_ALL=C", "PATH=" + bin.string() + ":/usr/bin:/bin"};
    spec.directory = "/";
    spec.descriptors = {{log_file.get(), 1}, {log_file.get(), 2}};
    spec.new_session = true;  // a Ctrl-C at the terminal is for us alone
    if (user.is_another) {
      spec.user = user.uid;
      spec.group = user.gid;
    }
    child = Subprocess::start(spec);
    server = Postmaster::watch(child->pid());
    log::info("embedded_database_started", "pid={}", child->pid());
  }

  /// False when it ended instead, or does not answer in time; then it is down and forgotten.
  bool wait_until_ready() {
    SystemClock clock;
    const auto begin = clock.steady_now();
    const std::string target = admin_url();
    while (server && !server->has_ended()) {
      const Knock answer = knock(target);
      if (answer == Knock::Ready) return true;
      const auto waited = clock.steady_now() - begin;
      if (waited > (answer == Knock::NotYet ? seconds(kRecoveryLimit) : kSilenceLimit)) break;
      clock.wait_for(std::stop_token(), kPause);
    }
    shut_down();
    return false;
  }

  void forget() {
    if (child) static_cast<void>(child->wait());
    child.reset();
    server.reset();
  }

  static bool ends_after(const Postmaster& server, int signal, milliseconds limit) {
    server.send_signal(signal);
    return server.has_ended_within(limit);
  }

  void shut_down() {
    if (!server) return;
    const bool is_hasty = settings.durability == Durability::Unsynced;
    const bool has_ended =
        server->has_ended() || (!is_hasty && ends_after(*server, SIGTERM, kSmartLimit)) ||
        ends_after(*server, SIGINT, kFastLimit) || ends_after(*server, SIGQUIT, kImmediateLimit) ||
        ends_after(*server, SIGKILL, kImmediateLimit);
    if (!has_ended) {
      log::error("embedded_database_stuck", "pid={}", server->pid());
      if (child) child->detach();
      child.reset();
    }
    forget();
  }

  void stop() noexcept {
    const std::lock_guard guard(mutex);
    if (!lock.is_open()) return;
    try {
      shut_down();
    } catch (const std::exception&) {
      log::error("embedded_database_stuck");
    }
    lock.reset();
  }

  [[nodiscard]] ConnectionSettings admin_settings() const {
    return {.url = admin_url(),
            .application_name = "rightful cluster",
            .statement_timeout = minutes(5)};
  }

  /// Lets the server compose the statement, so that it also quotes the names.
  static void run_composed(Session& session,
                           const Sql& composer,
                           const std::vector<Value>& values) {
    const auto row = session.run(composer, values).at_most_one();
    if (!row)
      throw DatabaseFailure(Retry::Never, "database_refused", "there is no such database", {});
    session.run_alone(composer.name(), row->text("statement"));
  }

  Result<void> make_own_role() const {
    Session session(admin_settings());
    const Value role{kRole};
    if (session.run(queries::kHasRole, {&role, 1}).empty()) {
      run_composed(session, queries::kComposeCreateRole, {kRole, true});
    }
    return {};
  }

  /// The server reads the new map when it comes to it; a sign-in as the role tells.
  Result<void> wait_for_role(std::string_view role) const {
    SystemClock clock;
    const auto end = clock.steady_now() + kReloadLimit;
    ConnectionSettings attempt = admin_settings();
    attempt.url = url("postgres", role);
    for (;;) {
      try {
        const Session session(attempt);
        return {};
      } catch (const DatabaseFailure& failure) {
        if (clock.steady_now() > end) return fail(ErrorCode::Unavailable, failure.what());
      }
      clock.wait_for(std::stop_token(), kPause);
    }
  }
};

EmbeddedCluster::EmbeddedCluster(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EmbeddedCluster::EmbeddedCluster(EmbeddedCluster&&) noexcept = default;

EmbeddedCluster& EmbeddedCluster::operator=(EmbeddedCluster&&) noexcept = default;

EmbeddedCluster::~EmbeddedCluster() = default;

Result<EmbeddedCluster> EmbeddedCluster::start_or_adopt(const EmbeddedClusterSettings& settings) {
  auto impl = std::make_unique<Impl>();
  impl->settings = settings;
  RIGHTFUL_TRY(impl->paths, cluster_paths(settings.directory));
  RIGHTFUL_TRY(impl->take_ownership());
  RIGHTFUL_TRY(impl->bring_up());
  return EmbeddedCluster(std::move(impl));
}

Result<EmbeddedCluster> EmbeddedCluster::attach(const EmbeddedClusterSettings& settings) {
  auto impl = std::make_unique<Impl>();
  impl->settings = settings;
  RIGHTFUL_TRY(impl->paths, cluster_paths(settings.directory));
  RIGHTFUL_TRY(impl->user, choose_server_user());
  SystemClock clock;
  const auto end = clock.steady_now() + kSilenceLimit;
  for (;;) {
    if (knock(impl->admin_url()) == Knock::Ready) return EmbeddedCluster(std::move(impl));
    const auto owned = impl->take_ownership();
    if (owned) break;
    if (owned.error().code != ErrorCode::Conflict) return std::unexpected(owned.error());
    if (clock.steady_now() > end)
      return fail(ErrorCode::Unavailable, owned.error().detail + ", but no server answers");
    clock.wait_for(std::stop_token(), kPause);
  }
  RIGHTFUL_TRY(impl->bring_up());
  return EmbeddedCluster(std::move(impl));
}

bool EmbeddedCluster::is_owner() const noexcept {
  const std::lock_guard guard(impl_->mutex);
  return impl_->lock.is_open();
}

int EmbeddedCluster::pid() const noexcept {
  const std::lock_guard guard(impl_->mutex);
  const auto& server = impl_->server;
  return server ? server->pid() : 0;
}

std::string EmbeddedCluster::url(std::string_view database, std::string_view role) const {
  return impl_->url(database, role);
}

Result<void> EmbeddedCluster::create_database(std::string_view name, std::string_view owner) {
  RIGHTFUL_TRY(check_name(name));
  RIGHTFUL_TRY(check_name(owner));
  Session session(impl_->admin_settings());
  const Value value{name};
  if (session.run(queries::kHasDatabase, {&value, 1}).empty()) {
    Impl::run_composed(session, queries::kComposeCreateDatabase, {name, owner});
  }
  return {};
}

Result<void> EmbeddedCluster::clone_database(std::string_view name, std::string_view model) {
  RIGHTFUL_TRY(check_name(name));
  RIGHTFUL_TRY(check_name(model));
  Session session(impl_->admin_settings());
  const Value value{name};
  if (!session.run(queries::kHasDatabase, {&value, 1}).empty()) {
    return fail(ErrorCode::Conflict, "the database " + std::string(name) + " exists");
  }
  Impl::run_composed(session, queries::kComposeCloneDatabase, {name, model});
  return {};
}

Result<void> EmbeddedCluster::drop_database(std::string_view name) {
  RIGHTFUL_TRY(check_name(name));
  Session session(impl_->admin_settings());
  Impl::run_composed(session, queries::kComposeDropDatabase, {name});
  return {};
}

Result<void> EmbeddedCluster::create_role(std::string_view name) {
  RIGHTFUL_TRY(check_name(name));
  const std::lock_guard guard(impl_->mutex);
  RIGHTFUL_CHECK(impl_->lock.is_open());
  Session session(impl_->admin_settings());
  const Value value{name};
  if (session.run(queries::kHasRole, {&value, 1}).empty()) {
    Impl::run_composed(session, queries::kComposeCreateRole, {name, false});
  }
  std::set<std::string> roles;
  for (const Row& row : session.run(queries::kLoginRoles, {}))
    roles.insert(row.text("name"));
  write_ident_map(impl_->paths, impl_->user, roles);
  session.run(queries::kReload, {});
  return impl_->wait_for_role(name);
}

Result<bool> EmbeddedCluster::ensure_running() {
  const std::lock_guard guard(impl_->mutex);
  if (!impl_->lock.is_open()) {
    if (knock(impl_->admin_url()) == Knock::Ready) return false;
    return fail(ErrorCode::Unavailable,
                "the database in " + impl_->paths.directory.string() + " does not answer");
  }
  const auto& server = impl_->server;
  if (server && !server->has_ended()) return false;
  log::warn("embedded_database_died");
  impl_->forget();
  RIGHTFUL_TRY(impl_->start());
  return true;
}

void EmbeddedCluster::stop() noexcept {
  impl_->stop();
}

}  // namespace rightful::store
