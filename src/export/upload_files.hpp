/// @file
/// The uploads of one request on their way to its export child: still sealed, in files that go with
/// the attempt; their keys go over the child's pipe.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/clock.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/server_keys.hpp"
#include "rightful/sources/account_reader.hpp"
#include "rightful/store/jobs.hpp"
#include "rightful/store/pool.hpp"

namespace rightful::exporting {

/// Removes its files when it ends.
class UploadFiles {
 public:
  UploadFiles() = default;
  ~UploadFiles();
  UploadFiles(const UploadFiles&) = delete;
  UploadFiles& operator=(const UploadFiles&) = delete;

  void add(std::filesystem::path file) { files_.push_back(std::move(file)); }

 private:
  std::vector<std::filesystem::path> files_;
};

/// All outlive the call.
struct UploadParts {
  store::Pool& pool;
  const crypto::ServerKeys& keys;
  const Clock& clock;
  Random& random;
  const std::filesystem::path& work_directory;
};

/// Opens the tasks of the catalog's manual datasets and, when all are supplied, puts their pieces
/// into files and says in `locations` where.
/// Errors  AttemptFailed: waiting_for_upload; signature_mismatch (quarantine) when a stored key is
///         not this request's.
[[nodiscard]] std::shared_ptr<UploadFiles> fetch_uploads(const UploadParts& parts,
                                                         const store::ClaimedJob& job,
                                                         const catalog::Catalog& catalog,
                                                         sources::SourceLocations& locations);

/// Of attempts whose worker died: older than a day.
void remove_left_uploads(const std::filesystem::path& work_directory);

}  // namespace rightful::exporting
