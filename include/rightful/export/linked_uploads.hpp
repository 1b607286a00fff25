/// @file
/// What a colleague who holds a link is shown, and the upload that arrives through it. Making links
/// is manual_uploads.hpp. Docs: docs/adr/0029.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rightful/catalog/localized_text.hpp"
#include "rightful/core/account_id.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/id.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/export/manual_uploads.hpp"
#include "rightful/lifecycle/token.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::exporting {

/// All that the holder of a link is told. Secrets  never the account.
struct LinkedTask {
  RequestId request;
  catalog::LocalizedText title;
  catalog::LocalizedText instructions;  ///< may be empty
  std::vector<std::string> languages;   ///< of the controller, the first is the usual one
  std::chrono::year_month_day due;      ///< the request's legal date
  Instant until;                        ///< of the link
  std::uint64_t max_bytes = 0;
};

enum class LinkRefusalKind : std::uint8_t {
  Dead,          ///< unknown, used, expired, taken back, or its request waits no more: all the same
  OtherAccount,  ///< the account that was typed is not the request's
  ForeignRecord,
  BadForm,
  TooLarge,
  Busy  ///< too many uploads at this moment
};

struct LinkRefusal {
  LinkRefusalKind kind;
  std::string reason{};  ///< of ForeignRecord and BadForm. Secrets  never a value of the file
};

/// One upload while it arrives: nothing is kept unless finish() says so.
///
/// Owns     its place among the uploads at once, and an unlinked file of ciphertext; both go with
/// it. Threads  one at a time. Cost  half a MiB of memory.
class IncomingUpload {
 public:
  ~IncomingUpload();
  IncomingUpload(const IncomingUpload&) = delete;
  IncomingUpload& operator=(const IncomingUpload&) = delete;

  /// Errors  Failure of the disk.
  void append(ByteView bytes);
  /// After the last byte, once: the same checks as `rightful admin manual upload`, and the same
  /// leaves. The link ends with success.
  /// @return how many records. Errors  Failure when the database does not answer.
  [[nodiscard]] std::expected<std::uint64_t, LinkRefusal> finish();

 private:
  friend class LinkedUploads;
  struct Parts;
  explicit IncomingUpload(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

/// Threads  may be called from any thread.
class LinkedUploads {
 public:
  static constexpr int kAtOnce = 4;

  /// All must outlive the object, and the object the uploads that it gave.
  /// @param spool_directory  for unlinked, encrypted files; made when absent.
  LinkedUploads(store::Pool& pool,
                ManualUploads& uploads,
                Clock& clock,
                Random& random,
                std::filesystem::path spool_directory);

  /// @return nothing when the link is dead.
  [[nodiscard]] std::optional<LinkedTask> find(const lifecycle::Token& token);

  /// Begins an upload whose first byte has not been read yet. The account is compared at its end.
  /// @param typed       as the colleague typed it.
  /// @param size_bytes  of the whole.
  /// @return Dead, TooLarge, Busy.
  [[nodiscard]] std::expected<std::unique_ptr<IncomingUpload>, LinkRefusal> receive(
      const lifecycle::Token& token, AccountId typed, std::uint64_t size_bytes);

 private:
  friend class IncomingUpload;

  store::Pool& pool_;
  ManualUploads& uploads_;
  Clock& clock_;
  Random& random_;
  std::filesystem::path spool_directory_;
  std::atomic<int> open_ = 0;
};

}  // namespace rightful::exporting
