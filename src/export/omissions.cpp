#include "export/omissions.hpp"

namespace rightful::exporting {

namespace {

std::string reason_of(const catalog::Field& field,
                      std::string_view general,
                      const Phrases& phrases) {
  const std::string& own = field.third_party_reason.in(phrases.language);
  return own.empty() ? std::string(general) : std::string(general) + ": " + own;
}

std::uint64_t count_in(const std::map<std::string, std::uint64_t>& counts,
                       const std::string& field) {
  const auto found = counts.find(field);
  return found == counts.end() ? 0 : found->second;
}

std::optional<Omission> omission_of(const catalog::Field& field,
                                    const DatasetSummary& summary,
                                    const Phrases& phrases) {
  switch (field.withhold) {
    case catalog::Withhold::Security:
      return Omission{&field, OmissionRule::Security, std::string(phrases.omitted_security), 0};
    case catalog::Withhold::NotPersonal:
      return Omission{
          &field, OmissionRule::NotPersonal, std::string(phrases.omitted_not_personal), 0};
    case catalog::Withhold::No:
      break;
  }
  if (const auto count = count_in(summary.redacted, field.name); count > 0) {
    return Omission{
        &field, OmissionRule::Redacted, reason_of(field, phrases.omitted_redacted, phrases), count};
  }
  if (const auto count = count_in(summary.pseudonymised, field.name); count > 0) {
    return Omission{&field,
                    OmissionRule::Pseudonymised,
                    reason_of(field, phrases.omitted_pseudonym, phrases),
                    count};
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(OmissionRule rule) noexcept {
  switch (rule) {
    case OmissionRule::Redacted:
      return "redacted";
    case OmissionRule::Pseudonymised:
      return "pseudonymised";
    case OmissionRule::Security:
      return "security";
    case OmissionRule::NotPersonal:
      return "not_personal";
    case OmissionRule::MissingFile:
      return "missing_file";
  }
  return "redacted";
}

std::vector<Omission> omissions_of(const DatasetSummary& summary, const Phrases& phrases) {
  std::vector<Omission> omissions;
  for (const auto& field : summary.dataset->fields) {
    if (auto omission = omission_of(field, summary, phrases))
      omissions.push_back(*std::move(omission));
  }
  if (summary.missing_objects > 0) {
    omissions.push_back({nullptr,
                         OmissionRule::MissingFile,
                         std::string(phrases.omitted_missing),
                         summary.missing_objects});
  }
  return omissions;
}

}  // namespace rightful::exporting
