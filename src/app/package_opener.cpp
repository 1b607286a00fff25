#include "app/package_opener.hpp"

#include <utility>

#include "rightful/archive/verify_package.hpp"

namespace rightful::app {

namespace {

auto not_yours() {
  return fail(
      ErrorCode::NotAuthentic,
      "this package cannot be opened: it was not made for this account, or it was changed, or "
      "another service made "
      "it. If you received it by mistake, do not pass it on: sign in and report it as `not mine`.");
}

}  // namespace

Result<PackageFile> open_package_file(const std::filesystem::path& path) {
  RIGHTFUL_TRY(auto file, archive::FileReadAt::open(path));
  const auto text = archive::read_envelope(file);
  if (!text) {
    return fail(ErrorCode::InvalidArgument,
                path.string() + " is not a package of this service (" + text.error().detail + ")");
  }
  auto envelope = crypto::parse_envelope(*text);
  if (!envelope) {
    return fail(ErrorCode::InvalidArgument,
                path.string() + ": its envelope is damaged (" + envelope.error().detail + ")");
  }
  return PackageFile{.file = std::move(file), .envelope = *std::move(envelope)};
}

Result<crypto::SealedPayload> open_with_root(const PackageFile& package,
                                             const crypto::RequesterRoot& root,
                                             const AccountId& account,
                                             const crypto::SignPublicKey& service_key) {
  auto payload = crypto::open_envelope(package.envelope, root.unlock_keys(), account, service_key);
  if (!payload) return not_yours();
  return payload;
}

Result<crypto::RequesterRoot> root_by_recovery(const PackageFile& package,
                                               const crypto::RecoveryCode& code,
                                               const AccountId& account) {
  if (!package.envelope.recovery) {
    return fail(ErrorCode::NotFound,
                "this package has no way in by recovery code; open it with the credential");
  }
  auto root = crypto::RequesterRoot::unwrap(package.envelope.recovery->wrapped,
                                            code.wrap_key(account),
                                            crypto::WrapKind::Recovery,
                                            account,
                                            package.envelope.unlock_key,
                                            package.envelope.recovery->sign_key);
  if (!root) return not_yours();
  return root;
}

Result<void> check_content(const PackageFile& package,
                           const crypto::SealedPayload& payload,
                           const crypto::SignPublicKey& service_key) {
  const auto verified = archive::verify_package(package.file,
                                                payload.passphrase,
                                                {.account = payload.account,
                                                 .request = payload.request,
                                                 .service_key = service_key,
                                                 .content_sha256 = payload.content_sha256},
                                                archive::VerifyDepth::Structure);
  if (!verified) return not_yours();
  return {};
}

}  // namespace rightful::app
