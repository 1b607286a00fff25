// How fast is a sealed package written, beside what a user would pick instead? Each contender is a
// process of its own, reads the same folder and writes one AES-256 ZIP; all output stays in the
// page cache for everybody.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "rightful/archive/package_writer.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/unique_fd.hpp"

#include "bench/measured_run.hpp"
#include "bench/workload.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 5;

class FileSink final : public archive::PackageSink {
 public:
  explicit FileSink(const fs::path& path)
      : fd_(::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)) {
    if (!fd_.is_open()) throw_system_failure("open " + path.string(), errno);
  }

  void write(ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_.get(), bytes.data(), bytes.size());
      if (put < 0) throw_system_failure("write", errno);
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
  }

  void patch(std::uint64_t offset, ByteView bytes) override {
    const ssize_t put = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put != static_cast<ssize_t>(bytes.size())) throw_system_failure("pwrite", errno);
  }

 private:
  UniqueFd fd_;
};

void copy_into(archive::InnerZipWriter& zip, const fs::path& path, const std::string& name) {
  const auto compression =
      path.extension() == ".wav" ? archive::Compression::Store : archive::Compression::Deflate;
  if (!zip.begin_entry(name, compression, {.size = fs::file_size(path), .crc = {}})) {
    throw Failure(Retry::Never, "bench", "name refused: " + name);
  }
  const UniqueFd in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  static std::array<std::byte, 256U * 1024U> block;
  while (true) {
    const ssize_t got = ::read(in.get(), block.data(), block.size());
    if (got < 0) throw_system_failure("read " + path.string(), errno);
    if (got == 0) break;
    zip.write(std::span(block).first(static_cast<std::size_t>(got)));
  }
  static_cast<void>(zip.end_entry());
}

/// The contender `ours`: what the export child does after its sources, without sources and
/// manifest.
int write_package(const fs::path& folder, const fs::path& output) {
  SystemRandom random;
  const Workload work = open_workload(folder);
  FileSink sink(output);
  const crypto::Passphrase passphrase = crypto::Passphrase::generate(random);
  archive::PackageHead head{.read_me_html = "<!doctype html><title>bench</title>",
                            .passphrase = passphrase,
                            .salt = {},
                            .modified = Instant{std::chrono::days{20'000}},
                            .spool = {.directory = output.parent_path(), .random = random}};
  random.fill(head.salt);
  archive::PackageWriter writer(sink, head);
  for (const fs::path& entry : work.entries)
    copy_into(writer.inner(), folder / entry, entry.string());
  static_cast<void>(writer.finish_content());
  static_cast<void>(writer.finish("{}"));
  return 0;
}

std::vector<Contender> contenders(const fs::path& self, const fs::path& folder) {
  const fs::path out = folder.parent_path();
  const std::string password = "-p0123-4567-89AB-CDEF-0123-4567-89AB-CDEF";
  const auto seven_zip = [&](std::string name, std::vector<std::string> options) {
    const fs::path output = out / (name + ".zip");
    std::vector<std::string> command{
        "/usr/bin/7zz", "a", "-tzip", "-mem=AES256", password, "-bso0", "-bsp0"};
    command.insert(command.end(), options.begin(), options.end());
    command.push_back(output.string());
    command.emplace_back(".");
    return Contender{.name = std::move(name),
                     .command = std::move(command),
                     .directory = folder,
                     .output = output};
  };
  return {
      {.name = "rightful",
       .command = {self.string(), "--write", folder.string(), (out / "ours.zip").string()},
       .directory = out,
       .output = out / "ours.zip"},
      seven_zip("7zz -mx=1 -mmt=2", {"-mx=1", "-mmt=2"}),
      seven_zip("7zz -mm=Copy -mmt=2", {"-mm=Copy", "-mmt=2"}),
      {.name = "bsdtar",
       .command = {"/usr/bin/bsdtar",
                   "-c",
                   "--format=zip",
                   "--options",
                   "zip:encryption=aes256",
                   "--passphrase",
                   password.substr(2),
                   "-f",
                   (out / "bsdtar.zip").string(),
                   "."},
       .directory = folder,
       .output = out / "bsdtar.zip"},
  };
}

nlohmann::ordered_json report(const std::string& work, const std::vector<Measurement>& all) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  fmt::print("\n{:<8}{:<24}{:>9}{:>9}{:>10}{:>12}{:>10}\n",
             "work",
             "contender",
             "wall s",
             "CPU s",
             "peak MiB",
             "bytes",
             "× ours");
  for (const Measurement& m : all) {
    const double ratio = m.wall_s / all.front().wall_s;
    fmt::print("{:<8}{:<24}{:>9.3f}{:>9.3f}{:>10.1f}{:>12}{:>10.2f}\n",
               work,
               m.name,
               m.wall_s,
               m.cpu_s,
               m.peak_mib,
               m.output_bytes,
               ratio);
    json.push_back({{"contender", m.name},
                    {"wall_s", m.wall_s},
                    {"cpu_s", m.cpu_s},
                    {"peak_mib", m.peak_mib},
                    {"bytes", m.output_bytes},
                    {"wall_vs_ours", ratio}});
  }
  return json;
}

int compare(const fs::path& self, const std::string& json_path) {
  const fs::path root = fs::temp_directory_path() / fmt::format("rightful-bench-{}", ::getpid());
  const std::array<std::pair<std::string, Workload (*)(const fs::path&)>, 2> works{
      {{"V", &make_v}, {"VJ", &make_vj}}};
  nlohmann::ordered_json json;
  for (const auto& [name, make] : works) {
    const Workload work = make(root / name);
    json[name] = report(name, measure_in_turn(contenders(self, work.folder), kRounds));
  }
  fs::remove_all(root);
  fmt::print(
      "\nMedians of {} rounds taken in turn; nobody syncs to disk. 7zz -mx=1 and bsdtar deflate "
      "the speech, "
      "7zz -mm=Copy deflates nothing,\nrightful stores media and deflates JSON.\n",
      kRounds);
  if (!json_path.empty()) std::ofstream(json_path) << json.dump(2) << '\n';
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 3 && arguments[0] == "--write")
    return write_package(arguments[1], arguments[2]);
  if (arguments.empty()) return compare(fs::read_symlink("/proc/self/exe"), "");
  if (arguments.size() == 2 && arguments[0] == "--json")
    return compare(fs::read_symlink("/proc/self/exe"), arguments[1]);
  std::cerr << "usage: bench_packaging [--json FILE]\n";
  return 2;
}

}  // namespace
}  // namespace rightful::bench

int main(int argc, char** argv) {
  try {
    return rightful::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "bench_packaging: " << error.what() << '\n';
    return 1;
  }
}
