#include "app/signer_place.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"
#include "rightful/core/files.hpp"
#include "rightful/core/log.hpp"
#include "rightful/crypto/key_file.hpp"
#include "rightful/ledger/log_name.hpp"
#include "rightful/ledger/signer.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kKeyName = "signer";
constexpr std::string_view kKeyFile = "signer.key";
constexpr std::string_view kNext = "next";
constexpr mode_t kPrivateFile = 0600;
constexpr std::size_t kMaxUntilBytes = 64;
constexpr std::string_view kLeftover = ".memory.";  // write_file_atomically adds six letters

std::optional<struct stat> facts_of(const fs::path& directory) {
  struct stat facts{};
  if (::stat(directory.c_str(), &facts) != 0) return std::nullopt;
  return facts;
}

// A file of another user's here would be unreadable for the signer, which freezes the log.
Result<void> check_user(const fs::path& directory) {
  const auto facts = facts_of(directory);
  const uid_t user = ::geteuid();
  if (!facts || user == 0 || facts->st_uid == user) return {};
  return fail(ErrorCode::Denied,
              fmt::format("{} belongs to the user with number {}: run this as that user or as root",
                          directory.string(),
                          facts->st_uid));
}

// What root makes while this lives belongs to the owner of the signer's folder.
class InOwnersName {
 public:
  explicit InOwnersName(const fs::path& directory) {
    const auto facts = facts_of(directory);
    if (!facts || ::geteuid() != 0 || facts->st_uid == 0) return;
    is_changed_ = true;
    static_cast<void>(::setfsgid(facts->st_gid));
    static_cast<void>(::setfsuid(facts->st_uid));
  }

  InOwnersName(const InOwnersName&) = delete;
  InOwnersName& operator=(const InOwnersName&) = delete;

  ~InOwnersName() {
    if (!is_changed_) return;
    static_cast<void>(::setfsuid(::geteuid()));
    static_cast<void>(::setfsgid(::getegid()));
  }

 private:
  bool is_changed_ = false;
};

void sync_folder(const fs::path& folder) {
  const UniqueFd open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!open.is_open() || ::fsync(open.get()) != 0) {
    throw_system_failure("fsync " + folder.string(), errno);
  }
}

Result<void> make_private_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) {
    return fail(ErrorCode::Denied, "cannot make " + folder.string() + ": " + error.message());
  }
  return {};
}

Result<UniqueFd> open_lock(const fs::path& file) {
  UniqueFd lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPrivateFile));
  if (lock.is_open()) return lock;
  if (errno == ENOENT)
    return fail(ErrorCode::NotFound,
                "there is no " + file.parent_path().string() +
                    ": the log's signer is elsewhere. Run this on its machine, or name its folder "
                    "with --signer-dir");
  if (errno == EACCES || errno == EPERM || errno == ELOOP || errno == ENOTDIR) {
    return fail(ErrorCode::Denied, file.string() + " may not be opened by this user");
  }
  throw_system_failure("open of a lock of the signer", errno);
}

void take_lock(const UniqueFd& lock) {
  while (::flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) throw_system_failure("lock of a log's signer", errno);
  }
}

std::optional<std::uint64_t> epoch_of(const fs::path& folder) {
  const std::string name = folder.filename();
  std::uint64_t epoch = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), epoch);
  if (error != std::errc() || end != name.data() + name.size() || name != std::to_string(epoch)) {
    return std::nullopt;
  }
  return epoch;
}

Result<ledger::NoteSigner> read_signer(const fs::path& folder, const ledger::Origin& origin) {
  RIGHTFUL_TRY(const auto seed, crypto::read_key_file(folder / kKeyFile, kKeyName));
  RIGHTFUL_TRY(auto key, crypto::SigningKey::from_seed(seed.expose()));
  return ledger::NoteSigner::create(origin.text(), std::move(key));
}

Result<std::optional<Instant>> read_until(const fs::path& folder) {
  const auto bytes = read_file(folder / "until", kMaxUntilBytes);
  if (!bytes && bytes.error().code == ErrorCode::NotFound) return std::optional<Instant>();
  if (!bytes) return std::unexpected(bytes.error());
  std::string_view text = as_text(*bytes);
  if (text.ends_with('\n')) text.remove_suffix(1);
  RIGHTFUL_TRY(const Instant until, parse_rfc3339(text));
  return std::optional(until);
}

