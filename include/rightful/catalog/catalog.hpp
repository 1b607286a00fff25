/// @file
/// The data map: which records of which sources belong to whom, and what the law wants said about
/// them. Parsed and validated completely before anything runs; it never touches a source.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rightful/catalog/localized_text.hpp"
#include "rightful/catalog/owner_path.hpp"
#include "rightful/core/result.hpp"

namespace rightful::catalog {

/// One thing that is wrong with a catalog file, and what would be right.
struct CatalogProblem {
  std::string file;
  int line = 0;    ///< counted from 1
  int column = 0;  ///< counted from 1
  std::string what;
  std::string cure;
};

/// `file:line:column: what; cure`
[[nodiscard]] std::string to_string(const CatalogProblem& problem);

/// GDPR Art. 15(1)(f): whom the person may complain to.
struct Authority {
  std::string name;
  std::string address;
  std::string url;  ///< may be empty
};

/// Who answers.
struct Controller {
  std::string name;
  std::string address;
  std::string dpo;            ///< how the data protection officer is reached
  std::string establishment;  ///< `DE`, `DE-BE`: whose holidays count; may be empty
  std::string timezone;       ///< IANA name, its form is checked, not its existence
  Authority authority;
  std::vector<std::string>
      languages;  ///< ISO 639-1, at least one, none twice; the first is the default
};

struct PostgresqlSettings {
  std::string url_env;            ///< the environment variable that holds the connection URL
  std::string schema = "public";  ///< of tables that name none
  bool has_row_security = false;  ///< `rls:` given: policies read `rightful.account_id`
  bool allows_writable_role = false;
};

struct FilesSettings {
  std::string root;      ///< absolute folder, or empty when `root_env` is given
  std::string root_env;  ///< the environment variable that holds it
};

/// A kind per alternative; `s3`, `http`, `odbc` and `manual` will be further ones.
struct Source {
  std::string name;
  std::variant<PostgresqlSettings, FilesSettings> settings;

  /// `postgresql` or `files`
  [[nodiscard]] std::string_view kind() const noexcept;
  /// The environment variable that holds its URL or folder; empty when the catalog holds it.
  [[nodiscard]] const std::string& location_env() const noexcept;
};

/// What a missing object means.
enum class MissingObject : std::uint8_t { Fail, Note };

/// The value of the field names an object of another source, which goes into the package.
struct Attachment {
  std::string source;
  std::string owner_prefix;  ///< `{account}/`; empty = `owner: row`, only the row says whose it is
  MissingObject missing = MissingObject::Fail;
};

/// GDPR Art. 15(4): what happens to data of other people in a field.
enum class ThirdParty : std::uint8_t {
  None,          ///< nothing about others is expected here
  Keep,          ///< data of others stay, after weighing
  Pseudonymise,  ///< the same value becomes the same number everywhere in one package
  Redact         ///< the value is removed; how many is disclosed
};

/// A field that is described but not part of the copy.
enum class Withhold : std::uint8_t {
  No,
  Security,    ///< passwords, tokens, credential hashes
  NotPersonal  ///< says nothing about the person
};

/// What the author says a field is. The source's own type decides how it is written; a difference
/// stops the export.
enum class FieldKind : std::uint8_t {
  Text,
  Integer,
  Decimal,
  Double,
  Boolean,
  Instant,
  DateTime,
  Date,
  Time,
  Interval,
  Bytes,
  Json,
  Uuid
};

[[nodiscard]] std::string_view name_of(FieldKind kind) noexcept;

struct Field {
  std::string name;  ///< the column, exactly
  LocalizedText title;
  LocalizedText description;  ///< may be empty
  std::optional<FieldKind> kind;
  ThirdParty third_party = ThirdParty::None;
  LocalizedText third_party_reason;  ///< why, for the page of omissions; may be empty
  Withhold withhold = Withhold::No;
  std::optional<Attachment> attach;
  /// Value in the source → its meaning, where the field holds codes.
  std::map<std::string, LocalizedText, std::less<>> codes;
};

/// A DPV term, with words of its own where the author gives them.
struct Term {
  std::string name;     ///< `ServiceProvision`
  LocalizedText title;  ///< may be empty: see text_of
};

/// The words for a term: its title, or its name split into words (`Service provision`).
[[nodiscard]] std::string text_of(const Term& term, std::string_view language);

enum class RecipientRole : std::uint8_t { Processor, JointController, Controller, Authority };

[[nodiscard]] std::string_view name_of(RecipientRole role) noexcept;

/// GDPR Art. 15(1)(c) and 15(2).
struct Recipient {
  std::string name;
  std::string country;  ///< ISO 3166-1 alpha-2
  RecipientRole role = RecipientRole::Processor;
  LocalizedText safeguard;  ///< of a transfer to a third country; may be empty
};

/// GDPR Art. 15(1)(d): a period counted from a field, or criteria in words.
struct Retention {
  std::string period;  ///< ISO 8601, `P3M`; empty = criteria
  std::string from;    ///< a field of the dataset
  LocalizedText criteria;
};

/// A table of a source, whose rows each belong to at least one account.
struct Dataset {
  std::string name;  ///< `[a-z0-9_]{1,64}`, unique
  std::string source;
  TableName table;
  std::vector<OwnerPath> owners;  ///< at least one
  LocalizedText title;
  LocalizedText description;  ///< may be empty
  std::vector<Term> purposes;
  std::vector<Term> categories;
  std::vector<Recipient> recipients;  ///< empty = said to have none
  Retention retention;
  LocalizedText origin;       ///< GDPR Art. 15(1)(g)
  std::vector<Field> fields;  ///< in the order of the file

  /// nullptr when there is none.
  [[nodiscard]] const Field* find_field(std::string_view field) const noexcept;
};

/// A table that was decided to hold nothing about accounts.
struct NotPersonal {
  std::string source;
  TableName table;
};

/// How packages are written. Nothing of it is said to the person: it changes no record.
struct Packaging {
  bool is_compact = false;  ///< files are deflated like text, not stored
};

/// Immutable after parsing; copyable.
///
/// Format   docs/catalog.md
/// Threads  may be read from any thread.
class Catalog {
 public:
  static constexpr std::size_t kMaxDatasets = 4096;

  /// @param text       UTF-8 YAML, at most 4 MiB
  /// @param file_name  what problems call it
  /// @return every problem found, in the order of the file; never an empty list.
  [[nodiscard]] static std::expected<Catalog, std::vector<CatalogProblem>> parse(
      std::string_view text, std::string_view file_name);

  [[nodiscard]] const Controller& controller() const noexcept { return controller_; }

  [[nodiscard]] const std::vector<Source>& sources() const noexcept { return sources_; }

  [[nodiscard]] const std::vector<Dataset>& datasets() const noexcept { return datasets_; }

  [[nodiscard]] const std::vector<NotPersonal>& not_personal() const noexcept {
    return not_personal_;
  }

  [[nodiscard]] const Packaging& packaging() const noexcept { return packaging_; }

  /// nullptr when there is none.
  [[nodiscard]] const Source* find_source(std::string_view name) const noexcept;
  /// nullptr when there is none.
  [[nodiscard]] const Dataset* find_dataset(std::string_view name) const noexcept;
  /// `wanted` when the controller offers it, else the controller's first language.
  [[nodiscard]] const std::string& language_for(std::string_view wanted) const noexcept;

 private:
  friend class CatalogReader;

  Catalog() = default;

  Controller controller_;
  std::vector<Source> sources_;
  std::vector<Dataset> datasets_;
  std::vector<NotPersonal> not_personal_;
  Packaging packaging_;
};

}  // namespace rightful::catalog
