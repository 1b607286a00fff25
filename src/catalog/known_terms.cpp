#include "catalog/known_terms.hpp"

#include <array>
#include <map>
#include <string>

namespace rightful::catalog {
namespace {

struct TermWords {
  const char* name;
  const char* en;
  const char* fr;
  const char* de;
};

// Names as in DPV 2.3 (https://w3id.org/dpv, https://w3id.org/dpv/pd); the words are ours.
constexpr std::array kTerms = std::to_array<TermWords>({
    // purposes
    {"AccountManagement",
     "Management of the account",
     "Gestion du compte",
     "Verwaltung des Kontos"},
    {"Advertising", "Advertising", "Publicité", "Werbung"},
    {"CommunicationManagement",
     "Communication with you",
     "Communication avec vous",
     "Kommunikation mit Ihnen"},
    {"CustomerCare", "Customer care", "Service client", "Kundenbetreuung"},
    {"CustomerManagement",
     "Management of customers",
     "Gestion de la clientèle",
     "Kundenverwaltung"},
    {"DeliveryOfGoods", "Delivery of goods", "Livraison de biens", "Lieferung von Waren"},
    {"DirectMarketing", "Direct marketing", "Marketing direct", "Direktwerbung"},
    {"EnforceSecurity", "Security", "Sécurité", "Sicherheit"},
    {"FraudPreventionAndDetection",
     "Prevention and detection of fraud",
     "Prévention et détection de la fraude",
     "Verhinderung und Erkennung von Betrug"},
    {"IdentityAuthentication", "Sign-in", "Authentification", "Anmeldung"},
    {"ImproveExistingProductsAndServices",
     "Improvement of products and services",
     "Amélioration des produits et services",
     "Verbesserung von Produkten und Diensten"},
    {"LegalCompliance", "Legal obligations", "Obligations légales", "Rechtliche Pflichten"},
    {"Marketing", "Marketing", "Marketing", "Marketing"},
    {"CustomerOrderManagement",
     "Handling of orders",
     "Traitement des commandes",
     "Abwicklung von Bestellungen"},
    {"PaymentManagement", "Payments", "Paiements", "Zahlungen"},
    {"Personalisation", "Personalisation", "Personnalisation", "Personalisierung"},
    {"RecordManagement", "Keeping of records", "Tenue des registres", "Führung von Unterlagen"},
    {"RequestedServiceProvision",
     "Provision of the service you asked for",
     "Fourniture du service demandé",
     "Erbringung des gewünschten Dienstes"},
    {"ResearchAndDevelopment",
     "Research and development",
     "Recherche et développement",
     "Forschung und Entwicklung"},
    {"SellProducts", "Sale of products", "Vente de produits", "Verkauf von Waren"},
    {"ServiceManagement", "Running the service", "Exploitation du service", "Betrieb des Dienstes"},
    {"ServiceOptimisation",
     "Optimisation of the service",
     "Optimisation du service",
     "Optimierung des Dienstes"},
    {"ServicePersonalisation",
     "Personalisation of the service",
     "Personnalisation du service",
     "Personalisierung des Dienstes"},
    {"ServiceProvision",
     "Provision of the service",
     "Fourniture du service",
     "Erbringung des Dienstes"},
    {"ServiceUsageAnalytics",
     "Analysis of the use of the service",
     "Analyse de l’utilisation du service",
     "Auswertung der Nutzung des Dienstes"},
    {"TechnicalServiceProvision",
     "Technical provision of the service",
     "Fourniture technique du service",
     "Technische Erbringung des Dienstes"},
    {"CommercialPurpose", "Commercial purposes", "Fins commerciales", "Geschäftliche Zwecke"},
    {"PersonalisedAdvertising",
     "Personalised advertising",
     "Publicité personnalisée",
     "Personalisierte Werbung"},
    {"PersonnelManagement",
     "Management of personnel",
     "Gestion du personnel",
     "Personalverwaltung"},
    {"RecruitmentManagement", "Recruitment", "Recrutement", "Personalgewinnung"},
    {"TargetedAdvertising", "Targeted advertising", "Publicité ciblée", "Zielgerichtete Werbung"},
    // categories of personal data
    {"AccountIdentifier", "Account identifiers", "Identifiants de compte", "Kontokennungen"},
    {"Behavioural", "Behaviour", "Comportement", "Verhalten"},
    {"BirthDate", "Date of birth", "Date de naissance", "Geburtsdatum"},
    {"BrowsingBehaviour",
     "Searches and browsing",
     "Recherches et navigation",
     "Suchen und Surfverhalten"},
    {"Communication", "Communication", "Communications", "Kommunikation"},
    {"CommunicationsMetadata",
     "Communication metadata",
     "Métadonnées de communication",
     "Verbindungsdaten der Kommunikation"},
    {"Contact", "Contact data", "Coordonnées", "Kontaktdaten"},
    {"DeviceBased", "Device data", "Données sur les appareils", "Gerätedaten"},
    {"EmailAddress", "E-mail address", "Adresse e-mail", "E-Mail-Adresse"},
    {"Financial", "Financial data", "Données financières", "Finanzdaten"},
    {"IPAddress", "IP address", "Adresse IP", "IP-Adresse"},
    {"Identifier", "Identifiers", "Identifiants", "Kennungen"},
    {"Interest", "Interests", "Centres d’intérêt", "Interessen"},
    {"Language", "Language", "Langue", "Sprache"},
    {"Location", "Location", "Localisation", "Aufenthaltsort"},
    {"FavouriteMusic", "Taste in music", "Goûts musicaux", "Musikgeschmack"},
    {"Name", "Name", "Nom", "Name"},
    {"PhysicalAddress", "Postal address", "Adresse postale", "Anschrift"},
    {"Picture", "Pictures", "Images", "Bilder"},
    {"Preference", "Preferences", "Préférences", "Vorlieben"},
    {"PurchasesAndSpendingHabit", "Purchases", "Achats", "Einkäufe"},
    {"ServiceConsumptionBehaviour",
     "Use of the service",
     "Utilisation du service",
     "Nutzung des Dienstes"},
    {"SocialNetwork", "Social network", "Réseau social", "Soziales Netz"},
    {"TelephoneNumber", "Telephone number", "Numéro de téléphone", "Telefonnummer"},
    {"Transaction", "Transactions", "Transactions", "Transaktionen"},
    {"TravelHistory", "Journeys", "Déplacements", "Reisen"},
    {"Username", "User name", "Nom d’utilisateur", "Benutzername"},
    {"VoiceCommunicationRecording",
     "Voice recordings",
     "Enregistrements vocaux",
     "Sprachaufnahmen"},
    {"VoiceMail", "Voice mail", "Messages vocaux", "Sprachnachrichten"},
    {"Age", "Age", "Âge", "Alter"},
    {"AgeRange", "Age range", "Tranche d’âge", "Altersgruppe"},
    {"Authenticating", "Credentials", "Données d’authentification", "Anmeldedaten"},
    {"BankAccount", "Bank account", "Compte bancaire", "Bankkonto"},
    {"Biometric", "Biometric data", "Données biométriques", "Biometrische Daten"},
    {"BrowserHistory", "Browsing history", "Historique de navigation", "Browserverlauf"},
    {"City", "City", "Ville", "Ort"},
    {"Country", "Country", "Pays", "Land"},
    {"CreditCardNumber", "Credit card number", "Numéro de carte de crédit", "Kreditkartennummer"},
    {"Criminal",
     "Criminal convictions and offences",
     "Condamnations et infractions",
     "Strafrechtliche Daten"},
    {"CurrentEmployment", "Employment", "Emploi actuel", "Beschäftigung"},
    {"CurrentLocation", "Current location", "Localisation actuelle", "Aktueller Aufenthaltsort"},
    {"Demographic", "Demographic data", "Données démographiques", "Demografische Daten"},
    {"DeviceOperatingSystem",
     "Operating system of the device",
     "Système d’exploitation de l’appareil",
     "Betriebssystem des Geräts"},
    {"DigitalFingerprint", "Digital fingerprint", "Empreinte numérique", "Digitaler Fingerabdruck"},
    {"Ethnicity", "Ethnic origin", "Origine ethnique", "Ethnische Herkunft"},
    {"Fingerprint", "Fingerprint", "Empreinte digitale", "Fingerabdruck"},
    {"GPSCoordinate", "Precise location", "Localisation précise", "Genauer Standort"},
    {"Gender", "Gender", "Genre", "Geschlecht"},
    {"Genetic", "Genetic data", "Données génétiques", "Genetische Daten"},
    {"HealthRecord", "Health records", "Dossiers de santé", "Gesundheitsakten"},
    {"IndividualProfile", "Profiles", "Profils", "Profile"},
    {"Job", "Occupation", "Profession", "Beruf"},
    {"LifeHistory", "Life history", "Parcours de vie", "Lebenslauf"},
    {"MaritalStatus", "Marital status", "Situation familiale", "Familienstand"},
    {"MedicalHealth", "Health data", "Données de santé", "Gesundheitsdaten"},
    {"OfficialID", "Official identifiers", "Identifiants officiels", "Amtliche Kennungen"},
    {"Opinion", "Opinions", "Opinions", "Meinungen"},
    {"Passport", "Passport", "Passeport", "Reisepass"},
    {"Password", "Passwords", "Mots de passe", "Passwörter"},
    {"PoliticalOpinion", "Political opinions", "Opinions politiques", "Politische Meinungen"},
    {"PostalCode", "Postal code", "Code postal", "Postleitzahl"},
    {"PrivacyPreference",
     "Privacy preferences",
     "Préférences de confidentialité",
     "Datenschutzeinstellungen"},
    {"Region", "Region", "Région", "Region"},
    {"ReligiousBelief", "Religious beliefs", "Convictions religieuses", "Religiöse Überzeugungen"},
    {"SexualPreference", "Sexual orientation", "Orientation sexuelle", "Sexuelle Orientierung"},
    {"Street", "Street", "Rue", "Straße"},
    {"UID", "Unique identifiers", "Identifiants uniques", "Eindeutige Kennungen"},
    {"VehicalLicenseRegistration",
     "Vehicle registration",
     "Immatriculation de véhicule",
     "Kraftfahrzeugkennzeichen"},
});

using Dictionary = std::map<std::string, LocalizedText, std::less<>>;

Dictionary make_terms() {
  Dictionary terms;
  for (const TermWords& term : kTerms) {
    terms.emplace(term.name, LocalizedText({{"en", term.en}, {"fr", term.fr}, {"de", term.de}}));
  }
  return terms;
}

Dictionary make_origins() {
  return {{"the subject",
           LocalizedText({{"en", "You gave us these data yourself."},
                          {"fr", "Vous nous avez fourni ces données vous-même."},
                          {"de", "Sie haben uns diese Daten selbst gegeben."},
                          {"es", "Usted mismo nos ha facilitado estos datos."},
                          {"it", "Questi dati ci sono stati forniti da lei."}})},
          {"use of the service",
           LocalizedText({{"en", "These data arose when you used the service."},
                          {"fr", "Ces données proviennent de votre utilisation du service."},
                          {"de", "Diese Daten sind bei Ihrer Nutzung des Dienstes entstanden."},
                          {"es", "Estos datos proceden de su uso del servicio."},
                          {"it", "Questi dati derivano dal suo uso del servizio."}})},
          {"our own systems",
           LocalizedText({{"en", "Our own systems made these data."},
                          {"fr", "Ces données ont été produites par nos propres systèmes."},
                          {"de", "Diese Daten haben unsere eigenen Systeme erzeugt."},
                          {"es", "Estos datos los han generado nuestros propios sistemas."},
                          {"it", "Questi dati sono stati generati dai nostri sistemi."}})}};
}

const LocalizedText* find(const Dictionary& dictionary, std::string_view name) {
  const auto found = dictionary.find(name);
  return found == dictionary.end() ? nullptr : &found->second;
}

}  // namespace

const LocalizedText* known_term(std::string_view name) {
  static const Dictionary kDictionary = make_terms();
  return find(kDictionary, name);
}

std::vector<std::string_view> known_term_names() {
  std::vector<std::string_view> names;
  names.reserve(kTerms.size());
  for (const TermWords& term : kTerms)
    names.emplace_back(term.name);
  return names;
}

const LocalizedText* known_origin(std::string_view name) {
  static const Dictionary kDictionary = make_origins();
  return find(kDictionary, name);
}

}  // namespace rightful::catalog
