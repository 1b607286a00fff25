/// @file
/// How a requester gets in: invitation, enrolment, sign-in, step-up, sessions. Knows nothing of
/// access requests.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/secret_bytes.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/lifecycle/refusal.hpp"
#include "rightful/lifecycle/session.hpp"
#include "rightful/lifecycle/token.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::lifecycle {

inline constexpr std::chrono::days kInvitationLifetime{14};

struct Invitation {
  Token token;  ///< shown once
  Instant expires_at;
};

/// One way to the root, as the client made it. `kind` is `password`, `export_passphrase`,
/// `passkey_prf` or `recovery`.
struct Wrap {
  std::string kind;
  Bytes data;  ///< W of docs/formats/credentials.md
};

struct Enrolment {
  Token invitation;
  AccountId account;
  crypto::SecretBytes login;  ///< 32 bytes
  crypto::UnlockPublicKey unlock_key;
  crypto::SignPublicKey sign_key;
  std::optional<std::string> language;  ///< ISO 639-1; empty = as create_account() said
  std::vector<Wrap> wraps;
};

struct SignedIn {
  Token
      token;  ///< what the client carries from now on; an older one of this session no longer works
  Session session;
};

/// What the owner sees of the account.
struct AccountView {
  AccountId account;
  std::string language;
  Instant enrolled_at;
  std::uint32_t key_version;
  crypto::UnlockPublicKey unlock_key;
  crypto::SignPublicKey sign_key;
  std::vector<std::string> wrap_kinds;
};

/// Law      GDPR Art. 12(6), 32; the protocol is docs/formats/credentials.md.
/// Owns     nothing: everything given must outlive it.
/// Threads  all methods may be called from any thread; each takes one connection of the pool while
///          it runs. Errors Failure when the database does not answer. Secrets tokens and logins
///          never leave but in the return values; an unknown account and a wrong credential give
///          the same answer after the same work.
class SignIn {
 public:
  SignIn(store::Pool& pool, const crypto::ServerKeys& keys, Clock& clock, Random& random);
  ~SignIn();
  SignIn(const SignIn&) = delete;
  SignIn& operator=(const SignIn&) = delete;

  /// @param language  `en`, `fr` or `de`. @return AccountExists; InvalidField `language`.
  [[nodiscard]] Answer<Invitation> create_account(const AccountId& account,
                                                  std::string_view language);
  /// A further invitation for an account that has not enrolled; older ones stay valid until one is
  /// used.
  /// @return NotFound, AlreadyEnrolled.
  [[nodiscard]] Answer<Invitation> invite_again(const AccountId& account);

  /// The salt of credential derivation for whatever was typed, known or not.
  [[nodiscard]] crypto::Salt salt_for(std::string_view typed) const;

  /// @return InvitationInvalid, AlreadyEnrolled; InvalidField `login`, `language`, `wraps` (none, a
  ///         kind twice or unknown, not 72 bytes, no kind but `recovery`).
  [[nodiscard]] Answer<void> enrol(const Enrolment& enrolment);

  /// @param typed  as it came: not every text is an account id, and that too is CredentialWrong.
  /// @return CredentialWrong; TooManyTries after 5 failures in a row: 1 s, doubling to 15 minutes,
  ///         counted from the last failure, the same for unknown accounts.
  [[nodiscard]] Answer<SignedIn> sign_in(std::string_view typed, const crypto::SecretBytes& login);

  /// The session of a token. @return SignInNeeded when there is none, or it ended or ran out.
  [[nodiscard]] Answer<Session> resume(const Token& token);
  /// Shows the credential again. @return CredentialWrong, TooManyTries, SignInNeeded.
  [[nodiscard]] Answer<SignedIn> step_up(const Token& token, const crypto::SecretBytes& login);
  /// @return SignInNeeded when it had ended before.
  [[nodiscard]] Answer<void> sign_out(const Session& session);
  /// Own sessions that are alive, newest first.
  [[nodiscard]] std::vector<Session> sessions(const Session& session);
  /// Ends the session that a client carried when it signed in anew; nothing happens when it had
  /// ended.
  void replace(const Token& old);
  /// Ends another session of the same account. @return NotFound.
  [[nodiscard]] Answer<void> revoke(const Session& session, const SessionId& other);

  [[nodiscard]] Answer<AccountView> account(const Session& session);
  /// W of one way in, its outer layer removed. @return StepUpNeeded; CredentialWrong, TooManyTries;
  /// NotFound when there is no such wrap; `recovery` is stored without an outer layer and given as
  /// it is.
  [[nodiscard]] Answer<Bytes> unwrap(const Session& session,
                                     std::string_view kind,
                                     const crypto::SecretBytes& login);

  /// Writes what strangers triggered since the last call as counted ledger leaves, and forgets
  /// sessions and throttle rows that no longer matter. Called once a minute by Caretaker.
  void tidy();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rightful::lifecycle
