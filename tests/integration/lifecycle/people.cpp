#include "tests/integration/lifecycle/people.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/statement.hpp"
#include "rightful/store/ledger_writer.hpp"
#include "rightful/store/sql.hpp"

namespace rightful::testing {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart = std::chrono::sys_days{std::chrono::year{2026} / 3 / 5} + 9h;

class MemoryBytes final : public lifecycle::PackageBytes {
 public:
  explicit MemoryBytes(std::string content) : content_(std::move(content)) {}

  [[nodiscard]] std::uint64_t size() const override { return content_.size(); }

  [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<std::byte> out) override {
    const std::size_t size =
        std::min(out.size(), content_.size() - static_cast<std::size_t>(offset));
    std::memcpy(out.data(), content_.data() + offset, size);
    return size;
  }

 private:
  std::string content_;
};

crypto::ServerKeys make_keys(const std::filesystem::path& folder, Random& random) {
  if (!crypto::ServerKeys::create(folder / "keys", random)) throw std::runtime_error("no keys");
  auto keys = crypto::ServerKeys::open(folder / "keys");
  if (!keys) throw std::runtime_error(keys.error().detail);
  return *std::move(keys);
}

template <class Value>
Value value_of(lifecycle::Answer<Value> answer) {
  if (!answer)
    throw std::runtime_error(std::string(name_of(answer.error().kind)) + ": " +
                             answer.error().detail);
  return *std::move(answer);
}

constexpr store::Sql kStateOfRequest{"test_state",
                                     "SELECT state FROM access_request WHERE id = $1"};

}  // namespace

Result<std::unique_ptr<lifecycle::PackageBytes>> MemoryObjects::open(
    const std::string& object_name) {
  const std::scoped_lock lock(mutex_);
  const auto found = objects_.find(object_name);
  if (found == objects_.end()) return fail(ErrorCode::NotFound, "no such object");
  return std::make_unique<MemoryBytes>(found->second);
}

void MemoryObjects::destroy(const std::string& object_name) {
  const std::scoped_lock lock(mutex_);
  if (broken_) throw Failure(Retry::Later, "io_error", "the store does not answer");
  objects_.erase(object_name);
}

void MemoryObjects::put(const std::string& object_name, std::string content) {
  const std::scoped_lock lock(mutex_);
  objects_[object_name] = std::move(content);
}

bool MemoryObjects::has(const std::string& object_name) const {
  const std::scoped_lock lock(mutex_);
  return objects_.contains(object_name);
}

void MemoryObjects::break_destroy(bool broken) {
  const std::scoped_lock lock(mutex_);
  broken_ = broken;
}

Person a_person(std::string_view account, Random& random) {
  crypto::SecretBytes login(32);
  random.fill(login.expose_mutable());
  return {.account = *AccountId::parse(account),
          .login = std::move(login),
          .root = crypto::RequesterRoot::generate(random)};
}

std::string object_of(const RequestId& request) {
  return "object-" + request.to_string();
}

LifecycleHouse::LifecycleHouse() : LifecycleHouse(fake_clock) {}

LifecycleHouse::LifecycleHouse(Clock& house_clock)
    : database(TestDatabase::create()),
      fake_clock(kStart),
      clock(house_clock),
      keys(make_keys(folder.path(), random)),
      pressure(database.pool(), clock),
      sign_in(database.pool(), keys, clock, random),
      requests(database.pool(), pressure, objects, clock, random, {.timezone = "Europe/Berlin"}) {
  const auto origin = ledger::Origin::parse("audit.example.test/dsar/dev").value();
  const auto opened = store::open_ledger(database.settings(), origin, keys, clock, random);
  if (!opened) throw std::runtime_error(opened.error().detail);
}

void LifecycleHouse::set_log_state(std::string_view state) {
  database.execute(fmt::format("UPDATE ledger.log SET state = '{}'", state));
}

