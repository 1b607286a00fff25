/// @file
/// What supervisor and export child say to each other, as types; the text is JSON, read strictly:
/// an unknown, missing or repeated member, a negative count or a digest of another size is an
/// error. Lengths are the frame's (queue).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "rightful/core/clock.hpp"
#include "rightful/core/result.hpp"
#include "rightful/crypto/fixed_bytes.hpp"
#include "rightful/crypto/service_signature.hpp"
#include "rightful/crypto/statement.hpp"
#include "rightful/sources/account_reader.hpp"
#include "rightful/store/jobs.hpp"

namespace rightful::exporting {

/// Format   docs/formats/child-protocol.md section 2
/// Secrets  URLs of sources may hold passwords; the account is personal. It exists on the pipe and
/// in memory only.
struct ChildInput {
  AccountId account;  ///< of the job: the statement must name the same
  RequestId request;  ///< of the job: the statement must name the same
  crypto::RequestStatement statement;
  crypto::SignPublicKey sign_key;
  crypto::Signature signature;
  crypto::SignPublicKey service_key;
  std::optional<Bytes> recovery_wrap;
  std::string language;
  std::string catalog;
  std::int64_t catalog_version;
  crypto::Sha256Digest catalog_sha256;
  std::string checkpoint;  ///< the note of the ledger's newest checkpoint; goes into the package
  sources::SourceLocations locations;
  std::string package_directory;
  std::string object_name;
  std::string work_directory;
  Instant created;
  Instant not_after;
  std::int64_t memory_mib;
  bool is_landlock_required;
};

[[nodiscard]] std::string encode(const ChildInput& input);
/// @return InvalidArgument
[[nodiscard]] Result<ChildInput> parse_child_input(std::string_view text);

struct StageMessage {
  std::string stage;  ///< collecting, packaging, verifying
};

struct ProgressMessage {
  store::JobProgress progress;
};

/// One dataset is in the package completely, media included.
struct DatasetMessage {
  std::string name;
  std::int64_t rows;
  std::int64_t objects;
  std::int64_t bytes;          ///< of data and media, uncompressed
  std::int64_t redacted;       ///< values removed
  std::int64_t pseudonymised;  ///< values replaced
};

/// A request to sign, once per label.
struct SignMessage {
  crypto::ServiceLabel label;
  crypto::Sha256Digest digest;
};

/// Written, completed, read back and verified; the passphrase is wiped.
struct ResultMessage {
  std::int64_t size;
  crypto::Sha256Digest sha256;
  crypto::Sha256Digest content_sha256;
  crypto::Sha256Digest manifest_sha256;
  std::string envelope;
  std::int64_t entries;  ///< checked one by one
};

struct FailureMessage {
  std::string cause;        ///< `[a-z0-9_]{1,24}`
  bool is_retried = false;  ///< counts where our own table does not know the cause
  std::string dataset;      ///< a name of the catalog, or empty
};

using ChildMessage = std::variant<StageMessage,
                                  ProgressMessage,
                                  DatasetMessage,
                                  SignMessage,
                                  ResultMessage,
                                  FailureMessage>;

/// Format  docs/formats/child-protocol.md section 3
[[nodiscard]] std::string encode(const ChildMessage& message);
/// @return InvalidArgument; the detail never repeats the text.
[[nodiscard]] Result<ChildMessage> parse_child_message(std::string_view text);

/// The one answer of the supervisor.
struct SignatureMessage {
  crypto::ServiceLabel label = crypto::ServiceLabel::Manifest;
  crypto::Signature signature;
};

[[nodiscard]] std::string encode(const SignatureMessage& message);
/// @return InvalidArgument
[[nodiscard]] Result<SignatureMessage> parse_signature_message(std::string_view text);

}  // namespace rightful::exporting
