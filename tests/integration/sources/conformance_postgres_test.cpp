// PostgreSQL in the conformance suite.
#include "tests/integration/sources/company.hpp"
#include "tests/integration/sources/conformance.hpp"

namespace rightful::sources::testing {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE note (number int PRIMARY KEY, first text, second text, body text, amount "
    "numeric(10, 2), ratio float8, is_on boolean, taken timestamptz, meeting timestamp, day date, "
    "hour time, span interval, data bytea, extra json, uid uuid);"
    "CREATE INDEX ON note (first); CREATE INDEX ON note (second)";

/// The list of values behind `number, first, second`.
std::string constants(bool is_null) {
  std::string out;
  for (const NoteField& field : note_fields()) {
    const std::string value =
        field.kind == "bytes" ? "'\\x00ff80'" : sql_text(std::string(field.value));
    out += ", " + (is_null ? "NULL" : value);
  }
  return out;
}

class PostgresKind final : public RecordKind {
 public:
  [[nodiscard]] SourceText source() const override {
    return {"{ kind: postgresql, url_env: PLACE_URL }",
            {{"place", company_.database().url(kReader)}}};
  }

  [[nodiscard]] std::string dataset_lines() const override {
    return "    table: note\n    owner: [first, second]\n";
  }

  [[nodiscard]] std::vector<std::string> fields() const override {
    std::vector<std::string> names;
    for (const NoteField& field : note_fields()) {
      names.emplace_back(field.name);
    }
    return names;
  }

  void add(const std::vector<Note>& notes) override {
    for (const Note& note : notes) {
      const std::string second = note.owners.size() > 1 ? sql_text(note.owners[1]) : "NULL";
      company_.execute("INSERT INTO note SELECT " + std::to_string(note.number) + ", " +
                       sql_text(note.owners[0]) + ", " + second + constants(note.is_null));
    }
  }

  void add_many(const std::string& owner, int count) override {
    company_.execute("INSERT INTO note SELECT i, " + sql_text(owner) + ", NULL" + constants(false) +
                     " FROM generate_series(1, " + std::to_string(count) + ") i");
  }

  void remove_all() override { company_.execute("DELETE FROM note"); }

  void die() override {
    company_.database().execute_as_admin(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'source_reader' "
        "AND datname = current_database()");
  }

  [[nodiscard]] SourceText silent(int port) const override {
    return at("postgresql://anna:open-sesame@127.0.0.1:" + std::to_string(port) +
              "/shop?connect_timeout=2");
  }

  [[nodiscard]] SourceText absent(int port) const override {
    return at("postgresql://anna:open-sesame@127.0.0.1:" + std::to_string(port) + "/shop");
  }

  [[nodiscard]] std::optional<SourceText> refused() const override {
    return at(company_.database().url("nobody_at_all"));
  }

  [[nodiscard]] std::vector<std::string> secrets() const override { return {"open-sesame"}; }

 private:
  [[nodiscard]] SourceText at(std::string url) const {
    SourceText text = source();
    text.locations["place"] = std::move(url);
    return text;
  }

  Company company_{kSchema};
};

INSTANTIATE_TEST_SUITE_P(Postgresql, RecordConformance, ::testing::Values(MakeRecordKind([] {
                           return std::make_unique<PostgresKind>();
                         })));

}  // namespace
}  // namespace rightful::sources::testing
