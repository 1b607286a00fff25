/// @file
/// What every kind of source must do, whatever it is made of. A kind that has records is a
/// RecordKind, one that has objects an ObjectKind; an INSTANTIATE_TEST_SUITE_P lets it into the
/// suite.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "rightful/sources/account_reader.hpp"

namespace rightful::sources::testing {

/// A row of the dataset `note`. Its other fields hold the constants below, or nothing.
struct Note {
  int number = 0;
  std::vector<std::string> owners;  ///< one or two
  bool is_null = false;             ///< every field but `number`
};

/// The fields that a kind may have beside `number`, with the catalog's kind and the one value that
/// every row holds.
struct NoteField {
  std::string_view name;
  std::string_view kind;
  std::string_view value;  ///< as Value::text
};

/// `body` text, `amount` decimal, `ratio` double, `is_on` boolean, `taken` instant, `meeting`
/// datetime, `day` date, `hour` time, `span` interval, `data` bytes, `extra` json, `uid` uuid.
[[nodiscard]] const std::vector<NoteField>& note_fields();
[[nodiscard]] std::string_view value_of(std::string_view field);

/// In single quotes, those inside doubled.
[[nodiscard]] std::string sql_text(std::string_view text);

/// How a source is described and reached.
struct SourceText {
  std::string text;  ///< `{ kind: …, … }`
  SourceLocations locations;
};

/// The source is called `place`.
class RecordKind {
 public:
  virtual ~RecordKind() = default;

  [[nodiscard]] virtual SourceText source() const = 0;
  /// The lines of the dataset that are not the same for every kind: `    table: …`, `    owner: …`.
  [[nodiscard]] virtual std::string dataset_lines() const = 0;
  /// Those of note_fields() that the kind can hold.
  [[nodiscard]] virtual std::vector<std::string> fields() const = 0;

  virtual void add(const std::vector<Note>& notes) = 0;
  /// Numbers 1 to `count`, one owner, nothing else empty.
  virtual void add_many(const std::string& owner, int count) = 0;
  virtual void remove_all() = 0;

  /// From now on the source is gone, also in the middle of an answer.
  virtual void die() = 0;
  /// The same source behind something that accepts connections and says nothing.
  [[nodiscard]] virtual SourceText silent(int port) const = 0;
  /// The same source where nobody listens.
  [[nodiscard]] virtual SourceText absent(int port) const = 0;
  /// Credentials that the source refuses; nullopt where it has none.
  [[nodiscard]] virtual std::optional<SourceText> refused() const = 0;
  /// What must stand in no error: passwords and tokens of source() and refused().
  [[nodiscard]] virtual std::vector<std::string> secrets() const = 0;
};

using MakeRecordKind = std::function<std::unique_ptr<RecordKind>()>;

/// The source is called `store`. Objects are put below the prefix `{account}/`.
class ObjectKind {
 public:
  virtual ~ObjectKind() = default;

  [[nodiscard]] virtual SourceText source() const = 0;

  /// @param body  repeated `repeat` times.
  virtual void put(const std::string& name, const std::string& body, std::size_t repeat = 1) = 0;
  virtual void remove(const std::string& name) = 0;
  /// From now on the store is gone, also in the middle of an object; false = it cannot go.
  [[nodiscard]] virtual bool die() = 0;
  /// The same store where nobody listens; nullopt where nothing is connected to.
  [[nodiscard]] virtual std::optional<SourceText> absent(int port) const = 0;
  /// Credentials that the store refuses; nullopt where it has none.
  [[nodiscard]] virtual std::optional<SourceText> refused() const = 0;
  [[nodiscard]] virtual std::vector<std::string> secrets() const = 0;
};

using MakeObjectKind = std::function<std::unique_ptr<ObjectKind>()>;

// gtest links suites to instances by these names, across files.
class RecordConformance : public ::testing::TestWithParam<MakeRecordKind> {};

class ObjectConformance : public ::testing::TestWithParam<MakeObjectKind> {};

/// A catalog with one dataset `note` of `kind`, reached as `source` says.
[[nodiscard]] catalog::Catalog note_catalog(const RecordKind& kind, const SourceText& source);

/// The highest resident memory of this process so far, in KiB.
[[nodiscard]] long peak_memory_kib();

}  // namespace rightful::sources::testing
