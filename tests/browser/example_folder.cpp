// Writes the folder that a person would have after unpacking, in the language given: long and short
// datasets, recordings, pictures, other people, hostile texts; READ-ME.html beside it. For
// tests/browser.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rightful/catalog/catalog.hpp"
#include "rightful/core/bytes.hpp"
#include "rightful/core/yaml.hpp"
#include "rightful/crypto/signature.hpp"
#include "rightful/export/translations.hpp"

#include "export/read_me.hpp"
#include "tests/support/collected_folder.hpp"

namespace rightful::exporting::testing {
namespace {

using sources::ValueKind;

constexpr std::string_view kCatalog = R"(version: 1
controller:
  name: Musterton <GmbH> & Co
  address: Klangweg 1, Berlin
  dpo: dpo@example.org
  timezone: Europe/Berlin
  authority: { name: BlnBDI, address: Alt-Moabit 59, url: "https://www.example.org/" }
  languages: [en, fr, de, ar]
package: { csv: true }
sources:
  shop: { kind: postgresql, url_env: SHOP_URL }
  voice: { kind: files, root: /srv/voice }
defaults:
  purposes: [ { term: ServiceProvision, title: { en: Provision of the service, fr: Fourniture du service, de: Erbringung des Dienstes, ar: تقديم الخدمة } } ]
  categories: [ { term: Name, title: { en: Name, fr: Nom, de: Name, ar: الاسم } } ]
  recipients: [ { name: Wolkenheim GmbH, country: DE, role: processor } ]
  retention: { criteria: { en: until the account is closed, fr: jusqu’à la clôture, de: bis zum Ende, ar: حتى إغلاق الحساب } }
  origin: { en: You gave us these data., fr: Vous nous avez fourni ces données., de: Sie haben uns diese Daten gegeben., ar: أنت قدمت هذه البيانات }
datasets:
  - name: account
    source: shop
    table: account
    owner: account_id
    title: { en: Your account, fr: Votre compte, de: Ihr Konto, ar: حسابك }
    description: { en: Who you are to us., fr: Qui vous êtes pour nous., de: Wer Sie für uns sind., ar: من أنت بالنسبة لنا }
    fields:
      name: { title: { en: Name, fr: Nom, de: Name, ar: الاسم } }
      note: { title: { en: Note, fr: Note, de: Notiz, ar: ملاحظة } }
      url: { title: { en: Address, fr: Adresse, de: Adresse, ar: العنوان } }
      word: { title: { en: A long word, fr: Un mot long, de: Ein langes Wort, ar: كلمة طويلة } }
      turned: { title: { en: Turned text, fr: Texte retourné, de: Gedrehter Text, ar: نص معكوس } }
      hebrew: { title: { en: Hebrew, fr: Hébreu, de: Hebräisch, ar: العبرية } }
      extra: { title: { en: Settings, fr: Réglages, de: Einstellungen, ar: الإعدادات } }
      photo: { title: { en: Picture bytes, fr: Octets d’image, de: Bildbytes, ar: بيانات الصورة } }
      missing: { title: { en: Nothing, fr: Rien, de: Nichts, ar: لا شيء } }
  - name: voice_recording
    source: shop
    table: voice_recording
    owner: account_id
    title: { en: Voice recordings, fr: Enregistrements vocaux, de: Sprachaufnahmen, ar: التسجيلات الصوتية }
    retention: { period: P24M, from: recorded_at }
    fields:
      recorded_at: { title: { en: Recorded at, fr: Enregistré le, de: Aufgenommen am, ar: سجل في } }
      device: { title: { en: Device, fr: Appareil, de: Gerät, ar: الجهاز } }
      locale:
        title: { en: Language, fr: Langue, de: Sprache, ar: اللغة }
        codes: { de-DE: { en: German, fr: allemand, de: Deutsch, ar: الألمانية } }
      transcript: { title: { en: Transcript, fr: Transcription, de: Abschrift, ar: النص } }
      heard: { title: { en: Heard by staff, fr: Écouté par le personnel, de: Von Personal gehört, ar: سمعه الموظفون } }
      length: { title: { en: Length, fr: Durée, de: Länge, ar: المدة } }
      path: { title: { en: Recording, fr: Enregistrement, de: Aufnahme, ar: التسجيل }, attach: { source: voice, owner_prefix: "{account}/", missing: note } }
  - name: purchase
    source: shop
    table: purchase
    owner: account_id
    title: { en: Purchases, fr: Achats, de: Einkäufe, ar: المشتريات }
    fields:
      bought_at: { title: { en: Bought at, fr: Acheté le, de: Gekauft am, ar: تاريخ الشراء } }
      article: { title: { en: Article, fr: Article, de: Artikel, ar: السلعة } }
      amount: { title: { en: Amount, fr: Montant, de: Betrag, ar: المبلغ } }
      note: { title: { en: Note, fr: Note, de: Notiz, ar: ملاحظة } }
  - name: picture
    source: shop
    table: picture
    owner: account_id
    title: { en: Pictures, fr: Images, de: Bilder, ar: الصور }
    fields:
      taken_at: { title: { en: Taken at, fr: Prise le, de: Aufgenommen am, ar: التقطت في } }
      path: { title: { en: Picture, fr: Image, de: Bild, ar: الصورة }, attach: { source: voice, owner_prefix: "{account}/" } }
  - name: message
    source: shop
    table: message
    owner: account_id
    title: { en: Messages, fr: Messages, de: Nachrichten, ar: الرسائل }
    fields:
      sent_at: { title: { en: Sent at, fr: Envoyé le, de: Gesendet am, ar: أرسلت في } }
      sender: { title: { en: Sender, fr: Expéditeur, de: Absender, ar: المرسل }, third_party: { rule: pseudonymise, reason: { en: they wrote to you in confidence, fr: ils vous ont écrit en confidence, de: sie schrieben Ihnen vertraulich, ar: كتبوا لك بسرية } } }
      body: { title: { en: Text, fr: Texte, de: Text, ar: النص } }
      phone: { title: { en: Telephone, fr: Téléphone, de: Telefon, ar: الهاتف }, third_party: redact }
      password: { title: { en: Password, fr: Mot de passe, de: Passwort, ar: كلمة المرور }, withhold: security }
  - name: complaint
    source: shop
    table: complaint
    owner: account_id
    title: { en: Complaints, fr: Réclamations, de: Beschwerden, ar: الشكاوى }
    fields:
      body: { title: { en: Text, fr: Texte, de: Text, ar: النص } }
)";

/// A language that runs from right to left. Its words only name the phrase: the test is about the
/// page, not about the translation.
std::string right_to_left_words() {
  const auto root = parse_yaml(phrase_template("en"), "en").value();
  std::string yaml = "phrases:\n";
  for (const auto& [name, text] : root.find("phrases")->entries()) {
    const std::string value = name.text() == "language"    ? "ar"
                              : name.text() == "direction" ? "rtl"
                              : text.text().size() < 4     ? text.text()
                                                           : "ترجمة " + name.text();
    yaml += fmt::format("  {}: \"{}\"\n", name.text(), value);
  }
  return yaml;
}

void append_little(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i)
    out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

/// A tone of a tenth of a second: 8 kHz, 8 bit, mono.
std::string tone() {
  constexpr std::uint32_t kSamples = 800;
  std::string wav = "RIFF";
  append_little(wav, 36 + kSamples, 4);
  wav += "WAVEfmt ";
  append_little(wav, 16, 4);
  append_little(wav, 1, 2);
  append_little(wav, 1, 2);
  append_little(wav, 8000, 4);
  append_little(wav, 8000, 4);
  append_little(wav, 1, 2);
  append_little(wav, 8, 2);
  wav += "data";
  append_little(wav, kSamples, 4);
  for (std::uint32_t i = 0; i < kSamples; ++i)
    wav += static_cast<char>(128 + static_cast<int>(100 * std::sin(i * 0.35)));
  return wav;
}

/// A bitmap of 64 by 48 points.
std::string bitmap() {
  constexpr std::uint32_t kWidth = 64;
  constexpr std::uint32_t kHeight = 48;
  std::string bmp = "BM";
  append_little(bmp, 54 + 3 * kWidth * kHeight, 4);
  append_little(bmp, 0, 4);
  append_little(bmp, 54, 4);
  append_little(bmp, 40, 4);
  append_little(bmp, kWidth, 4);
  append_little(bmp, kHeight, 4);
  append_little(bmp, 1, 2);
  append_little(bmp, 24, 2);
  for (int i = 0; i < 6; ++i)
    append_little(bmp, 0, 4);
  for (std::uint32_t i = 0; i < kWidth * kHeight; ++i)
    append_little(bmp, 0x4080C0 + i % kWidth, 3);
  return bmp;
}

std::string moment(std::uint64_t number) {
  return fmt::format("20{:02}-{:02}-{:02}T{:02}:{:02}:00Z",
                     10 + number / 1400 % 16,
                     number / 120 % 12 + 1,
                     number / 5 % 28 + 1,
                     number % 24,
                     number % 60);
}

MadeRecord account_record(std::uint64_t /*number*/) {
  return {
      .values = {{ValueKind::Text,
                  "Zoë <script>document.title='owned'</script> & \"Anna\" 'x' \xF0\x9F\x8E\xA7"},
                 {ValueKind::Text,
                  "two\nlines </dl></article></main><img src=x onerror=document.title='owned'>"},
                 {ValueKind::Text, "javascript:document.title='owned'"},
                 {ValueKind::Text, std::string(300, 'W')},
                 {ValueKind::Text, "harmless\xE2\x80\xAEgpj.exe"},
                 {ValueKind::Text,
                  "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xD7\xA2\xD7\x95\xD7\x9C\xD7\x9D 123"},
                 {ValueKind::Json, R"({"theme":"dark","list":[1,2,{"a":"</td>"}]})"},
                 {ValueKind::Bytes, std::string(4000, 'A')},
                 {ValueKind::Null, ""}}};
}

/// @param purchases  how many.
std::vector<MadeDataset> datasets(std::uint64_t purchases) {
  return {
      {"account",
       {ValueKind::Text,
        ValueKind::Text,
        ValueKind::Text,
        ValueKind::Text,
        ValueKind::Text,
        ValueKind::Text,
        ValueKind::Json,
        ValueKind::Bytes,
        ValueKind::Text},
       1,
       account_record},
      {"voice_recording",
       {ValueKind::Instant,
        ValueKind::Text,
        ValueKind::Text,
        ValueKind::Text,
        ValueKind::Boolean,
        ValueKind::Interval,
        ValueKind::Text},
       1012,
       [](std::uint64_t number) {
         return MadeRecord{
             .values = {
                 {ValueKind::Instant, moment(number)},
                 {ValueKind::Text, "Echoless One, kitchen"},
                 {ValueKind::Text, "de-DE"},
                 {ValueKind::Text, fmt::format("what is the weather tomorrow, number {}", number)},
                 {ValueKind::Boolean, number % 3 == 0 ? "true" : "false"},
                 {ValueKind::Interval, "PT4.5S"},
                 {ValueKind::Text,
                  number % 100 == 9 ? "acc-1/gone.wav" : fmt::format("acc-1/{}.wav", number)}}};
       }},
      {"purchase",
       {ValueKind::Instant, ValueKind::Text, ValueKind::Decimal, ValueKind::Text},
       purchases,
       [](std::uint64_t number) {
         return MadeRecord{
             .values = {{ValueKind::Instant, moment(number)},
                        {ValueKind::Text, fmt::format("Article {} of the catalogue", number)},
                        {ValueKind::Decimal, fmt::format("{}.{:02}", number, number % 100)},
                        {number % 2 == 0 ? ValueKind::Null : ValueKind::Text,
                         number % 2 == 0 ? "" : "=1+1"}}};
       }},
      {"picture",
       {ValueKind::Instant, ValueKind::Text},
       3,
       [](std::uint64_t number) {
         return MadeRecord{.values = {{ValueKind::Instant, moment(number)},
                                      {ValueKind::Text, fmt::format("acc-1/{}.bmp", number)}}};
       }},
      {"message",
       {ValueKind::Instant, ValueKind::Text, ValueKind::Text, ValueKind::Text},
       12,
       [](std::uint64_t number) {
         return MadeRecord{.values = {{ValueKind::Instant, moment(number)},
                                      {ValueKind::Pseudonym, std::to_string(number % 3 + 1)},
                                      {ValueKind::Text, "See you at eight?"},
                                      {ValueKind::Redacted, ""}}};
       }},
  };
}

std::optional<std::string> object(const std::string& reference) {
  if (reference == "acc-1/gone.wav") return std::nullopt;
  return reference.ends_with(".bmp") ? bitmap() : tone();
}

}  // namespace

int write_example(const std::string& language, const std::filesystem::path& folder) {
  const auto parsed =
      catalog::Catalog::parse(catalog::bundle({{"catalog.yaml", std::string(kCatalog)},
                                               {translation_file("ar"), right_to_left_words()}}),
                              "example");
  if (!parsed) {
    std::fputs((to_string(parsed.error().front()) + "\n").c_str(), stderr);
    return 1;
  }
  for (const auto& problem : check_translations(*parsed))
    std::fputs((problem + "\n").c_str(), stderr);
  // The largest page of all records that a browser is given, once.
  const std::uint64_t purchases = language == "en" ? 14'000 : 2'200;
  collect_folder(*parsed, language, datasets(purchases), object, folder);
  std::array<std::byte, 32> key{};
  key.fill(std::byte{0x5A});
  std::ofstream(folder / "READ-ME.html", std::ios::binary)
      << read_me_page(crypto::SignPublicKey::from(key));
  return ::testing::Test::HasFailure() ? 1 : 0;
}

}  // namespace rightful::exporting::testing

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: example_folder LANGUAGE FOLDER\n", stderr);
    return 2;
  }
  return rightful::exporting::testing::write_example(argv[1], argv[2]);
}
