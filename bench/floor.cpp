#include "bench/floor.hpp"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <time.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <sstream>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "rightful/core/failure.hpp"

#include "bench/measured_run.hpp"
#include "bench/plain_file.hpp"
#include "bench/workload.hpp"
#include "crypto/aes_ctr.hpp"

namespace rightful::bench {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{64} * 1024;
constexpr std::size_t kBlockBytes = std::size_t{256} * 1024;

double cpu_now() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// CPU seconds of one kind of work; what asking the clock costs is taken off again.
class Meter {
 public:
  template <class Work>
  auto time(Work&& work) {
    const double start = cpu_now();

    struct Stop {
      Meter& meter;
      double start;

      ~Stop() {
        meter.spent_ += cpu_now() - start;
        ++meter.calls_;
      }
    } stop{*this, start};

    return work();
  }

  [[nodiscard]] double seconds() const {
    return std::max(0.0, spent_ - static_cast<double>(calls_) * clock_cost());
  }

 private:
  /// Of two readings that follow each other.
  static double clock_cost() {
    static const double kCost = [] {
      constexpr int kPairs = 100'000;
      double total = 0;
      for (int i = 0; i < kPairs; ++i) {
        const double start = cpu_now();
        total += cpu_now() - start;
      }
      return total / kPairs;
    }();
    return kCost;
  }

  double spent_ = 0;
  long calls_ = 0;
};

/// ISA-L leaves the upper halves of the vector registers dirty, and the hashes that follow it are
/// then a fifth slower.
#ifdef __x86_64__
__attribute__((target("avx"))) void clean_upper_halves() {
  _mm256_zeroupper();
}

void clean_registers() {
  static const bool kHasAvx = __builtin_cpu_supports("avx") != 0;
  if (kHasAvx) clean_upper_halves();
}
#else
void clean_registers() {}
#endif

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

/// One hash after the other with the same context.
class Digest {
 public:
  void begin() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

  void update(ByteView bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

  void finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeDigest> context_{EVP_MD_CTX_new()};
};

/// HMAC without its two outer blocks, which a hundred megabytes do not notice: SHA-1 of the stream.
class Authenticator {
 public:
  Authenticator() { EVP_DigestInit_ex(context_.get(), EVP_sha1(), nullptr); }

  void update(ByteView bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeDigest> context_{EVP_MD_CTX_new()};
};

class Deflate {
 public:
  void begin() {
    isal_deflate_init(&stream_);
    stream_.level = 1;
    stream_.level_buf = level_.data();
    stream_.level_buf_size = static_cast<std::uint32_t>(level_.size());
    stream_.flush = NO_FLUSH;
    stream_.gzip_flag = IGZIP_DEFLATE;
  }

  ByteView packed(std::span<std::byte> piece, bool is_last) {
    stream_.next_in = reinterpret_cast<std::uint8_t*>(piece.data());
    stream_.avail_in = static_cast<std::uint32_t>(piece.size());
    stream_.end_of_stream = is_last ? 1 : 0;
    stream_.next_out = reinterpret_cast<std::uint8_t*>(output_.data());
    stream_.avail_out = static_cast<std::uint32_t>(output_.size());
    const int outcome = isal_deflate(&stream_);
    clean_registers();
    if (outcome != COMP_OK || stream_.avail_in > 0)
      throw Failure(Retry::Never, "bench", "isal_deflate refused its input");
    return ByteView(output_).first(output_.size() - stream_.avail_out);
  }

 private:
  isal_zstream stream_{};
  std::array<std::uint8_t, ISAL_DEF_LVL1_LARGE> level_{};
  std::array<std::byte, 2 * kPieceBytes> output_{};
};

class Primitives {
 public:
  explicit Primitives(const std::filesystem::path& output) : output_(output) {}

