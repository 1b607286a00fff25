#include "bench/write_package.hpp"

#include <array>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "rightful/archive/manifest.hpp"
#include "rightful/archive/package_writer.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/envelope.hpp"
#include "rightful/crypto/hash.hpp"
#include "rightful/crypto/requester_root.hpp"
#include "rightful/crypto/service_signature.hpp"
#include "rightful/crypto/signature.hpp"

#include "bench/plain_file.hpp"
#include "bench/workload.hpp"

namespace rightful::bench {
namespace {

namespace fs = std::filesystem;

constexpr Instant kTime{std::chrono::days{20'000}};
constexpr std::string_view kDataset = "search";

template <class T>
T value_of(Result<T> result) {
  if (!result) throw Failure(Retry::Never, "bench", result.error().detail);
  return *std::move(result);
}

template <std::size_t N>
std::array<std::byte, N> random_bytes(Random& random) {
  std::array<std::byte, N> bytes{};
  random.fill(bytes);
  return bytes;
}

archive::Compression compression_of(PackingMode mode, const std::string& name) {
  if (mode == PackingMode::Compact) return archive::Compression::Deflate;
  if (mode == PackingMode::Stored || is_media(name)) return archive::Compression::Store;
  return archive::Compression::Deflate;
}

/// What an entry is told about by the export; how many records it has is asked by nobody here.
archive::EntryRole role_of(const std::string& name) {
  switch (archive::kind_of(name)) {
    case archive::EntryKind::Data:
      return {.dataset = kDataset, .records = 1};
    case archive::EntryKind::Media:
      return {.dataset = kDataset, .records = {}};
    case archive::EntryKind::Schema:
    case archive::EntryKind::About:
    case archive::EntryKind::Page:
      return {.dataset = {}, .records = {}};
  }
  throw Failure(Retry::Never, "bench", "an entry of no kind");
}

bool is_closing_entry(const std::string& name) {
  static const std::set<std::string> kClosing{"manifest.json", "MANIFEST.sha256", "manifest.sig"};
  return kClosing.contains(name);
}

/// One person, one service, one request.
class Package {
 public:
  explicit Package(const fs::path& output)
      : sink_(output),
        writer_(sink_,
                {.read_me_html = "<!doctype html><title>bench</title>",
                 .passphrase = payload_.passphrase,
                 .salt = random_bytes<16>(random_),
                 .modified = kTime,
                 .spool = spool_of(output)}),
        manifest_(writer_.inner(), spool_of(output)) {
    std::ofstream(output.string() + ".code") << payload_.passphrase.expose() << '\n';
  }

  void add_text(const std::string& name, std::string_view content) {
    manifest_.add(
        value_of(writer_.inner().add(name, archive::Compression::Deflate, as_bytes(content))),
        role_of(name));
  }

  void add(const fs::path& file, const std::string& name, archive::Compression compression) {
    auto& zip = writer_.inner();
    if (const auto begun =
            zip.begin_entry(name, compression, {.size = fs::file_size(file), .crc = {}});
        !begun)
      throw Failure(Retry::Never, "bench", name + ": " + begun.error().detail);
    FileInput input(file);
    while (const std::size_t got = input.read(buffer_))
      zip.write(std::span(buffer_).first(got));
    manifest_.add(zip.end_entry(), role_of(name));
  }

  void finish() {
    const auto digest = manifest_.write({.request = payload_.request,
                                         .account = payload_.account,
                                         .created = kTime,
                                         .catalog_version = "1",
                                         .catalog_sha256 = crypto::sha256({}),
                                         .random = random_bytes<32>(random_),
                                         .snapshots = {},
                                         .datasets = {}});
    manifest_.write_signature(sign(crypto::ServiceLabel::Manifest, digest));
    const archive::ContentFacts content = writer_.finish_content();
    payload_.content_sha256 = content.sha256;
    payload_.size_bytes = content.size;
    static_cast<void>(writer_.finish(seal()));
  }

 private:
  archive::SpoolSettings spool_of(const fs::path& output) {
    return {.directory = output.parent_path(), .random = random_};
  }

  crypto::Signature sign(crypto::ServiceLabel label, const crypto::Sha256Digest& digest) {
    return service_.sign(crypto::service_text(label, payload_.request, payload_.account, digest));
  }

  std::string seal() {
    const auto text = crypto::encode_payload(payload_);
    return value_of(
        crypto::make_envelope(text.expose(),
                              sign(crypto::ServiceLabel::Envelope, crypto::sha256(text.expose())),
                              requester_.unlock_keys().public_key(),
                              payload_.request,
                              service_.public_key(),
                              std::nullopt));
  }

  SystemRandom random_;
  crypto::RequesterRoot requester_ = crypto::RequesterRoot::generate(random_);
  crypto::SigningKey service_ = crypto::SigningKey::generate(random_);
  crypto::SealedPayload payload_{.account = value_of(AccountId::parse("anna-schmidt")),
                                 .request = RequestId::random(random_),
                                 .content_sha256 = crypto::sha256({}),
                                 .size_bytes = 0,
                                 .passphrase = crypto::Passphrase::generate(random_),
                                 .created = kTime,
                                 .not_after = kTime};
  FileOutput sink_;
  archive::PackageWriter writer_;
  archive::ManifestWriter manifest_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(256U * 1024U);
};

}  // namespace

PackingMode parse_packing_mode(std::string_view text) {
  if (text == "default") return PackingMode::Default;
  if (text == "compact") return PackingMode::Compact;
  if (text == "stored") return PackingMode::Stored;
  throw Failure(Retry::Never, "bench", "there is no mode " + std::string(text));
}

void write_package(PackingMode mode, const fs::path& folder, const fs::path& output) {
  Package package(output);
  for_each_file(folder, [&](const fs::path& file, const std::string& name) {
    if (!is_closing_entry(name)) package.add(file, name, compression_of(mode, name));
  });
  package.finish();
}

void write_records(const fs::path& lines, const fs::path& output) {
  Package package(output);
  std::ifstream in(lines, std::ios::binary);
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);)
    package.add_text(record_name(number++), "[" + line + "\n]");
  if (!in.eof()) throw Failure(Retry::Never, "bench", "cannot read " + lines.string());
  package.finish();
}

}  // namespace rightful::bench
