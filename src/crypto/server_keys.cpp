#include "rightful/crypto/server_keys.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/crypto/aead.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/kdf.hpp"
#include "rightful/crypto/key_file.hpp"
#include "rightful/crypto/mac.hpp"
#include "rightful/crypto/not_authentic.hpp"
#include "rightful/crypto/requester_root.hpp"
#include "rightful/crypto/signed_text.hpp"

#include "crypto/kek_ring.hpp"

namespace rightful::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnumeration = "enumeration";
constexpr std::string_view kVerifier = "verifier";
constexpr std::string_view kPublicKeys = "public-keys";
constexpr std::string_view kOuter = "outer";
constexpr std::string_view kService = "service";
constexpr std::string_view kLedgerEnrolment = "ledger-enrolment";
constexpr std::string_view kSubjectWrap = "subject-wrap";
constexpr std::string_view kLookup = "lookup";
constexpr std::array kAll{kEnumeration,
                          kVerifier,
                          kPublicKeys,
                          kOuter,
                          kService,
                          kLedgerEnrolment,
                          kSubjectWrap,
                          kLookup};

constexpr std::size_t kLoginBytes = 32;
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kWritableForOthers = 0022;

/// A directory beside the final one, removed again unless it has been renamed into place.
class NewDirectory {
 public:
  explicit NewDirectory(fs::path path) : path_(std::move(path)) {}

  NewDirectory(const NewDirectory&) = delete;
  NewDirectory& operator=(const NewDirectory&) = delete;

  ~NewDirectory() {
    std::error_code ignored;  // what cannot be removed holds keys that nothing uses
    if (!is_in_place_) fs::remove_all(path_, ignored);
  }

  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

  /// @return false when `to` holds something already.
  [[nodiscard]] bool rename_to(const fs::path& to) {
    if (std::rename(path_.c_str(), to.c_str()) == 0) {
      is_in_place_ = true;
      return true;
    }
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) return false;
    throw_system_failure("rename of the new key directory", errno);
  }

 private:
  fs::path path_;
  bool is_in_place_ = false;
};

/// Without a slash at the end, so that it has a parent and a name.
fs::path tidy(const fs::path& directory) {
  const fs::path normal = fs::absolute(directory).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

Result<void> make_directory(const fs::path& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) == 0) return {};
  const std::string parent = path.parent_path().string();
  if (errno == ENOENT || errno == ENOTDIR) {
    return fail(ErrorCode::NotFound, "directory " + parent + " does not exist; make it first");
  }
  if (errno == EACCES || errno == EPERM || errno == EROFS) {
    return fail(ErrorCode::Denied, "directory " + parent + " may not be written by this user");
  }
  throw_system_failure("mkdir of the new key directory", errno);
}

void sync_directory(const fs::path& path) {
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open() || ::fsync(directory.get()) != 0) {
    throw_system_failure("fsync of a key directory", errno);
  }
}

Result<void> check_directory(const fs::path& directory) {
  struct stat facts{};
  if (::stat(directory.c_str(), &facts) != 0) {
    if (errno == EACCES) {
      return fail(ErrorCode::Denied,
                  "key directory " + directory.string() +
                      " may not be read by this user: run this as the owner of the keys");
    }
    return fail(ErrorCode::NotFound,
                "there is no key directory " + directory.string() +
                    "; make it with `rightful admin keys init`");
  }
  if (!S_ISDIR(facts.st_mode)) {
    return fail(ErrorCode::InvalidArgument, directory.string() + " is not a directory");
  }
  if ((facts.st_mode & kWritableForOthers) != 0) {
    return fail(ErrorCode::Denied,
                "key directory " + directory.string() +
                    " can be changed by other users; make it private with `chmod 0700`");
  }
  return {};
}

fs::path file_of(const fs::path& directory, std::string_view name) {
  return directory / (std::string(name) + ".key");
}

Result<SecretBytes> read_key(const fs::path& directory, std::string_view name) {
  return read_key_file(file_of(directory, name), name);
}

Result<SigningKey> read_signing_key(const fs::path& directory, std::string_view name) {
  RIGHTFUL_TRY(const auto seed, read_key(directory, name));
  return SigningKey::from_seed(seed.expose());
}

/// The key in use, and while it is being replaced the one before.
Result<std::vector<SecretBytes>> read_versions(const fs::path& directory, std::string_view name) {
  std::vector<SecretBytes> versions;
  RIGHTFUL_TRY(auto current, read_key(directory, name));
  versions.push_back(std::move(current));
  auto previous = read_key_file(file_of(directory, std::string(name) + ".previous"), name);
  if (previous) {
    versions.push_back(*std::move(previous));
  } else if (previous.error().code != ErrorCode::NotFound) {
    return std::unexpected(std::move(previous).error());
  }
  return versions;
}