// Ascending by epoch.
Result<std::vector<std::pair<std::uint64_t, fs::path>>> key_folders(const fs::path& keys) {
  std::vector<std::pair<std::uint64_t, fs::path>> folders;
  std::error_code error;
  for (fs::directory_iterator at(keys, error), end; !error && at != end; at.increment(error)) {
    if (const auto epoch = epoch_of(at->path())) folders.emplace_back(*epoch, at->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail(ErrorCode::Denied, "cannot read " + keys.string() + ": " + error.message());
  }
  std::ranges::sort(folders);
  return folders;
}

// Of one log. Who has it locked is at work there, and leaves nothing behind by that.
Result<void> drop_leftovers_of(const fs::path& folder) {
  try {
    RIGHTFUL_TRY(const auto lock, open_lock(folder / "lock"));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return {};
      throw_system_failure("lock of a log's signer", errno);
    }
    std::error_code none;
    std::vector<fs::path> leftovers;
    for (fs::directory_iterator file(folder, none), end; !none && file != end;
         file.increment(none)) {
      const std::string name = file->path().filename();
      if (name.starts_with(kLeftover)) leftovers.push_back(file->path());
    }
    for (const fs::path& leftover : leftovers)
      fs::remove(leftover, none);
    return {};
  } catch (const Failure& failure) {
    return fail(ErrorCode::Unavailable, failure.what());
  }
}

void write_new_key(const fs::path& folder, Random& random) {
  std::error_code error;
  fs::remove_all(folder, error);
  const auto made = make_private_folder(folder);
  if (!made) throw Failure(Retry::Never, "io_error", made.error().detail);
  crypto::write_key_file(folder, kKeyName, random);
}

}  // namespace

Result<ledger::SignerMemory> SignerRoom::memory() const {
  RIGHTFUL_TRY(const Bytes bytes, ledger::MemoryFile(memory_file()).load());
  return ledger::SignerMemory::parse(bytes);
}

void SignerRoom::keep(const ledger::SignerMemory& memory) const {
  const InOwnersName in_owners_name(folder_.parent_path());
  ledger::MemoryFile(memory_file()).save(as_bytes(memory.text()));
}

Result<std::vector<ledger::NoteSigner>> SignerRoom::signers(const ledger::Origin& origin,
                                                            Instant now) const {
  RIGHTFUL_TRY(const auto folders, key_folders(folder_ / "keys"));
  std::vector<ledger::NoteSigner> signers;
  for (const auto& [epoch, folder] : folders) {
    RIGHTFUL_TRY(const auto until, read_until(folder));
    if (until && *until <= now) continue;
    RIGHTFUL_TRY(auto signer, read_signer(folder, origin));
    signers.push_back(std::move(signer));
  }
  if (signers.size() > ledger::kMaxSignerKeys) {
    return fail(ErrorCode::InvalidArgument,
                folder_.string() +
                    " has more than two keys that sign; take away those that are "
                    "not named in its memory");
  }
  return signers;
}

Result<std::vector<SignerRoom::Key>> SignerRoom::keys(const ledger::Origin& origin) const {
  RIGHTFUL_TRY(const auto folders, key_folders(folder_ / "keys"));
  std::vector<Key> keys;
  for (const auto& [epoch, folder] : folders) {
    RIGHTFUL_TRY(const auto until, read_until(folder));
    RIGHTFUL_TRY(const auto signer, read_signer(folder, origin));
    keys.push_back({.epoch = epoch, .key = signer.key(), .until = until});
  }
  return keys;
}

Result<SignerRoom::Key> SignerRoom::make_next_key(const ledger::Origin& origin,
                                                  Random& random) const {
  const InOwnersName in_owners_name(folder_.parent_path());
  const fs::path next = folder_ / "keys" / kNext;
  RIGHTFUL_TRY(const auto folders, key_folders(folder_ / "keys"));
  const std::uint64_t epoch = folders.empty() ? 1 : folders.back().first + 1;
  std::error_code error;
  if (!fs::exists(next / kKeyFile, error)) {
    const fs::path making = folder_ / "keys" / ".next.new";
    write_new_key(making, random);
    RIGHTFUL_TRY(rename_without_replacing(making, next));
  }
  RIGHTFUL_TRY(const auto signer, read_signer(next, origin));
  return Key{.epoch = epoch, .key = signer.key(), .until = std::nullopt};
}

