#include "tests/fuzz/forged_package.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "rightful/core/check.hpp"
#include "rightful/crypto/ae2.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/service_signature.hpp"

#include "tests/unit/archive/package_fixture.hpp"

namespace rightful::fuzz {
namespace {

namespace fixture = archive::testing;

constexpr std::uint32_t kFull = 0xFFFFFFFF;
constexpr std::uint32_t kDosTime = 0x5C6E792D;  // 2026-03-14 15:09:26
constexpr std::size_t kOwnEntries = 5;
constexpr std::size_t kManifest = 5;
constexpr std::size_t kSums = 6;
constexpr std::size_t kSignature = 7;

class Text {
 public:
  Text& number(std::uint64_t value, std::size_t size) {
    for (; size > 0; --size, value >>= 8U)
      bytes.push_back(static_cast<std::byte>(value & 0xFFU));
    return *this;
  }

  Text& u16(std::uint64_t value) { return number(value, 2); }

  Text& u32(std::uint64_t value) { return number(value, 4); }

  Text& u64(std::uint64_t value) { return number(value, 8); }

  Text& add(ByteView more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return *this;
  }

  Text& add(std::string_view more) { return add(as_bytes(more)); }

  Bytes bytes;
};

std::uint32_t crc_of(ByteView content) {
  static const auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit)
        value = (value >> 1U) ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t crc = kFull;
  for (const std::byte b : content)
    crc = (crc >> 8U) ^ kTable[(crc ^ std::to_integer<std::uint32_t>(b)) & 0xFFU];
  return ~crc;
}

/// RFC 1951 §3.2.4, in small blocks so that the reader gets the content in parts.
Bytes deflate_stored(std::string_view content) {
  constexpr std::size_t kBlock = 61;
  Text out;
  do {
    const std::string_view block = content.substr(0, kBlock);
    content.remove_prefix(block.size());
    out.number(content.empty() ? 1 : 0, 1).u16(block.size()).u16(~block.size() & 0xFFFFU);
    out.add(block);
  } while (!content.empty());
  return std::move(out.bytes);
}

/// What both headers of an entry say.
struct Header {
  std::string name;
  std::uint16_t version = 10;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
  Bytes local_extra = {};
  Bytes central_extra = {};
};

void add_local(Text& out, const Header& header, bool has_sizes, bool has_field64) {
  const std::uint32_t none = has_field64 ? kFull : 0;
  out.u32(0x04034b50).u16(header.version).u16(header.flags).u16(header.method).u32(kDosTime);
  out.u32(has_sizes ? header.crc : 0).u32(has_sizes ? header.packed : none);
  out.u32(has_sizes ? header.size : none).u16(header.name.size());
  out.u16(header.local_extra.size() + (has_field64 ? 20 : 0)).add(header.name);
  if (has_field64) out.u16(1).u16(16).u64(0).u64(0);
  out.add(header.local_extra);
}

void add_central(Text& out, const Header& header) {
  out.u32(0x02014b50).u16(0x033F).u16(header.version).u16(header.flags).u16(header.method);
  out.u32(kDosTime).u32(header.crc).u32(header.packed).u32(header.size).u16(header.name.size());
  out.u16(header.central_extra.size()).u16(0).u16(0).u16(0).u32(0100644U << 16U);
  out.u32(header.offset).add(header.name).add(header.central_extra);
}

void add_end(Text& out, std::size_t entries, std::size_t offset, std::size_t size) {
  out.u32(0x06054b50).u16(0).u16(0).u16(entries).u16(entries).u32(size).u32(offset).u16(0);
}

/// One entry of the inner ZIP; its central header goes to `directory`.
void add_entry(Text& out, Text& directory, const ForgedEntry& entry) {
  const auto form = static_cast<std::size_t>(entry.form);
  const bool is_deflated = form >= 3;
  const bool is_streamed = form % 3 != 0;
  const bool is_64 = form % 3 == 2;
  const Bytes packed = is_deflated ? deflate_stored(entry.content) : to_bytes(entry.content);
  const std::uint16_t plain_version = is_deflated ? 20 : 10;
  const Header header{.name = entry.name,
                      .version = is_64 ? std::uint16_t{45} : plain_version,
                      .flags = static_cast<std::uint16_t>(is_streamed ? 8 : 0),
                      .method = static_cast<std::uint16_t>(is_deflated ? 8 : 0),
                      .crc = crc_of(as_bytes(entry.content)),
                      .packed = packed.size(),
                      .size = entry.content.size(),
                      .offset = out.bytes.size()};
  add_local(out, header, !is_streamed, is_64);
  out.add(ByteView(packed));
  if (is_streamed) {
    const std::size_t width = is_64 ? 8 : 4;
    out.u32(0x08074b50).u32(header.crc).number(header.packed, width).number(header.size, width);
  }
  add_central(directory, header);
}

std::string hex_sum(std::string_view content) {
  return to_hex(crypto::sha256(as_bytes(content)).bytes());
}

std::vector<ForgedEntry> original_entries() {
  const std::string records = "[" + fixture::record_of("A-1", "one") + ",\n" +
                              R"({"note":null,"@owner":["A-1","another person"]}])";
  return {{"index.html", "<!doctype html><p>Hello</p>", EntryForm::Deflated},
          {"data/orders.json", records, EntryForm::DeflatedStreamed64},
          {"data/orders.schema.json", R"({"type":"array"})", EntryForm::DeflatedStreamed},
          {"media/voice/000001.wav", "RIFF....WAVE", EntryForm::Stored},
          {"about/about.json", "{}", EntryForm::StoredStreamed},
          {"manifest.json", "", EntryForm::Deflated},
          {"MANIFEST.sha256", "", EntryForm::StoredStreamed64},
          {"manifest.sig", "", EntryForm::Stored}};
}

/// True for the entries as they are now.
std::string manifest_of(const std::vector<ForgedEntry>& entries) {
  static const std::vector<std::string> kRoles = {R"("page")",
                                                  R"("data","dataset":"orders","records":2)",
                                                  R"("schema","dataset":"orders")",
                                                  R"("media","dataset":"voice","owner":"A-1")",
                                                  R"("about")"};
  std::string text =
      R"({"format":"rightful/v1/manifest","request":"00000000-0000-0000-0000-000000000007",)"
      R"("account":"A-1","created":"2026-03-14T15:09:26.000Z","catalog":{"version":"7",)"
      R"("sha256":"0303030303030303030303030303030303030303030303030303030303030303"},)"
      R"("checkpoint":"-","random":"BQUF","snapshots":[{"source":"crm","kind":"odbc",)"
      R"("state":"snapshot","taken_at":)"
      R"("2026-03-14T15:09:26.000Z"}],"datasets":[{"name":"orders","title":"O","source":"crm",)"
      R"("rows":2,"objects":0,"reason_if_empty":"","missing":[],"redactions":[{"field":"f",)"
      R"("reason":"r"}]},{"name":"voice","title":"\"V\"","source":"files","rows":0,"objects":1,)"
      R"("reason_if_empty":"","missing":[{"what":"w","reason":"r"}],"redactions":[]}],"entries":[)";
  for (std::size_t i = 0; i < kOwnEntries; ++i) {
    text += (i == 0 ? "" : ",\n") + (R"({"name":")" + entries[i].name);
    text += R"(","size":)" + std::to_string(entries[i].content.size());
    text += R"(,"sha256":")" + hex_sum(entries[i].content);
    text += R"(","kind":)" + kRoles[i] + "}";
  }
  return text + "]}\n";
}

