#include "rightful/ledger/log_export.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "rightful/core/check.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/log_archive.hpp"
#include "rightful/ledger/proof.hpp"
#include "rightful/ledger/tiles.hpp"
#include "rightful/ledger/tlog_proof.hpp"

#include "ledger/archive_writer.hpp"
#include "ledger/entry_reader.hpp"
#include "ledger/entry_walk.hpp"

namespace rightful::ledger {

namespace {

enum class Meant : std::uint8_t { Yes, No, Unknown };

Meant meant_by(const EntryFilter& filter, std::uint64_t index, ByteView leaf) {
  if (!filter.takes_index(index)) return Meant::No;
  if (!filter.asks_for_fields()) return Meant::Yes;
  if (leaf.empty()) return Meant::Unknown;
  const auto parsed = parse_leaf(leaf);
  return parsed && filter.takes(*parsed) ? Meant::Yes : Meant::No;
}

Result<std::string> format_entry(EvidenceFormat format,
                                 std::uint64_t index,
                                 const TreeHash& hash,
                                 ByteView leaf) {
  if (format == EvidenceFormat::Csv) return format_csv_row(index, hash, leaf);
  return format_evidence_line(index, hash, leaf);
}

Result<Exported> export_lines(TileSource& source,
                              const TreeHead& head,
                              const ExportRequest& request,
                              EvidenceSink& sink) {
  Exported exported;
  if (request.format == EvidenceFormat::Csv) sink.write(as_bytes(csv_header()));
  RIGHTFUL_TRY(walk_entries(
      source, head, [&](std::uint64_t index, const TreeHash& hash, ByteView leaf) -> Result<void> {
        const Meant meant = meant_by(request.filter, index, leaf);
        exported.left_out += meant == Meant::Unknown ? 1U : 0U;
        if (meant != Meant::Yes) return {};
        RIGHTFUL_TRY(const std::string line, format_entry(request.format, index, hash, leaf));
        sink.write(as_bytes(line));
        ++exported.entries;
        return {};
      }));
  return exported;
}

nlohmann::ordered_json filter_json(const EntryFilter& filter) {
  auto json = nlohmann::ordered_json::object();
  if (filter.from > 0) json["from"] = filter.from;
  if (filter.to) json["to"] = *filter.to;
  if (filter.act) json["act"] = *filter.act;
  if (filter.subj) json["subj"] = *filter.subj;
  if (filter.req) json["req"] = *filter.req;
  if (filter.actor) json["actor"] = *filter.actor;
  if (filter.since) json["since"] = format_rfc3339(*filter.since);
  if (filter.until) json["until"] = format_rfc3339(*filter.until);
  return json;
}

std::string manifest(const Checkpoint& checkpoint,
                     const ExportRequest& request,
                     const Exported& exported) {
  const bool is_whole = request.filter.takes_all();
  const nlohmann::ordered_json json{{"origin", checkpoint.origin.text()},
                                    {"size", checkpoint.head.size},
                                    {"root", to_base64(checkpoint.head.root.bytes())},
                                    {"kind", is_whole ? "range" : "selection"},
                                    {"filter", filter_json(request.filter)},
                                    {"entries", exported.entries},
                                    {"left_out", exported.left_out},
                                    {"tool", request.tool}};
  return json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

// -- the whole tree

// Bytewise, as names are sorted.
std::vector<std::string> sorted_names(const std::vector<std::uint64_t>& sizes) {
  std::vector<std::string> names;
  names.reserve(sizes.size());
  for (const std::uint64_t size : sizes)
    names.push_back(LogPath::saved_checkpoint(size).text());
  std::ranges::sort(names);
  return names;
}

Result<void> add_file(ArchiveWriter& archive, TileSource& source, const LogPath& path) {
  RIGHTFUL_TRY(const Bytes content, source.read(path));
  archive.add(path.text(), content);
  return {};
}

Result<void> add_hash_tiles(ArchiveWriter& archive, TileSource& source, std::uint64_t size) {
  for (unsigned level = 0; level <= kMaxTileLevel; ++level) {
    for (std::uint64_t index = 0; tile_width(level, index, size) != 0; ++index) {
      const unsigned width = tile_width(level, index, size);
      // By its hashes: the partial one may be gone, then they begin the full one.
      RIGHTFUL_TRY(const auto hashes, read_hash_tile(source, level, index, width));
      archive.add(LogPath::hash_tile(level, index, width).text(), format_hash_tile(hashes));
    }
  }
  return {};
}

Result<void> add_bundles(ArchiveWriter& archive, TileSource& source, std::uint64_t size) {
  for (std::uint64_t index = 0; tile_width(0, index, size) != 0; ++index) {
    const unsigned width = tile_width(0, index, size);
    RIGHTFUL_TRY(const EntryBundle bundle, read_entry_bundle(source, index, width));
    archive.add(LogPath::entry_bundle(index, width).text(), format_entry_bundle(bundle.leaves));
  }
  return {};
}

/// The checkpoint that was verified, and the note it came in.
struct VerifiedHead {
  const Checkpoint& checkpoint;
  const Bytes& note;
};

Result<Exported> archive_tree(TileSource& source,
                              const VerifiedHead& verified,
                              const ExportRequest& request,
                              EvidenceSink& sink) {
  const Checkpoint& checkpoint = verified.checkpoint;
  const std::uint64_t size = checkpoint.head.size;
  if (size > kMaxArchivedEntries) {
    return fail(ErrorCode::LimitExceeded,
                "an archive holds at most 256000000 entries: copy the folder");
  }
  const Exported exported{.entries = size, .left_out = 0};
  ArchiveWriter archive(sink);
  archive.add(LogPath::checkpoint().text(), verified.note);
  RIGHTFUL_TRY(const auto saved, source.saved_checkpoints());
  for (const std::string& name : sorted_names(saved)) {
    RIGHTFUL_TRY(const LogPath path, LogPath::parse(name));
    RIGHTFUL_TRY(add_file(archive, source, path));
  }
  archive.add(kManifestMember, as_bytes(manifest(checkpoint, request, exported)));
  RIGHTFUL_TRY(add_hash_tiles(archive, source, size));
  RIGHTFUL_TRY(add_bundles(archive, source, size));
  archive.finish();
  return exported;
}

// -- single entries

/// Entries and proofs out of tiles, for indices in the order of their decimal text: numbers with
/// as many digits ascend, so each has a bundle and tiles of its own kept.
class SelectedEntries {
 public:
  SelectedEntries(TileSource& source, std::uint64_t size) : source_(source), size_(size) {}

  /// Valid until the next call.
  [[nodiscard]] Result<ByteView> leaf(std::uint64_t index) {
    Kept& kept = kept_for(index);
    const std::uint64_t row = index / kTileWidth;
    if (kept.bundle.leaves.empty() || kept.row != row) {
      RIGHTFUL_TRY(kept.bundle, read_entry_bundle(source_, row, tile_width(0, row, size_)));
      kept.row = row;
    }
    return kept.bundle.leaves[index % kTileWidth];
  }

  [[nodiscard]] Result<Proof> proof(std::uint64_t index) {
    return make_inclusion_proof(kept_for(index).hashes, index, size_);
  }

 private:
  struct Kept {
    explicit Kept(TileSource& source, std::uint64_t size) : hashes(source, size) {}

    TileHashes hashes;
    EntryBundle bundle;
    std::uint64_t row = 0;
  };

  Kept& kept_for(std::uint64_t index) {
    auto& kept = kept_.at(std::to_string(index).size() - 1);
    if (kept == nullptr) kept = std::make_unique<Kept>(source_, size_);
    return *kept;
  }

  TileSource& source_;
  std::uint64_t size_;
  std::array<std::unique_ptr<Kept>, 20> kept_;
};

Result<std::vector<std::uint64_t>> select(TileSource& source,
                                          const TreeHead& head,
                                          const EntryFilter& filter,
                                          Exported& exported) {
  std::vector<std::uint64_t> selected;
  RIGHTFUL_TRY(walk_entries(
      source,
      head,
      [&](std::uint64_t index, const TreeHash& /*hash*/, ByteView leaf) -> Result<void> {
        const Meant meant = meant_by(filter, index, leaf);
        if (meant == Meant::No) return {};
        if (leaf.empty()) {
          ++exported.left_out;
          return {};
        }
        if (selected.size() == kMaxSelectedEntries) {
          return fail(ErrorCode::LimitExceeded,
                      "an archive holds at most 500000 single entries: ask for fewer, or for all");
        }
        selected.push_back(index);
        return {};
      }));
  exported.entries = selected.size();
  std::ranges::sort(selected, {}, leaf_member_name);
  return selected;
}

Result<Exported> archive_selection(TileSource& source,
                                   const VerifiedHead& verified,
                                   const ExportRequest& request,
                                   EvidenceSink& sink) {
  const Checkpoint& checkpoint = verified.checkpoint;
  Exported exported;
  RIGHTFUL_TRY(const auto selected, select(source, checkpoint.head, request.filter, exported));
  if (selected.empty()) {
    return fail(ErrorCode::NotFound,
                "no entry fits (" + std::to_string(exported.left_out) +
                    " erased ones may have): there is nothing to archive");
  }
  ArchiveWriter archive(sink);
  archive.add(LogPath::checkpoint().text(), verified.note);
  SelectedEntries entries(source, checkpoint.head.size);
  for (const std::uint64_t index : selected) {
    RIGHTFUL_TRY(const ByteView leaf, entries.leaf(index));
    RIGHTFUL_TRY(auto hashes, entries.proof(index));
    if (!verify_inclusion(hashes, index, leaf_hash(leaf), checkpoint.head))
      return changed_since_verified();
    const TlogProof proof{.index = index, .hashes = std::move(hashes), .note = verified.note};
    archive.add(leaf_member_name(index), leaf);
    archive.add(proof_member_name(index), as_bytes(format_tlog_proof(proof)));
  }
  archive.add(kManifestMember, as_bytes(manifest(checkpoint, request, exported)));
  archive.finish();
  return exported;
}

}  // namespace

Result<Exported> export_log(TileSource& source,
                            const Verdict& verified,
                            const ExportRequest& request,
                            EvidenceSink& sink) {
  RIGHTFUL_CHECK(verified.severity == Severity::Report && verified.checkpoint);
  const VerifiedHead head{.checkpoint = verified.checkpoint->checkpoint, .note = verified.note};
  if (request.format != EvidenceFormat::Archive)
    return export_lines(source, head.checkpoint.head, request, sink);
  if (request.filter.takes_all()) return archive_tree(source, head, request, sink);
  return archive_selection(source, head, request, sink);
}

}  // namespace rightful::ledger
