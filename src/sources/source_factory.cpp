#include "sources/source_factory.hpp"

#include <type_traits>
#include <utility>
#include <variant>

#include "rightful/core/check.hpp"

#include "sources/files_source.hpp"
#include "sources/postgres_source.hpp"

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

struct RecordOpener {
  const SourceOrder& order;

  Records operator()(const catalog::PostgresqlSettings& /*settings*/) const {
    return PostgresSource::open(order);
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

  template <class Other>
  Objects operator()(const Other& /*settings*/) const {
    return std::unexpected(wrong_kind(order));
  }
};

}  // namespace

SourceResult<std::string> location_of(const SourceOrder& order,
                                      const std::string& key,
                                      const std::string& variable) {
  const auto found = order.locations.find(key);
  if (found != order.locations.end() && !found->second.empty()) return found->second;
  return std::unexpected(SourceError{SourceErrorKind::NotConfigured,
                                     order.source.name,
                                     "",
                                     "the environment variable " + variable + " is not set"});
}

Records open_record_source(const SourceOrder& order) {
  return std::visit(RecordOpener{order}, order.source.settings);
}

Objects open_object_source(const SourceOrder& order) {
  return std::visit(ObjectOpener{order}, order.source.settings);
}

}  // namespace rightful::sources
