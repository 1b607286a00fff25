#include <optional>

#include <fmt/format.h>

#include "rightful/archive/unlock_package.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/crypto/server_keys.hpp"

#include "app/client_session.hpp"
#include "app/command.hpp"
#include "app/package_opener.hpp"
#include "app/progress_display.hpp"
#include "app/secret_input.hpp"

namespace rightful::app {

namespace {

CommandSpec spec() {
  std::vector<OptionSpec> options = client_options();
  options.push_back(
      {"--recovery-code",
       "",
       "Open with the recovery code instead of the credential; asks for it. Needs no service."});
  options.push_back({"--recovery-code-file",
                     "FILE",
                     "The same, the code is the file's first line (`-` = standard input)."});
  options.push_back(
      {"--code-file",
       "FILE",
       "Open with the package's own code, revealed before; needs neither service nor account."});
  options.push_back(
      {"--into", "DIR", "Unpack into this new folder. Default: a folder named after FILE."});
  options.push_back(
      {"--output", "FILE", "Write one ordinary, unlocked ZIP file instead of a folder."});
  options.push_back({"--reveal-code",
                     "",
                     "Print the code that opens this package in 7-Zip, WinZip, Keka or bsdtar, and "
                     "unpack nothing."});
  return {
      .name = "unlock",
      .summary = "Open a package.",
      .purpose =
          "Opens a downloaded package on this machine. Three ways in: your credential (asks the "
          "service for your locked "
          "key, which only the credential opens), your recovery code (needs nothing but the file), "
          "or the package's own "
          "code.\n\nBefore anything is shown, the file is checked: it must have been made for this "
          "account by the "
          "service you know, and not one byte may have changed. A package of somebody else does "
          "not open (exit code 3).",
      .arguments = {{"FILE", "The package, as downloaded."}},
      .options = std::move(options),
      .settings = TakesSettings::No,
      .examples = {{"rightful unlock rightful-package.zip --account C-10204417 --into my-data",
                    "Open my-data/index.html then."},
                   {"rightful unlock rightful-package.zip --account C-10204417 --reveal-code",
                    "The code for 7-Zip: `7zz x rightful-package.zip` asks for it."},
                   {"rightful unlock old.zip --account C-10204417 --recovery-code",
                    "Years later, without the service."}},
      .exit_codes =
          "3 The credential or code is wrong, or the package is another account's or was changed.\n"
          "4 The server does not answer; the recovery code works without it."};
}

/// A code, and what the open file must be.
struct Opened {
  crypto::Passphrase code;
  std::optional<crypto::Sha256Digest> content_sha256;
};

/// The file's own service key, if this person has met it or names it.
Result<crypto::SignPublicKey> trusted_key(const Invocation& invocation,
                                          const PackageFile& package) {
  const crypto::SignPublicKey& key = package.envelope.service_key;
  const std::string shown = crypto::fingerprint(key);
  if (const auto wanted = invocation.line.value("--service-key")) {
    if (is_fingerprint_of(*wanted, key)) return key;
    return fail(ErrorCode::NotAuthentic,
                "the package carries the service key " + shown + ", not the one of --service-key");
  }
  RIGHTFUL_TRY(const auto known, KnownServices::open(KnownServices::default_path()));
  if (known.knows(key)) return key;
  return fail(ErrorCode::NotAuthentic,
              fmt::format("this machine has never met the service that made this package. Its "
                          "signing key is {}. If the "
                          "company confirms it, add --service-key \"{}\"",
                          shown,
                          shown));
}

Result<Opened> check_then_open(const PackageFile& package,
                               const crypto::RequesterRoot& root,
                               const AccountId& account,
                               const crypto::SignPublicKey& service_key) {
  RIGHTFUL_TRY(auto payload, open_with_root(package, root, account, service_key));
  RIGHTFUL_TRY(check_content(package, payload, service_key));
  return Opened{.code = std::move(payload.passphrase), .content_sha256 = payload.content_sha256};
}

Result<Opened> open_by_recovery_code(const Invocation& invocation, const PackageFile& package) {
  RIGHTFUL_TRY(const auto account, account_of(invocation));
  RIGHTFUL_TRY(const auto service_key, trusted_key(invocation, package));
  RIGHTFUL_TRY(const auto text,
               secret_from(invocation.line.value("--recovery-code-file"), "Recovery code: "));
  RIGHTFUL_TRY(const auto code, crypto::RecoveryCode::parse(as_text(text.expose())));
  RIGHTFUL_TRY(const auto root, root_by_recovery(package, code, account));
  return check_then_open(package, root, account, service_key);
}

Result<Opened> open_by_code(const std::string& file) {
  RIGHTFUL_TRY(const auto text, secret_from_file(file));
  RIGHTFUL_TRY(auto code, crypto::Passphrase::parse(as_text(text.expose())));
  return Opened{.code = std::move(code), .content_sha256 = std::nullopt};
}

Result<Opened> open_by_credential(const Invocation& invocation, const PackageFile& package) {
  ClientWorld world;
  RIGHTFUL_TRY(auto signed_in, sign_in(invocation, world));
  RIGHTFUL_TRY(const auto root, signed_in.client.unwrap_root());
  signed_in.client.sign_out();
  return check_then_open(package, root, signed_in.account, signed_in.service_key);
}

Result<Opened> open_package(const Invocation& invocation, const PackageFile& package) {
  const ParsedCommand& line = invocation.line;
  if (const auto file = line.value("--code-file")) return open_by_code(*file);
  if (line.has("--recovery-code") || line.has("--recovery-code-file"))
    return open_by_recovery_code(invocation, package);
  return open_by_credential(invocation, package);
}

std::filesystem::path target_of(const ParsedCommand& line) {
  if (const auto zip = line.value("--output")) return *zip;
  if (const auto folder = line.value("--into")) return *folder;
  return std::filesystem::path(*line.argument(0)).filename().replace_extension();
}

Result<void> unlock(const Invocation& invocation) {
  const ParsedCommand& line = invocation.line;
  RIGHTFUL_TRY(const auto package, open_package_file(*line.argument(0)));
  RIGHTFUL_TRY(const auto opened, open_package(invocation, package));
  if (line.has("--reveal-code")) {
    invocation.console.out << opened.code.expose() << '\n';
    return {};
  }
  SystemClock clock;
  ProgressDisplay display(invocation.console, clock, {"unlock"});
  const archive::UnlockOptions options{
      .target = target_of(line),
      .form = line.has("--output") ? archive::UnlockForm::InnerZip : archive::UnlockForm::Folder,
      .overwrite = archive::Overwrite::Refuse,
      .content_sha256 = opened.content_sha256,
      .progress = [&](std::uint64_t done, std::uint64_t total) {
        display.update(0,
                       total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total),
                       human_size(done));
        return true;
      }};
  const auto done = archive::unlock_package(package.file, opened.code, options);
  if (!done && done.error().code == ErrorCode::NotAuthentic) {
    return fail(
        ErrorCode::NotAuthentic,
        "this code does not open the package, or the file was changed; nothing was written");
  }
  if (!done) return std::unexpected(done.error());
  display.finish(0,
                 fmt::format("{} in {} file{}",
                             human_size(done->bytes),
                             human_count(done->files),
                             done->files == 1 ? "" : "s"));
  invocation.console.out << options.target.string() << '\n';
  return {};
}

ExitCode run(const Invocation& invocation) {
  const auto done = unlock(invocation);
  return done ? ExitCode::Ok : report(invocation.console, done.error());
}

}  // namespace

Command unlock_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
