#include "sources/source_factory.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "rightful/core/check.hpp"

#include "sources/files_source.hpp"
#include "sources/http_source.hpp"
#include "sources/manual_source.hpp"
#include "sources/odbc_source.hpp"
#include "sources/postgres_source.hpp"
#include "sources/s3_source.hpp"

namespace rightful::sources {
namespace {

using Records = SourceResult<std::unique_ptr<RecordSource>>;
using Objects = SourceResult<std::unique_ptr<ObjectSource>>;

/// No source of this kind has what was asked for; the catalog's parser lets none through.
SourceError wrong_kind(const SourceOrder& order) {
  return {SourceErrorKind::NotConfigured,
          order.source.name,
          "",
          "a source of kind " + std::string(order.source.kind()) + " cannot be read this way"};
}

bool is_control(char c) {
  return (c >= '\0' && c < ' ') || c == '\x7f';
}

struct RecordOpener {
  const SourceOrder& order;

  Records operator()(const catalog::PostgresqlSettings& /*settings*/) const {
    return PostgresSource::open(order);
  }

  Records operator()(const catalog::HttpSettings& settings) const {
    return HttpSource::open(order, settings);
  }

  Records operator()(const catalog::ManualSettings& /*settings*/) const {
    return ManualSource::open(order);
  }

  Records operator()(const catalog::OdbcSettings& settings) const {
    return OdbcSource::open(order, settings);
  }

  template <class Other>
  Records operator()(const Other& /*settings*/) const {
    return std::unexpected(wrong_kind(order));
  }
};

struct ObjectOpener {
  const SourceOrder& order;

  Objects operator()(const catalog::FilesSettings& settings) const {
    if (!settings.root.empty()) return FilesSource::open(order.source, settings.root);
    RIGHTFUL_TRY(const std::string root, location_of(order, order.source.name, settings.root_env));
    return FilesSource::open(order.source, root);
  }

  Objects operator()(const catalog::S3Settings& settings) const {
    return S3Source::open(order, settings);
  }

  template <class Other>
  Objects operator()(const Other& /*settings*/) const {
    return std::unexpected(wrong_kind(order));
  }
};

}  // namespace

SourceResult<std::string> find_location(const catalog::Source& source,
                                        const SourceLocations& locations,
                                        const std::string& key,
                                        const std::string& variable) {
  const auto found = locations.find(key);
  const bool is_set = found != locations.end() && !found->second.empty();
  if (is_set && std::ranges::none_of(found->second, is_control)) return found->second;
  return std::unexpected(SourceError{
      SourceErrorKind::NotConfigured,
      source.name,
      "",
      "the environment variable " + variable +
          (is_set ? " holds a line break or another control character" : " is not set")});
}

SourceResult<std::string> location_of(const SourceOrder& order,
                                      const std::string& key,
                                      const std::string& variable) {
  return find_location(order.source, order.locations, key, variable);
}

Records open_record_source(const SourceOrder& order) {
  return std::visit(RecordOpener{order}, order.source.settings);
}

Objects open_object_source(const SourceOrder& order) {
  return std::visit(ObjectOpener{order}, order.source.settings);
}

}  // namespace rightful::sources
