// A language that is not built in: the program prints the words, refuses what is not complete, and
// makes packages of what is.
#include <chrono>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/e2e/installation.hpp"

namespace rightful::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kCatalog = R"(version: 1
controller:
  name: Echoless Voice Shop
  address: Musterplatz 1, Berlin
  dpo: privacy@echoless.example
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59, url: "https://www.datenschutz-berlin.de" }
  languages: [en, ar]
sources:
  shop: { kind: postgresql, url_env: DEMO_SHOP_URL, rls: rightful.account_id }
defaults:
  purposes: [{ term: ServiceProvision, title: { en: Service, ar: تقديم الخدمة } }]
  categories: [{ term: DeviceBased, title: { en: Device, ar: الجهاز } }]
  recipients: [{ name: Wolkenheim Hosting GmbH, country: DE, role: processor }]
  retention: { criteria: { en: until the account is closed, ar: حتى إغلاق الحساب } }
  origin: { en: You gave them to us., ar: أنت قدمتها لنا }
datasets:
  - name: device
    source: shop
    table: device
    owner: account_id
    title: { en: Devices, ar: الأجهزة }
    fields:
      device_id: { title: { en: Device, ar: الجهاز } }
      account_id: { title: { en: Account, ar: الحساب } }
      model: { title: { en: Model, ar: الطراز } }
      serial_number: { title: { en: Serial number, ar: الرقم التسلسلي } }
      nickname: { title: { en: Nickname, ar: الاسم المختار } }
      wifi_name: { title: { en: Wi-Fi, ar: الشبكة } }
      registered_at: { title: { en: Registered at, ar: سجل في }, kind: instant }
      removed_at: { title: { en: Removed at, ar: أزيل في }, kind: instant }
      mark: { title: { en: Mark, ar: العلامة } }
)";

/// `text` with what stands in a line of its own, `  name: …`, said otherwise; without it when
/// `said` is empty.
std::string with_phrase(std::string text, std::string_view name, std::string_view said) {
  const auto at = text.find(fmt::format("\n  {}: ", name));
  EXPECT_NE(at, std::string::npos) << name;
  const auto end = text.find('\n', at + 1);
  text.replace(at, end - at, said.empty() ? "" : fmt::format("\n  {}: \"{}\"", name, said));
  return text;
}

std::string right_to_left(const std::string& printed) {
  std::string text = with_phrase(printed, "language", "ar");
  text = with_phrase(text, "direction", "rtl");
  text = with_phrase(text, "title", "بياناتك الشخصية");
  return with_phrase(text, "to_overview", "العودة إلى النظرة العامة");
}

class CatalogOfTwoLanguages : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "home");
    fs::create_directories(folder_ / "translations");
    write("catalog.yaml", kCatalog);
  }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  [[nodiscard]] Finished run(const std::vector<std::string>& words) const {
    return run_program(words, folder_ / "home", {"DEMO_SHOP_URL=postgresql:///x"});
  }

  [[nodiscard]] Finished check() const {
    return run({"catalog", "check", "--offline", folder_ / "catalog.yaml"});
  }

  E2eFolder folder_;
};

TEST_F(CatalogOfTwoLanguages, IsAcceptedWithThePrintedWordsCompleted) {
  for (const std::string pattern : {"", "en", "fr", "de"}) {
    std::vector<std::string> words{"catalog", "phrases"};
    if (!pattern.empty()) words.push_back(pattern);
    const Finished printed = run(words);
    ASSERT_EQ(printed.exit_code, 0) << printed.output;
    EXPECT_THAT(printed.output,
                HasSubstr(fmt::format("language: \"{}\"", pattern.empty() ? "en" : pattern)));
    write("translations/ar.yaml", right_to_left(printed.output));

    const Finished checked = check();

    EXPECT_EQ(checked.exit_code, 0) << pattern << ": " << checked.output;
  }
}

TEST_F(CatalogOfTwoLanguages, IsRefusedWithTheNamesOfWhatIsMissing) {
  const std::string words = right_to_left(run({"catalog", "phrases"}).output);
  write("translations/ar.yaml", with_phrase(with_phrase(words, "skip", ""), "unit_days", ""));

  const Finished checked = check();
  const Finished served =
      run({"serve", "--catalog", folder_ / "catalog.yaml", "--data-dir", folder_ / "data"});

  for (const Finished& refused : {checked, served}) {
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.output,
                HasSubstr("translations/ar.yaml: `skip` is missing, `unit_days` is missing"));
  }
  EXPECT_FALSE(fs::exists(folder_ / "data")) << "nothing was begun";
}

