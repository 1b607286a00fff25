#include "export/export_run.hpp"

#include <array>
#include <utility>

#include "rightful/core/check.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/crypto/envelope.hpp"
#include "rightful/crypto/hash.hpp"

#include "export/export_stopped.hpp"
#include "export/html_text.hpp"
#include "export/omissions.hpp"
#include "export/read_me.hpp"

namespace rightful::exporting {

namespace {

constexpr std::size_t kCopyBytes = 64U << 10U;
constexpr std::chrono::milliseconds kReportEvery{500};

crypto::Sha256Digest zero_digest() {
  return crypto::Sha256Digest::from(std::array<std::byte, 32>{});
}

template <std::size_t N>
std::array<std::byte, N> random_bytes(Random& random) {
  std::array<std::byte, N> bytes{};
  random.fill(bytes);
  return bytes;
}

/// The words of archive::verify_package's detail, as incident and ledger know them.
std::string_view cause_of_refusal(const Error& error) {
  const std::string_view word = std::string_view(error.detail).substr(0, error.detail.find(':'));
  if (word == "canary") return "foreign_canary";
  if (word == "owner") return "foreign_row";
  if (word == "records") return "count_mismatch";
  if (word == "signature") return "signature_mismatch";
  if (word == "manifest") return "manifest_mismatch";
  if (word == "envelope") return "envelope_mismatch";
  if (word == "outer" || word == "inner") return "structure";
  return "hash_mismatch";
}

archive::EntryFacts value_or_bug(Result<archive::EntryFacts> entry) {
  if (!entry)
    throw Failure(Retry::Never, "internal", "an entry was refused: " + entry.error().detail);
  return *std::move(entry);
}

}  // namespace

ExportRun::ExportRun(const RunParts& parts)
    : parts_(parts),
      spool_{.directory = parts.input.work_directory, .random = parts.random},
      reader_(value_or_stop(
          sources::AccountReader::open(parts.catalog, parts.scope, parts.input.locations))),
      upload_(parts.packages.create(parts.input.object_name)),
      payload_(crypto::SealedPayload{.account = parts.scope.account(),
                                     .request = parts.scope.request(),
                                     .content_sha256 = zero_digest(),
                                     .size_bytes = 0,
                                     .passphrase = crypto::Passphrase::generate(parts.random),
                                     .created = parts.input.created,
                                     .not_after = parts.input.not_after}),
      media_(spool_),
      phrases_(phrases_for(parts.catalog, parts.catalog.language_for(parts.input.language))),
      summary_{.catalog = parts.catalog,
               .phrases = phrases_,
               .request = parts.scope.request(),
               .created = parts.input.created,
               .catalog_version = parts.input.catalog_version,
               .snapshots = reader_.snapshots(),
               .datasets = {}},
      reported_at_(parts.clock.steady_now()) {
  progress_.datasets_total = static_cast<std::int64_t>(parts.catalog.datasets().size());
}

ExportRun::~ExportRun() {
  // Writer before upload: its thread writes into it.
  manifest_.reset();
  writer_.reset();
}

ResultMessage ExportRun::run() {
  parts_.confine();
  writer_ = std::make_unique<archive::PackageWriter>(
      *upload_,
      archive::PackageHead{.read_me_html = read_me_page(parts_.input.service_key),
                           .passphrase = payload().passphrase,
                           .salt = random_bytes<16>(parts_.random),
                           .modified = parts_.input.created,
                           .spool = spool_});
  manifest_ = std::make_unique<archive::ManifestWriter>(writer_->inner(), spool_);

  parts_.supervision.tell(StageMessage{"collecting"});
  collect();
  write_media();
  report_datasets();

  parts_.supervision.tell(StageMessage{"packaging"});
  write_summaries();
  const auto manifest_digest = write_manifest();
  const auto content = writer_->finish_content();
  const std::string envelope = seal(content);
  const auto size = writer_->finish(envelope).size;
  upload_->complete();

  parts_.supervision.tell(StageMessage{"verifying"});
  auto result = verify(content, manifest_digest, envelope, size);
  payload_.reset();  // wipes the passphrase: from here on nobody but the requester can open it
  return result;
}

crypto::SealedPayload& ExportRun::payload() {
  RIGHTFUL_CHECK(payload_.has_value());
  return *payload_;
}

void ExportRun::collect() {
  for (const auto& dataset : parts_.catalog.datasets()) {
    collect_dataset(dataset);
    ++progress_.datasets_done;
  }
  // No snapshot of the company's databases is held while media are copied.
  reader_.end_records();
}

void ExportRun::collect_dataset(const catalog::Dataset& dataset) {
  const CollectorParts parts{
      .account = parts_.scope.account(),
      .catalog = parts_.catalog,
      .phrases = phrases_,
      .open_object =
          [this](const sources::ObjectReference& object) { return reader_.open_object(object); },
      .zip = writer_->inner(),
      .manifest = *manifest_,
      .media = media_,
      .spool = spool_,
      .on_progress = [this](const DatasetSummary& current) { report_progress(&current); }};
  DatasetCollector collector(parts);
  const auto facts = value_or_stop(reader_.read(dataset, collector));
  summary_.datasets.push_back(collector.finish(facts));
  progress_.rows += static_cast<std::int64_t>(summary_.datasets.back().rows);
  progress_.bytes += static_cast<std::int64_t>(summary_.datasets.back().bytes);
}

void ExportRun::write_media() {
  MediaList::Reader list(media_, parts_.catalog);
  while (const auto listed = list.next()) {
    const auto index =
        static_cast<std::size_t>(listed->object.dataset - parts_.catalog.datasets().data());
    write_object(*listed, summary_.datasets.at(index));
    ++progress_.objects;
    report_progress(nullptr);
  }
}

void ExportRun::write_object(const ListedObject& listed, DatasetSummary& summary) {
  auto stream = reader_.open_object(listed.object);
  if (!stream && stream.error().kind == sources::SourceErrorKind::MissingObject) {
    // It was there when its record was written: another attempt sees one state of it.
    throw ExportStopped(Retry::Later, "object_changed", summary.dataset->name);
  }
  const auto object = value_or_stop(std::move(stream));
  auto& zip = writer_->inner();
  const auto compression = parts_.catalog.packaging().is_compact ? archive::Compression::Deflate
                                                                 : archive::Compression::Store;
  const auto begun =
      zip.begin_entry(listed.entry_name, compression, {.size = object->size(), .crc = {}});
  if (!begun)
    throw Failure(
        Retry::Never, "internal", "an object's entry was refused: " + begun.error().detail);
  copy_buffer_.resize(kCopyBytes);
  for (;;) {
    const std::size_t got = value_or_stop(object->read(copy_buffer_));
    if (got == 0) break;
    zip.write(std::span(copy_buffer_).first(got));
    summary.bytes += got;
    progress_.bytes += static_cast<std::int64_t>(got);
    report_progress(nullptr);
  }
  manifest_->add(zip.end_entry(), {.dataset = summary.dataset->name, .records = {}});
}

void ExportRun::add_entry(const std::string& name, std::string_view content) {
  manifest_->add(
      value_or_bug(writer_->inner().add(name, archive::Compression::Deflate, as_bytes(content))),
      {});
}

void ExportRun::write_summaries() {
  add_entry("about/index.html", about_page(summary_));
  add_entry("about/disclosure.jsonld", disclosure_jsonld(summary_));
  add_entry("about/omissions.json", omissions_json(summary_));
  add_entry(std::string(archive::kCheckpointEntry), parts_.input.checkpoint);
  add_entry("style.css", style_sheet());
  add_entry("index.html", index_page(summary_));
}

std::vector<archive::DatasetCoverage> ExportRun::coverage() const {
  const Phrases& phrases = summary_.phrases;
  std::vector<archive::DatasetCoverage> list;
  for (const auto& dataset : summary_.datasets) {
    archive::DatasetCoverage item{.name = dataset.dataset->name,
                                  .title = dataset.dataset->title.in(phrases.language),
                                  .source = dataset.dataset->source,
                                  .rows = dataset.rows,
                                  .objects = dataset.objects};
    if (dataset.rows == 0) item.reason_if_empty = phrases.nothing_here;
    for (const auto& omission : omissions_of(dataset, phrases)) {
      const std::string counted =
          omission.count > 0 ? " (" + std::to_string(omission.count) + ")" : "";
      if (omission.field == nullptr) {
        item.missing.push_back({std::to_string(omission.count), omission.reason});
      } else {
        item.redactions.push_back({omission.field->name, omission.reason + counted});
      }
    }
    list.push_back(std::move(item));
  }
  return list;
}

crypto::Sha256Digest ExportRun::write_manifest() {
  std::vector<archive::SnapshotTime> snapshots;
  snapshots.reserve(summary_.snapshots.size());
  for (const auto& snapshot : summary_.snapshots)
    snapshots.push_back(
        {snapshot.source, snapshot.taken_at, snapshot.kind, snapshot.is_consistent});
  const auto digest =
      manifest_->write({.request = parts_.scope.request(),
                        .account = parts_.scope.account(),
                        .created = parts_.input.created,
                        .catalog_version = std::to_string(parts_.input.catalog_version),
                        .catalog_sha256 = parts_.input.catalog_sha256,
                        .checkpoint = parts_.input.checkpoint,
                        .random = random_bytes<32>(parts_.random),
                        .snapshots = std::move(snapshots),
                        .datasets = coverage()});
  manifest_->write_signature(parts_.supervision.sign(crypto::ServiceLabel::Manifest, digest));
  return digest;
}

std::string ExportRun::seal(const archive::ContentFacts& content) {
  crypto::SealedPayload& sealed = payload();
  sealed.content_sha256 = content.sha256;
  sealed.size_bytes = content.size;
  const auto encoded = crypto::encode_payload(sealed);
  const auto signature =
      parts_.supervision.sign(crypto::ServiceLabel::Envelope, crypto::sha256(encoded.expose()));
  std::optional<crypto::RecoveryWrap> recovery;
  if (parts_.input.recovery_wrap)
    recovery = crypto::RecoveryWrap{parts_.input.sign_key, *parts_.input.recovery_wrap};
  auto envelope = crypto::make_envelope(encoded.expose(),
                                        signature,
                                        parts_.input.statement.unlock_key,
                                        parts_.scope.request(),
                                        parts_.input.service_key,
                                        recovery);
  if (!envelope) throw ExportStopped(Retry::Never, "bad_keys");
  return *std::move(envelope);
}

ResultMessage ExportRun::verify(const archive::ContentFacts& content,
                                const crypto::Sha256Digest& manifest_digest,
                                const std::string& envelope,
                                std::uint64_t size) {
  const auto stored = parts_.packages.read(parts_.input.object_name);
  if (!stored) throw ExportStopped(Retry::Later, "io_error");
  const auto report = archive::verify_package(**stored,
                                              payload().passphrase,
                                              {.account = parts_.scope.account(),
                                               .request = parts_.scope.request(),
                                               .service_key = parts_.input.service_key,
                                               .content_sha256 = content.sha256,
                                               .manifest_digest = manifest_digest,
                                               .envelope_json = envelope,
                                               .size = size},
                                              archive::VerifyDepth::Full);
  if (!report) throw ExportStopped(Retry::Never, cause_of_refusal(report.error()));
  return {.size = static_cast<std::int64_t>(report->size),
          .sha256 = report->sha256,
          .content_sha256 = report->content_sha256,
          .manifest_sha256 = report->manifest_digest,
          .envelope = envelope,
          .entries = static_cast<std::int64_t>(report->entries)};
}

void ExportRun::report_progress(const DatasetSummary* current) {
  const auto now = parts_.clock.steady_now();
  if (now - reported_at_ < kReportEvery) return;
  reported_at_ = now;
  auto progress = progress_;
  if (current != nullptr) {
    progress.rows += static_cast<std::int64_t>(current->rows);
    progress.bytes += static_cast<std::int64_t>(current->bytes);
  }
  parts_.supervision.tell(ProgressMessage{progress});
}

void ExportRun::report_datasets() {
  const auto sum = [](const std::map<std::string, std::uint64_t>& counts) {
    std::int64_t total = 0;
    for (const auto& [field, count] : counts)
      total += static_cast<std::int64_t>(count);
    return total;
  };
  parts_.supervision.tell(ProgressMessage{progress_});
  for (const auto& dataset : summary_.datasets) {
    parts_.supervision.tell(DatasetMessage{.name = dataset.dataset->name,
                                           .rows = static_cast<std::int64_t>(dataset.rows),
                                           .objects = static_cast<std::int64_t>(dataset.objects),
                                           .bytes = static_cast<std::int64_t>(dataset.bytes),
                                           .redacted = sum(dataset.redacted),
                                           .pseudonymised = sum(dataset.pseudonymised)});
  }
}

}  // namespace rightful::exporting