lifecycle::Enrolment LifecycleHouse::enrolment_of(const Person& person,
                                                  lifecycle::Token invitation) {
  const auto wrap = [&](crypto::WrapKind kind) {
    crypto::SecretBytes key(32);
    random.fill(key.expose_mutable());
    return lifecycle::Wrap{.kind = std::string(crypto::name_of(kind)),
                           .data = person.root.wrap(key, kind, person.account, random)};
  };
  return {.invitation = std::move(invitation),
          .account = person.account,
          .login = crypto::SecretBytes::copy_of(person.login.expose()),
          .unlock_key = person.root.unlock_keys().public_key(),
          .sign_key = person.root.sign_key().public_key(),
          .language = "en",
          .wraps = {wrap(crypto::WrapKind::Password), wrap(crypto::WrapKind::Recovery)}};
}

Person LifecycleHouse::enrolled(std::string_view account) {
  Person person = a_person(account, random);
  auto invitation = value_of(sign_in.create_account(person.account, "en"));
  const auto answer = sign_in.enrol(enrolment_of(person, std::move(invitation.token)));
  if (!answer) throw std::runtime_error(answer.error().detail);
  return person;
}

lifecycle::SignedIn LifecycleHouse::signed_in(const Person& person) {
  return value_of(sign_in.sign_in(person.account.expose(), person.login));
}

lifecycle::Submission LifecycleHouse::a_submission(const Person& person) {
  std::array<std::byte, 16> nonce{};
  random.fill(nonce);
  lifecycle::Submission submission{
      .request = RequestId::random(random),
      .nonce = crypto::Nonce::from(nonce),
      .stated_at = std::chrono::floor<std::chrono::milliseconds>(clock.now()),
      .unlock_key = person.root.unlock_keys().public_key(),
      .signature = crypto::Signature::from(std::array<std::byte, 64>{}),
      .language = std::nullopt,
      .received_at = clock.now()};
  sign(person, submission);
  return submission;
}

void LifecycleHouse::sign(const Person& person, lifecycle::Submission& submission) {
  submission.signature = crypto::sign_statement({.request = submission.request,
                                                 .account = person.account,
                                                 .unlock_key = submission.unlock_key,
                                                 .nonce = submission.nonce,
                                                 .time = submission.stated_at},
                                                person.root.sign_key());
}

RequestId LifecycleHouse::released(const Person& person,
                                   const lifecycle::Session& session,
                                   std::string content) {
  const RequestId request = value_of(requests.submit(session, a_submission(person))).id;
  const std::string id = request.to_string();
  std::array<std::byte, 16> ref{};
  random.fill(ref);
  const std::string digest = to_hex(crypto::sha256(as_bytes(content)).bytes());
  database.execute(fmt::format(
      "UPDATE job SET state = 'done', finalized_at = now() WHERE request_id = '{0}';"
      "UPDATE access_request SET state = 'ready' WHERE id = '{0}';"
      "INSERT INTO package (request_id, account_id, package_id, ledger_ref, object_name, "
      "size_bytes, sha256,"
      " content_sha256, manifest_sha256, envelope, rows, objects, released_at, expires_at)"
      " SELECT id, account_id, gen_random_uuid(), 'p_{1}', '{2}', {3}, '\\x{4}', '\\x{4}', "
      "'\\x{4}',"
      " '{{\"envelope\":1}}', 3, 1, '{5}', '{6}' FROM access_request WHERE id = '{0}';",
      id,
      to_base64url(ref),
      object_of(request),
      content.size(),
      digest,
      format_rfc3339(clock.now()),
      format_rfc3339(clock.now() + std::chrono::days(30))));
  objects.put(object_of(request), std::move(content));
  return request;
}

std::string LifecycleHouse::state_of(const RequestId& request) {
  return database.pool().begin().run(kStateOfRequest, {request}).only().text("state");
}

std::int64_t LifecycleHouse::count(const store::Sql& sql) {
  return database.pool().begin().run(sql).only().integer("count");
}

std::size_t LifecycleHouse::acts(std::string_view act) {
  return static_cast<std::size_t>(std::ranges::count(database.recorder().acts(), act));
}

}  // namespace rightful::testing
