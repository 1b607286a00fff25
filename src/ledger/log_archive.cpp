#include "rightful/ledger/log_archive.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <tuple>

#include "rightful/core/failure.hpp"
#include "rightful/ledger/leaf.hpp"
#include "rightful/ledger/tlog_proof.hpp"

#include "ledger/note_text.hpp"
#include "ledger/ustar.hpp"

namespace rightful::ledger {

namespace {

constexpr unsigned kTagShift = 48;
constexpr std::uint64_t kBlockMask = (std::uint64_t{1} << kTagShift) - 1;
constexpr std::size_t kMaxManifestBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxAnchorBytes = std::size_t{64} * 1024;
// What tar programs fill up with behind the end; more is no archive any more.
constexpr std::uint64_t kMaxFillBytes = std::uint64_t{1} << 20U;
constexpr std::string_view kLeafFolder = "leaf/";
constexpr std::string_view kLeafEnding = ".json";
constexpr std::string_view kProofEnding = ".tlog-proof";
constexpr std::string_view kAnchorFolder = "anchors/";
constexpr std::string_view kAnchorEnding = ".tsr";

using Block = std::array<std::byte, kUstarBlockBytes>;

// The kinds of members, in the lowest bits of a tag; those of LogFileKind come first.
enum class MemberKind : std::uint8_t { File, Leaf, Proof, Manifest, Anchor };

struct MemberId {
  std::uint16_t tag = 0;
  std::uint64_t number = 0;
  std::size_t limit_bytes = 0;
};

// 3 bits of kind, 2 of file kind, 3 of level, 8 of width − 1.
std::uint16_t tag_of(MemberKind kind,
                     unsigned file_kind = 0,
                     unsigned level = 0,
                     unsigned width = 1) {
  return static_cast<std::uint16_t>(static_cast<unsigned>(kind) | (file_kind << 3U) |
                                    (level << 5U) | ((width - 1) << 8U));
}

std::uint16_t tag_of(const LogPath& path) {
  return tag_of(MemberKind::File,
                static_cast<unsigned>(path.kind()),
                path.level(),
                std::max(path.width(), 1U));
}

// `<folder><number><ending>`
std::optional<std::uint64_t> numbered(std::string_view name,
                                      std::string_view folder,
                                      std::string_view ending) {
  if (!name.starts_with(folder) || !name.ends_with(ending)) return std::nullopt;
  name.remove_prefix(folder.size());
  if (name.size() < ending.size()) return std::nullopt;
  return parse_decimal(name.substr(0, name.size() - ending.size()));
}

std::optional<MemberId> identify(std::string_view name) {
  if (const auto path = LogPath::parse(name)) {
    return MemberId{
        .tag = tag_of(*path), .number = path->index(), .limit_bytes = path->max_size_bytes()};
  }
  if (const auto index = numbered(name, kLeafFolder, kLeafEnding))
    return MemberId{tag_of(MemberKind::Leaf), *index, kMaxLeafSizeBytes};
  if (const auto index = numbered(name, kLeafFolder, kProofEnding))
    return MemberId{tag_of(MemberKind::Proof), *index, kMaxTlogProofSizeBytes};
  if (name == kManifestMember) return MemberId{tag_of(MemberKind::Manifest), 0, kMaxManifestBytes};
  if (const auto size = numbered(name, kAnchorFolder, kAnchorEnding))
    return MemberId{tag_of(MemberKind::Anchor), *size, kMaxAnchorBytes};
  return std::nullopt;
}

Result<MemberId> identify(const UstarHeader& header) {
  const auto id = identify(header.name);
  if (!id) {
    return fail(
        ErrorCode::InvalidArgument,
        "the archive's member `" + shown_name(header.name) + "` is no file of a published log");
  }
  if (header.size_bytes > id->limit_bytes) {
    return fail(ErrorCode::LimitExceeded,
                "the archive's member `" + shown_name(header.name) + "` is larger than the " +
                    std::to_string(id->limit_bytes) + " bytes it can have");
  }
  return *id;
}

// How many bytes there were: less than asked for at the end of the file.
std::size_t read_at(int fd,
                    std::span<std::byte> into,
                    std::uint64_t offset,
                    const std::string& name) {
  std::size_t size = 0;
  while (size < into.size()) {
    const ssize_t got =
        ::pread(fd, into.data() + size, into.size() - size, static_cast<off_t>(offset + size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_system_failure("read " + name, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return size;
}

std::uint64_t file_size(int fd, const std::string& name) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) throw_system_failure("fstat " + name, errno);
  return static_cast<std::uint64_t>(facts.st_size);
}

bool is_zero(ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{}; });
}

std::unexpected<Error> ends_early() {
  return fail(ErrorCode::InvalidArgument, "the archive ends early: it is not whole");
}

[[noreturn]] void throw_changed(const std::string& name) {
  throw Failure(Retry::Later, "changed", "the archive " + name + " was changed while it was read");
}

// POSIX: two blocks of zeros end an archive; programs fill up with more of them.
Result<void> check_end(int fd, std::uint64_t offset, std::uint64_t end, const std::string& name) {
  Block block{};
  const std::uint64_t second = offset + kUstarBlockBytes;
  if (read_at(fd, block, second, name) != block.size()) return ends_early();
  bool is_over = end - second <= kMaxFillBytes;
  for (offset = second; is_over && offset < end; offset += kUstarBlockBytes)
    is_over = is_zero(ByteView(block).first(read_at(fd, block, offset, name)));
  if (!is_over) return fail(ErrorCode::InvalidArgument, "the archive goes on behind its end");
  return {};
}

// What a member is, and its number.
template <class Member>
std::tuple<std::uint64_t, std::uint64_t> key_of(const Member& member) {
  return {member.place >> kTagShift, member.number};
}

}  // namespace

std::string leaf_member_name(std::uint64_t index) {
  return std::string(kLeafFolder) + std::to_string(index) + std::string(kLeafEnding);
}

std::string proof_member_name(std::uint64_t index) {
  return std::string(kLeafFolder) + std::to_string(index) + std::string(kProofEnding);
}

Result<LogArchive> LogArchive::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK a pipe with this name would stop the reader.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR)
      return fail(ErrorCode::NotFound, "no file " + path.string());
    return fail(ErrorCode::Denied, path.string() + " cannot be opened for reading");
  }
  struct stat facts{};
  if (::fstat(fd.get(), &facts) != 0) throw_system_failure("fstat " + path.string(), errno);
  if (!S_ISREG(facts.st_mode))
    return fail(ErrorCode::Denied, path.string() + " is neither a folder nor a regular file");
  LogArchive archive(std::move(fd), path.string());
  RIGHTFUL_TRY(archive.scan());
  return archive;
}

