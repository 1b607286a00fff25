/// @file
/// The requester's side of the HTTP API, with protocol v1 in it: what the command line does without
/// a browser. It keeps nothing on disk; which service key is trusted is decided by
/// known_services.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/http_client.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/credential.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/requester_root.hpp"
#include "rightful/crypto/secret_bytes.hpp"

#include "app/partial_download.hpp"

namespace rightful::app {

struct ServiceFacts {
  std::string name;
  std::string version;
  crypto::SignPublicKey service_key;
};

/// Counts only.
struct ExportProgress {
  std::string stage;  ///< empty while it waits in the queue
  std::int64_t attempt = 0;
  std::int64_t datasets_total = 0;
  std::int64_t datasets_done = 0;
  std::int64_t rows = 0;
  std::int64_t objects = 0;
  std::int64_t bytes = 0;
};

struct ReleasedPackage {
  std::uint64_t size_bytes;
  crypto::Sha256Digest sha256;
  std::string released_at;  ///< RFC 3339
  std::string expires_at;   ///< RFC 3339
};

/// An access request as the server shows it to its owner.
struct RequestView {
  RequestId id;
  std::string state;
  std::string received_at;  ///< RFC 3339
  std::string due;          ///< civil date
  std::string note;         ///< may be empty
  std::optional<ExportProgress> progress;
  std::optional<ReleasedPackage> package;
};

/// True for every state in which nothing more will happen without a person.
[[nodiscard]] bool has_ended(const RequestView& request);

/// Called now and then; false stops the call.
using ShowRequest = std::function<bool(const RequestView&)>;
using ShowBytes = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// One server, and one account after sign_in().
///
/// Format   docs/api.md, docs/formats/credentials.md
/// Owns     nothing; http, clock and random must outlive it.
/// Threads  one.
/// Errors   Unavailable when the server does not answer or is ill; NotAuthentic for a wrong
/// credential or a server that
///          asks for weaker key derivation. Texts are for the person at the keyboard.
/// Secrets  the credential is used and not kept; login and wrap keys live in locked memory.
class Client {
 public:
  /// @param server  `https://host[:port]`, or `http://` on a loopback address only.
  /// @return InvalidArgument
  [[nodiscard]] static Result<void> check_server(std::string_view server);
  /// @param server  as for check_server(). @return InvalidArgument
  [[nodiscard]] static Result<Client> create(HttpClient& http,
                                             Clock& clock,
                                             Random& random,
                                             std::string_view server);

  [[nodiscard]] Result<ServiceFacts> service();

  /// Makes the account's root and keys, wraps it under the credential and under a new recovery
  /// code.
  /// @param invitation  the one-time token. @param language  `en`, `fr`, `de`; empty = what the
  /// invitation was made with.
  [[nodiscard]] Result<crypto::RecoveryCode> enrol(const AccountId& account,
                                                   const crypto::SecretBytes& invitation,
                                                   const crypto::SecretBytes& credential,
                                                   const std::optional<std::string>& language);

  /// Opens a session, which is also a fresh step-up.
  [[nodiscard]] Result<void> sign_in(const AccountId& account,
                                     const crypto::SecretBytes& credential);
  /// Shows the credential again, for what needs a fresh sign-in. After sign_in() (checked).
  [[nodiscard]] Result<void> step_up();
  void sign_out();

  /// The root through the password's wrap. After sign_in() (checked).
  [[nodiscard]] Result<crypto::RequesterRoot> unwrap_root();

  /// Signs a request statement with the root's key and submits it.
  [[nodiscard]] Result<RequestView> submit(const crypto::RequesterRoot& root,
                                           const std::optional<std::string>& language);
  [[nodiscard]] Result<RequestView> show(const RequestId& request);
  /// Newest first.
  [[nodiscard]] Result<std::vector<RequestView>> list();
  /// Asks again until has_ended(); the first answers come quickly after each other, later ones
  /// every two seconds.
  [[nodiscard]] Result<RequestView> wait(const RequestId& request, const ShowRequest& show_request);

  [[nodiscard]] Result<std::string> envelope(const RequestId& request);
  /// Into a PartialDownload, going on where an earlier call broke off, then checked against the
  /// SHA-256 that the server names and renamed.
  ///
  /// Format  RFC 9110 sections 13.1.5 (If-Range) and 14.2 (Range)
  /// @return as PartialDownload; Unavailable when the transfer broke off or the server has another
  /// package now: what has arrived stays; NotAuthentic when the bytes are not the released ones:
  /// they are removed.
  [[nodiscard]] Result<void> download(const RequestView& request,
                                      const std::filesystem::path& target,
                                      archive::Overwrite overwrite,
                                      const ShowBytes& show_bytes);

  [[nodiscard]] const std::string& server() const noexcept { return server_; }

 private:
  struct SignedIn {
    AccountId account;
    crypto::CredentialKeys keys;
  };

  Client(HttpClient& http, Clock& clock, Random& random, std::string server)
      : http_(&http), clock_(&clock), random_(&random), server_(std::move(server)) {}

  [[nodiscard]] HttpCall call_to(std::string_view method, std::string_view path) const;
  [[nodiscard]] Result<HttpReply> send(HttpCall call);
  [[nodiscard]] Result<std::string> get(std::string_view path);
  [[nodiscard]] Result<std::string> post(std::string_view path, const std::string& body);
  [[nodiscard]] Result<crypto::CredentialKeys> derive(const AccountId& account,
                                                      const crypto::SecretBytes& credential);
  [[nodiscard]] Result<void> fetch(const RequestId& request,
                                   const ReleasedPackage& package,
                                   PartialDownload& part,
                                   const ShowBytes& show);

  HttpClient* http_;
  Clock* clock_;
  Random* random_;
  std::string server_;
  std::string cookie_;
  std::optional<SignedIn> signed_in_;
};

}  // namespace rightful::app
