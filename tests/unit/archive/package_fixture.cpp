#include "tests/unit/archive/package_fixture.hpp"

#include <algorithm>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/crypto/envelope.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/sealed_box.hpp"
#include "rightful/crypto/service_signature.hpp"

namespace rightful::archive::testing {
namespace {

std::array<std::byte, 32> bytes32(std::uint8_t fill) {
  std::array<std::byte, 32> bytes{};
  bytes.fill(static_cast<std::byte>(fill));
  return bytes;
}

/// The facts as the manifest shall claim them.
EntryFacts claimed(EntryFacts facts, const RecipeEntry& entry) {
  if (entry.listed_name) facts.name = *entry.listed_name;
  if (entry.listed_content) {
    facts.size = entry.listed_content->size();
    facts.sha256 = crypto::sha256(as_bytes(*entry.listed_content));
  }
  return facts;
}

void write_entries(PackageWriter& writer, ManifestWriter& manifest, const Recipe& recipe) {
  for (const RecipeEntry& entry : recipe.entries) {
    auto facts = writer.inner().add(entry.name, entry.compression, as_bytes(entry.content));
    RIGHTFUL_CHECK(facts.has_value());
    manifest.add(claimed(*std::move(facts), entry), {entry.dataset, entry.records});
  }
}

}  // namespace

ManifestHead head_of(const Recipe& recipe) {
  return {.request = recipe.request,
          .account = recipe.writer,
          .created = some_time(),
          .catalog_version = "7",
          .catalog_sha256 = crypto::Sha256Digest::from(bytes32(3)),
          .checkpoint = "-",
          .random = bytes32(5),
          .snapshots = {{"crm", some_time(), "postgresql", true}},
          .datasets = recipe.datasets};
}

std::string envelope_for(const Recipe& recipe, const ContentFacts& content) {
  CountingRandom random(9);
  const auto keys = crypto::UnlockKeyPair::generate(random);
  const crypto::SigningKey service = service_key();
  const crypto::SecretBytes payload =
      crypto::encode_payload({.account = recipe.writer,
                              .request = recipe.request,
                              .content_sha256 = content.sha256,
                              .size_bytes = content.size,
                              .passphrase = fixed_passphrase(),
                              .created = some_time(),
                              .not_after = some_time() + std::chrono::hours(720)});
  const Bytes text = crypto::service_text(crypto::ServiceLabel::Envelope,
                                          recipe.request,
                                          recipe.writer,
                                          crypto::sha256(payload.expose()));
  auto envelope = crypto::make_envelope(payload.expose(),
                                        service.sign(text),
                                        keys.public_key(),
                                        recipe.request,
                                        service.public_key(),
                                        std::nullopt);
  RIGHTFUL_CHECK(envelope.has_value());
  return *std::move(envelope);
}

void MemorySink::write(ByteView more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

void MemorySink::patch(std::uint64_t offset, ByteView changed) {
  RIGHTFUL_CHECK(offset + changed.size() <= bytes.size());
  std::copy(changed.begin(), changed.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  patched_ends.push_back(offset + changed.size());
}

void MemoryReadAt::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  RIGHTFUL_CHECK(offset <= bytes.size() && into.size() <= bytes.size() - offset);
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
}

SpoolSettings memory_spool(Random& random) {
  return {.directory = "/nonexistent", .random = random, .memory_bytes = 64 * 1024 * 1024};
}

AccountId account(std::string_view text) {
  auto id = AccountId::parse(text);
  RIGHTFUL_CHECK(id.has_value());
  return *std::move(id);
}

RequestId request_id(std::uint8_t number) {
  std::array<std::byte, 16> bytes{};
  bytes.back() = static_cast<std::byte>(number);
  return RequestId::from_bytes(bytes);
}

crypto::Passphrase fixed_passphrase() {
  auto passphrase = crypto::Passphrase::parse("0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ");
  RIGHTFUL_CHECK(passphrase.has_value());
  return *std::move(passphrase);
}

crypto::SigningKey service_key() {
  auto key = crypto::SigningKey::from_seed(bytes32(42));
  RIGHTFUL_CHECK(key.has_value());
  return *std::move(key);
}

Instant some_time() {
  return std::chrono::sys_days{std::chrono::year{2026} / 3 / 14} + std::chrono::hours(15) +
         std::chrono::minutes(9) + std::chrono::seconds(26);
}

std::string record_of(std::string_view owner, std::string_view note) {
  return R"({"@owner":")" + std::string(owner) + R"(","note":")" + std::string(note) + "\"}";
}

Recipe Recipe::small() {
  Recipe recipe;
  const std::string records = "[" + record_of("A-1", "one") + ",\n" + record_of("A-1", "two") + "]";
  recipe.entries = {
      {.name = "index.html", .content = "<!doctype html><p>Hello</p>"},
      {.name = "data/orders.json", .content = records, .dataset = "orders", .records = 2},
      {.name = "data/orders.schema.json", .content = R"({"type":"array"})", .dataset = "orders"},
      {.name = "media/voice/000001.wav",
       .content = "RIFF....WAVE",
       .compression = Compression::Store,
       .dataset = "voice"},
      {.name = "about/about.json", .content = "{}", .compression = Compression::Store}};
  recipe.datasets = {{.name = "orders", .title = "Orders", .source = "crm", .rows = 2},
                     {.name = "voice", .title = "Voice \"notes\"", .source = "files", .objects = 1},
                     {.name = "empty",
                      .title = "Nothing",
                      .source = "crm",
                      .reason_if_empty = "no rows",
                      .missing = {{"file 3", "not found"}},
                      .redactions = {{"note", "third party"}}}};
  return recipe;
}

namespace {

/// A package that is being written to memory.
struct Workshop {
  explicit Workshop(const std::string& read_me)
      : writer(sink, {read_me, passphrase, salt_of(random), some_time(), memory_spool(random)}) {}

