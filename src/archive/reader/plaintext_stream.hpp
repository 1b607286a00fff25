/// @file
/// The encrypted entry, read once from front to back: one thread reads and hashes the file, a
/// second one authenticates and decrypts what the first has read.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "rightful/archive/read_at.hpp"
#include "rightful/archive/verify_package.hpp"
#include "rightful/crypto/ae2.hpp"
#include "rightful/crypto/hash.hpp"

#include "archive/reader/chunk_source.hpp"
#include "archive/reader/outer_file.hpp"

namespace rightful::archive::reader {

/// Whether the file's own hash is wanted beside HMAC and content hash.
enum class HashScope : std::uint8_t { Content, ContentAndFile };

/// What is known when everything has been read; the HMAC has held then.
struct StreamFacts {
  crypto::Sha256Digest content_sha256;
  std::optional<crypto::Sha256Digest> file_sha256;
};

/// Gives the inner ZIP as chunks. Nothing that comes out is authentic before finish() has
/// succeeded.
///
/// A block goes round: free_ → reading → read_ → decrypting → filled_ → the caller → free_. It
/// belongs to one thread at a time, so that kBlocks is the whole memory.
///
/// Threads  one caller; `mutex_` guards free_, read_, filled_, is_cancelled_, is_read_, is_done_,
/// failure_.
/// Errors   Failure from `stored`; next() returns Conflict when `progress` says stop.
class PlaintextStream final : public ChunkSource {
 public:
  /// @param stored, file, progress  must outlive the stream.
  PlaintextStream(const ReadAt& stored,
                  const OuterFile& file,
                  crypto::Ae2Decryptor decryptor,
                  HashScope scope,
                  const PackageProgress& progress);
  PlaintextStream(const PlaintextStream&) = delete;
  PlaintextStream& operator=(const PlaintextStream&) = delete;
  ~PlaintextStream() override;

  [[nodiscard]] Result<ByteView> next() override;
  /// Reads what is left. @return NotAuthentic "hmac: …"
  [[nodiscard]] Result<StreamFacts> finish();

 private:
  static constexpr std::size_t kBlockBytes = 256 * std::size_t{1024};
  static constexpr std::size_t kBlocks = 8;

  void give_up();
  void join();
  void run(void (PlaintextStream::*work)(), bool& is_over);
  void read_all();
  void hash_outside(std::uint64_t from, std::uint64_t to);
  void read_content();
  void decrypt_all();
  [[nodiscard]] std::optional<Bytes> take_free();
  [[nodiscard]] std::optional<Bytes> take_read();
  void hand_over(Bytes block, std::deque<Bytes>& to);

  const ReadAt& stored_;
  const OuterFile& file_;
  crypto::Ae2Decryptor decryptor_;  ///< the decrypting thread's
  HashScope scope_;
  const PackageProgress& progress_;
  crypto::Sha256 file_hash_;  ///< the reading thread's
  Bytes current_;
  std::uint64_t delivered_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Bytes> free_;
  std::deque<Bytes> read_;
  std::deque<Bytes> filled_;
  bool is_cancelled_ = false;
  bool is_read_ = false;
  bool is_done_ = false;
  std::exception_ptr failure_;  ///< the first one
  std::thread reading_;
  std::thread decrypting_;
};

}  // namespace rightful::archive::reader
