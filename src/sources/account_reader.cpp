#include "rightful/sources/account_reader.hpp"

#include <map>
#include <set>
#include <utility>

#include "rightful/core/check.hpp"

#include "sources/object_name.hpp"
#include "sources/source.hpp"
#include "sources/source_factory.hpp"

namespace rightful::sources {
namespace {

std::vector<const catalog::Dataset*> datasets_of(const catalog::Catalog& catalog,
                                                 const std::string& source) {
  std::vector<const catalog::Dataset*> datasets;
  for (const catalog::Dataset& dataset : catalog.datasets()) {
    if (dataset.source == source) datasets.push_back(&dataset);
  }
  return datasets;
}

std::set<std::string> sources_of_objects(const catalog::Catalog& catalog) {
  std::set<std::string> names;
  for (const catalog::Dataset& dataset : catalog.datasets()) {
    for (const catalog::Field& field : dataset.fields) {
      if (field.attach) names.insert(field.attach->source);
    }
  }
  return names;
}

bool names_paths(const catalog::Source& source) {
  return std::holds_alternative<catalog::FilesSettings>(source.settings);
}

}  // namespace

class AccountReader::Impl {
 public:
  explicit Impl(const AccountScope& scope)
      : context_{OwnershipGuard(scope), Pseudonyms(scope), {}} {}

  SourceResult<void> open(const catalog::Catalog& catalog,
                          const AccountScope& scope,
                          const SourceLocations& locations) {
    const std::set<std::string> with_objects = sources_of_objects(catalog);
    for (const catalog::Source& source : catalog.sources()) {
      const auto datasets = datasets_of(catalog, source.name);
      const SourceOrder order{source, locations, datasets, scope, context_};
      if (!datasets.empty()) {
        RIGHTFUL_TRY(auto opened, open_record_source(order));
        records_.emplace(source.name, std::move(opened));
      }
      if (with_objects.contains(source.name)) {
        if (!names_paths(source)) context_.key_stores.insert(source.name);
        RIGHTFUL_TRY(auto opened, open_object_source(order));
        objects_.emplace(source.name, std::move(opened));
      }
    }
    return {};
  }

  [[nodiscard]] std::vector<SnapshotFacts> snapshots() const {
    std::vector<SnapshotFacts> facts;
    facts.reserve(records_.size() + objects_.size());
    for (const auto& [name, source] : records_) {
      facts.push_back(source->snapshot());
    }
    for (const auto& [name, source] : objects_) {
      facts.push_back(source->snapshot());
    }
    return facts;
  }

  SourceResult<DatasetFacts> read(const catalog::Dataset& dataset, RecordSink& sink) {
    const auto source = records_.find(dataset.source);
    RIGHTFUL_CHECK(source != records_.end());
    return source->second->read(dataset, sink);
  }

  SourceResult<std::unique_ptr<ObjectStream>> open_object(const ObjectReference& object) {
    RIGHTFUL_CHECK(object.field != nullptr && object.field->attach.has_value());
    const catalog::Attachment& attach = *object.field->attach;
    const auto source = objects_.find(attach.source);
    RIGHTFUL_CHECK(source != objects_.end());
    // Checked when the row came; the reference has been out of our hands since.
    if (!is_plain_name(object.reference, names_in(context_, attach.source))) {
      return std::unexpected(SourceError{SourceErrorKind::RefusedReference,
                                         attach.source,
                                         object.dataset->name,
                                         "an object is named outside of its folder"});
    }
    RIGHTFUL_TRY(context_.guard.check_object(
        attach.source, object.dataset->name, attach.owner_prefix, object.reference));
    return source->second->open_object(object);
  }

  void end_records() {
    for (const auto& [name, source] : records_) {
      source->end_records();
    }
  }

 private:
  ReadContext context_;
  std::map<std::string, std::unique_ptr<RecordSource>, std::less<>> records_;
  std::map<std::string, std::unique_ptr<ObjectSource>, std::less<>> objects_;
};

AccountReader::AccountReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

AccountReader::AccountReader(AccountReader&&) noexcept = default;

AccountReader& AccountReader::operator=(AccountReader&&) noexcept = default;

AccountReader::~AccountReader() = default;

SourceResult<AccountReader> AccountReader::open(const catalog::Catalog& catalog,
                                                const AccountScope& scope,
                                                const SourceLocations& locations) {
  auto impl = std::make_unique<Impl>(scope);
  RIGHTFUL_TRY(impl->open(catalog, scope, locations));
  return AccountReader(std::move(impl));
}

std::vector<SnapshotFacts> AccountReader::snapshots() const {
  return impl_->snapshots();
}

SourceResult<DatasetFacts> AccountReader::read(const catalog::Dataset& dataset, RecordSink& sink) {
  return impl_->read(dataset, sink);
}

SourceResult<std::unique_ptr<ObjectStream>> AccountReader::open_object(
    const ObjectReference& object) {
  return impl_->open_object(object);
}

void AccountReader::end_records() {
  impl_->end_records();
}

}  // namespace rightful::sources
