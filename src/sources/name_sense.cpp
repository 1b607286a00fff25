#include "sources/name_sense.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace rightful::sources {
namespace {

using Words = std::vector<std::string>;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// `customers` → `customer`, `companies` → `company`; nothing cleverer.
std::string singular(std::string word) {
  if (word.size() > 4 && word.ends_with("ies")) return word.substr(0, word.size() - 3) + "y";
  const bool is_plural = word.size() > 3 && word.ends_with('s') && !word.ends_with("ss") &&
                         !word.ends_with("us") && !word.ends_with("is");
  if (is_plural) word.pop_back();
  return word;
}

std::string joined(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) {
    out += word;
  }
  return out;
}

/// A term, and the runs of words that suggest it: `first name` is two words in a row.
struct Hint {
  const char* term;
  std::vector<const char*> words;
};

// Terms of DPV 2.3 (https://w3id.org/dpv/pd).
const std::vector<Hint>& column_hints() {
  static const std::vector<Hint> kHints{
      {"Name",
       {"first name",
        "last name",
        "full name",
        "given name",
        "family name",
        "middle name",
        "surname",
        "forename",
        "firstname",
        "lastname",
        "fullname",
        "display name",
        "nickname",
        "nick name",
        "maiden name",
        "real name"}},
      {"EmailAddress", {"email", "e mail", "mail address"}},
      {"TelephoneNumber", {"phone", "telephone", "mobile", "fax", "tel", "msisdn"}},
      {"PhysicalAddress", {"address", "street", "house number", "address line"}},
      {"City", {"city", "town"}},
      {"Region", {"state province", "province", "state or province"}},
      {"PostalCode", {"postal", "zip", "postcode", "zipcode", "plz"}},
      {"Country", {"country"}},
      {"BirthDate", {"birth", "birthday", "dob", "birthdate"}},
      {"Gender", {"gender", "sex", "salutation"}},
      {"MaritalStatus", {"marital"}},
      {"Language", {"language", "locale"}},
      {"Username", {"username", "user name", "login", "login name", "screen name"}},
      {"IPAddress", {"ip", "ip address", "ipaddr"}},
      {"GPSCoordinate", {"latitude", "longitude", "lat", "lng", "lon", "gps", "geo"}},
      {"Location", {"location", "place"}},
      {"DeviceBased", {"device", "imei", "serial number", "mac address"}},
      {"DigitalFingerprint", {"user agent", "fingerprint", "cookie"}},
      {"BankAccount", {"iban", "bic", "bank account", "account number"}},
      {"CreditCardNumber", {"credit card", "card number", "pan"}},
      {"OfficialID", {"ssn", "social security", "national id", "tax id", "id card"}},
      {"Passport", {"passport"}},
      {"Transaction",
       {"price",
        "amount",
        "total",
        "paid",
        "currency",
        "discount",
        "balance",
        "payment",
        "refund"}},
      {"VoiceCommunicationRecording", {"voice", "recording", "audio", "transcript"}},

      {"Picture", {"photo", "picture", "avatar", "selfie", "image", "video"}},
      {"Communication",
       {"message", "body", "subject", "comment", "remark", "note", "notes", "chat", "reply"}},
      {"BrowsingBehaviour", {"search", "query", "search term", "clicked", "page view"}},
      {"PrivacyPreference", {"consent", "opt in", "opt out"}},
      {"Preference", {"preference", "preferences", "setting", "settings"}},
      {"MedicalHealth", {"diagnosis", "medication", "allergy", "health", "blood type", "symptom"}},
      {"CurrentEmployment", {"company", "employer", "department", "hire date"}},
      {"Job", {"job title", "job", "occupation", "profession"}},
      {"ReligiousBelief", {"religion"}},
      {"Ethnicity", {"ethnicity"}},
  };
  return kHints;
}

const std::vector<Hint>& table_hints() {
  static const std::vector<Hint> kHints{
      {"PurchasesAndSpendingHabit",
       {"invoice",
        "order",
        "purchase",
        "cart",
        "basket",
        "subscription",
        "sale",
        "booking",
        "invoice line",
        "line item"}},
      {"Transaction", {"payment", "refund", "transaction", "invoice"}},
      {"Contact", {"contact", "customer", "address"}},
      {"Communication", {"message", "mail", "chat", "ticket", "comment", "post", "review", "note"}},
      {"VoiceCommunicationRecording", {"voice", "recording", "call"}},
      {"ServiceConsumptionBehaviour", {"session", "event", "activity", "usage", "log", "history"}},
      {"BrowsingBehaviour", {"search", "click", "page view"}},
      {"DeviceBased", {"device"}},
      {"PrivacyPreference", {"consent"}},
      {"Preference", {"preference", "setting", "favourite", "favorite", "wish list", "wishlist"}},
      {"SocialNetwork", {"friend", "follower", "contact list", "group member", "member"}},
      {"Picture", {"photo", "image"}},
      {"MedicalHealth", {"patient", "diagnosis", "prescription"}},
  };
  return kHints;
}

bool holds(const Words& words, std::string_view run) {
  const Words wanted = words_of(run);
  const auto found =
      std::ranges::search(words, wanted, [](const std::string& a, const std::string& b) {
        return singular(a) == singular(b);
      });
  return !found.empty();
}

bool suggests(const Words& words, const Hint& hint) {
  return std::ranges::any_of(hint.words, [&](const char* run) { return holds(words, run); });
}

bool is_text(const ColumnFacts& column) {
  return column.base_type == "text" || column.base_type == "varchar" ||
         column.base_type == "bpchar" || (column.base_type.empty() && column.type == "citext");
}

