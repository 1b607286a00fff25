#include "lifecycle/published_log.hpp"

#include <algorithm>
#include <utility>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/frontier.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/log_directory.hpp"
#include "rightful/ledger/log_name.hpp"
#include "rightful/ledger/tiles.hpp"

namespace rightful::lifecycle {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> damaged(const PublishedLog& log, const std::string& what) {
  return fail(ErrorCode::NotAuthentic,
              "the published log " + log.name + " does not hold: " + what +
                  "; run `rightful audit verify` on it and look into what it finds");
}

Result<PublishedLog> read_checkpoint(const std::string& name, Bytes note) {
  RIGHTFUL_TRY(const auto parsed, ledger::parse_note(note));
  RIGHTFUL_TRY(auto checkpoint, ledger::parse_checkpoint(parsed.text));
  return PublishedLog{name, std::move(note), std::move(checkpoint)};
}

/// The full file where there is one: a log that has grown since has both.
Result<Bytes> read_bundle(ledger::LogDirectory& folder, std::uint64_t index, unsigned width) {
  auto bytes = folder.read(ledger::LogPath::entry_bundle(index, width));
  if (bytes || bytes.error().code != ErrorCode::NotFound || width == ledger::kTileWidth) {
    return bytes;
  }
  return folder.read(ledger::LogPath::entry_bundle(index, ledger::kTileWidth));
}

/// One bundle of a log: its leaves, empty where a body was erased, and the hashes of all of them.
struct Bundle {
  Bytes bytes;
  std::vector<ByteView> leaves;
  std::vector<ledger::TreeHash> hashes;
};

Result<Bundle> read_one(ledger::LogDirectory& folder,
                        const PublishedLog& log,
                        std::uint64_t index) {
  const std::uint64_t size = log.checkpoint.head.size;
  const auto width = static_cast<unsigned>(
      std::min<std::uint64_t>(ledger::kTileWidth, size - index * ledger::kTileWidth));
  auto hashes = ledger::read_hash_tile(folder, 0, index, width);
  if (!hashes) return damaged(log, "a tile of hashes is missing or malformed");
  Bundle bundle{.bytes = {}, .leaves = {}, .hashes = *std::move(hashes)};
  auto bytes = read_bundle(folder, index, width);
  if (!bytes) return damaged(log, "a bundle of entries is missing");
  bundle.bytes = *std::move(bytes);
  auto leaves = ledger::parse_entry_bundle(bundle.bytes, width);
  if (!leaves) leaves = ledger::parse_entry_bundle(bundle.bytes, ledger::kTileWidth);
  if (!leaves) return damaged(log, "a bundle of entries is malformed");
  bundle.leaves = *std::move(leaves);
  bundle.leaves.resize(width);
  for (unsigned at = 0; at < width; ++at) {
    const ByteView leaf = bundle.leaves[at];
    if (!leaf.empty() && ledger::leaf_hash(leaf) != bundle.hashes[at]) {
      return damaged(log, "an entry is not the one that was hashed");
    }
  }
  return bundle;
}

}  // namespace

Result<std::vector<PublishedLog>> published_logs(const fs::path& directory) {
  std::vector<PublishedLog> logs;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!ledger::is_log_name(name) || !entry.is_directory()) continue;
    RIGHTFUL_TRY(auto folder, ledger::LogDirectory::open(entry.path()));
    auto note = folder.read(ledger::LogPath::checkpoint());
    if (!note && note.error().code == ErrorCode::NotFound) continue;
    if (!note) return std::unexpected(std::move(note).error());
    auto log = read_checkpoint(name, *std::move(note));
    if (!log) {
      return fail(ErrorCode::InvalidArgument,
                  "the published checkpoint of log " + name + " is none: " + log.error().detail);
    }
    logs.push_back(*std::move(log));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw_system_failure("reading the ledger's directory", error.value());
  }
  std::ranges::sort(logs, {}, &PublishedLog::name);
  return logs;
}

Result<void> visit_entries(const fs::path& directory,
                           const PublishedLog& log,
                           std::span<const ledger::NoteKey> keys,
                           const std::function<void(ByteView)>& visit) {
  const auto opened = ledger::open_checkpoint(log.note, keys);
  if (!opened) {
    const bool is_unknown = opened.error().code == ErrorCode::NotFound;
    return fail(is_unknown ? ErrorCode::NotFound : ErrorCode::NotAuthentic,
                "no key that is known here signed the checkpoint of the published log " + log.name +
                    "; give its trust file with --trust FILE");
  }
  RIGHTFUL_TRY(auto folder, ledger::LogDirectory::open(directory / log.name));
  const std::uint64_t size = log.checkpoint.head.size;
  ledger::Frontier frontier;
  for (std::uint64_t index = 0; index * ledger::kTileWidth < size; ++index) {
    RIGHTFUL_TRY(const Bundle bundle, read_one(folder, log, index));
    for (const ledger::TreeHash& hash : bundle.hashes)
      frontier.append(hash);
  }
  if (frontier.root() != log.checkpoint.head.root) {
    return damaged(log, "its entries do not give the root that was signed");
  }
  for (std::uint64_t index = 0; index * ledger::kTileWidth < size; ++index) {
    RIGHTFUL_TRY(const Bundle bundle, read_one(folder, log, index));
    for (const ByteView leaf : bundle.leaves) {
      if (!leaf.empty()) visit(leaf);
    }
  }
  return {};
}

}  // namespace rightful::lifecycle
