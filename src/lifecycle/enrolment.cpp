#include <algorithm>
#include <array>
#include <set>

#include "rightful/crypto/requester_root.hpp"
#include "rightful/ledger/event.hpp"
#include "rightful/ledger/pseudonym.hpp"
#include "rightful/lifecycle/sign_in.hpp"
#include "rightful/store/accounts.hpp"

#include "lifecycle/sign_in_parts.hpp"

namespace rightful::lifecycle {
namespace {

namespace accounts = store::accounts;

constexpr std::array<std::string_view, 4> kWrapKinds{
    "password", "export_passphrase", "passkey_prf", "recovery"};
constexpr std::size_t kLoginSizeBytes = 32;
constexpr std::uint32_t kFirstKeyVersion = 1;

Answer<void> check_wraps(const std::vector<Wrap>& wraps) {
  std::set<std::string_view> kinds;
  for (const Wrap& wrap : wraps) {
    if (std::ranges::find(kWrapKinds, wrap.kind) == kWrapKinds.end()) {
      return refuse_field("wraps", "a wrap of an unknown kind");
    }
    if (!kinds.insert(wrap.kind).second) return refuse_field("wraps", "two wraps of one kind");
    if (wrap.data.size() != crypto::kWrapSizeBytes) {
      return refuse_field("wraps", "a wrap of a wrong size");
    }
  }
  kinds.erase("recovery");
  if (kinds.empty()) return refuse_field("wraps", "no wrap but recovery");
  return {};
}

Answer<void> check_fields(const Enrolment& enrolment) {
  if (enrolment.login.size() != kLoginSizeBytes) {
    return refuse_field("login", "a login proof has 32 bytes");
  }
  if (enrolment.language && !is_language(*enrolment.language)) {
    return refuse_field("language", kNoLanguage);
  }
  return check_wraps(enrolment.wraps);
}

}  // namespace

bool is_language(std::string_view language) noexcept {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return language.size() == 2 && std::ranges::all_of(language, is_letter);
}

std::unexpected<Refusal> refuse_field(std::string field, std::string detail) {
  return std::unexpected(Refusal{
      .kind = RefusalKind::InvalidField, .detail = std::move(detail), .field = std::move(field)});
}

Invitation SignIn::Parts::invite(store::Transaction& transaction,
                                 const AccountId& account,
                                 Instant now) {
  Token token = Token::generate(random);
  const Instant expires_at = now + kInvitationLifetime;
  accounts::insert_invitation(transaction, token.hash(), account, now, expires_at);
  return {.token = std::move(token), .expires_at = expires_at};
}

Answer<Invitation> SignIn::create_account(const AccountId& account, std::string_view language) {
  if (!is_language(language)) return refuse_field("language", kNoLanguage);
  const Instant now = parts_->clock.now();
  store::Transaction transaction = parts_->pool.begin();
  if (!accounts::insert(transaction, account, now, language)) {
    return refuse(RefusalKind::AccountExists, "there is an account with this id already");
  }
  Invitation invitation = parts_->invite(transaction, account, now);
  transaction.commit();
  return invitation;
}

Answer<Invitation> SignIn::invite_again(const AccountId& account) {
  store::Transaction transaction = parts_->pool.begin();
  const auto row = accounts::lock(transaction, account);
  if (!row) return refuse(RefusalKind::NotFound, "there is no account with this id");
  if (row->enrolled) {
    return refuse(RefusalKind::AlreadyEnrolled, "the account has enrolled already");
  }
  Invitation invitation = parts_->invite(transaction, account, parts_->clock.now());
  transaction.commit();
  return invitation;
}

Answer<Bytes> SignIn::Parts::stored_form(const Enrolment& enrolment, const Wrap& wrap) {
  // The recovery wrap is safe offline (160 bits) and has to work without the server.
  if (wrap.kind == "recovery") return wrap.data;
  Result<Bytes> outer =
      keys.add_outer(enrolment.account, enrolment.login.expose(), wrap.data, random);
  if (!outer) return refuse_field("wraps", "a wrap or login of a wrong size");
  return *std::move(outer);
}

Answer<void> SignIn::enrol(const Enrolment& enrolment) {
  RIGHTFUL_TRY(check_fields(enrolment));
  const Instant now = parts_->clock.now();
  store::Transaction transaction = parts_->pool.begin();
  const auto invitation = accounts::lock_invitation(transaction, enrolment.invitation.hash());
  if (!invitation || invitation->account != enrolment.account || invitation->used_at ||
      invitation->expires_at <= now) {
    // Who holds a wrong token has not shown to be anybody: no account in the leaf.
    parts_->refusals.count(std::nullopt, SignInTrouble::BadInvitation);
    return refuse(RefusalKind::InvitationInvalid, "the invitation is not valid");
  }

  const crypto::ServerKeys& keys = parts_->keys;
  const AccountId& account = enrolment.account;
  const ByteView login = enrolment.login.expose();
  const accounts::Enrolled enrolled{
      .enrolled_at = now,
      .verifier = keys.verifier(account, login),
      .key_version = kFirstKeyVersion,
      .unlock_key = enrolment.unlock_key,
      .sign_key = enrolment.sign_key,
      .pk_mac = keys.pk_mac(account, enrolment.unlock_key, enrolment.sign_key, kFirstKeyVersion)};
  ledger::Event event(ledger::Self{},
                      account,
                      ledger::events::KeyEnrolled{
                          .kdf = "argon2id13",
                          .key = ledger::key_reference(enrolment.unlock_key, enrolment.sign_key)});
  if (!accounts::enrol(transaction, account, enrolled, enrolment.language, std::move(event))) {
    return refuse(RefusalKind::AlreadyEnrolled, "the account has enrolled already");
  }
  for (const Wrap& wrap : enrolment.wraps) {
    RIGHTFUL_TRY(const Bytes stored, parts_->stored_form(enrolment, wrap));
    accounts::insert_wrap(transaction, account, {.kind = wrap.kind, .wrapped = stored}, now);
  }
  accounts::use_invitations(transaction, account, now);
  transaction.commit();
  return {};
}

}  // namespace rightful::lifecycle
