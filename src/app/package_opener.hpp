/// @file
/// From a package file and a way in to the code that opens it, with every check of protocol v1 in
/// between. Used by `rightful unlock` and by the demo's proofs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "rightful/archive/read_at.hpp"
#include "rightful/core/account_id.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/envelope.hpp"
#include "rightful/crypto/passphrase.hpp"
#include "rightful/crypto/requester_root.hpp"

namespace rightful::app {

/// A package on this machine, its envelope read and nothing of it believed yet.
struct PackageFile {
  archive::FileReadAt file;
  crypto::Envelope envelope;
};

/// @return NotFound, Denied; InvalidArgument when it is nothing like a package; NotAuthentic when
/// it is one that was cut off or changed, with what to do.
[[nodiscard]] Result<PackageFile> open_package_file(const std::filesystem::path& path);

/// What the envelope gave, after signature, account and request were found right.
/// @param service_key  known from elsewhere than this file.
/// @return NotAuthentic: another account's package, a changed one, or another service's.
[[nodiscard]] Result<crypto::SealedPayload> open_with_root(
    const PackageFile& package,
    const crypto::RequesterRoot& root,
    const AccountId& account,
    const crypto::SignPublicKey& service_key);

/// The root through the recovery wrap inside the file: works without the service.
/// @return NotFound when the file holds no recovery wrap; NotAuthentic for another code or account.
[[nodiscard]] Result<crypto::RequesterRoot> root_by_recovery(const PackageFile& package,
                                                             const crypto::RecoveryCode& code,
                                                             const AccountId& account);

/// Reads the whole file and holds it against payload and manifest; only then may the code be shown.
[[nodiscard]] Result<void> check_content(const PackageFile& package,
                                         const crypto::SealedPayload& payload,
                                         const crypto::SignPublicKey& service_key);

}  // namespace rightful::app