Result<void> LogArchive::scan() {
  const std::uint64_t end = file_size(fd_.get(), name_);
  // Reserved, not touched: pages that are never written cost nothing.
  members_.reserve(std::min<std::uint64_t>(kMaxArchiveMembers, end / (2 * kUstarBlockBytes) + 1));
  Block block{};
  std::uint64_t offset = 0;
  while (true) {
    if (read_at(fd_.get(), block, offset, name_) != block.size()) return ends_early();
    if (is_zero(block)) break;
    RIGHTFUL_TRY(const UstarHeader header, parse_ustar_header(block));
    RIGHTFUL_TRY(const MemberId id, identify(header));
    if (members_.size() == kMaxArchiveMembers) {
      return fail(ErrorCode::LimitExceeded,
                  "an archive with more than 2097152 members: unpack it and name the folder");
    }
    members_.push_back(
        {.number = id.number,
         .place = (std::uint64_t{id.tag} << kTagShift) | (offset / kUstarBlockBytes)});
    offset += kUstarBlockBytes + header.size_bytes + ustar_padding(header.size_bytes);
    if (offset > end) return ends_early();
  }
  RIGHTFUL_TRY(check_end(fd_.get(), offset, end, name_));
  std::ranges::sort(members_, {}, &key_of<Member>);
  const auto twice = std::ranges::adjacent_find(members_, {}, &key_of<Member>);
  if (twice == members_.end()) return {};
  return fail(ErrorCode::InvalidArgument, "two members of the archive have one name");
}

Result<Bytes> LogArchive::read_member(std::uint16_t tag,
                                      std::uint64_t number,
                                      std::size_t limit_bytes) {
  const std::tuple wanted(std::uint64_t{tag}, number);
  const auto found = std::ranges::lower_bound(members_, wanted, {}, &key_of<Member>);
  if (found == members_.end() || key_of(*found) != wanted)
    return fail(ErrorCode::NotFound, "no such file in the archive");
  const std::uint64_t offset = (found->place & kBlockMask) * kUstarBlockBytes;
  Block block{};
  const bool is_read = read_at(fd_.get(), block, offset, name_) == block.size();
  const auto header = is_read ? parse_ustar_header(block) : Result<UstarHeader>(ends_early());
  const auto id = header ? identify(*header) : Result<MemberId>(std::unexpected(header.error()));
  // What was scanned is not there any more.
  if (!id || id->tag != tag || id->number != number || header->size_bytes > limit_bytes)
    throw_changed(name_);
  Bytes content(header->size_bytes);
  if (read_at(fd_.get(), content, offset + kUstarBlockBytes, name_) != content.size())
    throw_changed(name_);
  return content;
}

Result<Bytes> LogArchive::read(const LogPath& path) {
  auto content = read_member(tag_of(path), path.index(), path.max_size_bytes());
  if (!content) return fail(content.error().code, "no file " + path.text() + " in the archive");
  return content;
}

Result<std::vector<std::uint64_t>> LogArchive::saved_checkpoints() {
  const std::uint64_t tag = tag_of(LogPath::saved_checkpoint(0));
  std::vector<std::uint64_t> sizes;
  for (const Member& member : members_) {
    if (member.place >> kTagShift != tag) continue;
    if (sizes.size() == kMaxSavedCheckpoints)
      return fail(ErrorCode::LimitExceeded, "more than 65536 saved checkpoints");
    sizes.push_back(member.number);
  }
  return sizes;
}

bool LogArchive::is_selection() const {
  return !selected().empty();
}

std::vector<std::uint64_t> LogArchive::selected() const {
  std::vector<std::uint64_t> indices;
  for (const Member& member : members_) {
    const std::uint64_t tag = member.place >> kTagShift;
    if (tag == tag_of(MemberKind::Leaf) || tag == tag_of(MemberKind::Proof))
      indices.push_back(member.number);
  }
  std::ranges::sort(indices);
  const auto repeated = std::ranges::unique(indices);
  indices.erase(repeated.begin(), repeated.end());
  return indices;
}

Result<Bytes> LogArchive::read_leaf(std::uint64_t index) {
  return read_member(tag_of(MemberKind::Leaf), index, kMaxLeafSizeBytes);
}

Result<Bytes> LogArchive::read_proof(std::uint64_t index) {
  return read_member(tag_of(MemberKind::Proof), index, kMaxTlogProofSizeBytes);
}

}  // namespace rightful::ledger