TEST_F(CatalogOfTwoLanguages, IsRefusedWithoutTheFileOrWithoutItsDirection) {
  const std::string words = run({"catalog", "phrases"}).output;
  const Finished without = check();
  write("translations/ar.yaml", with_phrase(right_to_left(words), "direction", "down"));
  const Finished sideways = check();
  write("translations/ar.yaml", words);
  const Finished other = check();

  EXPECT_EQ(without.exit_code, 1);
  EXPECT_THAT(without.output, HasSubstr("translations/ar.yaml is not there"));
  EXPECT_EQ(sideways.exit_code, 1);
  EXPECT_THAT(sideways.output, HasSubstr("`direction` is neither ltr nor rtl"));
  EXPECT_EQ(other.exit_code, 1) << "these words are English";
  EXPECT_THAT(other.output, HasSubstr("translations/ar.yaml"));
}

TEST_F(CatalogOfTwoLanguages, TakesAPatternFromTheBuiltInOnesOnly) {
  const Finished refused = run({"catalog", "phrases", "es"});

  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("only en, fr and de are built in"));
}

class TranslationE2e : public Installation {};

TEST_F(TranslationE2e, ReachesThePagesOfAPackage) {
  fs::create_directories(folder_ / "translations");
  write("catalog.yaml", kCatalog);
  write("translations/ar.yaml", right_to_left(run({"catalog", "phrases"}).output));
  ASSERT_EQ(run(here({"admin", "keys", "init"})).exit_code, 0);
  ASSERT_EQ(run(here({"migrate"})).exit_code, 0);
  Running service(here({"serve", "--catalog", folder_ / "catalog.yaml", "--listen", "127.0.0.1:0"}),
                  home(),
                  sources(),
                  folder_ / "serve.txt");
  ASSERT_TRUE(service.wait_for_output("serves http://", 120s)) << service.output();
  const std::string url = find_url(service.output().substr(service.output().find("serves ")));
  const std::string account(kCustomer);
  const Finished added = run(here({"admin", "account", "add", account, "--language", "ar"}));
  ASSERT_EQ(added.exit_code, 0) << added.output;
  const Finished misspelt = run(here({"admin", "account", "add", "X-1", "--language", "arabic"}));
  EXPECT_EQ(misspelt.exit_code, 2);
  EXPECT_THAT(misspelt.output, HasSubstr("--language must be two small letters"));
  write("invitation", invitation_in(added.output));
  write("credential", "correct horse battery staple\n");
  const auto as_customer = [&](std::vector<std::string> words) {
    words.insert(
        words.end(),
        {"--server", url, "--account", account, "--credential-file", folder_ / "credential"});
    return run(words);
  };
  ASSERT_EQ(as_customer({"enrol",
                         "--invitation-file",
                         folder_ / "invitation",
                         "--recovery-code-file",
                         folder_ / "recovery"})
                .exit_code,
            0);
  // The words are frozen with the request: what becomes of the file later changes nothing.
  fs::remove_all(folder_ / "translations");

  const Finished elsewhere = as_customer({"request", "--language", "fr"});
  EXPECT_EQ(elsewhere.exit_code, 1) << "the controller does not offer French";
  EXPECT_THAT(elsewhere.output, HasSubstr("value is not accepted"));
  const Finished asked = as_customer({"request"});
  ASSERT_EQ(asked.exit_code, 0) << asked.output << service.output();
  ASSERT_EQ(as_customer({"download", "--output", folder_ / "package.zip"}).exit_code, 0);
  const Finished opened =
      as_customer({"unlock", folder_ / "package.zip", "--into", folder_ / "mine"});

  ASSERT_EQ(opened.exit_code, 0) << opened.output;
  const std::string index = read_text(folder_ / "mine/index.html");
  EXPECT_THAT(index,
              AllOf(HasSubstr(R"(<html lang="ar" dir="rtl">)"),
                    HasSubstr("<h1>بياناتك الشخصية</h1>"),
                    HasSubstr("الأجهزة"),
                    Not(HasSubstr("Your personal data"))));
  const std::string page = read_text(folder_ / "mine/pages/device-0001.html");
  EXPECT_THAT(page,
              AllOf(HasSubstr(R"(<html lang="ar" dir="rtl">)"),
                    HasSubstr("العودة إلى النظرة العامة"),
                    HasSubstr("الطراز")));
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace
}  // namespace rightful::testing
