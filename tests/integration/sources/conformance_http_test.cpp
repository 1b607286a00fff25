// Services in the conformance suite: the example that docs/sources gives to teams, over HTTP.
#include <fmt/format.h>

#include "tests/integration/sources/conformance.hpp"
#include "tests/integration/sources/example_company.hpp"

namespace rightful::sources::testing {
namespace {

std::string constants(bool is_null) {
  std::string out;
  for (const NoteField& field : note_fields()) {
    std::string value = sql_text(field.value);
    if (field.kind == "bytes") value = "x'00ff80'";
    if (field.kind == "double") value = std::string(field.value);
    if (field.kind == "boolean") value = "1";
    out += ", " + (is_null ? "NULL" : value);
  }
  return out;
}

class HttpKind final : public RecordKind {
 public:
  HttpKind() {
    company_.execute(
        "CREATE TABLE note (record_key TEXT PRIMARY KEY, owners TEXT, number, body, amount TEXT, "
        "ratio, is_on, taken, meeting, day, hour, span, data, extra, uid)");
  }

  [[nodiscard]] SourceText source() const override { return at(company_.base()); }

  [[nodiscard]] std::string dataset_lines() const override { return ""; }

  [[nodiscard]] std::vector<std::string> fields() const override {
    std::vector<std::string> names;
    for (const NoteField& field : note_fields()) {
      names.emplace_back(field.name);
    }
    return names;
  }

  void add(const std::vector<Note>& notes) override {
    for (const Note& note : notes) {
      std::string owners;
      for (const std::string& owner : note.owners) {
        owners += fmt::format("{}\"{}\"", owners.empty() ? "" : ",", owner);
      }
      company_.execute(fmt::format("INSERT INTO note VALUES ('{0:09}', '[{1}]', {0}{2})",
                                   note.number,
                                   owners,
                                   constants(note.is_null)));
    }
  }

  void add_many(const std::string& owner, int count) override {
    company_.execute(fmt::format(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) INSERT INTO "
        "note SELECT printf('%09d', i), '[\"{}\"]', i{} FROM n",
        count,
        owner,
        constants(false)));
  }

  void remove_all() override { company_.execute("DELETE FROM note"); }

  void die() override { company_.kill(); }

  [[nodiscard]] SourceText silent(int port) const override {
    return at(fmt::format("http://127.0.0.1:{}", port), ", timeout: 1");
  }

  [[nodiscard]] SourceText absent(int port) const override {
    return at(fmt::format("http://127.0.0.1:{}", port));
  }

  [[nodiscard]] std::optional<SourceText> refused() const override {
    SourceText text = source();
    text.locations["place"] = "a-wrong-token";
    return text;
  }

  [[nodiscard]] std::vector<std::string> secrets() const override {
    return {kToken, "a-wrong-token"};
  }

 private:
  static SourceText at(const std::string& base, const std::string& more = "") {
    return {"{ kind: http, base: '" + base + "', auth_env: PLACE_TOKEN" + more + " }",
            {{"place", kToken}}};
  }

  ExampleCompany company_;
};

INSTANTIATE_TEST_SUITE_P(Http, RecordConformance, ::testing::Values(MakeRecordKind([] {
                           return std::make_unique<HttpKind>();
                         })));

}  // namespace
}  // namespace rightful::sources::testing
