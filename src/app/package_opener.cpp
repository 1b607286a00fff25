#include "app/package_opener.hpp"

#include <utility>

#include <fmt/format.h>

#include "rightful/archive/package_look.hpp"
#include "rightful/archive/verify_package.hpp"

#include "app/progress_display.hpp"

namespace rightful::app {

namespace {

auto not_yours() {
  return fail(
      ErrorCode::NotAuthentic,
      "this package cannot be opened: it was not made for this account, or it was changed, or "
      "another service made "
      "it. If you received it by mistake, do not pass it on: sign in and report it as `not mine`.");
}

/// Why a file is refused before any key is tried, in words for whoever holds it.
Error explain(const std::filesystem::path& path, const archive::ReadAt& file) {
  const auto [look, least_size] = archive::look_at(file);
  const std::string name = path.string();
  switch (look) {
    case archive::PackageLook::Foreign:
      return {ErrorCode::InvalidArgument, name + " is not a package of this service"};
    case archive::PackageLook::Changed:
      return {ErrorCode::NotAuthentic,
              name +
                  " is a package that was changed or damaged; download it again. Nothing was "
                  "written"};
    case archive::PackageLook::CutOff:
      break;
  }
  const bool is_larger = least_size && *least_size > file.size();
  const std::string here =
      is_larger
          ? fmt::format(
                "{} of at least {} are here", human_size(file.size()), human_size(*least_size))
          : fmt::format("{} are here, its end is missing", human_size(file.size()));
  const std::string_view cure =
      name.ends_with(".part")
          ? "Run the same `rightful download` again, it goes on where it stopped"
          : "Download it again with `rightful download --overwrite`";
  return {ErrorCode::NotAuthentic,
          fmt::format("{} is incomplete: {}. {}. Nothing was written", name, here, cure)};
}

}  // namespace

Result<PackageFile> open_package_file(const std::filesystem::path& path) {
  RIGHTFUL_TRY(auto file, archive::FileReadAt::open(path));
  const auto text = archive::read_envelope(file);
  if (!text) return std::unexpected(explain(path, file));
  auto envelope = crypto::parse_envelope(*text);
  if (!envelope) return std::unexpected(explain(path, file));
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
