#include "export/upload_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <string>
#include <system_error>

#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"
#include "rightful/crypto/sealed_upload.hpp"
#include "rightful/queue/retry.hpp"
#include "rightful/sources/manual_upload.hpp"
#include "rightful/store/manual_tasks.hpp"
#include "rightful/store/transaction.hpp"

namespace rightful::exporting {
namespace {

namespace tasks = store::manual_tasks;

constexpr std::string_view kPrefix = "upload-";
constexpr std::string_view kSuffix = ".sealed";
constexpr std::int64_t kChunksAtOnce = 64;
constexpr std::chrono::hours kLongestAttempt{24};

/// Manual datasets of the catalog, with their numbers from 1.
std::map<std::int64_t, const catalog::Dataset*> manual_datasets(const catalog::Catalog& catalog) {
  std::map<std::int64_t, const catalog::Dataset*> found;
  std::int64_t number = 0;
  for (const auto& dataset : catalog.datasets()) {
    ++number;
    const auto* source = catalog.find_source(dataset.source);
    const bool is_manual =
        source != nullptr && std::holds_alternative<catalog::ManualSettings>(source->settings);
    if (is_manual) found.emplace(number, &dataset);
  }
  return found;
}

void write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_system_failure("writing a sealed upload", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void write_piece(int fd, ByteView sealed) {
  const auto size = static_cast<std::uint32_t>(sealed.size());
  const std::array<std::byte, 4> length{static_cast<std::byte>(size >> 24U),
                                        static_cast<std::byte>(size >> 16U),
                                        static_cast<std::byte>(size >> 8U),
                                        static_cast<std::byte>(size)};
  write_all(fd, length);
  write_all(fd, sealed);
}

/// In steps of their own: no transaction waits for a disk.
void copy_chunks(const UploadParts& parts,
                 const store::ClaimedJob& job,
                 const std::string& dataset,
                 int fd) {
  std::int64_t last = -1;
  for (;;) {
    std::vector<Bytes> chunks;
    {
      auto transaction = parts.pool.begin();
      chunks = tasks::chunks(transaction, job.request, job.account, dataset, last, kChunksAtOnce);
    }
    for (const Bytes& chunk : chunks)
      write_piece(fd, chunk);
    last += static_cast<std::int64_t>(chunks.size());
    if (chunks.size() < static_cast<std::size_t>(kChunksAtOnce)) return;
  }
}

std::filesystem::path write_file(const UploadParts& parts,
                                 const store::ClaimedJob& job,
                                 const std::string& dataset,
                                 UploadFiles& files) {
  const std::string name =
      std::string(kPrefix) + JobId::random(parts.random).to_string() + std::string(kSuffix);
  std::filesystem::path path = parts.work_directory / name;
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.is_open()) throw_system_failure("making a file for a sealed upload", errno);
  files.add(path);
  copy_chunks(parts, job, dataset, fd.get());
  return path;
}

/// The key of every manual dataset, by its name. All are unwrapped before the first file is
/// written: the key-encryption key may be replaced meanwhile.
std::map<std::string, crypto::SecretBytes> unwrap_all(
    const UploadParts& parts,
    const store::ClaimedJob& job,
    const std::map<std::string, store::WrappedKey>& wrapped) {
  std::map<std::string, crypto::SecretBytes> keys;
  for (const auto& [dataset, key] : wrapped) {
    const auto kek = parts.keys.kek(key.kek_epoch);
    // Replaced since the row was read: the next attempt reads what took its place. A damaged file
    // is no such case.
    const bool is_absent = !kek && kek.error().code == ErrorCode::NotFound;
    if (is_absent) throw Failure(Retry::Later, "key_missing", kek.error().detail);
    if (!kek) throw Failure(Retry::Never, "no_keys", kek.error().detail);
    auto opened =
        crypto::unwrap_upload_key((*kek)->expose(), key.bytes, {job.account, job.request, dataset});
    if (!opened) {
      throw queue::AttemptFailed(
          queue::failure_of("signature_mismatch", queue::FailureClass::Quarantine));
    }
    keys.emplace(dataset, *std::move(opened));
  }
  return keys;
}

/// The wrapped key of every manual dataset.
std::map<std::string, store::WrappedKey> keys_of_all(
    const UploadParts& parts,
    const store::ClaimedJob& job,
    const std::map<std::int64_t, const catalog::Dataset*>& datasets) {
  auto transaction = parts.pool.begin();
  for (const auto& [number, dataset] : datasets) {
    tasks::open(transaction, job.request, job.account, dataset->name, number, parts.clock.now());
  }
  std::map<std::string, store::WrappedKey> keys;
  for (auto& state : tasks::states(transaction, job.request, job.account)) {
    const bool is_asked = std::ranges::any_of(
        datasets, [&](const auto& entry) { return entry.second->name == state.dataset; });
    if (is_asked && state.wrapped_key) keys.emplace(state.dataset, *std::move(state.wrapped_key));
  }
  transaction.commit();
  const bool is_complete = std::ranges::all_of(
      datasets, [&](const auto& entry) { return keys.contains(entry.second->name); });
  if (!is_complete) {
    throw queue::AttemptFailed(
        queue::failure_of(queue::kWaitingForUpload, queue::FailureClass::Retry));
  }
  return keys;
}

}  // namespace

UploadFiles::~UploadFiles() {
  for (const auto& file : files_) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }
}

std::shared_ptr<UploadFiles> fetch_uploads(const UploadParts& parts,
                                           const store::ClaimedJob& job,
                                           const catalog::Catalog& catalog,
                                           sources::SourceLocations& locations) {
  auto files = std::make_shared<UploadFiles>();
  const auto datasets = manual_datasets(catalog);
  if (datasets.empty()) return files;
  const auto keys = unwrap_all(parts, job, keys_of_all(parts, job, datasets));
  for (const auto& [number, dataset] : datasets) {
    const auto path = write_file(parts, job, dataset->name, *files);
    locations.emplace(sources::manual_location_key(*dataset),
                      sources::manual_location(path, keys.at(dataset->name).expose()));
  }
  return files;
}

void remove_left_uploads(const std::filesystem::path& work_directory) {
  std::error_code error;
  const auto now = std::filesystem::file_time_type::clock::now();
  for (const auto& entry : std::filesystem::directory_iterator(work_directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
    std::error_code ignored;
    const auto written = entry.last_write_time(ignored);
    if (!ignored && now - written > kLongestAttempt) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

}  // namespace rightful::exporting
