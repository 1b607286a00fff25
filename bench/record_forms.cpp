// What one record costs in each form, beside hashing and packing the same bytes: CPU ns a record,
// one thread. usage: bench_record_forms [RECORDS]
#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "rightful/archive/sealed_spool.hpp"
#include "rightful/catalog/catalog.hpp"
#include "rightful/core/check.hpp"
#include "rightful/core/random.hpp"
#include "rightful/crypto/hash.hpp"

#include "archive/deflate_lanes.hpp"
#include "archive/deflater.hpp"
#include "export/csv_table.hpp"
#include "export/json_text.hpp"
#include "export/record_pages.hpp"

namespace rightful::bench {
namespace {

using sources::Value;
using sources::ValueKind;

constexpr std::string_view kCatalog = R"(version: 1
controller: { name: M, address: B, timezone: Europe/Berlin, authority: { name: A, address: B }, languages: [en] }
sources: { shop: { kind: postgresql, url_env: SHOP_URL } }
defaults: { purposes: [ServiceProvision], categories: [Name], recipients: [], retention: { criteria: c }, origin: the subject }
datasets:
  - name: narrow
    source: shop
    table: narrow
    owner: o
    title: Narrow
    fields: { at: { title: When }, article: { title: Article }, amount: { title: Amount }, note: { title: Note } }
  - name: wide
    source: shop
    table: wide
    owner: o
    title: Wide
    fields:
      id: { title: Number }
      at: { title: Searched at }
      query: { title: What you searched for }
      results: { title: Results }
      latitude: { title: Latitude }
      longitude: { title: Longitude }
      page: { title: Page opened }
      mark: { title: Mark }
)";

struct Column {
  ValueKind kind;
  const char* text;
};

using Columns = std::vector<Column>;

const Columns kNarrow{{ValueKind::Instant, "2018-03-04T05:06:07.123Z"},
                      {ValueKind::Text, "Article 4711 of the catalogue, \"blue\""},
                      {ValueKind::Decimal, "1234.50"},
                      {ValueKind::Null, ""}};
const Columns kWide{{ValueKind::Integer, "123456"},
                    {ValueKind::Instant, "2018-03-04T05:06:07.123Z"},
                    {ValueKind::Text, "what is the weather going to be like tomorrow"},
                    {ValueKind::Integer, "17"},
                    {ValueKind::Double, "52.5200066"},
                    {ValueKind::Double, "13.404954"},
                    {ValueKind::Text, "/forecast/berlin?day=tomorrow&units=metric"},
                    {ValueKind::Text, "mark-0123456789abcdef"}};

double cpu_ns() {
  timespec now{};
  RIGHTFUL_CHECK(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double ns_of(std::uint64_t records, const std::function<void()>& work) {
  const double begin = cpu_ns();
  work();
  return (cpu_ns() - begin) / static_cast<double>(records);
}

std::string json_of(const std::vector<Value>& values,
                    const std::vector<std::string>& members,
                    std::uint64_t records) {
  constexpr std::array<std::string_view, 1> kOwners{"C-10204417"};
  std::string json;
  json.reserve(records * 300);
  for (std::uint64_t i = 0; i < records; ++i) {
    json += ",\n{\"@owner\":";
    exporting::append_owner(json, kOwners, kOwners.front());
    for (std::size_t c = 0; c < values.size(); ++c) {
      json += members[c];
      exporting::append_json_value(json, values[c]);
    }
    json += '}';
  }
  return json;
}

double pack_and_hash(const std::string& text, std::uint64_t records) {
  return ns_of(records, [&] {
    archive::Deflater deflater;
    archive::Segment segment;
    crypto::Sha256 hash;
    for (ByteView rest = as_bytes(text); !rest.empty();) {
      segment.clear();
      rest = segment.fill(rest);
      hash.update(segment.content);
      archive::pack_segment(deflater, segment);
    }
    static_cast<void>(std::move(hash).finish());
  });
}

void measure(const catalog::Catalog& catalog,
             const std::string& name,
             const Columns& columns,
             std::uint64_t records) {
  SystemRandom random;
  const auto folder = std::filesystem::temp_directory_path();
  const catalog::Dataset& dataset = *catalog.find_dataset(name);
  sources::DatasetHead head{.dataset = &dataset, .columns = {}, .rows = records};
  std::vector<Value> values;
  std::vector<std::string> members;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto kind = columns[i].kind == ValueKind::Null ? ValueKind::Text : columns[i].kind;
    head.columns.push_back({&dataset.fields[i], kind});
    values.push_back({columns[i].kind, columns[i].text});
    members.push_back(fmt::format(",\"{}\":", dataset.fields[i].name));
  }
  std::string json;
  const double json_ns = ns_of(records, [&] { json = json_of(values, members, records); });
  const double json_packed = pack_and_hash(json, records);
  exporting::RecordPages pages(
      exporting::phrases_in("en"), head, {.directory = folder, .random = random});
  const double html_ns = ns_of(records, [&] {
    for (std::uint64_t i = 1; i <= records; ++i) {
      pages.begin_record(i);
      for (std::size_t c = 0; c < values.size(); ++c)
        pages.cell(c, values[c]);
    }
  });
  exporting::CsvTable csv(head, {.directory = folder, .random = random});
  constexpr std::array<std::string_view, 1> kOwners{"C-10204417"};
  const double csv_ns = ns_of(records, [&] {
    for (std::uint64_t i = 1; i <= records; ++i) {
      csv.begin_record(kOwners, kOwners.front());
      for (std::size_t c = 0; c < values.size(); ++c)
        csv.cell(c, values[c]);
    }
  });
  fmt::print(
      "{:8} JSON {:4.0f} B: made {:4.0f} ns, packed and hashed {:4.0f} ns | HTML with spool: made "
      "{:4.0f} ns | CSV with packing {:4.0f} ns\n",
      name,
      static_cast<double>(json.size()) / static_cast<double>(records),
      json_ns,
      json_packed,
      html_ns,
      csv_ns);
}

}  // namespace

int main_of(std::uint64_t records) {
  const auto catalog = catalog::Catalog::parse(kCatalog, "bench");
  if (!catalog) {
    fmt::print("{}\n", to_string(catalog.error().front()));
    return 1;
  }
  for (int round = 0; round < 3; ++round) {
    measure(*catalog, "narrow", kNarrow, records);
    measure(*catalog, "wide", kWide, records);
  }
  return 0;
}

}  // namespace rightful::bench

int main(int argc, char** argv) {
  constexpr std::uint64_t kRecords = 200'000;
  return rightful::bench::main_of(argc > 1 ? std::stoull(argv[1]) : kRecords);
}
