#include "rightful/archive/package_writer.hpp"

#include <vector>

#include "rightful/core/check.hpp"

#include "archive/cipher_pipe.hpp"
#include "archive/content_meter.hpp"
#include "archive/package_format.hpp"
#include "archive/zip_records.hpp"

namespace rightful::archive {
namespace {

/// WinZip AES specification II.B: version 2 (AE-2), "AE", AES-256, the real method.
void append_aes_extra(RecordText& out) {
  out.u16(format::kExtraAes)
      .u16(static_cast<std::uint16_t>(format::kAesExtraBytes - 4))
      .u16(format::kAesVendorVersion)
      .u16(format::kAesVendorId)
      .u8(format::kAesStrength256)
      .u16(format::kMethodStore);
}

/// The room of a ZIP64 extra while nobody knows whether one is needed.
void append_growth_hint(RecordText& out) {
  out.u16(format::kExtraGrowthHint)
      .u16(static_cast<std::uint16_t>(format::kZip64ExtraBytes - 4))
      .u16(format::kGrowthHintSignature)
      .u16(0)
      .zeros(format::kZip64ExtraBytes - 8);
}

EntryRecord stored_entry(std::string_view name, std::string_view content, DosTime modified) {
  return {.name = name,
          .version_needed = format::kVersionStore,
          .flags = format::kNoFlags,
          .method = format::kMethodStore,
          .modified = modified,
          .crc = crc32_continue(0, as_bytes(content)),
          .packed_size = content.size(),
          .size = content.size(),
          .local_offset = 0};
}

enum class Phase : std::uint8_t { Content, Envelope, Finished };

/// What stands around the encrypted entry; made, it has written all that comes before the entry.
struct OuterZip {
  OuterZip(PackageSink& target, const PackageHead& head)
      : sink(target), modified(to_dos_time(head.modified)) {
    write_stored(format::kReadMeName, head.read_me_html);
    content.local_offset = position;
    content.modified = modified;
    write_content_header();
  }

  void write(const RecordText& text) {
    sink.write(text.bytes());
    position += text.size();
  }

  void write_stored(std::string_view name, std::string_view text) {
    EntryRecord entry = stored_entry(name, text, modified);
    entry.local_offset = position;
    RecordText header;
    append_local_header(header, entry);
    write(header);
    sink.write(as_bytes(text));
    position += text.size();
    append_central_header(directory, entry);
  }

  void write_content_header() {
    RecordText extra;
    append_growth_hint(extra);
    append_aes_extra(extra);
    RecordText header;
    append_local_header(header, content, extra.bytes());
    RIGHTFUL_CHECK(position + header.size() <= kPatchableBytes);
    write(header);
  }

  void patch_content_header();

  PackageSink& sink;
  DosTime modified;
  std::uint64_t position = 0;
  RecordText directory;
  EntryRecord content{.name = format::kContentName,
                      .version_needed = format::kVersionAes,
                      .flags = format::kFlagEncrypted,
                      .method = format::kMethodAes,
                      .modified = {},
                      .crc = 0,
                      .packed_size = 0,
                      .size = 0,
                      .local_offset = 0};
};

/// The same number of bytes as before: the ZIP64 extra takes the growth hint's place, if it is
/// needed.
void OuterZip::patch_content_header() {
  const bool zip64 = needs_zip64(content.size) || needs_zip64(content.packed_size);
  RecordText sizes;
  sizes.u32(zip64 ? format::kIn64 : static_cast<std::uint32_t>(content.packed_size))
      .u32(zip64 ? format::kIn64 : static_cast<std::uint32_t>(content.size));
  sink.patch(content.local_offset + format::kLocalPackedSizeAt, sizes.bytes());
  if (!zip64) return;
  RecordText extra;
  append_local_zip64_extra(extra, content.size, content.packed_size);
  sink.patch(content.local_offset + format::kLocalHeaderBytes + format::kContentName.size(),
             extra.bytes());
}

}  // namespace

struct PackageWriter::State : OuterZip {
  State(PackageSink& target, const PackageHead& head)
      : OuterZip(target, head),
        pipe(target, head.passphrase, std::span<const std::byte, 16>(head.salt)),
        inner(pipe, head.modified, head.spool) {}

  Phase phase = Phase::Content;
  CipherPipe pipe;
  InnerZipWriter inner;
};

PackageWriter::PackageWriter(PackageSink& sink, const PackageHead& head) {
  RIGHTFUL_CHECK(!head.read_me_html.empty() && head.read_me_html.size() <= format::kMaxReadMeBytes);
  state_ = std::make_unique<State>(sink, head);
}

PackageWriter::~PackageWriter() = default;

InnerZipWriter& PackageWriter::inner() noexcept {
  RIGHTFUL_CHECK(state_->phase == Phase::Content);
  return state_->inner;
}

ContentFacts PackageWriter::finish_content() {
  State& state = *state_;
  RIGHTFUL_CHECK(state.phase == Phase::Content);
  state.inner.finish();
  state.content.size = state.inner.size();
  const CipherPipe::Facts facts = state.pipe.finish();
  state.content.packed_size = facts.size;
  state.position += facts.size;
  RIGHTFUL_CHECK(facts.size == state.content.size + crypto::kAe2OverheadBytes);
  state.patch_content_header();
  RecordText extra;
  append_aes_extra(extra);
  append_central_header(state.directory, state.content, extra.bytes());
  state.phase = Phase::Envelope;
  return {facts.sha256, facts.size};
}

PackageFacts PackageWriter::finish(std::string_view envelope_json) {
  State& state = *state_;
  RIGHTFUL_CHECK(state.phase == Phase::Envelope && !envelope_json.empty() &&
                 envelope_json.size() <= format::kMaxEnvelopeBytes);
  state.write_stored(format::kEnvelopeName, envelope_json);
  const DirectoryPlace place{3, state.position, state.directory.size()};
  state.write(state.directory);
  RecordText end;
  append_end_of_directory(end, place);
  state.write(end);
  state.phase = Phase::Finished;
  return {state.position};
}

}  // namespace rightful::archive
