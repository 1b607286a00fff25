/// @file
/// A migrated database with the services of lifecycle on it, and invented people who enrol, sign in
/// and ask.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/random.hpp"
#include "rightful/crypto/requester_root.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/lifecycle/access_requests.hpp"
#include "rightful/lifecycle/sign_in.hpp"

#include "tests/integration/lifecycle/fake_clock.hpp"
#include "tests/support/test_database.hpp"

namespace rightful::testing {

/// A package store in memory.
class MemoryObjects final : public lifecycle::PackageObjects {
 public:
  [[nodiscard]] Result<std::unique_ptr<lifecycle::PackageBytes>> open(
      const std::string& object_name) override;
  void destroy(const std::string& object_name) override;

  void put(const std::string& object_name, std::string content);
  [[nodiscard]] bool has(const std::string& object_name) const;
  /// From now on destroy() throws, as a store that does not answer.
  void break_destroy(bool broken);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> objects_;
  bool broken_ = false;
};

/// Somebody with an account, a login proof and a root; no password is derived here, that is
/// crypto's test.
struct Person {
  AccountId account;
  crypto::SecretBytes login;
  crypto::RequesterRoot root;
};

[[nodiscard]] Person a_person(std::string_view account, Random& random);

class LifecycleHouse {
 public:
  LifecycleHouse();
  /// For a test that needs the real time.
  explicit LifecycleHouse(Clock& clock);

  [[nodiscard]] lifecycle::Enrolment enrolment_of(const Person& person,
                                                  lifecycle::Token invitation);
  /// Account, invitation, enrolment.
  [[nodiscard]] Person enrolled(std::string_view account);
  [[nodiscard]] lifecycle::SignedIn signed_in(const Person& person);

  /// A statement as the person's client would sign it now.
  [[nodiscard]] lifecycle::Submission a_submission(const Person& person);
  /// Signs again after a member was changed.
  void sign(const Person& person, lifecycle::Submission& submission);
  /// Asks, and lets the database look as if a worker had released a package with this content.
  [[nodiscard]] RequestId released(const Person& person,
                                   const lifecycle::Session& session,
                                   std::string content);

  [[nodiscard]] std::string state_of(const RequestId& request);
  [[nodiscard]] std::int64_t count(const store::Sql& sql);
  /// `open` or `frozen`, for the one log of the house; no time passes.
  void set_log_state(std::string_view state);
  /// How often this act was recorded.
  [[nodiscard]] std::size_t acts(std::string_view act);

  TestDatabase database;
  TestFolder folder;
  FakeClock fake_clock;
  Clock& clock;
  SystemRandom random;
  crypto::ServerKeys keys;
  MemoryObjects objects;
  store::LedgerPressure pressure;
  lifecycle::SignIn sign_in;
  lifecycle::AccessRequests requests;
};

/// What the house gives a person's package.
[[nodiscard]] std::string object_of(const RequestId& request);

}  // namespace rightful::testing
