#include "export/phrases.hpp"

namespace rightful::exporting {

namespace {

constexpr Phrases kEnglish{
    .language = "en",
    .title = "Your personal data",
    .intro =
        "This is the copy of your personal data that you asked for under Article 15 of the GDPR. "
        "It was made for you "
        "alone and could be opened by nobody else.",
    .skip = "Skip to the content",
    .overview = "Overview",
    .to_overview = "Back to the overview",
    .field = "Field",
    .record = "Record",
    .records = "Records",
    .files = "Files",
    .dataset = "Data",
    .source = "Source",
    .page = "Page",
    .of = "of",
    .previous = "Previous page",
    .next = "Next page",
    .pages = "Pages",
    .machine_readable = "The same data for programs (JSON)",
    .no_value = "no value",
    .yes = "yes",
    .no = "no",
    .redacted = "removed: concerns somebody else",
    .person = "person",
    .missing_file = "This file was no longer there when your data were collected.",
    .open_file = "Open the file",
    .nothing_here = "There are no records of yours here.",
    .nothing_at_all =
        "No personal data about you were found. Every place that is listed below was searched.",
    .searched = "What was searched",
    .searched_intro =
        "Every place where this organisation keeps data by account was searched for yours, also "
        "those where "
        "nothing was found.",
    .snapshot = "State of the data",
    .reading = "How to read this folder",
    .reading_pages =
        "Start with this page. The pages work without a network; they load nothing from elsewhere.",
    .reading_data =
        "The folder data holds the same records in JSON, with a description of each field beside "
        "them, so that "
        "you can take them to another service.",
    .reading_proof =
        "MANIFEST.sha256 lists the check sum of every file (sha256sum -c MANIFEST.sha256); "
        "manifest.sig is the "
        "service's signature over it.",
    .omissions = "What is left out",
    .omissions_none = "Nothing was left out.",
    .omitted_redacted = "removed, because it concerns other people",
    .omitted_pseudonym = "other people are shown as numbers",
    .omitted_security = "not copied: a security feature (a password or key)",
    .omitted_not_personal = "not copied: says nothing about you",
    .omitted_missing = "files that were no longer there",
    .reason = "Reason",
    .count = "How many",
    .about = "About your data and your rights",
    .about_intro =
        "What Article 15(1) and (2) of the GDPR says you must be told, for the data that were "
        "found about you.",
    .controller = "Who is responsible",
    .address = "Address",
    .dpo = "Data protection officer",
    .purposes = "Purposes",
    .categories = "Categories of data",
    .recipients = "Recipients",
    .recipients_none = "nobody outside",
    .role_processor = "processor",
    .role_joint = "joint controller",
    .role_controller = "independent controller",
    .role_authority = "public authority",
    .safeguard = "Safeguard for the transfer",
    .retention = "Kept for",
    .retention_from = "counted from",
    .origin = "Where the data come from",
    .rights = "Your rights",
    .right_rectification = "You can ask for wrong data to be corrected (Art. 16).",
    .right_erasure = "You can ask for data to be erased (Art. 17).",
    .right_restriction = "You can ask for their use to be restricted (Art. 18).",
    .right_objection = "You can object to their use (Art. 21).",
    .right_portability = "You can take data that you provided to another service (Art. 20).",
    .right_complaint = "You can complain to a supervisory authority (Art. 77).",
    .authority = "Supervisory authority",
    .automated = "Automated decisions",
    .automated_text =
        "This package makes no statement about automated decision-making or profiling. Please ask "
        "the data "
        "protection officer.",
    .request = "Request",
    .created = "Made on",
    .catalog = "Version of the data map",
};

constexpr Phrases kFrench{
    .language = "fr",
    .title = "Vos données personnelles",
    .intro =
        "Voici la copie de vos données personnelles que vous avez demandée en vertu de l’article "
        "15 du RGPD. Elle a été "
        "faite pour vous seul·e et personne d’autre ne pouvait l’ouvrir.",
    .skip = "Aller au contenu",
    .overview = "Vue d’ensemble",
    .to_overview = "Retour à la vue d’ensemble",
    .field = "Champ",
    .record = "Enregistrement",
    .records = "Enregistrements",
    .files = "Fichiers",
    .dataset = "Données",
    .source = "Source",
    .page = "Page",
    .of = "sur",
    .previous = "Page précédente",
    .next = "Page suivante",
    .pages = "Pages",
    .machine_readable = "Les mêmes données pour les programmes (JSON)",
    .no_value = "aucune valeur",
    .yes = "oui",
    .no = "non",
    .redacted = "retiré : concerne une autre personne",
    .person = "personne",
    .missing_file = "Ce fichier n’existait plus lorsque vos données ont été réunies.",
    .open_file = "Ouvrir le fichier",
    .nothing_here = "Il n’y a ici aucun enregistrement vous concernant.",
    .nothing_at_all =
        "Aucune donnée personnelle vous concernant n’a été trouvée. Tous les endroits énumérés "
        "ci-dessous ont "
        "été consultés.",
    .searched = "Ce qui a été consulté",
    .searched_intro =
        "Tous les endroits où cet organisme conserve des données par compte ont été consultés, y "
        "compris ceux "
        "où rien n’a été trouvé.",
    .snapshot = "État des données",
    .reading = "Comment lire ce dossier",
    .reading_pages =
        "Commencez par cette page. Les pages fonctionnent sans réseau ; elles ne chargent rien "
        "d’ailleurs.",
    .reading_data =
        "Le dossier data contient les mêmes enregistrements en JSON, avec la description de chaque "
        "champ, afin "
        "que vous puissiez les transmettre à un autre service.",
    .reading_proof =
        "MANIFEST.sha256 donne la somme de contrôle de chaque fichier (sha256sum -c "
        "MANIFEST.sha256) ; "
        "manifest.sig est la signature du service.",
    .omissions = "Ce qui n’est pas inclus",
    .omissions_none = "Rien n’a été omis.",
    .omitted_redacted = "retiré, car concernant d’autres personnes",
    .omitted_pseudonym = "les autres personnes sont remplacées par des numéros",
    .omitted_security = "non copié : élément de sécurité (mot de passe ou clé)",
    .omitted_not_personal = "non copié : ne dit rien sur vous",
    .omitted_missing = "fichiers qui n’existaient plus",
    .reason = "Motif",
    .count = "Combien",
    .about = "Sur vos données et vos droits",
    .about_intro =
        "Ce que l’article 15, paragraphes 1 et 2, du RGPD exige de vous indiquer, pour les données "
        "trouvées à "
        "votre sujet.",
    .controller = "Responsable du traitement",
    .address = "Adresse",
    .dpo = "Délégué·e à la protection des données",
    .purposes = "Finalités",
    .categories = "Catégories de données",
    .recipients = "Destinataires",
    .recipients_none = "personne à l’extérieur",
    .role_processor = "sous-traitant",
    .role_joint = "responsable conjoint",
    .role_controller = "responsable indépendant",
    .role_authority = "autorité publique",
    .safeguard = "Garantie du transfert",
    .retention = "Durée de conservation",
    .retention_from = "à compter de",
    .origin = "Origine des données",
    .rights = "Vos droits",
    .right_rectification = "Vous pouvez demander la rectification de données inexactes (art. 16).",
    .right_erasure = "Vous pouvez demander l’effacement de données (art. 17).",
    .right_restriction = "Vous pouvez demander la limitation de leur traitement (art. 18).",
    .right_objection = "Vous pouvez vous opposer à leur traitement (art. 21).",
    .right_portability =
        "Vous pouvez transmettre à un autre service les données que vous avez fournies (art. 20).",
    .right_complaint =
        "Vous pouvez introduire une réclamation auprès d’une autorité de contrôle (art. 77).",
    .authority = "Autorité de contrôle",
    .automated = "Décisions automatisées",
    .automated_text =
        "Ce paquet ne contient aucune indication sur une prise de décision automatisée ou un "
        "profilage. "
        "Adressez-vous au ou à la délégué·e à la protection des données.",
    .request = "Demande",
    .created = "Établi le",
    .catalog = "Version de la carte des données",
};

constexpr Phrases kGerman{
    .language = "de",
    .title = "Ihre personenbezogenen Daten",
    .intro =
        "Dies ist die Kopie Ihrer personenbezogenen Daten, die Sie nach Artikel 15 DSGVO verlangt "
        "haben. Sie wurde nur "
        "für Sie erstellt, und niemand sonst konnte sie öffnen.",
    .skip = "Zum Inhalt springen",
    .overview = "Übersicht",
    .to_overview = "Zurück zur Übersicht",
    .field = "Feld",
    .record = "Eintrag",
    .records = "Einträge",
    .files = "Dateien",
    .dataset = "Daten",
    .source = "Quelle",
    .page = "Seite",
    .of = "von",
    .previous = "Vorige Seite",
    .next = "Nächste Seite",
    .pages = "Seiten",
    .machine_readable = "Dieselben Daten für Programme (JSON)",
    .no_value = "kein Wert",
    .yes = "ja",
    .no = "nein",
    .redacted = "entfernt: betrifft jemand anderen",
    .person = "Person",
    .missing_file = "Diese Datei war nicht mehr vorhanden, als Ihre Daten zusammengestellt wurden.",
    .open_file = "Datei öffnen",
    .nothing_here = "Hier gibt es keine Einträge von Ihnen.",
    .nothing_at_all =
        "Es wurden keine personenbezogenen Daten über Sie gefunden. Alle unten genannten Stellen "
        "wurden "
        "durchsucht.",
    .searched = "Was durchsucht wurde",
    .searched_intro =
        "Alle Stellen, an denen Daten nach Konto geführt werden, wurden nach Ihren durchsucht, "
        "auch die, an "
        "denen nichts gefunden wurde.",
    .snapshot = "Stand der Daten",
    .reading = "So lesen Sie diesen Ordner",
    .reading_pages =
        "Beginnen Sie mit dieser Seite. Die Seiten funktionieren ohne Netz; sie laden nichts von "
        "anderswo.",
    .reading_data =
        "Der Ordner data enthält dieselben Einträge als JSON, mit einer Beschreibung jedes Feldes, "
        "damit Sie sie "
        "zu einem anderen Dienst mitnehmen können.",
    .reading_proof =
        "MANIFEST.sha256 nennt die Prüfsumme jeder Datei (sha256sum -c MANIFEST.sha256); "
        "manifest.sig ist die "
        "Unterschrift des Dienstes darüber.",
    .omissions = "Was fehlt",
    .omissions_none = "Es wurde nichts weggelassen.",
    .omitted_redacted = "entfernt, weil es andere Menschen betrifft",
    .omitted_pseudonym = "andere Menschen erscheinen als Nummern",
    .omitted_security = "nicht kopiert: ein Sicherheitsmerkmal (Passwort oder Schlüssel)",
    .omitted_not_personal = "nicht kopiert: sagt nichts über Sie aus",
    .omitted_missing = "Dateien, die nicht mehr vorhanden waren",
    .reason = "Grund",
    .count = "Wie viele",
    .about = "Über Ihre Daten und Ihre Rechte",
    .about_intro =
        "Was Ihnen nach Artikel 15 Absatz 1 und 2 DSGVO mitzuteilen ist, für die Daten, die über "
        "Sie gefunden "
        "wurden.",
    .controller = "Verantwortlich",
    .address = "Anschrift",
    .dpo = "Datenschutzbeauftragte·r",
    .purposes = "Zwecke",
    .categories = "Datenkategorien",
    .recipients = "Empfänger",
    .recipients_none = "niemand außerhalb",
    .role_processor = "Auftragsverarbeiter",
    .role_joint = "gemeinsam verantwortlich",
    .role_controller = "eigenständig verantwortlich",
    .role_authority = "Behörde",
    .safeguard = "Garantie für die Übermittlung",
    .retention = "Aufbewahrt",
    .retention_from = "gerechnet ab",
    .origin = "Herkunft der Daten",
    .rights = "Ihre Rechte",
    .right_rectification = "Sie können die Berichtigung falscher Daten verlangen (Art. 16).",
    .right_erasure = "Sie können die Löschung von Daten verlangen (Art. 17).",
    .right_restriction = "Sie können die Einschränkung der Verarbeitung verlangen (Art. 18).",
    .right_objection = "Sie können der Verarbeitung widersprechen (Art. 21).",
    .right_portability =
        "Sie können Daten, die Sie bereitgestellt haben, zu einem anderen Dienst mitnehmen (Art. "
        "20).",
    .right_complaint = "Sie können sich bei einer Aufsichtsbehörde beschweren (Art. 77).",
    .authority = "Aufsichtsbehörde",
    .automated = "Automatisierte Entscheidungen",
    .automated_text =
        "Dieses Paket enthält keine Angabe über automatisierte Entscheidungen oder Profiling. "
        "Bitte fragen Sie "
        "die oder den Datenschutzbeauftragten.",
    .request = "Anfrage",
    .created = "Erstellt am",
    .catalog = "Fassung des Datenverzeichnisses",
};

}  // namespace

const Phrases& phrases_in(std::string_view language) {
  if (language == "fr") return kFrench;
  if (language == "de") return kGerman;
  return kEnglish;
}

}  // namespace rightful::exporting
