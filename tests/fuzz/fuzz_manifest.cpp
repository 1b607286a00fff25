// manifest.json: read alike whatever the chunks, and what is accepted says the same to another
// parser, member by member in the format's order.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "rightful/core/check.hpp"

#include "archive/reader/manifest_reader.hpp"
#include "tests/fuzz/chunks.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace rightful::fuzz {
namespace {

namespace reader = archive::reader;
using Json = nlohmann::ordered_json;

struct Reading {
  reader::ManifestFacts facts;
  std::vector<reader::ListedEntry> entries;
};

Result<Reading> read(std::string_view text, std::size_t chunk_size) {
  Chunks chunks(text, chunk_size);
  reader::ManifestReader manifest(chunks);
  Reading reading;
  RIGHTFUL_TRY(reading.facts, manifest.read_head());
  while (true) {
    RIGHTFUL_CHECK(reading.entries.size() <= text.size());
    RIGHTFUL_TRY(auto entry, manifest.next_entry());
    if (!entry) return reading;
    reading.entries.push_back(*std::move(entry));
  }
}

std::string names_of(const Json& object) {
  std::string names;
  for (const auto& [name, value] : object.items())
    names += name + " ";
  return names;
}

/// As JSON, written from what the reader understood.
Json listing_of(const reader::ListedEntry& entry) {
  Json listing{{"name", entry.name},
               {"size", entry.size},
               {"sha256", entry.sha256_hex},
               {"kind", entry.kind}};
  if (entry.dataset) listing["dataset"] = *entry.dataset;
  if (entry.records) listing["records"] = *entry.records;
  if (entry.owner) listing["owner"] = *entry.owner;
  return listing;
}

void check_datasets(const Json& datasets, const reader::ManifestFacts& facts) {
  RIGHTFUL_CHECK(datasets.size() == facts.datasets.size());
  for (const Json& dataset : datasets) {
    RIGHTFUL_CHECK(names_of(dataset) ==
                   "name title source rows objects reason_if_empty missing redactions ");
    const auto found = facts.datasets.find(dataset["name"].get<std::string>());
    RIGHTFUL_CHECK(found != facts.datasets.end());
    RIGHTFUL_CHECK(dataset["rows"] == found->second.rows);
    RIGHTFUL_CHECK(dataset["objects"] == found->second.objects);
  }
}

void check_accepted(std::string_view input, const Reading& reading) {
  const Json json = Json::parse(input);
  RIGHTFUL_CHECK(names_of(json) ==
                 "format request account created catalog checkpoint random snapshots datasets "
                 "entries ");
  RIGHTFUL_CHECK(json["format"] == "rightful/v1/manifest");
  RIGHTFUL_CHECK(json["request"] == reading.facts.request);
  RIGHTFUL_CHECK(json["account"] == reading.facts.account);
  check_datasets(json["datasets"], reading.facts);
  RIGHTFUL_CHECK(json["entries"].size() == reading.entries.size());
  for (std::size_t i = 0; i < reading.entries.size(); ++i)
    RIGHTFUL_CHECK(json["entries"][i] == listing_of(reading.entries[i]));
}

}  // namespace

void run_one(std::string_view input) {
  const auto whole = read(input, input.size() + 1);
  const auto parts = read(input, 1);
  RIGHTFUL_CHECK(whole.has_value() == parts.has_value());
  if (!whole) {
    RIGHTFUL_CHECK(whole.error().code == parts.error().code);
    RIGHTFUL_CHECK(whole.error().detail.starts_with("manifest: "));
    return;
  }
  RIGHTFUL_CHECK(whole->entries.size() == parts->entries.size());
  check_accepted(input, *whole);
}

}  // namespace rightful::fuzz