Result<void> SignerRoom::take_next_key(const Key& next, Instant until) const {
  const InOwnersName in_owners_name(folder_.parent_path());
  const fs::path keys = folder_ / "keys";
  const fs::path taken = keys / std::to_string(next.epoch);
  // The new key first, and on the disk: otherwise the old one could end with none to follow it.
  std::error_code error;
  if (!fs::exists(taken, error)) RIGHTFUL_TRY(rename_without_replacing(keys / kNext, taken));
  sync_folder(keys);
  RIGHTFUL_TRY(const auto folders, key_folders(keys));
  for (const auto& [epoch, folder] : folders) {
    RIGHTFUL_TRY(const auto ends, read_until(folder));
    if (ends || epoch >= next.epoch) continue;
    write_file_atomically(folder / "until", as_bytes(format_rfc3339(until) + "\n"), kPrivateFile);
  }
  return {};
}

Result<void> SignerRoom::destroy_ended_keys(const ledger::Origin& /*origin*/, Instant now) const {
  RIGHTFUL_TRY(const auto folders, key_folders(folder_ / "keys"));
  for (const auto& [epoch, folder] : folders) {
    RIGHTFUL_TRY(const auto until, read_until(folder));
    if (!until || *until > now) continue;
    std::error_code error;
    fs::remove(folder / kKeyFile, error);  // first: a folder without a key signs nothing
    fs::remove_all(folder, error);
    if (error) {
      return fail(ErrorCode::Denied, "cannot remove " + folder.string() + ": " + error.message());
    }
  }
  return {};
}

Result<void> SignerPlace::make() const {
  RIGHTFUL_TRY(check_user(directory_));
  const InOwnersName in_owners_name(directory_);
  return make_private_folder(directory_);
}

Result<ledger::NoteKey> SignerPlace::open_log(const ledger::Origin& origin, Random& random) const {
  RIGHTFUL_TRY(const std::string name, ledger::log_name(origin));
  RIGHTFUL_TRY(check_user(directory_));
  const fs::path folder = directory_ / name;
  std::error_code error;
  const bool is_there = fs::exists(folder, error);
  if (error) return fail(ErrorCode::Denied, folder.string() + ": " + error.message());
  if (is_there) {
    RIGHTFUL_TRY(const SignerRoom room, enter(name));
    const auto memory = room.memory();
    if (memory && memory->checkpoint().origin == origin && memory->frontier().size() == 0 &&
        !memory->frozen()) {
      return memory->keys().front();
    }
    return fail(ErrorCode::Conflict,
                fmt::format("{} belongs to a log that was opened before; a log's keys and memory "
                            "are never used for another one",
                            folder.string()));
  }
  RIGHTFUL_TRY(make());
  const InOwnersName in_owners_name(directory_);
  const fs::path making = directory_ / ("." + name + ".new");
  std::error_code ignored;
  fs::remove_all(making, ignored);
  RIGHTFUL_TRY(make_private_folder(making / "keys"));
  write_new_key(making / "keys" / "1", random);
  RIGHTFUL_TRY(const auto signer, read_signer(making / "keys" / "1", origin));
  RIGHTFUL_TRY(const auto memory, ledger::SignerMemory::begin(origin, signer.key()));
  write_file_atomically(making / "memory", as_bytes(memory.text()), kPrivateFile);
  RIGHTFUL_TRY(rename_without_replacing(making, folder));
  return signer.key();
}

Result<SignerRoom> SignerPlace::enter(const std::string& log_name) const {
  RIGHTFUL_TRY(check_user(directory_));
  const InOwnersName in_owners_name(directory_);
  const fs::path folder = directory_ / log_name;
  RIGHTFUL_TRY(auto lock, open_lock(folder / "lock"));
  take_lock(lock);
  return SignerRoom(folder, std::move(lock));
}

void SignerPlace::drop_leftovers() const {
  if (!check_user(directory_)) return;
  const InOwnersName in_owners_name(directory_);
  std::error_code error;
  for (fs::directory_iterator folder(directory_, error), end; !error && folder != end;
       folder.increment(error)) {
    std::error_code none;
    if (!fs::exists(folder->path() / "lock", none)) continue;
    const auto dropped = drop_leftovers_of(folder->path());
    if (dropped) continue;
    log::warn("signer_folder_not_tidied",
              "log={} why=\"{}\"",
              folder->path().filename().string(),
              dropped.error().detail);
  }
}

Result<UniqueFd> SignerPlace::lock() const {
  const InOwnersName in_owners_name(directory_);
  RIGHTFUL_TRY(auto lock, open_lock(directory_ / "lock"));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) throw_system_failure("lock of the signer's folder", errno);
  return fail(ErrorCode::Conflict, "another signer runs on " + directory_.string());
}

}  // namespace rightful::app
