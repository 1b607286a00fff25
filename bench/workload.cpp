#include "bench/workload.hpp"

#include <algorithm>
#include <fstream>
#include <random>

#include <fmt/format.h>

#include "rightful/core/failure.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSounds = "/usr/share/asterisk/sounds";
constexpr std::size_t kRecordings = 1700;
constexpr std::size_t kJsonBytes = 50'000'000;
constexpr std::size_t kRecordFiles = 10'000;
constexpr std::size_t kRecords = 1'000'000;
constexpr std::size_t kRecordsAFolder = 1000;

using Generator = std::mt19937_64;

Generator seeded() {
  return Generator(42);  // NOLINT(cert-msc51-cpp): the same work in every run
}

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
  // The largest, so that it is nearly 100 MB; then in the order of their names.
  std::ranges::sort(found, [](const fs::path& left, const fs::path& right) {
    const auto sizes = std::pair(fs::file_size(left), fs::file_size(right));
    return sizes.first != sizes.second ? sizes.first > sizes.second : left < right;
  });
  found.resize(kRecordings);
  std::ranges::sort(found);
  return found;
}

std::string record(std::size_t row, Generator& random) {
  // In order: the arguments of one call may be evaluated in any.
  const auto month = random() % 12 + 1;
  const auto day = random() % 28 + 1;
  const auto hour = random() % 24;
  const auto minute = random() % 60;
  const auto second = random() % 60;
  const char* const what = random() % 2 == 0 ? "song" : "forecast";
  const auto number = random() % 9999;
  const auto kitchen = random() % 5;
  const auto confidence = random() % 1000;
  const auto answer = random();
  return fmt::format(
      "{{\"@owner\":\"anna-schmidt\",\"id\":{},\"at\":\"2026-{:02}-{:02}T{:02}:{:02}:{:02}Z\","
      "\"words\":\"play the {} of {}\",\"device\":\"kitchen-{}\",\"confidence\":0.{:03},"
      "\"answer\":\"{:016x}\"}}\n",
      row,
      month,
      day,
      hour,
      minute,
      second,
      what,
      number,
      kitchen,
      confidence,
      answer);
}

void put_file(const fs::path& path, const std::string& content) {
  std::ofstream out(path, std::ios::binary);
  out << content;
  out.close();
  if (!out) throw Failure(Retry::Never, "bench", "cannot write " + path.string());
}

void make_v(const fs::path& folder) {
  fs::create_directories(folder / "media");
  std::size_t number = 0;
  for (const fs::path& recording : all_recordings())
    fs::copy_file(recording, folder / "media" / fmt::format("{:06}.wav", ++number));
}

void make_vj(const fs::path& folder) {
  make_v(folder);
  fs::create_directories(folder / "data");
  Generator random = seeded();
  std::string json = "[";
  for (std::size_t row = 0; json.size() < kJsonBytes; ++row) {
    if (row > 0) json += ',';
    json += record(row, random);
  }
  put_file(folder / "data" / "search.json", json + "]");
}

void make_j10k(const fs::path& folder) {
  Generator random = seeded();
  for (std::size_t row = 0; row < kRecordFiles; ++row) {
    const fs::path file = folder / record_name(row);
    if (row % kRecordsAFolder == 0) fs::create_directories(file.parent_path());
    put_file(file, "[" + record(row, random) + "]");
  }
}

void make_j(const fs::path& folder) {
  Generator random = seeded();
  fs::create_directories(folder);
  std::ofstream out(folder / kRecordsFile, std::ios::binary);
  for (std::size_t row = 0; row < kRecords; ++row)
    out << record(row, random);
  out.close();
  if (!out) throw Failure(Retry::Never, "bench", "cannot write the records");
}

constexpr std::uint64_t kMegabyte = 1'000'000;

}  // namespace

const std::vector<Work>& all_works() {
  static const std::vector<Work> kWorks{
      {.name = "V",
       .what = "1,700 recordings of speech, 96 MB of WAV",
       .disk_bytes = 1'300 * kMegabyte,
       .make = &make_v},
      {.name = "VJ",
       .what = "V and one file of 50 MB of JSON",
       .disk_bytes = 1'600 * kMegabyte,
       .make = &make_vj},
      {.name = "J10k",
       .what = "10,000 small JSON records, each a file of its own",
       .disk_bytes = 200 * kMegabyte,
       .make = &make_j10k},
      {.name = "J",
       .what = "1,000,000 small JSON records, each an entry of its own",
       .disk_bytes = 800 * kMegabyte,
       .make = &make_j}};
  return kWorks;
}

const Work& work_of(std::string_view name) {
  const auto found = std::ranges::find(all_works(), name, &Work::name);
  if (found == all_works().end())
    throw Failure(
        Retry::Never, "bench", "there is no work " + std::string(name) + ": V, VJ, J10k, J");
  return *found;
}

std::string record_name(std::size_t record) {
  return fmt::format("data/{:03}/{:03}.json", record / kRecordsAFolder, record % kRecordsAFolder);
}

FolderSize size_of(const fs::path& folder) {
  FolderSize size;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    ++size.files;
    size.bytes += entry.file_size();
  }
  return size;
}

void for_each_file(const fs::path& folder,
                   const std::function<void(const fs::path&, const std::string&)>& take) {
  // A stack of folders still to be read, the next one last.
  std::vector<std::string> waiting{""};
  while (!waiting.empty()) {
    const std::string current = std::move(waiting.back());
    waiting.pop_back();
    std::vector<std::string> files;
    std::vector<std::string> folders;
    for (const auto& entry : fs::directory_iterator(folder / current)) {
      std::string name = current + entry.path().filename().string();
      if (entry.is_directory()) {
        folders.push_back(std::move(name) + "/");
      } else {
        files.push_back(std::move(name));
      }
    }
    std::ranges::sort(files);
    std::ranges::sort(folders, std::ranges::greater());
    waiting.insert(waiting.end(), folders.begin(), folders.end());
    for (const std::string& name : files)
      take(folder / name, name);
  }
}

bool is_media(std::string_view name) {
  return name.starts_with("media/");
}

}  // namespace rightful::bench
