// A peer: packs the folder it is started in with libzip, AES-256 for each file, as a program over
// that library would. `bench_libzip deflate|store PASSWORD OUTPUT`, or `--version`.
#include <zip.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

namespace {

namespace fs = std::filesystem;

[[noreturn]] void give_up(const char* what, const char* why) {
  std::fprintf(stderr, "bench_libzip: %s: %s\n", what, why);
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): there is one thread
}

void add(zip_t* archive, const fs::path& file, zip_int32_t method, const char* password) {
  zip_source_t* const source = zip_source_file(archive, file.c_str(), 0, 0);
  if (source == nullptr) give_up("source", zip_strerror(archive));
  const zip_int64_t added =
      zip_file_add(archive, file.lexically_normal().c_str(), source, ZIP_FL_ENC_UTF_8);
  if (added < 0) give_up("add", zip_strerror(archive));
  const auto index = static_cast<zip_uint64_t>(added);
  if (zip_set_file_compression(archive, index, method, 1) != 0 ||
      zip_file_set_encryption(archive, index, ZIP_EM_AES_256, password) != 0)
    give_up("entry", zip_strerror(archive));
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count == 2 && std::strcmp(arguments[1], "--version") == 0) {
    std::puts(zip_libzip_version());
    return 0;
  }
  if (argument_count != 4) give_up("usage", "bench_libzip deflate|store PASSWORD OUTPUT");
  const zip_int32_t method =
      std::strcmp(arguments[1], "store") == 0 ? ZIP_CM_STORE : ZIP_CM_DEFLATE;
  int error = 0;
  zip_t* const archive = zip_open(arguments[3], ZIP_CREATE | ZIP_TRUNCATE, &error);
  if (archive == nullptr) give_up("open", "cannot create the output");
  for (const auto& entry : fs::recursive_directory_iterator(".")) {
    if (entry.is_regular_file()) add(archive, entry.path(), method, arguments[2]);
  }
  if (zip_close(archive) != 0) give_up("close", zip_strerror(archive));
  return 0;
}