Sha256Digest verifier_under(const SecretBytes& key, const AccountId& account, ByteView login) {
  const SignedText start = SignedText("rightful/v1/verifier").variable(account.expose());
  SecretBytes message(start.bytes().size() + login.size());
  const auto end = std::ranges::copy(start.bytes(), message.expose_mutable().begin()).out;
  std::ranges::copy(login, end);
  return hmac_sha256(key.expose(), message.expose());
}

SignedText outer_context(const AccountId& account) {
  return SignedText("rightful/v1/outer").variable(account.expose());
}

SecretBytes outer_key(const SecretBytes& key, const AccountId& account, ByteView login) {
  return hkdf_sha256(login, key.expose(), outer_context(account).bytes(), kAeadKeySizeBytes);
}

}  // namespace

struct ServerKeys::Keys {
  SecretBytes enumeration;
  std::vector<SecretBytes> verifier;  // the one in use first
  SecretBytes public_keys;
  std::vector<SecretBytes> outer;  // the one in use first
  SigningKey service;
  SigningKey ledger_enrolment;
  std::unique_ptr<KekRing> subject_wrap;
  SecretBytes lookup;
};

Result<void> ServerKeys::create(const fs::path& directory, Random& random) {
  const fs::path target = tidy(directory);
  std::array<std::byte, 8> suffix{};
  random.fill(suffix);
  const fs::path beside =
      target.parent_path() / (target.filename().string() + ".new-" + to_hex(suffix));
  RIGHTFUL_TRY(make_directory(beside));
  NewDirectory fresh(beside);
  for (const std::string_view name : kAll)
    write_key_file(fresh.path(), name, random);
  if (!fresh.rename_to(target)) {
    return fail(ErrorCode::Conflict,
                target.string() +
                    " exists and is not an empty directory; keys are never "
                    "overwritten");
  }
  sync_directory(target.parent_path());
  return {};
}

Result<ServerKeys> ServerKeys::open(const fs::path& directory) {
  RIGHTFUL_TRY(check_directory(directory));
  RIGHTFUL_TRY(auto enumeration, read_key(directory, kEnumeration));
  RIGHTFUL_TRY(auto verifier, read_versions(directory, kVerifier));
  RIGHTFUL_TRY(auto public_keys, read_key(directory, kPublicKeys));
  RIGHTFUL_TRY(auto outer, read_versions(directory, kOuter));
  RIGHTFUL_TRY(auto service, read_signing_key(directory, kService));
  RIGHTFUL_TRY(auto ledger_enrolment, read_signing_key(directory, kLedgerEnrolment));
  auto subject_wrap = std::make_unique<KekRing>(tidy(directory));
  RIGHTFUL_TRY(subject_wrap->load());
  RIGHTFUL_TRY(auto lookup, read_key(directory, kLookup));
  return ServerKeys(std::make_unique<const Keys>(std::move(enumeration),
                                                 std::move(verifier),
                                                 std::move(public_keys),
                                                 std::move(outer),
                                                 std::move(service),
                                                 std::move(ledger_enrolment),
                                                 std::move(subject_wrap),
                                                 std::move(lookup)));
}

ServerKeys::ServerKeys(std::unique_ptr<const Keys> keys) noexcept : keys_(std::move(keys)) {}

ServerKeys::ServerKeys(ServerKeys&&) noexcept = default;
ServerKeys& ServerKeys::operator=(ServerKeys&&) noexcept = default;
ServerKeys::~ServerKeys() = default;

Salt ServerKeys::salt_for(std::string_view typed) const {
  const SignedText message = SignedText("rightful/v1/salt").variable(typed);
  const Sha256Digest mac = hmac_sha256(keys_->enumeration.expose(), message.bytes());
  return Salt::from(std::span(mac.bytes()).first<Salt::kSizeBytes>());
}

Sha256Digest ServerKeys::throttle_key(std::string_view typed) const {
  const SignedText message = SignedText("rightful/v1/throttle").variable(typed);
  return hmac_sha256(keys_->enumeration.expose(), message.bytes());
}

Sha256Digest ServerKeys::verifier(const AccountId& account, ByteView login) const {
  return verifier_under(keys_->verifier.front(), account, login);
}

Result<void> ServerKeys::check_verifier(const AccountId& account,
                                        ByteView login,
                                        const Sha256Digest& stored) const {
  bool matches = false;
  for (const SecretBytes& key : keys_->verifier) {
    matches |= constant_time_equal(verifier_under(key, account, login).bytes(), stored.bytes());
  }
  if (!matches) return not_authentic();
  return {};
}

