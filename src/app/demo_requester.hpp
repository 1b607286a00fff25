/// @file
/// One of the three people of the demo at work: enrols, asks, waits, fetches, opens. Everything
/// goes over HTTP through the same client that `rightful request` uses.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rightful/core/clock.hpp"
#include "rightful/core/http_client.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"

#include "app/client.hpp"

namespace rightful::app {

/// The invented person. The credential is public on purpose: it opens nothing but the demo.
struct DemoRole {
  std::string_view file_name;  ///< `anna-schmidt`
  std::string_view name;       ///< `Anna Schmidt`
  std::string_view account_id;
  std::string_view credential;
};

inline constexpr DemoRole kSchmidtRole{
    "anna-schmidt", "Anna Schmidt", "C-10204417", "seventeen linden trees in march"};
inline constexpr DemoRole kSchmittRole{
    "anna-schmitt", "Anna Schmitt", "C-10204471", "a quiet house without speakers"};
inline constexpr DemoRole kNobodyRole{
    "nobody", "Nobody", "C-10209999", "there is nothing to see here"};

/// Owns     its own HTTP client and session. Threads  one at a time; several people in several
/// threads.
class DemoRequester {
 public:
  /// @param clock, random  must outlive it. @return as Client::create.
  [[nodiscard]] static Result<std::unique_ptr<DemoRequester>> create(const DemoRole& role,
                                                                     std::string_view server,
                                                                     Clock& clock,
                                                                     Random& random);

  /// Uses the invitation, keeps credential and recovery code in `<people>/<file name>.credential`
  /// and `.recovery`, signs in and opens the own root.
  [[nodiscard]] Result<void> enrol(std::string_view invitation,
                                   const std::filesystem::path& people);

  /// Asks; returns as soon as the request is on record.
  [[nodiscard]] Result<void> ask();
  /// Until the export has ended, then fetches the package to `<out>/<file name>.zip`.
  /// @return Conflict when it ended without a package, with its note.
  [[nodiscard]] Result<void> wait_and_fetch(const std::filesystem::path& out,
                                            const ShowRequest& show);

  /// Checks the fetched file and writes its code into `<out>/<file name>.code`.
  [[nodiscard]] Result<void> reveal_code(const std::filesystem::path& out);

  [[nodiscard]] const DemoRole& role() const noexcept { return role_; }

  [[nodiscard]] const AccountId& account() const noexcept { return account_; }

  /// After enrol() (checked).
  [[nodiscard]] const crypto::RequesterRoot& root() const;
  /// After ask() (checked): as the server showed it last.
  [[nodiscard]] const RequestView& request() const;
  [[nodiscard]] const crypto::SignPublicKey& service_key() const;
  /// After reveal_code() (checked).
  [[nodiscard]] const std::string& code() const;

  [[nodiscard]] Client& client() { return client_; }

 private:
  DemoRequester(const DemoRole& role,
                AccountId account,
                std::unique_ptr<HttpClient> http,
                Client client)
      : role_(role),
        account_(std::move(account)),
        http_(std::move(http)),
        client_(std::move(client)) {}

  DemoRole role_;
  AccountId account_;
  std::unique_ptr<HttpClient> http_;
  Client client_;
  std::optional<crypto::SignPublicKey> service_key_;
  std::optional<crypto::RequesterRoot> root_;
  std::optional<RequestView> request_;
  std::string code_;
};

}  // namespace rightful::app