std::string sums_of(const std::vector<ForgedEntry>& entries) {
  std::string text;
  for (std::size_t i = 0; i <= kManifest; ++i)
    text += hex_sum(entries[i].content) + "  " + entries[i].name + "\n";
  return text;
}

std::string signature_of(const std::string& sums) {
  static const crypto::SigningKey kKey = fixture::service_key();
  static const AccountId kAccount = fixture::account("A-1");
  static std::map<std::string, std::string> known;  // signing takes longer than all the rest
  constexpr std::size_t kMaxKnown = 1000;
  if (known.size() > kMaxKnown) known.clear();
  std::string& signature = known[sums];
  if (signature.empty()) {
    const auto digest = crypto::sha256(as_bytes(sums));
    const Bytes text = crypto::service_text(
        crypto::ServiceLabel::Manifest, fixture::request_id(7), kAccount, digest);
    signature = as_text(kKey.sign(text).bytes());
  }
  return signature;
}

void edit_entry(ForgedEntry& entry, std::size_t index, const std::vector<Edit>& script) {
  const Bytes content =
      edited(to_bytes(entry.content), script, {.layer = EditTarget::Layer::Entry, .entry = index});
  entry.content = as_text(content);
}

/// Each closing entry is right for what stands before it, and is then edited itself.
std::vector<ForgedEntry> forge_entries(const std::vector<Edit>& script) {
  std::vector<ForgedEntry> entries = original_entries();
  for (const Edit& edit : script) {
    if (edit.kind != 'f') continue;
    entries[static_cast<std::uint32_t>(edit.offset) % entries.size()].form =
        static_cast<EntryForm>(static_cast<std::uint32_t>(edit.value) % kEntryForms);
  }
  for (std::size_t i = 0; i < kOwnEntries; ++i)
    edit_entry(entries[i], i, script);
  entries[kManifest].content = manifest_of(entries);
  edit_entry(entries[kManifest], kManifest, script);
  entries[kSums].content = sums_of(entries);
  edit_entry(entries[kSums], kSums, script);
  entries[kSignature].content = signature_of(entries[kSums].content);
  edit_entry(entries[kSignature], kSignature, script);
  return entries;
}