Sha256Digest ServerKeys::pk_mac(const AccountId& account,
                                const UnlockPublicKey& unlock_key,
                                const SignPublicKey& sign_key,
                                std::uint32_t version) const {
  const SignedText message = SignedText("rightful/v1/public-keys")
                                 .variable(account.expose())
                                 .fixed(unlock_key.bytes())
                                 .fixed(sign_key.bytes())
                                 .number(version);
  return hmac_sha256(keys_->public_keys.expose(), message.bytes());
}

Result<void> ServerKeys::check_pk_mac(const AccountId& account,
                                      const UnlockPublicKey& unlock_key,
                                      const SignPublicKey& sign_key,
                                      std::uint32_t version,
                                      const Sha256Digest& stored) const {
  const Sha256Digest expected = pk_mac(account, unlock_key, sign_key, version);
  if (!constant_time_equal(expected.bytes(), stored.bytes())) return not_authentic();
  return {};
}

Sha256Digest ServerKeys::catalog_mac(const Sha256Digest& catalog_sha256) const {
  const SignedText message = SignedText("rightful/v1/catalog").fixed(catalog_sha256.bytes());
  return hmac_sha256(keys_->public_keys.expose(), message.bytes());
}

Result<void> ServerKeys::check_catalog_mac(const Sha256Digest& catalog_sha256,
                                           const Sha256Digest& stored) const {
  if (!constant_time_equal(catalog_mac(catalog_sha256).bytes(), stored.bytes()))
    return not_authentic();
  return {};
}

Sha256Digest ServerKeys::staff_mac(const StaffFacts& facts) const {
  const std::string ended = facts.ended_us ? std::to_string(*facts.ended_us) : std::string();
  const SignedText message = SignedText("rightful/v1/staff")
                                 .variable(facts.name)
                                 .variable(facts.role)
                                 .variable(facts.actor)
                                 .fixed(facts.token_hash.bytes())
                                 .variable(std::to_string(facts.added_us))
                                 .variable(ended);
  return hmac_sha256(keys_->public_keys.expose(), message.bytes());
}

Result<void> ServerKeys::check_staff_mac(const StaffFacts& facts,
                                         const Sha256Digest& stored) const {
  if (!constant_time_equal(staff_mac(facts).bytes(), stored.bytes())) return not_authentic();
  return {};
}

Result<Bytes> ServerKeys::add_outer(const AccountId& account,
                                    ByteView login,
                                    ByteView wrapped,
                                    Random& random) const {
  if (login.size() != kLoginBytes)
    return fail(ErrorCode::InvalidArgument, "a login proof has 32 bytes");
  if (wrapped.size() != kWrapSizeBytes)
    return fail(ErrorCode::InvalidArgument, "a wrap has 72 bytes");
  const SecretBytes key = outer_key(keys_->outer.front(), account, login);
  return aead_encrypt(key.expose(), wrapped, outer_context(account).bytes(), random);
}

Result<Bytes> ServerKeys::remove_outer(const AccountId& account,
                                       ByteView login,
                                       ByteView outer) const {
  if (login.size() != kLoginBytes) return not_authentic();
  for (const SecretBytes& version : keys_->outer) {
    const SecretBytes key = outer_key(version, account, login);
    const auto wrapped = aead_decrypt(key.expose(), outer, outer_context(account).bytes());
    if (wrapped) return Bytes(wrapped->expose().begin(), wrapped->expose().end());
  }
  return not_authentic();
}

const SigningKey& ServerKeys::service_key() const noexcept {
  return keys_->service;
}

const SigningKey& ServerKeys::ledger_enrolment_key() const noexcept {
  return keys_->ledger_enrolment;
}

Result<std::shared_ptr<const SecretBytes>> ServerKeys::kek(std::int64_t epoch) const {
  return keys_->subject_wrap->key(epoch);
}

std::vector<std::int64_t> ServerKeys::kek_epochs() const {
  return keys_->subject_wrap->epochs();
}

Result<void> ServerKeys::add_kek(std::int64_t epoch, Random& random) const {
  return keys_->subject_wrap->add(epoch, random);
}

Result<void> ServerKeys::destroy_kek(std::int64_t epoch) const {
  return keys_->subject_wrap->destroy(epoch);
}

void ServerKeys::forget_destroyed_keks(std::chrono::steady_clock::time_point now) const {
  keys_->subject_wrap->forget_destroyed(now);
}

const SecretBytes& ServerKeys::lookup_key() const noexcept {
  return keys_->lookup;
}

}  // namespace rightful::crypto