  static std::array<std::byte, 16> salt_of(Random& random) {
    std::array<std::byte, 16> salt{};
    random.fill(salt);
    return salt;
  }

  Built finish(const Recipe& recipe, const crypto::Sha256Digest& manifest_digest) {
    const ContentFacts content = writer.finish_content();
    const std::string envelope = recipe.envelope ? *recipe.envelope : envelope_for(recipe, content);
    const PackageFacts facts = writer.finish(envelope);
    return {std::move(sink.bytes),
            {.account = recipe.writer,
             .request = recipe.request,
             .service_key = service_key().public_key(),
             .content_sha256 = content.sha256,
             .manifest_digest = manifest_digest,
             .envelope_json = envelope,
             .size = facts.size}};
  }

  CountingRandom random;
  MemorySink sink;
  crypto::Passphrase passphrase = fixed_passphrase();
  PackageWriter writer;
};

}  // namespace

crypto::Signature sign_manifest(const Recipe& recipe, const crypto::Sha256Digest& digest) {
  const auto label =
      recipe.has_valid_signature ? crypto::ServiceLabel::Manifest : crypto::ServiceLabel::Envelope;
  return service_key().sign(crypto::service_text(label, recipe.request, recipe.writer, digest));
}

Built build(const Recipe& recipe) {
  Workshop workshop(recipe.read_me);
  ManifestWriter manifest(workshop.writer.inner(), memory_spool(workshop.random));
  write_entries(workshop.writer, manifest, recipe);
  const crypto::Sha256Digest digest = manifest.write(head_of(recipe));
  manifest.write_signature(sign_manifest(recipe, digest));
  return workshop.finish(recipe, digest);
}

std::string sums_of(const std::vector<RecipeEntry>& entries, std::string_view manifest) {
  std::string text;
  const auto line = [&text](std::string_view content, std::string_view name) {
    text.append(to_hex(crypto::sha256(as_bytes(content)).bytes())).append("  ");
    text.append(name).append("\n");
  };
  for (const RecipeEntry& entry : entries)
    line(entry.content, entry.name);
  line(manifest, "manifest.json");
  return text;
}

Built build_by_hand(const HandWritten& content) {
  const Recipe recipe;
  Workshop workshop(recipe.read_me);
  InnerZipWriter& zip = workshop.writer.inner();
  const auto add = [&zip](std::string_view name, Compression compression, ByteView bytes) {
    RIGHTFUL_CHECK(zip.add(name, compression, bytes).has_value());
  };
  for (const RecipeEntry& entry : content.entries) {
    add(entry.name, entry.compression, as_bytes(entry.content));
  }
  const std::string sums =
      content.sums.empty() ? sums_of(content.entries, content.manifest) : content.sums;
  const crypto::Sha256Digest digest = crypto::sha256(as_bytes(sums));
  add("manifest.json", Compression::Deflate, as_bytes(content.manifest));
  add("MANIFEST.sha256", Compression::Deflate, as_bytes(sums));
  add("manifest.sig", Compression::Store, sign_manifest(recipe, digest).bytes());
  return workshop.finish(recipe, digest);
}

Result<VerifyReport> verify(const Built& built, VerifyDepth depth) {
  const MemoryReadAt stored(built.bytes);
  return verify_package(stored, fixed_passphrase(), built.expectation, depth);
}

}  // namespace rightful::archive::testing
