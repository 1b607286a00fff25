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
      {"--output", "ZIP", "Write one ordinary, unlocked ZIP file instead of a folder."});
  options.push_back({"--overwrite",
                     "",
                     "Replace what --into or --output names, as a whole and only at the end. A "
                     "folder is replaced only if it was unpacked from a package."});
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
          "not open (exit code 3).\n\nEverything is written into a temporary .rightful-… beside "
          "the target, which gets its name when all checks have held. Whatever goes wrong, the "
          "temporary is removed; if the program is killed, the next `unlock` into the same place "
          "removes it.",
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
          "3 The credential or code is wrong, or the package is another account's, was changed, or "
          "is incomplete.\n"
          "4 The server does not answer; the recovery code works without it."};
}

/// A code, and what the file must be that it opens.
struct Opened {
  crypto::Passphrase code;
  std::optional<crypto::Sha256Digest> content_sha256;
};

Result<void> check_line(const ParsedCommand& line) {
  RIGHTFUL_TRY(check_client_line(line));
  const auto refuse_both = [&line](std::string_view one, std::string_view other) -> Result<void> {
    if (!line.has(one) || !line.has(other)) return {};
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} and {} exclude each other: give one of them", one, other));
  };
  RIGHTFUL_TRY(refuse_both("--into", "--output"));
  RIGHTFUL_TRY(refuse_both("--reveal-code", "--into"));
  RIGHTFUL_TRY(refuse_both("--reveal-code", "--output"));
  RIGHTFUL_TRY(refuse_both("--code-file", "--reveal-code"));
  RIGHTFUL_TRY(refuse_both("--code-file", "--recovery-code"));
  RIGHTFUL_TRY(refuse_both("--code-file", "--recovery-code-file"));
  RIGHTFUL_TRY(refuse_both("--code-file", "--credential-file"));
  RIGHTFUL_TRY(refuse_both("--recovery-code", "--recovery-code-file"));
  RIGHTFUL_TRY(refuse_both("--recovery-code", "--credential-file"));
  return refuse_both("--recovery-code-file", "--credential-file");
}

/// A typing error in a code is a wrong code.
template <class Code>
Result<Code> typed_code(std::string_view text) {
  auto code = Code::parse(text);
  if (code) return code;
  return fail(ErrorCode::NotAuthentic, "this is not a code: " + code.error().detail);
}

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

enum class CodeUse : std::uint8_t { Unpack, Reveal };

CodeUse use_of(const ParsedCommand& line) {
  return line.has("--reveal-code") ? CodeUse::Reveal : CodeUse::Unpack;
}

Result<Opened> check_then_open(const PackageFile& package,
                               const crypto::RequesterRoot& root,
                               const AccountId& account,
                               const crypto::SignPublicKey& service_key,
                               CodeUse use) {
  RIGHTFUL_TRY(auto payload, open_with_root(package, root, account, service_key));
  // A code that leaves this program is checked first; one that stays is used on a temporary, and
  // unlock_package() holds the content against the payload before that gets its name.
  if (use == CodeUse::Reveal) RIGHTFUL_TRY(check_content(package, payload, service_key));
  return Opened{.code = std::move(payload.passphrase), .content_sha256 = payload.content_sha256};
}

Result<Opened> open_by_recovery_code(const Invocation& invocation, const PackageFile& package) {
  RIGHTFUL_TRY(const auto account, account_of(invocation));
  RIGHTFUL_TRY(const auto service_key, trusted_key(invocation, package));
  RIGHTFUL_TRY(const auto text,
               secret_from(invocation.line.value("--recovery-code-file"), "Recovery code: "));
  RIGHTFUL_TRY(const auto code, typed_code<crypto::RecoveryCode>(as_text(text.expose())));
  RIGHTFUL_TRY(const auto root, root_by_recovery(package, code, account));
  return check_then_open(package, root, account, service_key, use_of(invocation.line));
}

Result<Opened> open_by_code(const std::string& file) {
  RIGHTFUL_TRY(const auto text, secret_from_file(file));
  RIGHTFUL_TRY(auto code, typed_code<crypto::Passphrase>(as_text(text.expose())));
  return Opened{.code = std::move(code), .content_sha256 = std::nullopt};
}

Result<Opened> open_by_credential(const Invocation& invocation, const PackageFile& package) {
  ClientWorld world;
  RIGHTFUL_TRY(auto signed_in, sign_in(invocation, world));
  RIGHTFUL_TRY(const auto root, signed_in.client.unwrap_root());
  signed_in.client.sign_out();
  return check_then_open(
      package, root, signed_in.account, signed_in.service_key, use_of(invocation.line));
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
  return std::filesystem::path(line.required_argument(0)).filename().replace_extension();
}

Error explain(const Error& error) {
  if (error.code == ErrorCode::NotAuthentic) {
    return {error.code,
            "this code does not open the package, or the file was changed; nothing was written"};
  }
  if (error.code == ErrorCode::InvalidArgument) {
    return {ErrorCode::NotAuthentic,
            "the code opens this file, but what is inside was not written by this service (" +
                error.detail + "); nothing was written"};
  }
  if (error.code == ErrorCode::Conflict && error.detail.ends_with("to be replaced"))
    return {error.code, error.detail + " with --overwrite"};
  return error;
}

Result<ExitCode> unlock(const Invocation& invocation) {
  const ParsedCommand& line = invocation.line;
  RIGHTFUL_TRY(const auto package, open_package_file(line.required_argument(0)));
  RIGHTFUL_TRY(const auto opened, open_package(invocation, package));
  if (line.has("--reveal-code")) {
    invocation.console.out << opened.code.expose() << '\n';
    return ExitCode::Ok;
  }
  SystemClock clock;
  ProgressDisplay display(invocation.console, clock, {"unlock"}, OffTerminal::Nothing);
  const archive::UnlockOptions options{
      .target = target_of(line),
      .form = line.has("--output") ? archive::UnlockForm::InnerZip : archive::UnlockForm::Folder,
      .overwrite =
          line.has("--overwrite") ? archive::Overwrite::Replace : archive::Overwrite::Refuse,
      .content_sha256 = opened.content_sha256,
      .progress = [&](std::uint64_t done, std::uint64_t total) {
        display.update_bytes(0, done, total);
        return true;
      }};
  const auto done = archive::unlock_package(package.file, opened.code, options);
  if (!done) return std::unexpected(explain(done.error()));
  display.finish(0,
                 fmt::format("{} in {} file{}",
                             human_size(done->bytes),
                             human_count(done->files),
                             done->files == 1 ? "" : "s"));
  invocation.console.out << options.target.string() << '\n';
  return ExitCode::Ok;
}

ExitCode run(const Invocation& invocation) {
  return run_for_customer(invocation, &check_line, &unlock);
}

}  // namespace

Command unlock_command() {
  return {.spec = spec(), .run = &run};
}

}  // namespace rightful::app