const std::string& some_envelope() {
  static const std::string kEnvelope =
      fixture::envelope_for({}, {.sha256 = crypto::sha256({}), .size = 28});
  return kEnvelope;
}

struct Original {
  std::vector<ForgedEntry> entries = forge_entries({});
  Bytes inner = forge_inner_zip(entries);
  Bytes file = forge_outer_zip(inner, some_envelope());
};

const Original& original() {
  static const Original kOriginal;
  return kOriginal;
}

}  // namespace

Bytes forge_inner_zip(const std::vector<ForgedEntry>& entries) {
  Text out;
  Text directory;
  for (const ForgedEntry& entry : entries)
    add_entry(out, directory, entry);
  const std::size_t offset = out.bytes.size();
  out.add(ByteView(directory.bytes));
  add_end(out, entries.size(), offset, directory.bytes.size());
  return std::move(out.bytes);
}

Bytes forge_outer_zip(const Bytes& inner, const std::string& envelope) {
  const std::string read_me = "r";
  std::array<std::byte, crypto::kAe2SaltBytes> salt{};
  crypto::Ae2Encryptor cipher(fixture::fixed_passphrase(), salt);
  Bytes text = inner;
  cipher.encrypt(text);
  const std::uint64_t packed = inner.size() + crypto::kAe2OverheadBytes;
  Text aes;
  aes.u16(0x9901).u16(7).u16(2).add("AE").number(3, 1).u16(0);
  Text room;
  room.u16(0xA220).u16(16).u16(0xA028).number(0, 8).number(0, 6).add(ByteView(aes.bytes));

  Header page{.name = "READ-ME.html", .crc = crc_of(as_bytes(read_me)), .packed = 1, .size = 1};
  Header content{.name = "export.zip",
                 .version = 51,
                 .flags = 1,
                 .method = 99,
                 .packed = packed,
                 .size = inner.size(),
                 .local_extra = room.bytes,
                 .central_extra = aes.bytes};
  Header last{.name = "envelope.json",
              .crc = crc_of(as_bytes(envelope)),
              .packed = envelope.size(),
              .size = envelope.size()};
  Text out;
  add_local(out, page, true, false);
  out.add(read_me);
  content.offset = out.bytes.size();
  add_local(out, content, true, false);
  out.add(ByteView(salt)).add(ByteView(cipher.verifier())).add(ByteView(text));
  out.add(ByteView(std::move(cipher).finish().mac));
  last.offset = out.bytes.size();
  add_local(out, last, true, false);
  out.add(envelope);
  Text directory;
  for (const Header* header : {&page, &content, &last})
    add_central(directory, *header);
  const std::size_t offset = out.bytes.size();
  out.add(ByteView(directory.bytes));
  add_end(out, 3, offset, directory.bytes.size());
  return std::move(out.bytes);
}

Forged forge(const std::vector<Edit>& script) {
  const bool is_same_inside = std::ranges::none_of(script, [](const Edit& edit) {
    return edit.kind == 'f' || edit.target.layer == EditTarget::Layer::Entry;
  });
  Forged forged;
  forged.entries = is_same_inside ? original().entries : forge_entries(script);
  const Bytes exact = is_same_inside ? original().inner : forge_inner_zip(forged.entries);
  forged.inner = edited(exact, script, {.layer = EditTarget::Layer::Inner});
  forged.is_whole = forged.inner == exact;
  forged.is_original = forged.inner == original().inner;
  return forged;
}

Bytes forge_file(const Forged& forged, const std::vector<Edit>& script) {
  return edited(
      forged.is_original ? original().file : forge_outer_zip(forged.inner, some_envelope()),
      script);
}

}  // namespace rightful::fuzz
