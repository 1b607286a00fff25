#include "bench/page_cache.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "rightful/core/failure.hpp"
#include "rightful/core/unique_fd.hpp"

namespace rightful::bench {

namespace fs = std::filesystem;

void evict_from_page_cache(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const UniqueFd fd(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.is_open()) throw_system_failure("open " + entry.path().string(), errno);
    if (::fsync(fd.get()) != 0) throw_system_failure("fsync " + entry.path().string(), errno);
    if (const int error = ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED); error != 0)
      throw_system_failure("posix_fadvise " + entry.path().string(), error);
  }
}

}  // namespace rightful::bench