constexpr std::array<std::string_view, 6> kAboutPeople{
    "Name", "EmailAddress", "TelephoneNumber", "BirthDate", "Gender", "OfficialID"};
constexpr std::array<std::string_view, 12> kMaybePersonal{"PhysicalAddress",
                                                          "PostalCode",
                                                          "Username",
                                                          "IPAddress",
                                                          "GPSCoordinate",
                                                          "DigitalFingerprint",
                                                          "BankAccount",
                                                          "CreditCardNumber",
                                                          "Passport",
                                                          "VoiceCommunicationRecording",
                                                          "MedicalHealth",
                                                          "MaritalStatus"};

bool has_term(const TableFacts& table, std::span<const std::string_view> terms) {
  return std::ranges::any_of(table.columns, [&](const ColumnFacts& column) {
    const Words words = words_of(column.name);
    const bool is_address = column.base_type == "inet" &&
                            std::ranges::find(terms, std::string_view("IPAddress")) != terms.end();
    return is_address || std::ranges::any_of(column_hints(), [&](const Hint& hint) {
             return std::ranges::find(terms, std::string_view(hint.term)) != terms.end() &&
                    suggests(words, hint);
           });
  });
}

}  // namespace

Words words_of(std::string_view name) {
  Words words;
  bool begins = true;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool is_letter =
        is_lower(c) || is_upper(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
    if (!is_letter) {
      begins = true;
      continue;
    }
    if (is_upper(c) && i > 0 && is_lower(name[i - 1])) begins = true;
    if (begins) words.emplace_back();
    begins = false;
    words.back() += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return words;
}

bool is_named_after(std::string_view column,
                    std::string_view target,
                    std::string_view target_column) {
  Words table = words_of(target);
  if (table.empty()) return false;
  table.back() = singular(table.back());
  const std::string own = joined(words_of(column));
  const std::string key = joined(words_of(target_column));
  const bool is_telling = key != "id" && key != "no" && key != "nr" && key != "key" &&
                          key != "code" && key != "name" && key != "number" && key != "uuid";
  if (is_telling && own == key) return true;
  // `tbl_customer`, `app_user`: the last words are what people mean.
  for (std::size_t first = 0; first < table.size(); ++first) {
    const std::string stem = joined(std::span(table).subspan(first));
    for (const std::string_view end :
         {"", "id", "no", "nr", "key", "code", "number", "uuid", "ref"}) {
      if (own == stem + std::string(end)) return true;
    }
    if (own == stem + key) return true;
  }
  return false;
}

bool is_owner_word(std::string_view column) {
  constexpr auto kOwners = std::to_array<std::string_view>(
      {"account",    "user",      "owner",     "customer", "client",     "member",
       "subscriber", "holder",    "subject",   "person",   "player",     "patient",
       "student",    "buyer",     "purchaser", "uid",      "registrant", "author",
       "guest",      "applicant", "passenger", "payer",    "borrower",   "creator"});
  Words words = words_of(column);
  if (words.size() > 1 && (words.back() == "id" || words.back() == "no" || words.back() == "key" ||
                           words.back() == "uuid" || words.back() == "ref")) {
    words.pop_back();
  }
  std::string stem = joined(words);
  if (stem.ends_with("id") && stem.size() > 4) stem.resize(stem.size() - 2);
  return std::ranges::find(kOwners, stem) != kOwners.end();
}

std::vector<std::string> categories_of(const TableFacts& table) {
  std::vector<std::string> terms;
  const auto add = [&](const char* term) {
    if (std::ranges::find(terms, term) == terms.end()) terms.emplace_back(term);
  };
  for (const Hint& hint : column_hints()) {
    const bool is_held = std::ranges::any_of(table.columns, [&](const ColumnFacts& column) {
      return !is_secret(column) && suggests(words_of(column.name), hint);
    });
    if (is_held) add(hint.term);
  }
  for (const Hint& hint : table_hints()) {
    if (suggests(words_of(table.name.table), hint)) add(hint.term);
  }
  for (const ColumnFacts& column : table.columns) {
    if (column.base_type == "inet") add("IPAddress");
    if (column.base_type == "point") add("GPSCoordinate");
  }
  return terms;
}

bool is_about_people(const TableFacts& table) {
  return has_term(table, kAboutPeople);
}

bool looks_personal(const TableFacts& table) {
  return is_about_people(table) || has_term(table, kMaybePersonal);
}

bool is_secret(const ColumnFacts& column) {
  const Words words = words_of(column.name);
  const bool can_hold = is_text(column) || column.base_type == "bytea";
  return can_hold && std::ranges::any_of(std::to_array({"password",
                                                        "passwd",
                                                        "pwd",
                                                        "passphrase",
                                                        "secret",
                                                        "salt",
                                                        "api key",
                                                        "apikey",
                                                        "token",
                                                        "password hash",
                                                        "pin code",
                                                        "private key",
                                                        "totp",
                                                        "otp",
                                                        "credential"}),
                                         [&](const char* run) { return holds(words, run); });
}

bool may_name_object(const ColumnFacts& column) {
  const Words words = words_of(column.name);
  return is_text(column) && !is_secret(column) &&
         std::ranges::any_of(std::to_array({"path",
                                            "url",
                                            "uri",
                                            "file",
                                            "filename",
                                            "object key",
                                            "attachment",
                                            "key",
                                            "blob",
                                            "image",
                                            "photo",
                                            "avatar"}),
                             [&](const char* run) { return holds(words, run); });
}

}  // namespace rightful::sources
