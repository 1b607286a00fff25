// Databases behind ODBC in the conformance suite: MariaDB.
#include <fmt/format.h>

#include "tests/integration/sources/conformance.hpp"
#include "tests/integration/sources/mariadb_server.hpp"

namespace rightful::sources::testing {
namespace {

constexpr const char* kPassword = "hunter2hunter2";

std::string next_database() {
  static int number = 0;
  return fmt::format("conformance_{}", ++number);
}

/// The list of values behind `number, first, second`.
std::string constants(bool is_null) {
  std::string out;
  for (const char* name : {"body", "amount", "ratio", "is_on", "meeting", "day", "hour", "data"}) {
    std::string value = sql_text(value_of(name));
    if (std::string_view(name) == "body") value = "'Grüße & \"<b>\" \\\\ ''x'''";
    if (std::string_view(name) == "is_on") value = "b'1'";
    if (std::string_view(name) == "data") value = "x'00ff80'";
    out += ", " + (is_null ? "NULL" : value);
  }
  return out;
}

class MariadbKind final : public RecordKind {
 public:
  MariadbKind() {
    server().make_database(database_);
    // Blanks at the end and letter case count, as they do for the guard.
    execute(
        "CREATE TABLE note (number int PRIMARY KEY, first varchar(40), second varchar(40), body "
        "text, amount decimal(10, 2), ratio double, is_on bit(1), meeting datetime, day date, hour "
        "time, data varbinary(20), KEY (first), KEY (second)) CHARACTER SET utf8mb4 COLLATE "
        "utf8mb4_nopad_bin");
  }

  [[nodiscard]] SourceText source() const override { return at(server().connection(database_)); }

  [[nodiscard]] std::string dataset_lines() const override {
    return "    table: note\n    owner: [first, second]\n";
  }

  [[nodiscard]] std::vector<std::string> fields() const override {
    return {"body", "amount", "ratio", "is_on", "meeting", "day", "hour", "data"};
  }

  void add(const std::vector<Note>& notes) override {
    for (const Note& note : notes) {
      execute(fmt::format("INSERT INTO note SELECT {}, {}, {}{}",
                          note.number,
                          sql_text(note.owners[0]),
                          note.owners.size() > 1 ? sql_text(note.owners[1]) : "NULL",
                          constants(note.is_null)));
    }
  }

  void add_many(const std::string& owner, int count) override {
    execute(fmt::format("INSERT INTO note SELECT seq, {}, NULL{} FROM seq_1_to_{}",
                        sql_text(owner),
                        constants(false),
                        count));
  }

  void remove_all() override { execute("DELETE FROM note"); }

  void die() override { execute("KILL USER reader@localhost"); }

  [[nodiscard]] SourceText silent(int port) const override { return absent(port); }

  [[nodiscard]] SourceText absent(int port) const override {
    return at(fmt::format(
        "Driver=MariaDB Unicode;Server=127.0.0.1;Port={};User=reader;Password={};Database=crm",
        port,
        kPassword));
  }

  [[nodiscard]] std::optional<SourceText> refused() const override {
    std::string wrong = server().connection(database_);
    wrong.replace(wrong.find(kPassword), std::string_view(kPassword).size(), "not-the-password");
    return at(wrong);
  }

  [[nodiscard]] std::vector<std::string> secrets() const override {
    return {kPassword, "not-the-password"};
  }

 private:
  static MariadbServer& server() { return MariadbServer::shared(); }

  static SourceText at(const std::string& connection) {
    return {"{ kind: odbc, connection_env: PLACE_CONNECTION }", {{"place", connection}}};
  }

  void execute(const std::string& statement) { server().execute(database_, statement + ";\n"); }

  std::string database_ = next_database();
};

INSTANTIATE_TEST_SUITE_P(Mariadb, RecordConformance, ::testing::Values(MakeRecordKind([] {
                           return std::make_unique<MariadbKind>();
                         })));

}  // namespace
}  // namespace rightful::sources::testing
