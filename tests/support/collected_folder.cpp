#include "tests/support/collected_folder.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>

#include <gtest/gtest.h>

#include "rightful/archive/inner_zip_writer.hpp"
#include "rightful/archive/manifest.hpp"
#include "rightful/core/random.hpp"
#include "rightful/core/subprocess.hpp"

#include "archive/block_output.hpp"
#include "export/dataset_collector.hpp"
#include "export/html_text.hpp"
#include "export/summary_pages.hpp"

namespace rightful::exporting::testing {

namespace {

class FileBlocks final : public archive::BlockOutput {
 public:
  explicit FileBlocks(const std::filesystem::path& path) : file_(path, std::ios::binary) {}

  [[nodiscard]] archive::Block acquire() override { return archive::Block::make(); }

  void submit(archive::Block block) override {
    const std::string_view text = as_text(block.bytes());
    file_.write(text.data(), static_cast<std::streamsize>(text.size()));
  }

  void close() { file_.close(); }

 private:
  std::ofstream file_;
};

class MadeStream final : public sources::ObjectStream {
 public:
  explicit MadeStream(std::string content) : content_(std::move(content)) {}

  [[nodiscard]] std::uint64_t size() const noexcept override { return content_.size(); }

  [[nodiscard]] std::string version() const override { return "1"; }

  [[nodiscard]] sources::SourceResult<std::size_t> read(std::span<std::byte> buffer) override {
    const std::size_t count = std::min(buffer.size(), content_.size() - at_);
    const auto bytes = as_bytes(content_).subspan(at_, count);
    std::ranges::copy(bytes, buffer.begin());
    at_ += count;
    return count;
  }

 private:
  std::string content_;
  std::size_t at_ = 0;
};

OpenObject opener(const MadeObject& object) {
  return [&object](const sources::ObjectReference& reference)
             -> sources::SourceResult<std::unique_ptr<sources::ObjectStream>> {
    auto content = object(reference.reference);
    if (!content)
      return std::unexpected(
          sources::SourceError{sources::SourceErrorKind::MissingObject, "made", "made", "missing"});
    return std::make_unique<MadeStream>(*std::move(content));
  };
}

sources::DatasetHead head_of(const catalog::Dataset& dataset, const MadeDataset& made) {
  sources::DatasetHead head{.dataset = &dataset, .columns = {}, .rows = made.rows};
  for (const auto& field : dataset.fields) {
    if (field.withhold == catalog::Withhold::No)
      head.columns.push_back({.field = &field, .kind = made.kinds.at(head.columns.size())});
  }
  return head;
}

void count_mask(sources::DatasetFacts& facts, const std::string& field, sources::ValueKind kind) {
  if (kind == sources::ValueKind::Redacted) ++facts.redacted[field];
  if (kind == sources::ValueKind::Pseudonym) ++facts.pseudonymised[field];
}

void deliver(DatasetCollector& collector,
             const sources::DatasetHead& head,
             const MadeRecord& record,
             std::uint64_t number,
             sources::DatasetFacts& facts) {
  std::vector<sources::Value> values;
  for (const auto& value : record.values)
    values.push_back({value.kind, value.text});
  const std::vector<std::string_view> owners(record.owners.begin(), record.owners.end());
  collector.on_record({.number = number, .owners = owners, .values = values});
  for (std::size_t i = 0; i < values.size(); ++i) {
    count_mask(facts, head.columns[i].field->name, values[i].kind);
    if (head.columns[i].field->attach && values[i].kind != sources::ValueKind::Null) {
      collector.on_object({.dataset = head.dataset,
                           .field = head.columns[i].field,
                           .record = number,
                           .reference = std::string(values[i].text)});
    }
  }
}

DatasetSummary collect(const CollectorParts& parts,
                       const catalog::Dataset& dataset,
                       const std::vector<MadeDataset>& all) {
  const auto found = std::ranges::find(all, dataset.name, &MadeDataset::name);
  MadeDataset made = found == all.end() ? MadeDataset{} : *found;
  made.kinds.resize(dataset.fields.size(), sources::ValueKind::Text);
  const auto head = head_of(dataset, made);
  DatasetCollector collector(parts);
  sources::DatasetFacts facts;
  facts.dataset = dataset.name;
  facts.source = dataset.source;
  facts.rows = made.rows;
  collector.begin_dataset(head);
  for (std::uint64_t number = 1; number <= made.rows; ++number)
    deliver(collector, head, made.record(number), number, facts);
  return collector.finish(facts);
}

void write_objects(archive::InnerZipWriter& zip,
                   const MediaList& media,
                   const catalog::Catalog& catalog,
                   const MadeObject& object) {
  MediaList::Reader reader(media, catalog);
  while (const auto listed = reader.next()) {
    EXPECT_TRUE(zip.add(listed->entry_name,
                        archive::Compression::Store,
                        as_bytes(object(listed->object.reference).value()))
                    .has_value());
  }
}

void unzip(const std::filesystem::path& zip, const std::filesystem::path& folder) {
  SubprocessSpec spec;
  spec.program = "/usr/bin/unzip";
  spec.arguments = {"-qq", "-o", zip.string(), "-d", folder.string()};
  const auto captured = run_captured(std::move(spec));
  EXPECT_TRUE(captured.status.is_success()) << captured.output;
}

}  // namespace

void collect_folder(const catalog::Catalog& catalog,
                    std::string_view language,
                    const std::vector<MadeDataset>& datasets,
                    const MadeObject& object,
                    const std::filesystem::path& folder) {
  SystemRandom random;
  std::filesystem::create_directories(folder);
  const auto zip_path = folder / "export.zip";
  const archive::SpoolSettings spool{.directory = folder, .random = random};
  const AccountId account = AccountId::parse("acc-1").value();
  const Phrases phrases = phrases_for(catalog, language);
  const Instant created = parse_rfc3339("2026-01-02T03:04:05Z").value();
  FileBlocks blocks(zip_path);
  archive::InnerZipWriter zip(blocks, created, spool);
  archive::ManifestWriter manifest(zip, spool);
  MediaList media(spool);
  PackageSummary summary{
      .catalog = catalog,
      .phrases = phrases,
      .request = RequestId::parse("11111111-2222-4333-8444-555555555555").value(),
      .created = created,
      .catalog_version = 3,
      .snapshots = {{"shop", "postgresql", created, true, false}},
      .datasets = {}};
  const CollectorParts parts{.account = account,
                             .catalog = catalog,
                             .phrases = phrases,
                             .open_object = opener(object),
                             .zip = zip,
                             .manifest = manifest,
                             .media = media,
                             .spool = spool,
                             .on_progress = [](const DatasetSummary&) {}};
  for (const auto& dataset : catalog.datasets())
    summary.datasets.push_back(collect(parts, dataset, datasets));
  write_objects(zip, media, catalog, object);
  const std::vector<std::pair<std::string, std::string>> summaries{
      {"about/index.html", about_page(summary)},
      {"about/disclosure.jsonld", disclosure_jsonld(summary)},
      {"about/omissions.json", omissions_json(summary)},
      {"style.css", std::string(style_sheet())},
      {"index.html", index_page(summary)}};
  for (const auto& [name, text] : summaries)
    EXPECT_TRUE(zip.add(name, archive::Compression::Deflate, as_bytes(text)).has_value()) << name;
  zip.finish();
  blocks.close();
  unzip(zip_path, folder);
  std::filesystem::remove(zip_path);
}

std::map<std::string, std::string> files_in(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    files.emplace(std::filesystem::relative(entry.path(), folder).string(), content.str());
  }
  return files;
}

}  // namespace rightful::exporting::testing
