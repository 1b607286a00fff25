#include "sources/remote_check.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "rightful/core/bytes.hpp"
#include "rightful/core/failure.hpp"
#include "rightful/core/random.hpp"

#include "sources/http_source.hpp"
#include "sources/s3_source.hpp"

namespace rightful::sources {
namespace {

/// What to do, where the error itself does not say it.
std::string_view cure_for(SourceErrorKind kind) {
  switch (kind) {
    case SourceErrorKind::AccessDenied:
      return "give Rightful credentials that may read what the catalog names, and nothing else";
    case SourceErrorKind::BadAnswer:
      return "see docs/sources for what is expected";
    case SourceErrorKind::ForeignRecord:
    case SourceErrorKind::MissingObject:
    case SourceErrorKind::RefusedReference:
    case SourceErrorKind::ObjectChanged:
    case SourceErrorKind::CountMismatch:
    case SourceErrorKind::AccountNotPossible:
    case SourceErrorKind::SchemaChanged:
    case SourceErrorKind::RoleTooPowerful:
    case SourceErrorKind::RepeatedRecord:
    case SourceErrorKind::NotConfigured:
      break;
  }
  return "correct the source in the catalog, or the environment";
}

Finding finding_from(const SourceError& error) {
  return {FindingKind::Unreachable,
          Severity::Error,
          error.source,
          error.dataset,
          error.detail,
          std::string(cure_for(error.kind))};
}

Finding finding_from(const catalog::Source& source, const Failure& failure) {
  return {FindingKind::Unreachable,
          Severity::Error,
          source.name,
          "",
          failure.what(),
          "start it, or correct its address"};
}

/// An account ID that is nobody's.
std::string nobody() {
  SystemRandom random;
  std::array<std::byte, 12> bytes{};
  random.fill(bytes);
  return "rightful-check-" + to_hex(bytes);
}

SourceResult<std::string> value_of(const catalog::Source& source,
                                   const SourceLocations& locations,
                                   const std::string& key,
                                   const std::string& variable) {
  if (variable.empty()) return std::string();
  return find_location(source, locations, key, variable);
}

SourceResult<bool> may_list(const catalog::Source& source, const SourceLocations& locations) {
  const auto& settings = std::get<catalog::S3Settings>(source.settings);
  RIGHTFUL_TRY(auto credentials, credentials_of(source, locations, settings));
  RIGHTFUL_TRY(auto client, S3Client::open(source.name, settings, std::move(credentials)));
  return client.may_list();
}

void check_dataset(HttpService& service,
                   const catalog::Dataset& dataset,
                   std::vector<Finding>& findings) {
  const std::string account = nobody();
  std::string page;
  const auto head = service.ask({&dataset, account, std::nullopt, std::nullopt, 0}, page);
  const auto report = [&](FindingKind kind, Severity severity, const char* what, const char* cure) {
    findings.push_back({kind, severity, dataset.source, dataset.name, what, cure});
  };
  if (!head) {
    findings.push_back(finding_from(head.error()));
  } else if (head->account != account) {
    report(FindingKind::RowSecurity,
           Severity::Error,
           "the service answers for another account than the one that was asked for",
           "let it answer for the `account` of the request");
  } else if (head->count > 0) {
    report(FindingKind::RowSecurity,
           Severity::Error,
           "the service counts records of an account that nobody has",
           "let it count the records of the `account` of the request");
  } else if (!head->snapshot) {
    report(FindingKind::RowSecurity,
           Severity::Advice,
           "the service has no snapshots: an export starts again when its data change meanwhile",
           "let it keep one state for the time of an export, see docs/sources/http.md");
  }
}

}  // namespace

void check_bucket(const catalog::Source& source,
                  const SourceLocations& locations,
                  std::vector<Finding>& findings) {
  try {
    const auto lists = may_list(source, locations);
    if (!lists) {
      findings.push_back(finding_from(lists.error()));
    } else if (!*lists) {
      findings.push_back({FindingKind::Role,
                          Severity::Advice,
                          source.name,
                          "",
                          "the key may not list the bucket, so that a missing object looks like a "
                          "refused one and stops an export",
                          "give the key s3:ListBucket on the bucket"});
    }
  } catch (const Failure& failure) {
    findings.push_back(finding_from(source, failure));
  }
}

void check_service(const catalog::Catalog& catalog,
                   const catalog::Source& source,
                   const SourceLocations& locations,
                   std::vector<Finding>& findings) {
  const auto& settings = std::get<catalog::HttpSettings>(source.settings);
  try {
    auto token = value_of(source, locations, source.name, settings.auth_env);
    if (!token) {
      findings.push_back(finding_from(token.error()));
      return;
    }
    auto service = HttpService::open(source.name, settings, *std::move(token));
    if (!service) {
      findings.push_back(finding_from(service.error()));
      return;
    }
    for (const catalog::Dataset& dataset : catalog.datasets()) {
      if (dataset.source == source.name) check_dataset(*service, dataset, findings);
    }
  } catch (const Failure& failure) {
    findings.push_back(finding_from(source, failure));
  }
}

}  // namespace rightful::sources
