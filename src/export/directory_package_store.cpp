#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/export/package_store.hpp"

namespace rightful::exporting {

namespace {

constexpr std::string_view kUploadPrefix = ".";
constexpr std::string_view kUploadSuffix = ".part";

std::string upload_name(const std::string& object_name) {
  return std::string(kUploadPrefix) + object_name + std::string(kUploadSuffix);
}

void sync_directory(const std::filesystem::path& directory) {
  const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) throw_system_failure("opening the package directory", errno);
  if (::fsync(fd.get()) != 0) throw_system_failure("syncing the package directory", errno);
}

void unlink_if_there(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    throw_system_failure("removing a package", errno);
}

class FileUpload final : public PackageUpload {
 public:
  FileUpload(std::filesystem::path directory, const std::string& object_name)
      : directory_(std::move(directory)),
        final_path_(directory_ / object_name),
        upload_path_(directory_ / upload_name(object_name)) {
    if (::access(final_path_.c_str(), F_OK) == 0) {
      throw Failure(Retry::Never, "object_exists", "a package of this name is there already");
    }
    fd_ = UniqueFd(
        ::open(upload_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd_.is_open()) return;
    if (errno == EEXIST)
      throw Failure(Retry::Never, "object_exists", "an upload of this name is there already");
    throw_system_failure("creating a package", errno);
  }

  FileUpload(const FileUpload&) = delete;
  FileUpload& operator=(const FileUpload&) = delete;

  ~FileUpload() override {
    if (fd_.is_open()) static_cast<void>(::unlink(upload_path_.c_str()));
  }

  void write(ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_.get(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw_system_failure("writing a package", errno);
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
  }

  void patch(std::uint64_t offset, ByteView bytes) override {
    RIGHTFUL_CHECK(offset + bytes.size() <= archive::kPatchableBytes);
    while (!bytes.empty()) {
      const ssize_t put =
          ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw_system_failure("writing a package", errno);
      bytes = bytes.subspan(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    }
  }

  void complete() override {
    RIGHTFUL_CHECK(fd_.is_open());
    if (::fsync(fd_.get()) != 0) throw_system_failure("syncing a package", errno);
    // An object that was destroyed meanwhile (its lease was lost) has no upload any more: the
    // rename fails.
    if (::rename(upload_path_.c_str(), final_path_.c_str()) != 0)
      throw_system_failure("completing a package", errno);
    fd_.reset();
    sync_directory(directory_);
  }

 private:
  std::filesystem::path directory_;
  std::filesystem::path final_path_;
  std::filesystem::path upload_path_;
  UniqueFd fd_;
};

}  // namespace

DirectoryPackageStore::DirectoryPackageStore(std::filesystem::path directory)
    : directory_(std::move(directory)) {
  std::error_code error;
  std::filesystem::create_directories(directory_.parent_path(), error);
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST) {
    throw_system_failure("making the package directory", errno);
  }
}

std::unique_ptr<PackageUpload> DirectoryPackageStore::create(const std::string& object_name) {
  RIGHTFUL_CHECK(is_object_name(object_name));
  return std::make_unique<FileUpload>(directory_, object_name);
}

Result<std::unique_ptr<archive::ReadAt>> DirectoryPackageStore::read(
    const std::string& object_name) {
  RIGHTFUL_CHECK(is_object_name(object_name));
  RIGHTFUL_TRY(auto file, archive::FileReadAt::open(directory_ / object_name));
  return std::make_unique<archive::FileReadAt>(std::move(file));
}

std::vector<StoredObject> DirectoryPackageStore::list() {
  std::vector<StoredObject> objects;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory_, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (is_object_name(name)) {
      objects.push_back({std::move(name), true});
      continue;
    }
    if (!name.starts_with(kUploadPrefix) || !name.ends_with(kUploadSuffix)) continue;
    name = name.substr(kUploadPrefix.size(),
                       name.size() - kUploadPrefix.size() - kUploadSuffix.size());
    if (is_object_name(name)) objects.push_back({std::move(name), false});
  }
  if (error) throw_system_failure("listing the package directory", error.value());
  return objects;
}

void DirectoryPackageStore::destroy(const std::string& object_name) {
  RIGHTFUL_CHECK(is_object_name(object_name));
  // The upload first: an export that is still running must not be able to complete afterwards.
  unlink_if_there(directory_ / upload_name(object_name));
  unlink_if_there(directory_ / object_name);
  sync_directory(directory_);
}

}  // namespace rightful::exporting
