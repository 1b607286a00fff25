#include "archive/reader/inner_check.hpp"

#include <utility>

#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/service_signature.hpp"

#include "archive/package_format.hpp"
#include "archive/reader/content_inspector.hpp"
#include "archive/reader/entry_walker.hpp"
#include "archive/reader/manifest_reader.hpp"
#include "archive/reader/owner_check.hpp"
#include "archive/reader/refuse.hpp"

namespace rightful::archive::reader {
namespace {

/// The kinds by name, docs/formats/package.md §4: written a second time, as everything here.
std::string_view kind_by_name(std::string_view name) {
  if (name.starts_with("media/")) return "media";
  if (name.starts_with("about/")) return "about";
  if (!name.starts_with("data/") || !name.ends_with(".json")) return "page";
  return name.ends_with(".schema.json") ? "schema" : "data";
}

/// Passes content on and hashes it on the way.
class HashedSource final : public ChunkSource {
 public:
  explicit HashedSource(ChunkSource& source) : source_(source) {}

  [[nodiscard]] Result<ByteView> next() override {
    RIGHTFUL_TRY(const ByteView part, source_.next());
    hash_.update(part);
    return part;
  }

  [[nodiscard]] crypto::Sha256Digest finish() { return std::move(hash_).finish(); }

 private:
  ChunkSource& source_;
  crypto::Sha256 hash_;
};

/// Passes content on; shows it to the inspector first.
class InspectedSource final : public ChunkSource {
 public:
  InspectedSource(ChunkSource& source, ContentInspector& inspector)
      : source_(source), inspector_(inspector) {}

  [[nodiscard]] Result<ByteView> next() override {
    RIGHTFUL_TRY(const ByteView part, source_.next());
    if (!part.empty()) RIGHTFUL_TRY(inspector_.take(part));
    return part;
  }

 private:
  ChunkSource& source_;
  ContentInspector& inspector_;
};

Result<void> read_to_end(ChunkSource& source) {
  while (true) {
    RIGHTFUL_TRY(const ByteView part, source.next());
    if (part.empty()) return {};
  }
}

std::string hex(const crypto::Sha256Digest& digest) {
  return to_hex(digest.bytes());
}

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// manifest.json by way of the directory, ahead of the stream; its hash is compared with the
/// stream's later.
class ManifestAhead {
 public:
  ManifestAhead(const ReadAt& inner, const CentralRecord& record, std::uint64_t end)
      : range_(inner, record.local_offset, end), feed_(range_), content_(feed_), record_(record) {}

  [[nodiscard]] Result<void> open() { return content_.enter(record_); }

  [[nodiscard]] ManifestReader& reader() noexcept { return reader_; }

  [[nodiscard]] crypto::Sha256Digest finish() { return hashed_.finish(); }

 private:
  RangeSource range_;
  ByteFeed feed_;
  EntryContent content_;
  const CentralRecord& record_;
  HashedSource hashed_{content_};
  ManifestReader reader_{hashed_};
};

/// The walk over the inner ZIP: entry by entry, directory, manifest and content side by side.
class InnerCheck {
 public:
  InnerCheck(ChunkSource& stream,
             const ReadAt& inner,
             const InnerIndex& index,
             const VerifyExpectation& expected,
             VerifyDepth depth)
      : expected_(expected),
        depth_(depth),
        walker_(stream, inner, index.place),
        manifest_(inner, index.closing[0], index.place.offset),
        inspector_(expected.account) {}

  [[nodiscard]] Result<void> run(VerifyReport& report);

 private:
  [[nodiscard]] Result<void> walk(VerifyReport& report);
  [[nodiscard]] Result<void> open_manifest();
  [[nodiscard]] Result<void> check_entry(const CentralRecord& record,
                                         const ListedEntry& listed,
                                         VerifyReport& report);
  [[nodiscard]] Result<void> check_listing(const CentralRecord& record, const ListedEntry& listed);
  [[nodiscard]] Result<void> check_checkpoint(const ListedEntry& listed);
  [[nodiscard]] Result<std::uint64_t> check_content(const ListedEntry& listed);
  [[nodiscard]] Result<void> add_up(const ListedEntry& listed, std::uint64_t records);
  [[nodiscard]] Result<crypto::Sha256Digest> hash_closing(std::string_view name);
  [[nodiscard]] Result<void> check_closing(VerifyReport& report);
  [[nodiscard]] Result<void> check_signature(const crypto::Sha256Digest& digest);
  [[nodiscard]] Result<void> check_totals() const;

