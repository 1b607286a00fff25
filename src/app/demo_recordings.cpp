#include "app/demo_recordings.hpp"

#include <algorithm>
#include <system_error>

#include "rightful/core/failure.hpp"

namespace rightful::app {

namespace {

namespace fs = std::filesystem;

/// `en_US_f_Allison` → `en-US`.
std::string locale_of(const fs::path& voice_folder) {
  std::string name = voice_folder.filename().string();
  if (name.size() < 5) return name;
  return name.substr(0, 2) + "-" + name.substr(3, 2);
}

/// `vm-enter-num-to-call` → `vm enter num to call`; `digits/7` → `digits 7`.
std::string words_of(const fs::path& path_in_voice) {
  std::string words = fs::path(path_in_voice).replace_extension().string();
  std::ranges::replace_if(words, [](char c) { return c == '-' || c == '_' || c == '/'; }, ' ');
  return words;
}

}  // namespace

Result<std::vector<Recording>> find_recordings(const fs::path& sounds) {
  std::vector<Recording> found;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(sounds, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->is_regular_file(error) || entry->path().extension() != ".wav") continue;
    const fs::path below = fs::relative(entry->path(), sounds);
    const fs::path voice = *below.begin();
    found.push_back({.file = entry->path(),
                     .locale = locale_of(voice),
                     .transcript = words_of(below.lexically_relative(voice)),
                     .size_bytes = entry->file_size()});
  }
  if (error || found.empty()) {
    return fail(ErrorCode::NotFound,
                "no recordings in " + sounds.string() +
                    "; install asterisk-core-sounds-en-wav, -fr-wav, -es-wav and -it-wav (apt-get "
                    "install …)");
  }
  std::ranges::sort(found, {}, &Recording::file);
  return found;
}

void copy_recording(const Recording& recording, const fs::path& target) {
  std::error_code error;
  fs::copy_file(recording.file, target, error);
  if (error) throw_system_failure("copy a recording to " + target.string(), error.value());
}

}  // namespace rightful::app
