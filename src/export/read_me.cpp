#include "export/read_me.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "rightful/crypto/server_keys.hpp"

#include "export/html_text.hpp"

namespace rightful::exporting {

namespace {

struct Section {
  std::string_view language;
  std::string_view name;
  std::string_view heading;
  std::string_view what;
  std::string_view ways;
  std::array<std::string_view, 3> way;
  std::string_view programs;
  std::string_view not_opened;
  std::string_view authentic;
  std::string_view fingerprint;
  std::string_view not_mine_heading;
  std::string_view not_mine;
};

constexpr std::array kSections{
    Section{.language = "en",
            .name = "English",
            .heading = "A sealed copy of somebody’s personal data",
            .what =
                "This file holds the answer to a request under Article 15 of the GDPR. It is "
                "encrypted (AES-256) and can be "
                "opened only by the person who made the request, with that person’s own sign-in.",
            .ways = "Three ways to open it",
            .way = {"With the program “rightful”: `rightful unlock FILE`. It asks for your "
                    "password, or works without a network with your recovery code.",
                    "With an archive program that knows AES-256: let `rightful unlock FILE "
                    "--reveal-code` show you the code of this file, open export.zip in it, and "
                    "type the code as the password, hyphens included.",
                    "In the portal of the organisation, if it has one: sign in, open the request, "
                    "choose “Open”."},
            .programs = "Programs that work: 7-Zip (Windows, Linux), NanaZip, PeaZip, WinZip, Keka "
                        "(macOS), bsdtar.",
            .not_opened = "The built-in ones of Windows and macOS, and unzip, cannot open it.",
            .authentic = "Whether this file really comes from the service is checked when it is "
                         "opened. You can compare the "
                         "fingerprint of the service’s key with the one that the organisation "
                         "publishes:",
            .fingerprint = "Fingerprint of the service’s key",
            .not_mine_heading = "This is not mine",
            .not_mine = "If you did not ask for this, somebody made a mistake. You cannot open it, "
                        "and neither can anybody else "
                        "who found it. Please tell the organisation that sent it, and delete the "
                        "file."},
    Section{.language = "fr",
            .name = "Français",
            .heading = "Une copie scellée des données personnelles de quelqu’un",
            .what = "Ce fichier contient la réponse à une demande au titre de l’article 15 du "
                    "RGPD. Il est chiffré (AES-256) et "
                    "ne peut être ouvert que par la personne qui a fait la demande, avec ses "
                    "propres identifiants.",
            .ways = "Trois façons de l’ouvrir",
            .way = {"Avec le programme « rightful » : `rightful unlock FICHIER`. Il demande votre "
                    "mot de passe, ou fonctionne sans réseau avec votre code de secours.",
                    "Avec un programme d’archives qui connaît AES-256 : faites afficher le code de "
                    "ce fichier par `rightful unlock FICHIER --reveal-code`, ouvrez export.zip et "
                    "saisissez le code comme mot de passe, tirets compris.",
                    "Dans le portail de l’organisme, s’il en a un : connectez-vous, ouvrez la "
                    "demande, choisissez « Ouvrir »."},
            .programs = "Programmes qui conviennent : 7-Zip (Windows, Linux), NanaZip, PeaZip, "
                        "WinZip, Keka (macOS), bsdtar.",
            .not_opened = "Ceux qui sont intégrés à Windows et à macOS, ainsi que unzip, ne "
                          "peuvent pas l’ouvrir.",
            .authentic = "L’authenticité de ce fichier est vérifiée à l’ouverture. Vous pouvez "
                         "comparer l’empreinte de la clé du "
                         "service avec celle que publie l’organisme :",
            .fingerprint = "Empreinte de la clé du service",
            .not_mine_heading = "Ce n’est pas à moi",
            .not_mine = "Si vous n’avez rien demandé, quelqu’un s’est trompé. Vous ne pouvez pas "
                        "l’ouvrir, ni personne d’autre "
                        "qui l’aurait trouvé. Prévenez l’organisme qui l’a envoyé et supprimez "
                        "le fichier."},
    Section{
        .language = "de",
        .name = "Deutsch",
        .heading = "Eine versiegelte Kopie der Daten eines Menschen",
        .what = "Diese Datei enthält die Antwort auf eine Anfrage nach Artikel 15 DSGVO. Sie ist "
                "verschlüsselt (AES-256) und "
                "kann nur von der Person geöffnet werden, die angefragt hat, mit deren eigener "
                "Anmeldung.",
        .ways = "Drei Wege, sie zu öffnen",
        .way =
            {"Mit dem Programm „rightful“: `rightful unlock DATEI`. Es fragt nach Ihrem Passwort, "
             "oder arbeitet ohne Netz mit Ihrem Wiederherstellungscode.",
             "Mit einem Archivprogramm, das AES-256 kennt: Lassen Sie sich mit `rightful unlock "
             "DATEI --reveal-code` den Code dieser Datei zeigen, öffnen Sie im Archivprogramm "
             "export.zip und geben Sie den Code samt Bindestrichen als Passwort ein.",
             "Im Portal der Stelle, wenn sie eines hat: anmelden, die Anfrage öffnen, „Öffnen“ "
             "wählen."},
        .programs = "Programme, mit denen es geht: 7-Zip (Windows, Linux), NanaZip, PeaZip, "
                    "WinZip, Keka (macOS), bsdtar.",
        .not_opened = "Die eingebauten von Windows und macOS sowie unzip können sie nicht öffnen.",
        .authentic = "Ob die Datei wirklich vom Dienst stammt, wird beim Öffnen geprüft. Sie "
                     "können den Fingerabdruck des "
                     "Dienstschlüssels mit dem vergleichen, den die Stelle veröffentlicht:",
        .fingerprint = "Fingerabdruck des Dienstschlüssels",
        .not_mine_heading = "Das ist nicht meines",
        .not_mine = "Wenn Sie nichts angefragt haben, hat jemand einen Fehler gemacht. Sie können "
                    "die Datei nicht öffnen, und "
                    "auch sonst niemand, der sie findet. Bitte sagen Sie es der Stelle, die sie "
                    "geschickt hat, und löschen Sie die Datei."}};

/// Escapes `text`; what stands between backticks is something to type.
void append_with_commands(std::string& out, std::string_view text) {
  bool is_command = false;
  while (true) {
    const auto end = text.find('`');
    append_html(out, text.substr(0, end));
    if (end == std::string_view::npos) return;
    is_command = !is_command;
    out += is_command ? "<code>" : "</code>";
    text.remove_prefix(end + 1);
  }
}

void append_section(std::string& out, const Section& section, std::string_view fingerprint) {
  const auto element = [&](std::string_view tag, std::string_view text) {
    out += fmt::format("<{}>", tag);
    append_with_commands(out, text);
    out += fmt::format("</{}>\n", tag);
  };
  out += fmt::format("<section lang=\"{0}\" id=\"{0}\">\n", section.language);
  element("h2", section.heading);
  element("p", section.what);
  element("h3", section.ways);
  out += "<ol>\n";
  for (const auto way : section.way)
    element("li", way);
  out += "</ol>\n";
  element("p", section.programs);
  element("p", section.not_opened);
  element("p", section.authentic);
  out += fmt::format("<p>{}: <code>{}</code></p>\n", section.fingerprint, fingerprint);
  element("h3", section.not_mine_heading);
  element("p", section.not_mine);
  out += "</section>\n";
}

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>READ ME · Lisez-moi · Bitte lesen</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 1rem; max-width: 44rem; font: 1rem/1.55 system-ui, sans-serif; }
section { border-top: 2px solid #8a8f98; margin-top: 2rem; }
li { margin: 0.4rem 0; }
code { font-size: 1rem; overflow-wrap: anywhere; }
nav ul { list-style: none; padding: 0; display: flex; gap: 1.2rem; flex-wrap: wrap; }
</style>
</head>
<body>
<main>
<h1>READ ME · Lisez-moi · Bitte lesen</h1>
)";

}  // namespace

std::string read_me_page(const crypto::SignPublicKey& service_key) {
  std::string out(kHead);
  out += "<nav aria-label=\"Languages\"><ul>";
  for (const auto& section : kSections) {
    out += fmt::format(
        "<li><a lang=\"{0}\" href=\"#{0}\">{1}</a></li>", section.language, section.name);
  }
  out += "</ul></nav>\n";
  const std::string fingerprint = crypto::fingerprint(service_key);
  for (const auto& section : kSections)
    append_section(out, section, fingerprint);
  out += "</main>\n</body>\n</html>\n";
  return out;
}

}  // namespace rightful::exporting