  [[nodiscard]] std::unexpected<Error> disagrees(std::string_view why) const {
    return refuse(ErrorCode::Conflict, "entry", why, walker_.index());
  }

  void add_sum(std::string_view sha256_hex, std::string_view name) {
    sums_.update(as_bytes(std::string(sha256_hex) + "  " + std::string(name) + "\n"));
  }

  const VerifyExpectation& expected_;
  VerifyDepth depth_;
  EntryWalker walker_;
  ManifestAhead manifest_;
  ContentInspector inspector_;
  ManifestFacts facts_;
  bool has_checkpoint_ = false;
  crypto::Sha256 sums_;  ///< of what MANIFEST.sha256 has to say
};

Result<void> InnerCheck::run(VerifyReport& report) {
  const Result<void> walked = walk(report);
  // What was found in a content stands before whatever has stopped the walk.
  RIGHTFUL_TRY(inspector_.finish());
  return walked;
}

Result<void> InnerCheck::walk(VerifyReport& report) {
  RIGHTFUL_TRY(open_manifest());
  while (true) {
    RIGHTFUL_TRY(const auto listed, manifest_.reader().next_entry());
    if (!listed) break;
    RIGHTFUL_TRY(const CentralRecord* const record, walker_.enter());
    if (record == nullptr) return disagrees("a listed entry is absent");
    RIGHTFUL_TRY(check_entry(*record, *listed, report));
  }
  RIGHTFUL_TRY(check_closing(report));
  RIGHTFUL_TRY(walker_.finish());
  return check_totals();
}

Result<void> InnerCheck::open_manifest() {
  RIGHTFUL_TRY(manifest_.open());
  RIGHTFUL_TRY(facts_, manifest_.reader().read_head());
  if (facts_.account != expected_.account.expose()) {
    return refuse(ErrorCode::Conflict, "manifest", "written for another account");
  }
  if (facts_.request != expected_.request.to_string()) {
    return refuse(ErrorCode::Conflict, "manifest", "written for another request");
  }
  return {};
}

Result<void> InnerCheck::check_entry(const CentralRecord& record,
                                     const ListedEntry& listed,
                                     VerifyReport& report) {
  RIGHTFUL_TRY(check_listing(record, listed));
  RIGHTFUL_TRY(check_checkpoint(listed));
  RIGHTFUL_TRY(const std::uint64_t records, check_content(listed));
  RIGHTFUL_TRY(add_up(listed, records));
  add_sum(listed.sha256_hex, listed.name);
  ++report.entries;
  report.records += records;
  if (listed.kind == "media") ++report.objects;
  return {};
}

/// What the manifest says of an entry, as far as no content is needed.
Result<void> InnerCheck::check_listing(const CentralRecord& record, const ListedEntry& listed) {
  if (listed.name != record.name) return disagrees("the manifest lists another name here");
  if (listed.size != record.size) return disagrees("the manifest lists another size");
  if (!is_sha256_hex(listed.sha256_hex)) return disagrees("the manifest lists no SHA-256");
  if (listed.kind != kind_by_name(record.name)) return disagrees("the kind does not fit the name");
  const bool is_data = listed.kind == "data";
  const bool is_media = listed.kind == "media";
  if (listed.records.has_value() != is_data || listed.owner.has_value() != is_media ||
      ((is_data || is_media) && !listed.dataset)) {
    return disagrees("the manifest says too much or too little of an entry of this kind");
  }
  if (is_media && *listed.owner != expected_.account.expose()) {
    return refuse(
        ErrorCode::Denied, "owner", "a media entry belongs to another account", walker_.index());
  }
  return {};
}

/// The manifest's checkpoint and its file are the same bytes.
Result<void> InnerCheck::check_checkpoint(const ListedEntry& listed) {
  if (listed.name != format::kCheckpointName) return {};
  if (listed.sha256_hex != hex(crypto::sha256(as_bytes(facts_.checkpoint)))) {
    return disagrees("not the checkpoint that the manifest says");
  }
  has_checkpoint_ = true;
  return {};
}

/// @return the number of records of a data entry, else 0.
Result<std::uint64_t> InnerCheck::check_content(const ListedEntry& listed) {
  if (depth_ == VerifyDepth::Structure && listed.kind == "media") {
    RIGHTFUL_TRY(walker_.content().skip());
    return 0;
  }
  InspectedSource content(walker_.content(), inspector_);
  std::uint64_t records = 0;
  if (listed.kind == "data") {
    RIGHTFUL_TRY(records, count_owned_records(content, expected_.account));
    if (listed.records != records) {
      return refuse(ErrorCode::Conflict,
                    "records",
                    "the manifest lists another number of records",
                    walker_.index());
    }
  } else {
    RIGHTFUL_TRY(read_to_end(content));
  }
  RIGHTFUL_TRY(inspector_.end_entry(walker_.index(), listed.sha256_hex));
  return records;
}

Result<void> InnerCheck::add_up(const ListedEntry& listed, std::uint64_t records) {
  if (!listed.dataset) return {};
  const auto found = facts_.datasets.find(*listed.dataset);
  if (found == facts_.datasets.end()) return disagrees("an entry of an unlisted dataset");
  found->second.rows_seen += records;
  if (listed.kind == "media") ++found->second.objects_seen;
  return {};
}

/// Reads the next entry, which must have this name, and hashes it.
Result<crypto::Sha256Digest> InnerCheck::hash_closing(std::string_view name) {
  RIGHTFUL_TRY(const CentralRecord* const record, walker_.enter());
  if (record == nullptr || record->name != name) return disagrees("an entry outside the manifest");
  HashedSource content(walker_.content());
  RIGHTFUL_TRY(read_to_end(content));
  return content.finish();
}

Result<void> InnerCheck::check_closing(VerifyReport& report) {
  RIGHTFUL_TRY(const auto manifest_sha256, hash_closing(format::kManifestName));
  if (manifest_sha256 != manifest_.finish()) {
    return refuse(ErrorCode::InvalidArgument, "manifest", "has changed while it was read");
  }
  add_sum(hex(manifest_sha256), format::kManifestName);
  RIGHTFUL_TRY(report.manifest_digest, hash_closing(format::kSumsName));
  if (report.manifest_digest != std::move(sums_).finish()) {
    return refuse(ErrorCode::Conflict, "manifest", "MANIFEST.sha256 says something else");
  }
  RIGHTFUL_TRY(check_signature(report.manifest_digest));
  RIGHTFUL_TRY(const CentralRecord* const more, walker_.enter());
  if (more != nullptr) return disagrees("an entry after the signature");
  return {};
}

Result<void> InnerCheck::check_signature(const crypto::Sha256Digest& digest) {
  if (expected_.manifest_digest && *expected_.manifest_digest != digest) {
    return refuse(ErrorCode::Conflict, "manifest", "not the manifest that was signed");
  }
  RIGHTFUL_TRY(const CentralRecord* const record, walker_.enter());
  if (record == nullptr || record->size != format::kSignatureBytes) {
    return refuse(ErrorCode::InvalidArgument, "signature", "has another size");
  }
  Bytes bytes;
  while (true) {
    RIGHTFUL_TRY(const ByteView part, walker_.content().next());
    if (part.empty()) break;
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  RIGHTFUL_TRY(const auto signature, crypto::Signature::parse(bytes));
  if (!crypto::verify_service_signature(crypto::ServiceLabel::Manifest,
                                        expected_.request,
                                        expected_.account,
                                        digest,
                                        expected_.service_key,
                                        signature)) {
    return refuse(ErrorCode::NotAuthentic, "signature", "the manifest's signature does not hold");
  }
  return {};
}

Result<void> InnerCheck::check_totals() const {
  if (has_checkpoint_ != (facts_.checkpoint != format::kNoCheckpoint)) {
    return refuse(
        ErrorCode::Conflict, "manifest", "a checkpoint without its file, or a file alone");
  }
  for (const auto& [name, dataset] : facts_.datasets) {
    if (dataset.rows != dataset.rows_seen || dataset.objects != dataset.objects_seen) {
      return refuse(
          ErrorCode::Conflict, "records", "a dataset's counts are not those of its entries");
    }
  }
  return {};
}

}  // namespace

Result<void> check_inner(ChunkSource& stream,
                         const ReadAt& inner,
                         const VerifyExpectation& expected,
                         VerifyDepth depth,
                         VerifyReport& report) {
  RIGHTFUL_TRY(const InnerIndex index, read_inner_index(inner));
  return InnerCheck(stream, inner, index, expected, depth).run(report);
}

}  // namespace rightful::archive::reader
