#include "bench/workload.hpp"

#include <algorithm>
#include <fstream>
#include <random>
#include <string>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSounds = "/usr/share/asterisk/sounds";

std::vector<fs::path> all_recordings() {
  std::vector<fs::path> found;
  if (fs::exists(kSounds)) {
    for (const auto& entry : fs::recursive_directory_iterator(kSounds)) {
      if (entry.is_regular_file() && entry.path().extension() == ".wav")
        found.push_back(entry.path());
    }
  }
  if (found.size() < kRecordings) {
    throw Failure(Retry::Never,
                  "bench",
                  "too few recordings: install asterisk-core-sounds-{en,es,fr,it}-wav");
  }
  std::ranges::sort(found);
  found.resize(kRecordings);
  return found;
}

void copy_recordings(const fs::path& folder) {
  fs::create_directories(folder / "media");
  std::size_t number = 0;
  for (const fs::path& recording : all_recordings()) {
    fs::copy_file(recording, folder / "media" / fmt::format("{:06}.wav", ++number));
  }
}

void write_json(const fs::path& folder) {
  fs::create_directories(folder / "data");
  std::ofstream out(folder / "data" / "search.json", std::ios::binary);
  std::mt19937_64 random(42);  // NOLINT(cert-msc51-cpp): the same work in every run
  std::size_t size = 0;
  for (std::size_t row = 0; size < kJsonBytes; ++row) {
    const std::string record = fmt::format(
        "{}{{\"@owner\":\"anna-schmidt\",\"id\":{},\"at\":\"2026-{:02}-{:02}T{:02}:{:02}:{:02}Z\","
        "\"words\":\"play the {} of {}\","
        "\"device\":\"kitchen-{}\",\"confidence\":0.{:03},\"answer\":\"{:016x}\"}}\n",
        row == 0 ? "[" : ",",
        row,
        random() % 12 + 1,
        random() % 28 + 1,
        random() % 24,
        random() % 60,
        random() % 60,
        random() % 2 == 0 ? "song" : "forecast",
        random() % 9999,
        random() % 5,
        random() % 1000,
        random());
    out << record;
    size += record.size();
  }
  out << "]";
}

}  // namespace

Workload make_v(const fs::path& folder) {
  fs::remove_all(folder);
  copy_recordings(folder);
  return open_workload(folder);
}

Workload make_vj(const fs::path& folder) {
  fs::remove_all(folder);
  copy_recordings(folder);
  write_json(folder);
  return open_workload(folder);
}

Workload open_workload(const fs::path& folder) {
  Workload work{.folder = folder, .entries = {}};
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) work.entries.push_back(fs::relative(entry.path(), folder));
  }
  std::ranges::sort(work.entries);
  return work;
}

}  // namespace rightful::bench
