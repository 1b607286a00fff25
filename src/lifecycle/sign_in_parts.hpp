/// @file
/// What the files of SignIn share: sign_in.cpp (coming and going), enrolment.cpp (accounts and
/// invitations).
#pragma once

#include <optional>
#include <string_view>

#include "rightful/lifecycle/sign_in.hpp"
#include "rightful/store/accounts.hpp"

#include "lifecycle/refusal_counter.hpp"

namespace rightful::lifecycle {

struct SignIn::Parts {
  store::Pool& pool;
  const crypto::ServerKeys& keys;
  Clock& clock;
  Random& random;
  RefusalCounter refusals;

  /// Compares a credential within the caller's transaction, counting failures on what was typed.
  /// The same queries and the same hashing whether the account exists or not; commits the failure,
  /// with the event `wrong`, when the credential does not fit.
  /// @return the enrolled account; CredentialWrong, TooManyTries.
  [[nodiscard]] Answer<store::accounts::AccountRow> check_credential(
      store::Transaction& transaction,
      std::string_view typed,
      const crypto::SecretBytes& login,
      Instant now,
      std::optional<ledger::Event> wrong);
  [[nodiscard]] Answer<Session> session_of(store::Transaction& transaction,
                                           const Token& token,
                                           Instant now);
  /// What the database keeps of a wrap: with the outer layer, or as it is for `recovery`.
  [[nodiscard]] Answer<Bytes> stored_form(const Enrolment& enrolment, const Wrap& wrap);
  [[nodiscard]] Invitation invite(store::Transaction& transaction,
                                  const AccountId& account,
                                  Instant now);
};

/// Whether it is written like a code of ISO 639-1. Which of them a controller offers is the
/// catalog's word.
[[nodiscard]] bool is_language(std::string_view language) noexcept;
inline constexpr const char* kNoLanguage = "two small letters, a code of ISO 639-1 such as en";

/// `InvalidField` naming the field.
[[nodiscard]] std::unexpected<Refusal> refuse_field(std::string field, std::string detail);

}  // namespace rightful::lifecycle
