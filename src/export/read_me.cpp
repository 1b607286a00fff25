#include "export/read_me.hpp"

#include <array>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "rightful/crypto/signature.hpp"

#include "export/html_text.hpp"

namespace rightful::exporting {

namespace {

/// What a program does with `export.zip`. Only what was seen or what its makers say stands here,
/// and which of the two.
struct Program {
  std::string_view name;
  std::string_view does;
};

struct System {
  std::string_view name;
  std::span<const Program> programs;
};

/// One language. What stands between backticks is something to type.
struct Section {
  std::string_view language;
  std::string_view name;
  std::string_view heading;
  std::string_view what;
  std::string_view ways;
  std::array<std::string_view, 3> way;
  std::string_view after;
  std::string_view programs_heading;
  std::string_view program;
  std::string_view opens;
  std::span<const System> systems;
  std::string_view authentic_heading;
  std::string_view authentic;
  std::string_view fingerprint;
  std::string_view not_mine_heading;
  std::string_view not_mine;
  std::array<std::string_view, 3> not_mine_steps;
  std::string_view not_mine_then;
};

constexpr std::array kEnglishWindows{
    Program{"7-Zip", "Yes. Tried by us, in its Linux edition."},
    Program{"NanaZip, PeaZip, WinRAR, WinZip", "Yes, say their makers; not tried by us."},
    Program{"Explorer (built in, Windows 11 too)", "No, or not reliably."}};
constexpr std::array kEnglishMac{
    Program{"Keka", "Yes, say its makers; not tried by us."},
    Program{"Archive Utility (built in: a double-click in the Finder), unar",
            "No, or not reliably."}};
constexpr std::array kEnglishLinux{
    Program{"7-Zip (`7zz`, `7z`)", "Yes, tried by us: `7zz x FILE` asks for the code."},
    Program{"bsdtar 3.6 or newer", "Yes, tried by us."},
    Program{"Ark and others with libzip 1.9 or newer", "Yes, say its makers; not tried by us."},
    Program{"Ark and others with an older libzip (Debian 12 has 1.7.3)",
            "No. They report a “CRC error”, but the file is sound: take 7-Zip."},
    Program{"unzip (Info-ZIP), Python’s zipfile",
            "Only this page and envelope.json, which are not encrypted."}};
constexpr std::array kEnglishMobile{
    Program{"Apps",
            "We have tried none. It has to read ZIP files with AES-256 (“WinZip AES”). The portal "
            "works in every browser."}};
constexpr std::array kEnglishSystems{System{"Windows", kEnglishWindows},
                                     System{"macOS", kEnglishMac},
                                     System{"Linux", kEnglishLinux},
                                     System{"Android, iPhone, iPad", kEnglishMobile}};

constexpr Section kEnglish{
    .language = "en",
    .name = "English",
    .heading = "A sealed copy of somebody’s personal data",
    .what =
        "This file answers a request under Article 15 of the GDPR, by which everybody can see what "
        "an organisation holds about them. The data are in export.zip, encrypted with AES-256: "
        "only "
        "the person who asked can open it. This page is what others can read, and it says nothing "
        "about that person.",
    .ways = "Three ways to open it",
    .way =
        {"In the portal of the organisation, if it offers one: sign in, open the request, "
         "choose “Open”. It works in every browser and needs no further program.",
         "With 7-Zip (Windows, Linux) or Keka (macOS). The portal, or `rightful unlock FILE "
         "--account ID --reveal-code`, shows you the code of this file: open export.zip and type "
         "the code as the password, hyphens included. What comes out is an ordinary ZIP file; "
         "unpack that one too.",
         "With the program “rightful”: `rightful unlock FILE --account ID`. It asks for your "
         "password, checks the whole file and unpacks it. With your recovery code "
         "(`--recovery-code`) it works without the organisation and without a network."},
    .after = "Then open index.html in the unpacked folder.",
    .programs_heading = "What programs do with this file",
    .program = "Program",
    .opens = "Does it open export.zip?",
    .systems = kEnglishSystems,
    .authentic_heading = "Does it really come from the service?",
    .authentic =
        "“rightful” and the portal check that before they show anything. You can compare "
        "the fingerprint of the service’s key with the one that the organisation "
        "publishes.",
    .fingerprint = "Fingerprint of the service’s key",
    .not_mine_heading = "This is not mine",
    .not_mine =
        "If you did not ask for this file, somebody made a mistake. You cannot read it, and "
        "neither can anybody else who finds it.",
    .not_mine_steps = {"Do not try to open it, and do not pass it on.",
                       "Tell the organisation that sent it: at the address that it came from, or "
                       "its data protection officer, whom its privacy notice names. If you have an "
                       "account there, sign in and report it as “not mine”.",
                       "Then delete the file."},
    .not_mine_then =
        "The organisation then has to find out how the file reached you, and whether "
        "the supervisory authority and the person have to be told (Articles 33 and 34 "
        "of the GDPR). It may ask you how you got it."};

constexpr std::array kFrenchWindows{
    Program{"7-Zip", "Oui. Essayé par nous, dans son édition pour Linux."},
    Program{"NanaZip, PeaZip, WinRAR, WinZip", "Oui, selon leurs éditeurs ; non essayé par nous."},
    Program{"Explorateur (intégré, Windows 11 compris)", "Non, ou pas de façon fiable."}};
constexpr std::array kFrenchMac{
    Program{"Keka", "Oui, selon ses auteurs ; non essayé par nous."},
    Program{"Utilitaire d’archive (intégré : double-clic dans le Finder), unar",
            "Non, ou pas de façon fiable."}};
constexpr std::array kFrenchLinux{
    Program{"7-Zip (`7zz`, `7z`)", "Oui, essayé par nous : `7zz x FICHIER` demande le code."},
    Program{"bsdtar 3.6 ou plus récent", "Oui, essayé par nous."},
    Program{"Ark et d’autres avec libzip 1.9 ou plus récent",
            "Oui, selon ses auteurs ; non essayé par nous."},
    Program{"Ark et d’autres avec un libzip plus ancien (Debian 12 a 1.7.3)",
            "Non. Ils annoncent une « CRC error », mais le fichier est intact : prenez 7-Zip."},
    Program{"unzip (Info-ZIP), zipfile de Python",
            "Seulement cette page et envelope.json, qui ne sont pas chiffrés."}};
constexpr std::array kFrenchMobile{
    Program{"Applications",
            "Nous n’en avons essayé aucune. Elle doit lire les fichiers ZIP en AES-256 (« WinZip "
            "AES »). Le portail fonctionne dans tous les navigateurs."}};
constexpr std::array kFrenchSystems{System{"Windows", kFrenchWindows},
                                    System{"macOS", kFrenchMac},
                                    System{"Linux", kFrenchLinux},
                                    System{"Android, iPhone, iPad", kFrenchMobile}};

constexpr Section kFrench{
    .language = "fr",
    .name = "Français",
    .heading = "Une copie scellée des données personnelles de quelqu’un",
    .what =
        "Ce fichier répond à une demande au titre de l’article 15 du RGPD, qui permet à chacun "
        "de voir ce qu’un organisme détient à son sujet. Les données sont dans export.zip, "
        "chiffré en AES-256 : seule la personne qui a fait la demande peut l’ouvrir. Cette page "
        "est ce que d’autres peuvent lire, et elle ne dit rien de cette personne.",
    .ways = "Trois façons de l’ouvrir",
    .way = {"Dans le portail de l’organisme, s’il en propose un : connectez-vous, ouvrez la "
            "demande, choisissez « Ouvrir ». Il fonctionne dans tous les navigateurs, sans autre "
            "programme.",
            "Avec 7-Zip (Windows, Linux) ou Keka (macOS). Le portail, ou `rightful unlock FICHIER "
            "--account ID --reveal-code`, vous montre le code de ce fichier : ouvrez export.zip et "
            "saisissez le code comme mot de passe, tirets compris. Il en sort un fichier ZIP "
            "ordinaire ; décompressez-le aussi.",
            "Avec le programme « rightful » : `rightful unlock FICHIER --account ID`. Il demande "
            "votre mot de passe, vérifie tout le fichier et le décompresse. Avec votre code de "
            "secours (`--recovery-code`), il fonctionne sans l’organisme et sans réseau."},
    .after = "Ouvrez ensuite index.html dans le dossier décompressé.",
    .programs_heading = "Ce que les programmes font de ce fichier",
    .program = "Programme",
    .opens = "Ouvre-t-il export.zip ?",
    .systems = kFrenchSystems,
    .authentic_heading = "Vient-il vraiment du service ?",
    .authentic =
        "« rightful » et le portail le vérifient avant de montrer quoi que ce soit. Vous "
        "pouvez comparer l’empreinte de la clé du service avec celle que publie "
        "l’organisme.",
    .fingerprint = "Empreinte de la clé du service",
    .not_mine_heading = "Ce n’est pas à moi",
    .not_mine =
        "Si vous n’avez pas demandé ce fichier, quelqu’un s’est trompé. Vous ne pouvez pas "
        "le lire, ni personne d’autre qui le trouverait.",
    .not_mine_steps = {"N’essayez pas de l’ouvrir et ne le transmettez pas.",
                       "Prévenez l’organisme qui l’a envoyé : à l’adresse d’où il est venu, ou "
                       "auprès de son délégué à la protection des données, que nomme sa politique "
                       "de confidentialité. Si vous y avez un compte, connectez-vous et signalez "
                       "« pas à moi ».",
                       "Supprimez ensuite le fichier."},
    .not_mine_then =
        "L’organisme doit alors établir comment le fichier vous est parvenu et s’il "
        "faut en informer l’autorité de contrôle et la personne (articles 33 et 34 du "
        "RGPD). Il peut vous demander comment vous l’avez reçu."};

constexpr std::array kGermanWindows{
    Program{"7-Zip", "Ja. Von uns erprobt, in der Ausgabe für Linux."},
    Program{"NanaZip, PeaZip, WinRAR, WinZip", "Ja, sagen die Hersteller; von uns nicht erprobt."},
    Program{"Explorer (eingebaut, auch in Windows 11)", "Nein, oder nicht zuverlässig."}};
constexpr std::array kGermanMac{
    Program{"Keka", "Ja, sagen die Hersteller; von uns nicht erprobt."},
    Program{"Archivierungsprogramm (eingebaut: Doppelklick im Finder), unar",
            "Nein, oder nicht zuverlässig."}};
constexpr std::array kGermanLinux{
    Program{"7-Zip (`7zz`, `7z`)", "Ja, von uns erprobt: `7zz x DATEI` fragt nach dem Code."},
    Program{"bsdtar ab 3.6", "Ja, von uns erprobt."},
    Program{"Ark und andere mit libzip ab 1.9", "Ja, sagen die Hersteller; von uns nicht erprobt."},
    Program{"Ark und andere mit älterem libzip (Debian 12 hat 1.7.3)",
            "Nein. Sie melden einen „CRC error“, aber die Datei ist heil: nehmen Sie 7-Zip."},
    Program{"unzip (Info-ZIP), zipfile von Python",
            "Nur diese Seite und envelope.json, die nicht verschlüsselt sind."}};
constexpr std::array kGermanMobile{
    Program{"Apps",
            "Wir haben keine erprobt. Sie muss ZIP-Dateien mit AES-256 („WinZip AES“) lesen. Das "
            "Portal geht in jedem Browser."}};
constexpr std::array kGermanSystems{System{"Windows", kGermanWindows},
                                    System{"macOS", kGermanMac},
                                    System{"Linux", kGermanLinux},
                                    System{"Android, iPhone, iPad", kGermanMobile}};

constexpr Section kGerman{
    .language = "de",
    .name = "Deutsch",
    .heading = "Eine versiegelte Kopie der Daten eines Menschen",
    .what =
        "Diese Datei beantwortet eine Anfrage nach Artikel 15 DSGVO, mit der alle sehen können, "
        "was eine Stelle über sie gespeichert hat. Die Daten liegen in export.zip, verschlüsselt "
        "mit AES-256: Öffnen kann das nur die Person, die angefragt hat. Diese Seite ist das, "
        "was andere lesen können, und sie sagt nichts über diese Person.",
    .ways = "Drei Wege, sie zu öffnen",
    .way =
        {"Im Portal der Stelle, wenn sie eines anbietet: anmelden, die Anfrage öffnen, „Öffnen“ "
         "wählen. Das geht in jedem Browser und braucht kein weiteres Programm.",
         "Mit 7-Zip (Windows, Linux) oder Keka (macOS). Das Portal, oder `rightful unlock DATEI "
         "--account ID --reveal-code`, zeigt Ihnen den Code dieser Datei: öffnen Sie export.zip "
         "und geben Sie den Code samt Bindestrichen als Passwort ein. Heraus kommt eine "
         "gewöhnliche ZIP-Datei; entpacken Sie auch die.",
         "Mit dem Programm „rightful“: `rightful unlock DATEI --account ID`. Es fragt nach Ihrem "
         "Passwort, prüft die ganze Datei und entpackt sie. Mit Ihrem Wiederherstellungscode "
         "(`--recovery-code`) geht es ohne die Stelle und ohne Netz."},
    .after = "Öffnen Sie dann index.html im entpackten Ordner.",
    .programs_heading = "Was Programme mit dieser Datei tun",
    .program = "Programm",
    .opens = "Öffnet es export.zip?",
    .systems = kGermanSystems,
    .authentic_heading = "Stammt sie wirklich vom Dienst?",
    .authentic =
        "„rightful“ und das Portal prüfen das, bevor sie etwas zeigen. Sie können den "
        "Fingerabdruck des Dienstschlüssels mit dem vergleichen, den die Stelle "
        "veröffentlicht.",
    .fingerprint = "Fingerabdruck des Dienstschlüssels",
    .not_mine_heading = "Das ist nicht meines",
    .not_mine =
        "Wenn Sie diese Datei nicht verlangt haben, hat jemand einen Fehler gemacht. Sie "
        "können sie nicht lesen, und auch sonst niemand, der sie findet.",
    .not_mine_steps =
        {"Versuchen Sie nicht, sie zu öffnen, und geben Sie sie nicht weiter.",
         "Sagen Sie es der Stelle, die sie geschickt hat: unter der Adresse, von der "
         "sie kam, oder deren Datenschutzbeauftragten, die in ihrer "
         "Datenschutzerklärung stehen. Wenn Sie dort ein Konto haben, melden Sie sich "
         "an und melden Sie „nicht meines“.",
         "Löschen Sie dann die Datei."},
    .not_mine_then =
        "Die Stelle muss dann klären, wie die Datei zu Ihnen kam, und ob die "
        "Aufsichtsbehörde und die betroffene Person zu unterrichten sind (Artikel 33 "
        "und 34 DSGVO). Sie fragt Sie vielleicht, wie Sie sie bekommen haben."};

constexpr std::array kSections{&kEnglish, &kFrench, &kGerman};

/// Escapes `text`; what stands between backticks is something to type, and broken over two lines
/// only where it is long.
void append_with_commands(std::string& out, std::string_view text) {
  constexpr std::size_t kUnbrokenChars = 20;
  bool is_command = false;
  while (true) {
    const auto end = text.find('`');
    append_html(out, text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
    is_command = !is_command;
    const bool is_short = text.find('`') <= kUnbrokenChars;
    out += !is_command ? "</code>" : is_short ? "<code class=\"short\">" : "<code>";
  }
}

void append_tagged(std::string& out, std::string_view tag, std::string_view text) {
  out += fmt::format("<{}>", tag);
  append_with_commands(out, text);
  out += fmt::format("</{}>\n", tag.substr(0, tag.find(' ')));
}

template <std::size_t N>
void append_steps(std::string& out, const std::array<std::string_view, N>& steps) {
  out += "<ol>\n";
  for (const auto step : steps)
    append_tagged(out, "li", step);
  out += "</ol>\n";
}

/// Two columns, so that it fits a telephone; the systems are row groups with a head each.
void append_programs(std::string& out, const Section& section) {
  out += "<table>\n";
  append_tagged(out, "caption", section.programs_heading);
  out += "<thead><tr>";
  append_tagged(out, "th scope=\"col\"", section.program);
  append_tagged(out, "th scope=\"col\"", section.opens);
  out += "</tr></thead>\n";
  for (const auto& system : section.systems) {
    out += "<tbody>\n<tr>";
    append_tagged(out, "th scope=\"rowgroup\" colspan=\"2\"", system.name);
    out += "</tr>\n";
    for (const auto& program : system.programs) {
      out += "<tr>";
      append_tagged(out, "th scope=\"row\"", program.name);
      append_tagged(out, "td", program.does);
      out += "</tr>\n";
    }
    out += "</tbody>\n";
  }
  out += "</table>\n";
}

void append_section(std::string& out, const Section& section, std::string_view fingerprint) {
  out +=
      fmt::format("<section lang=\"{0}\" id=\"{0}\" aria-labelledby=\"h-{0}\">\n<h2 id=\"h-{0}\">",
                  section.language);
  append_html(out, section.heading);
  out += "</h2>\n";
  append_tagged(out, "p", section.what);
  append_tagged(out, "h3", section.ways);
  append_steps(out, section.way);
  append_tagged(out, "p", section.after);
  append_programs(out, section);
  append_tagged(out, "h3", section.authentic_heading);
  append_tagged(out, "p", section.authentic);
  out += fmt::format("<p>{}: <code>{}</code></p>\n", section.fingerprint, fingerprint);
  append_tagged(out, "h3", section.not_mine_heading);
  append_tagged(out, "p", section.not_mine);
  append_steps(out, section.not_mine_steps);
  append_tagged(out, "p", section.not_mine_then);
  out += "</section>\n";
}

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>READ ME · Lisez-moi · Bitte lesen</title>
<style>
:root { color-scheme: light dark; --text: #16191d; --back: #fff; --soft: #f1f4f7; --line: #c3c9d1; --edge: #6b7480; --link: #0b57a8; }
@media (prefers-color-scheme: dark) { :root { --text: #e9edf2; --back: #14171b; --soft: #1f242b; --line: #3d454f; --edge: #8a94a1; --link: #8ec1ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem 1.1rem 3rem; max-width: 46rem; font: 1rem/1.55 system-ui, sans-serif; color: var(--text); background: var(--back); overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 1.5rem 0 0.5rem; }
h3, caption { font-size: 1.05rem; line-height: 1.35; font-weight: 600; margin: 1.5rem 0 0.4rem; }
section { border-top: 2px solid var(--edge); margin-top: 2rem; }
ol { padding-inline-start: 1.4rem; }
li { margin: 0.4rem 0; }
a { color: var(--link); display: inline-block; padding: 0.2rem 0; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code { font-size: 0.95rem; background: var(--soft); border-radius: 0.2rem; padding: 0.05rem 0.25rem; }
code.short { white-space: nowrap; }
nav ul { list-style: none; margin: 0; padding: 0; display: flex; gap: 0.2rem 1.2rem; flex-wrap: wrap; }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 0; }
caption { text-align: start; margin: 0; padding-bottom: 0.4rem; }
th, td { text-align: start; vertical-align: top; padding: 0.4rem 0.6rem; border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--edge); }
tbody th { font-weight: 400; width: 45%; }
tbody th[scope=rowgroup] { font-weight: 600; background: var(--soft); }
@media print { section { break-before: page; } nav { display: none; } }
</style>
</head>
<body>
<main>
<h1>READ ME · <span lang="fr">Lisez-moi</span> · <span lang="de">Bitte lesen</span></h1>
)";

}  // namespace

std::string read_me_page(const crypto::SignPublicKey& service_key) {
  std::string out(kHead);
  out += "<nav aria-label=\"Languages\"><ul>";
  for (const auto* section : kSections) {
    out += fmt::format(
        "<li><a lang=\"{0}\" href=\"#{0}\">{1}</a></li>", section->language, section->name);
  }
  out += "</ul></nav>\n";
  const std::string fingerprint = crypto::fingerprint(service_key);
  for (const auto* section : kSections)
    append_section(out, *section, fingerprint);
  out += "</main>\n</body>\n</html>\n";
  return out;
}

}  // namespace rightful::exporting
