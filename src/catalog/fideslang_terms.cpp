#include "catalog/fideslang_terms.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace rightful::catalog {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// The keys are those of fideslang (https://github.com/ethyca/fideslang, Ethyca, CC BY 4.0); which
// DPV 2.3 term (https://w3id.org/dpv, https://w3id.org/dpv/pd, W3C) says the same is our choice.
// Sorted by key.
constexpr auto kCategories = std::to_array<Pair>({
    {"user.account", "AccountIdentifier"},
    {"user.account.settings", "Preference"},
    {"user.account.username", "Username"},
    {"user.authorization.credentials", "Authenticating"},
    {"user.authorization.password", "Password"},
    {"user.behavior", "Behavioural"},
    {"user.behavior.browsing_history", "BrowserHistory"},
    {"user.behavior.media_consumption", "ServiceConsumptionBehaviour"},
    {"user.behavior.purchase_history", "PurchasesAndSpendingHabit"},
    {"user.behavior.search_history", "BrowsingBehaviour"},
    {"user.biometric", "Biometric"},
    {"user.biometric.fingerprint", "Fingerprint"},
    {"user.contact", "Contact"},
    {"user.contact.address", "PhysicalAddress"},
    {"user.contact.address.city", "City"},
    {"user.contact.address.country", "Country"},
    {"user.contact.address.postal_code", "PostalCode"},
    {"user.contact.address.state", "Region"},
    {"user.contact.address.street", "Street"},
    {"user.contact.email", "EmailAddress"},
    {"user.contact.phone_number", "TelephoneNumber"},
    {"user.content", "Communication"},
    {"user.content.self_image", "Picture"},
    {"user.criminal_history", "Criminal"},
    {"user.demographic", "Demographic"},
    {"user.demographic.age_range", "AgeRange"},
    {"user.demographic.date_of_birth", "BirthDate"},
    {"user.demographic.gender", "Gender"},
    {"user.demographic.language", "Language"},
    {"user.demographic.marital_status", "MaritalStatus"},
    {"user.demographic.political_opinion", "PoliticalOpinion"},
    {"user.demographic.profile", "IndividualProfile"},
    {"user.demographic.race_ethnicity", "Ethnicity"},
    {"user.demographic.religious_belief", "ReligiousBelief"},
    {"user.demographic.sexual_orientation", "SexualPreference"},
    {"user.device", "DeviceBased"},
    {"user.device.cookie", "DigitalFingerprint"},
    {"user.device.cookie_id", "Identifier"},
    {"user.device.device_id", "Identifier"},
    {"user.device.ip_address", "IPAddress"},
    {"user.financial", "Financial"},
    {"user.financial.bank_account", "BankAccount"},
    {"user.financial.credit_card", "CreditCardNumber"},
    {"user.government_id", "OfficialID"},
    {"user.government_id.passport_number", "Passport"},
    {"user.government_id.vehicle_registration", "VehicalLicenseRegistration"},
    {"user.health_and_medical", "MedicalHealth"},
    {"user.health_and_medical.genetic", "Genetic"},
    {"user.health_and_medical.record_id", "HealthRecord"},
    {"user.job_title", "Job"},
    {"user.location", "Location"},
    {"user.location.imprecise", "CurrentLocation"},
    {"user.location.precise", "GPSCoordinate"},
    {"user.name", "Name"},
    {"user.name.first", "Name"},
    {"user.name.last", "Name"},
    {"user.payment", "Transaction"},
    {"user.privacy_preferences", "PrivacyPreference"},
    {"user.social", "SocialNetwork"},
    {"user.telemetry", "ServiceConsumptionBehaviour"},
    {"user.unique_id", "UID"},
    {"user.unique_id.pseudonymous", "Identifier"},
    {"user.workplace", "CurrentEmployment"},
});

constexpr auto kUses = std::to_array<Pair>({
    {"analytics", "ServiceUsageAnalytics"},
    {"analytics.reporting", "ServiceUsageAnalytics"},
    {"employment", "PersonnelManagement"},
    {"employment.recruitment", "RecruitmentManagement"},
    {"essential.fraud_detection", "FraudPreventionAndDetection"},
    {"essential.legal_obligation", "LegalCompliance"},
    {"essential.service", "ServiceProvision"},
    {"essential.service.authentication", "IdentityAuthentication"},
    {"essential.service.notifications", "CommunicationManagement"},
    {"essential.service.operations", "TechnicalServiceProvision"},
    {"essential.service.operations.support", "CustomerCare"},
    {"essential.service.payment_processing", "PaymentManagement"},
    {"essential.service.security", "EnforceSecurity"},
    {"finance", "RecordManagement"},
    {"functional.service", "ServiceProvision"},
    {"functional.service.improve", "ImproveExistingProductsAndServices"},
    {"marketing", "Marketing"},
    {"marketing.advertising", "Advertising"},
    {"marketing.advertising.first_party.targeted", "TargetedAdvertising"},
    {"marketing.advertising.profiling", "PersonalisedAdvertising"},
    {"marketing.advertising.third_party.targeted", "TargetedAdvertising"},
    {"marketing.communications", "DirectMarketing"},
    {"marketing.communications.email", "DirectMarketing"},
    {"operations", "ServiceManagement"},
    {"personalize", "Personalisation"},
    {"personalize.content", "ServicePersonalisation"},
    {"sales", "SellProducts"},
    {"third_party_sharing", "CommercialPurpose"},
});

std::string_view find_nearest(std::span<const Pair> table, std::string_view key) {
  while (!key.empty()) {
    const auto found = std::ranges::lower_bound(table, key, {}, &Pair::first);
    if (found != table.end() && found->first == key) return found->second;
    const std::size_t dot = key.rfind('.');
    key = dot == std::string_view::npos ? std::string_view() : key.substr(0, dot);
  }
  return {};
}

}  // namespace

std::string_view dpv_category_of(std::string_view fideslang_key) {
  return find_nearest(kCategories, fideslang_key);
}

std::string_view dpv_purpose_of(std::string_view fideslang_key) {
  return find_nearest(kUses, fideslang_key);
}

}  // namespace rightful::catalog
