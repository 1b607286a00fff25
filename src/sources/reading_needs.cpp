#include "rightful/sources/reading_needs.hpp"

#include <algorithm>

#include "rightful/core/http_client.hpp"

#include "sources/s3_client.hpp"

namespace rightful::sources {
namespace {

struct Collector {
  const catalog::Source& source;
  const SourceLocations& locations;
  ReadingNeeds& needs;

  void operator()(const catalog::FilesSettings& settings) const {
    const auto given = locations.find(source.name);
    needs.folders.emplace_back(given == locations.end() ? settings.root : given->second);
  }

  void operator()(const catalog::S3Settings& settings) const {
    add_port(S3Place::of(settings).base);
  }

  void operator()(const catalog::HttpSettings& settings) const { add_port(settings.base); }

  template <class Other>
  void operator()(const Other& /*settings*/) const {}

  void add_port(const std::string& url) const {
    const auto port = port_of(url);
    if (port && std::ranges::find(needs.ports, *port) == needs.ports.end()) {
      needs.ports.push_back(*port);
    }
  }
};

}  // namespace

ReadingNeeds needs_of(const catalog::Catalog& catalog, const SourceLocations& locations) {
  ReadingNeeds needs;
  for (const catalog::Source& source : catalog.sources()) {
    std::visit(Collector{source, locations, needs}, source.settings);
  }
  return needs;
}

}  // namespace rightful::sources
