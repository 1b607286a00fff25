/// @file
/// The data map: which records of which sources belong to whom, and what the law wants said about
/// them. Parsed and validated completely before anything runs; it never touches a source.
#pragma once

#include <chrono>
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

/// Objects in a bucket: Amazon S3, Ceph RADOS Gateway, MinIO.
struct S3Settings {
  std::string bucket;
  /// `https://host[:port]`, `http://` only for this machine; empty = Amazon's for the region.
  std::string endpoint;
  std::string region = "us-east-1";
  std::string prefix;  ///< `folder/`, put before every object's name; may be empty
  std::string access_key_env;
  std::string secret_key_env;
  std::string session_token_env;  ///< may be empty
  std::string owner_metadata;     ///< the `x-amz-meta-…` that must hold the account; may be empty
  bool has_path_style = false;    ///< `endpoint/bucket/key`, not `bucket.endpoint/key`
  std::string ca_file;            ///< absolute; empty = the system's authorities
};

/// A service of the company that answers with pages of JSON records by account ID.
struct HttpSettings {
  std::string base;      ///< `https://host[:port][/path]` without a slash at the end
  std::string auth_env;  ///< holds the bearer token; may be empty
  std::chrono::seconds timeout{30};
  std::string ca_file;  ///< absolute; empty = the system's authorities
};

/// Any database with an ODBC driver.
struct OdbcSettings {
  std::string dsn;             ///< of odbc.ini, or empty when `connection_env` is given
  std::string connection_env;  ///< holds a connection string: `Driver=…;Server=…;…`
  std::string schema;          ///< of tables that name none; empty = the connection's own
  /// IANA name: where the clock stood that wrote times without a zone. Needed for fields of `kind:
  /// instant` only; may be empty.
  std::string timezone;
  bool allows_writable_role = false;
};

/// A colleague uploads what no program reaches, into one request.
struct ManualSettings {
  LocalizedText instructions;  ///< may be empty
  std::string assignee;        ///< a mailbox; may be empty
  std::int64_t max_mib = 100;  ///< of one upload
};

/// An environment variable that a source needs.
struct SourceVariable {
  std::string key;       ///< under which sources::SourceLocations holds its value: `shop`,
                         ///< `media.secret_key_env`
  std::string variable;  ///< `SHOP_URL`
};

/// A kind per alternative.
struct Source {
  std::string name;
  std::variant<PostgresqlSettings,
               FilesSettings,
               S3Settings,
               HttpSettings,
               OdbcSettings,
               ManualSettings>
      settings;

  /// `postgresql`, `files`, `s3`, `http`, `odbc` or `manual`
  [[nodiscard]] std::string_view kind() const noexcept;
  /// The variable that holds URL, folder, token or connection string; empty when the catalog holds
  /// all, and for s3, which needs two variables.
  [[nodiscard]] const std::string& location_env() const noexcept;
  /// All that must be set before it can be opened; the key of location_env() is the source's name.
  [[nodiscard]] std::vector<SourceVariable> variables() const;
  /// Datasets may come from it: every kind but files and s3.
  [[nodiscard]] bool has_records() const noexcept;
  /// It has tables with keys between them: postgresql and odbc.
  [[nodiscard]] bool has_tables() const noexcept;
  /// Attachments may come from it: files and s3.
  [[nodiscard]] bool has_objects() const noexcept;
  /// What stands before the tables that name no schema; empty for kinds without one.
  [[nodiscard]] const std::string& default_schema() const noexcept;
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
  /// Of kind http: no schema, and the path below the source's base. Of kind manual: no schema, and
  /// the dataset's name.
  TableName table;
  /// At least one for kinds with tables. None of kind http and manual: there each record says its
  /// owner, or an upload is bound to its account.
  std::vector<OwnerPath> owners;
  LocalizedText title;
  LocalizedText description;  ///< may be empty
  std::vector<Term> purposes;
  std::vector<Term> categories;
  std::vector<Recipient> recipients;  ///< empty = said to have none
  Retention retention;
  LocalizedText origin;       ///< GDPR Art. 15(1)(g)
  std::vector<Field> fields;  ///< in the order of the file; never empty

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
  bool has_csv = false;     ///< every dataset stands in the package as CSV too
};

/// One of the files of a catalog.
struct CatalogFile {
  std::string name;  ///< as problems call it; no line break
  std::string text;
};

/// Several files as one text, which is what is frozen with a request; one file is its own text.
/// Format  docs/catalog.md, "Several files"
[[nodiscard]] std::string bundle(const std::vector<CatalogFile>& files);

/// Immutable after parsing; copyable.
///
/// Format   docs/catalog.md
/// Threads  may be read from any thread.
class Catalog {
 public:
  static constexpr std::size_t kMaxDatasets = 4096;

  /// @param text       UTF-8 YAML of at most 4 MiB, or what bundle() made of several files.
  /// @param file_name  what problems call it; files of a bundle are called by their own names.
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

  /// `phrases` of each file that has them: name → words of the package, not interpreted here.
  [[nodiscard]] const std::vector<std::map<std::string, std::string, std::less<>>>& phrases()
      const noexcept {
    return phrases_;
  }

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
  std::vector<std::map<std::string, std::string, std::less<>>> phrases_;
};

}  // namespace rightful::catalog