  void take_file(const std::filesystem::path& file, bool is_text) {
    auto input = read_.time([&] { return FileInput(file); });
    if (is_text) deflate_.time([&] { deflater_->begin(); });
    sha_content_.time([&] { content_.begin(); });
    std::uint32_t crc = 0;
    while (true) {
      const std::size_t got = read_.time([&] { return input.read(piece_); });
      const auto piece = std::span(piece_).first(got);
      if (is_text) append(deflate_.time([&] { return deflater_->packed(piece, got == 0); }));
      if (got == 0) break;
      crc_.time([&] {
        crc = crc32_gzip_refl(
            crc, reinterpret_cast<const unsigned char*>(piece.data()), piece.size());
        clean_registers();
      });
      sha_content_.time([&] { content_.update(piece); });
      if (!is_text) append(piece);
    }
    sha_content_.time([&] { content_.finish(); });
    read_.time([&] { const FileInput closed = std::move(input); });
  }

  Floor finish() {
    leave_block();
    return {{"read", read_.seconds()},
            {"deflate (ISA-L 1)", deflate_.seconds()},
            {"CRC-32", crc_.seconds()},
            {"SHA-256 of content", sha_content_.seconds()},
            {"AES-256-CTR", aes_.seconds()},
            {"HMAC-SHA1", hmac_.seconds()},
            {"SHA-256 of ciphertext", sha_cipher_.seconds()},
            {"write", write_.seconds()}};
  }

 private:
  /// The copy into the block belongs to no primitive and is not counted.
  void append(ByteView bytes) {
    while (!bytes.empty()) {
      const std::size_t count = std::min(bytes.size(), kBlockBytes - used_);
      std::memcpy(block_.data() + used_, bytes.data(), count);
      used_ += count;
      bytes = bytes.subspan(count);
      if (used_ == kBlockBytes) leave_block();
    }
  }

  void leave_block() {
    const auto block = std::span(block_).first(used_);
    aes_.time([&] { cipher_.apply(block); });
    hmac_.time([&] { authenticator_.update(block); });
    sha_cipher_.time([&] { ciphertext_.update(block); });
    write_.time([&] { output_.write(block); });
    used_ = 0;
  }

  FileOutput output_;
  std::vector<std::byte> piece_ = std::vector<std::byte>(kPieceBytes);
  std::vector<std::byte> block_ = std::vector<std::byte>(kBlockBytes);
  std::size_t used_ = 0;
  std::unique_ptr<Deflate> deflater_ = std::make_unique<Deflate>();
  Digest content_;
  Digest ciphertext_ = begun();
  crypto::AesCtr cipher_{std::array<std::byte, crypto::kAes256KeyBytes>{}};
  Authenticator authenticator_;
  Meter read_, deflate_, crc_, sha_content_, aes_, hmac_, sha_cipher_, write_;

  static Digest begun() {
    Digest digest;
    digest.begin();
    return digest;
  }
};

}  // namespace

namespace {

/// Lines of `<name>\t<seconds>`.
Floor parse_floor(const std::string& text) {
  Floor floor;
  std::istringstream lines(text);
  std::string name;
  std::string seconds;
  while (std::getline(lines, name, '\t') && std::getline(lines, seconds))
    floor.emplace_back(name, std::stod(seconds));
  if (floor.empty()) throw Failure(Retry::Never, "bench", "the floor said nothing");
  return floor;
}

}  // namespace

double sum_of(const Floor& floor) {
  double sum = 0;
  for (const auto& [name, seconds] : floor)
    sum += seconds;
  return sum;
}

Floor measure_floor(const std::filesystem::path& folder, const std::filesystem::path& output) {
  Primitives primitives(output);
  for_each_file(folder, [&](const std::filesystem::path& file, const std::string& name) {
    primitives.take_file(file, !is_media(name));
  });
  return primitives.finish();
}

Floor measure_floor_apart(const std::filesystem::path& self,
                          const std::filesystem::path& folder,
                          const std::filesystem::path& output,
                          int rounds) {
  std::vector<Floor> all;
  for (int round = 0; round < rounds; ++round) {
    std::filesystem::remove(output);
    all.push_back(
        parse_floor(run_apart({self.string(), "--floor", folder.string(), output.string()})));
  }
  Floor medians = all.front();
  for (std::size_t i = 0; i < medians.size(); ++i) {
    std::vector<double> seconds;
    for (const Floor& floor : all)
      seconds.push_back(floor.at(i).second);
    medians[i].second = median(std::move(seconds));
  }
  return medians;
}

}  // namespace rightful::bench
