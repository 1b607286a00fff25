// `catalog check` beside live databases behind ODBC.
#include <algorithm>

#include <gmock/gmock.h>

#include "tests/integration/sources/odbc_company.hpp"

namespace rightful::sources {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::OdbcCompany;
using testing::OdbcServer;

std::vector<std::string> words(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings) {
    out.push_back(std::string(finding.severity == Severity::Error ? "error " : "advice ") +
                  std::string(name_of(finding.kind)) + ": " + finding.what + "; " + finding.cure);
  }
  return out;
}

/// Without the files of `voice`, which these tests do not have.
std::vector<Finding> of_crm(std::vector<Finding> findings) {
  std::erase_if(findings, [](const Finding& finding) { return finding.source != "crm"; });
  return findings;
}

class OdbcCheck : public ::testing::TestWithParam<OdbcServer> {};

INSTANTIATE_TEST_SUITE_P(Real,
                         OdbcCheck,
                         ::testing::Values(OdbcServer::Mariadb,
                                           OdbcServer::Sqlite,
                                           OdbcServer::Postgres),
                         [](const auto& instance) { return testing::name_of(instance.param); });

TEST_P(OdbcCheck, FindsWhatIsMissingAndWhatIsNew) {
  OdbcCompany company(GetParam(),
                      "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(50), fresh int);\n"
                      "CREATE TABLE forgotten (id int);\nCREATE TABLE product (id int);\n");
  if (GetParam() == OdbcServer::Postgres) company.source_options = ", schema: public";

  const auto found = words(
      of_crm(company.check({"note", "account_id", {"id", "gone"}}, "crm.product, crm.vanished")));

  EXPECT_THAT(found, Contains(HasSubstr("error undescribed_column: nobody has described")));
  EXPECT_THAT(found, Contains(HasSubstr("has no column `gone`")));
  EXPECT_THAT(found, Contains(HasSubstr("error undeclared_table")));
  EXPECT_THAT(found, Contains(HasSubstr("forgotten")));
  EXPECT_THAT(found, Contains(HasSubstr("advice missing_table: not_personal names")));
  EXPECT_THAT(found, Contains(HasSubstr("advice missing_index")));
  EXPECT_THAT(found, Contains(HasSubstr("CREATE INDEX")));
  EXPECT_EQ(std::count_if(
                found.begin(),
                found.end(),
                [](const std::string& text) { return text.find("product") != std::string::npos; }),
            0);
}

TEST_P(OdbcCheck, HasNothingToSayAboutACompleteCatalog) {
  OdbcCompany company(GetParam(),
                      GetParam() == OdbcServer::Mariadb
                          ? "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(50) COLLATE "
                            "utf8mb4_nopad_bin, KEY (account_id));\n"
                          : "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(50));\n"
                            "CREATE INDEX note_account ON note (account_id);\n");
  if (GetParam() == OdbcServer::Postgres) company.source_options = ", schema: public";

  EXPECT_THAT(words(of_crm(company.check({"note", "account_id", {"id"}}))), IsEmpty());
}

TEST_P(OdbcCheck, TellsThatItCannotBeOpened) {
  OdbcCompany company(GetParam(), "CREATE TABLE note (id int);\n");
  company.connection = "Driver=No Such Driver";

  EXPECT_THAT(words(of_crm(company.check({"note", "account_id", {"id"}}))),
              Contains(HasSubstr("error unreachable: the source cannot be opened")));
}

TEST(OdbcCheckMariadb, NamesACollationThatTakesOthersForEqual) {
  const OdbcCompany company(
      OdbcServer::Mariadb,
      "CREATE TABLE note (id int PRIMARY KEY, account_id varchar(50), KEY (account_id));\n");

  EXPECT_THAT(words(of_crm(company.check({"note", "account_id", {"id"}}))),
              Contains(HasSubstr("has a collation that takes different texts for equal")));
}

TEST(OdbcCheckMariadb, NamesATableThatCannotBePaged) {
  const OdbcCompany company(OdbcServer::Mariadb, "CREATE TABLE note (id int, account_id int);\n");

  EXPECT_THAT(words(of_crm(company.check({"note", "account_id", {"id"}}))),
              Contains(HasSubstr("has no primary key")));
}

}  // namespace
}  // namespace rightful::sources
