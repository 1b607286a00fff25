#include "http/upload_page.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "rightful/core/bytes.hpp"
#include "rightful/core/check.hpp"
#include "rightful/crypto/hash.hpp"

namespace rightful::http {
namespace {

struct Phrase {
  std::string_view name;
  std::string_view en;
  std::string_view fr;
  std::string_view de;
};

// clang-format off
constexpr std::array<Phrase, 27> kPhrases{{
    {"title", "Supply records for an access request", "Fournir des données pour une demande d’accès", "Daten für ein Auskunftsersuchen liefern"},
    {"intro", "Somebody has asked your organisation for a copy of their personal data. Part of it is in your hands: look it up, and send it here as one file. It is encrypted as soon as it arrives, goes into the answer to this one request, and nowhere else.", "Une personne a demandé à votre organisation une copie de ses données personnelles. Vous en détenez une partie : recherchez-la et envoyez-la ici en un seul fichier. Le fichier est chiffré dès son arrivée, entre dans la réponse à cette seule demande, et nulle part ailleurs.", "Eine Person hat von Ihrer Organisation eine Kopie ihrer personenbezogenen Daten verlangt. Ein Teil davon liegt bei Ihnen: Suchen Sie ihn heraus und senden Sie ihn hier als eine Datei. Sie wird beim Eintreffen verschlüsselt, kommt in die Antwort auf dieses eine Ersuchen und nirgendwohin sonst."},
    {"loading", "Looking up what this link is about …", "Recherche de l’objet de ce lien …", "Es wird nachgesehen, worum es geht …"},
    {"no_script", "This page needs JavaScript. Without it, ask whoever sent the link to take the file in on the command line.", "Cette page nécessite JavaScript. À défaut, demandez à la personne qui vous a envoyé le lien de reprendre le fichier en ligne de commande.", "Diese Seite braucht JavaScript. Ohne es kann, wer Ihnen den Link gesandt hat, die Datei auf der Kommandozeile annehmen."},
    {"task", "What is needed", "Ce qui est demandé", "Was gebraucht wird"},
    {"dataset", "Records", "Données", "Daten"},
    {"instructions", "What to do", "Marche à suivre", "Was zu tun ist"},
    {"request", "Number of the request", "Numéro de la demande", "Nummer des Ersuchens"},
    {"due", "The law’s last day for the answer", "Dernier jour légal pour répondre", "Letzter gesetzlicher Tag der Antwort"},
    {"until", "This link works until", "Ce lien fonctionne jusqu’au", "Dieser Link gilt bis"},
    {"largest", "Largest file", "Taille maximale du fichier", "Größte Datei"},
    {"send_heading", "Send the file", "Envoyer le fichier", "Die Datei senden"},
    {"account", "Account ID", "Identifiant du compte", "Konto-ID"},
    {"account_hint", "Type it exactly as your own system shows it beside the records. It is compared with the request’s and with every record of the file. After five wrong ones the link ends.", "Saisissez-le exactement comme votre propre système l’affiche à côté des données. Il est comparé à celui de la demande et à chaque enregistrement du fichier. Après cinq erreurs, le lien prend fin.", "Tippen Sie sie genau so, wie Ihr eigenes System sie bei den Daten zeigt. Sie wird mit der des Ersuchens und mit jedem Datensatz der Datei verglichen. Nach fünf falschen endet der Link."},
    {"file", "File", "Fichier", "Datei"},
    {"file_hint", "JSON in the agreed form, with the owner in every record.", "JSON dans la forme convenue, avec le titulaire dans chaque enregistrement.", "JSON in der vereinbarten Form, mit dem Inhaber in jedem Datensatz."},
    {"send", "Send", "Envoyer", "Senden"},
    {"sending", "Sending …", "Envoi en cours …", "Wird gesendet …"},
    {"done", "Taken. Number of records: ", "Reçu. Nombre d’enregistrements : ", "Angenommen. Anzahl der Datensätze: "},
    {"done_more", "This link has ended; you can close the page, and delete your file where you need it no longer.", "Ce lien a pris fin ; vous pouvez fermer la page, et supprimer votre fichier si vous n’en avez plus besoin.", "Dieser Link ist beendet; Sie können die Seite schließen und Ihre Datei löschen, wenn Sie sie nicht mehr brauchen."},
    {"link_dead", "This link does not work. It was used, is out of date, or was taken back: ask whoever sent it for a new one.", "Ce lien ne fonctionne pas. Il a été utilisé, a expiré ou a été retiré : demandez-en un nouveau à la personne qui l’a envoyé.", "Dieser Link gilt nicht. Er wurde benutzt, ist abgelaufen oder wurde zurückgenommen: Bitten Sie, wer ihn gesandt hat, um einen neuen."},
    {"other_account", "This is not the account of the request. Nothing was kept. Look the account up in your own system again: whose records are in the file?", "Ce n’est pas le compte de la demande. Rien n’a été conservé. Recherchez de nouveau le compte dans votre système : à qui sont les données du fichier ?", "Das ist nicht das Konto des Ersuchens. Nichts wurde behalten. Suchen Sie das Konto noch einmal in Ihrem System: Wessen Daten sind in der Datei?"},
    {"foreign_record", "The file holds something of another account. Nothing was kept. Take it out, look how it came in, and send the file again.", "Le fichier contient des données d’un autre compte. Rien n’a été conservé. Retirez-les, cherchez comment elles y sont arrivées, et renvoyez le fichier.", "Die Datei enthält etwas von einem anderen Konto. Nichts wurde behalten. Nehmen Sie es heraus, sehen Sie nach, wie es hineinkam, und senden Sie die Datei erneut."},
    {"upload_invalid", "The file has not the agreed form. Nothing was kept. Correct it and send it again.", "Le fichier n’a pas la forme convenue. Rien n’a été conservé. Corrigez-le et renvoyez-le.", "Die Datei hat nicht die vereinbarte Form. Nichts wurde behalten. Berichtigen Sie sie und senden Sie sie erneut."},
    {"upload_too_large", "The file is too large. Nothing was kept.", "Le fichier est trop volumineux. Rien n’a été conservé.", "Die Datei ist zu groß. Nichts wurde behalten."},
    {"field_invalid", "This cannot be an account ID. Type it exactly as your own system shows it.", "Ceci ne peut pas être un identifiant de compte. Saisissez-le exactement comme votre système l’affiche.", "Das kann keine Konto-ID sein. Tippen Sie sie genau so, wie Ihr System sie zeigt."},
    {"failed", "That did not work: the connection broke, or the service cannot answer now. Nothing was kept. Try again in a minute; the link is still there.", "L’envoi n’a pas abouti : la connexion a été coupée ou le service ne répond pas. Rien n’a été conservé. Réessayez dans une minute ; le lien existe toujours.", "Das hat nicht geklappt: Die Verbindung brach ab oder der Dienst antwortet gerade nicht. Nichts wurde behalten. Versuchen Sie es in einer Minute wieder; den Link gibt es noch."},
}};
// clang-format on

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; --line: #767676; --accent: #0b5394; --on: #fff; --bad: #a11; --good: #17652b; }
@media (prefers-color-scheme: dark) { :root { --line: #8f8f8f; --accent: #8ec5ff; --on: #06192b; --bad: #ff9a94; --good: #8fd9a3; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 42rem; font: 1.0625rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
[hidden] { display: none !important; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.25rem; margin-top: 2rem; }
dt { font-weight: 600; }
dd { margin: 0 0 .75rem; white-space: pre-line; }
label { display: block; font-weight: 600; margin-top: 1.25rem; }
.hint { margin: .25rem 0 .5rem; }
input { width: 100%; min-height: 2.75rem; padding: .5rem; font: inherit; border: 1px solid var(--line); border-radius: .25rem; }
button { margin-top: 1.5rem; min-height: 2.75rem; padding: .5rem 1.5rem; font: inherit; font-weight: 600; border: 0;
  border-radius: .25rem; background: var(--accent); color: var(--on); }
progress { width: 100%; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
#messages p { border-inline-start: .3rem solid var(--bad); padding-inline-start: .75rem; }
#messages p.good { border-color: var(--good); }
)css";

// Words stand in the page; the script shows and hides them, and fills in text, never markup.
constexpr std::string_view kScript = R"js(
"use strict";
const by = (id) => document.getElementById(id);
const language = document.documentElement.lang;
const token = location.hash.slice(1);
let limit = 0;
let sending = false;

function say(name, reason) {
  const known = [...document.querySelectorAll("[data-say]")];
  const shown = known.some((message) => message.dataset.say === name) ? name : "failed";
  for (const message of known) message.hidden = message.dataset.say !== shown;
  by("reason").textContent = reason ?? "";
  by("reason").hidden = !reason;
  by("loading").hidden = true;
  by("messages").focus();
}

function refused(problem) {
  say(String(problem?.type ?? "").split(":").pop(), problem?.reason);
}

function day(text, more) {
  return new Intl.DateTimeFormat(language, { dateStyle: "long", ...more }).format(new Date(text));
}

async function show() {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return say("link_dead");
  const headers = { "Authorization": "Bearer " + token, "Accept-Language": language };
  const answer = await fetch("/v1/upload", { headers, cache: "no-store", credentials: "omit", redirect: "error" });
  const task = await answer.json();
  if (!answer.ok) return refused(task);
  limit = task.max_bytes;
  by("title").textContent = task.title;
  by("instructions").textContent = task.instructions;
  by("instructions-part").hidden = !task.instructions;
  for (const id of ["title", "instructions"]) by(id).lang = task.language;
  by("request").textContent = task.request;
  by("due").textContent = day(task.due, { timeZone: "UTC" });
  by("until").textContent = day(task.until, { timeStyle: "short" });
  by("largest").textContent = Math.floor(limit / 1048576) + " MiB";
  by("loading").hidden = true;
  by("task").hidden = false;
}

function ended() {
  sending = false;
  by("progress").hidden = true;
}

function send(file) {
  const call = new XMLHttpRequest();
  call.open("PUT", "/v1/upload");
  call.responseType = "json";
  call.setRequestHeader("Authorization", "Bearer " + token);
  call.setRequestHeader("Rightful-Account", encodeURIComponent(by("account").value));
  call.setRequestHeader("Content-Type", "application/octet-stream");
  call.upload.onprogress = (event) => { by("bar").value = event.loaded / Math.max(event.total, 1); };
  call.onerror = () => { ended(); say("failed"); };
  call.onload = () => {
    ended();
    if (call.status !== 200) return refused(call.response);
    by("task").hidden = true;
    by("records").textContent = call.response.records;
    history.replaceState(null, "", location.pathname);
    say("done");
  };
  sending = true;
  for (const message of document.querySelectorAll("[data-say], #reason")) message.hidden = true;
  by("bar").value = 0;
  by("progress").hidden = false;
  call.send(file);
}

by("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const file = by("file").files[0];
  if (sending || !file) return;
  if (file.size > limit) return say("upload_too_large");
  send(file);
});
addEventListener("hashchange", () => location.reload());
show().catch(() => say("failed"));
)js";

constexpr std::string_view kPage = R"html(<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{intro}</p>
<noscript><p>{no_script}</p></noscript>
<p id="loading" role="status">{loading}</p>
<div id="messages" role="alert" tabindex="-1">
<p data-say="link_dead" hidden>{link_dead}</p>
<p data-say="other_account" hidden>{other_account}</p>
<p data-say="foreign_record" hidden>{foreign_record}</p>
<p data-say="upload_invalid" hidden>{upload_invalid}</p>
<p data-say="upload_too_large" hidden>{upload_too_large}</p>
<p data-say="field_invalid" hidden>{field_invalid}</p>
<p data-say="failed" hidden>{failed}</p>
<p data-say="done" class="good" hidden>{done}<strong id="records"></strong><br>{done_more}</p>
<p id="reason" lang="en" hidden></p>
</div>
<div id="task" hidden>
<h2>{task}</h2>
<dl>
<div><dt>{dataset}</dt><dd id="title"></dd></div>
<div id="instructions-part"><dt>{instructions}</dt><dd id="instructions"></dd></div>
<div><dt>{request}</dt><dd id="request"></dd></div>
<div><dt>{due}</dt><dd id="due"></dd></div>
<div><dt>{until}</dt><dd id="until"></dd></div>
<div><dt>{largest}</dt><dd id="largest"></dd></div>
</dl>
<h2>{send_heading}</h2>
<form id="form">
<label for="account">{account}</label>
<p class="hint" id="account-hint">{account_hint}</p>
<input id="account" type="text" required maxlength="128" autocomplete="off" autocapitalize="none" spellcheck="false"
 aria-describedby="account-hint">
<label for="file">{file}</label>
<p class="hint" id="file-hint">{file_hint}</p>
<input id="file" type="file" required accept=".json,application/json" aria-describedby="file-hint">
<button type="submit">{send}</button>
<p id="progress" role="status" hidden>{sending} <progress id="bar" max="1" value="0" aria-label="{sending}"></progress></p>
</form>
</div>
</main>
<script>{script}</script>
</body>
</html>
)html";

std::string_view in_language(const Phrase& phrase, std::string_view language) noexcept {
  if (language == "fr") return phrase.fr;
  return language == "de" ? phrase.de : phrase.en;
}

/// What stands for a name in braces. A name that has no words is a bug.
std::string_view words_for(std::string_view name, std::string_view language) {
  if (name == "language") return language;
  if (name == "style") return kStyle;
  if (name == "script") return kScript;
  const auto found = std::ranges::find(kPhrases, name, &Phrase::name);
  RIGHTFUL_CHECK(found != kPhrases.end());
  return in_language(*found, language);
}

std::string make_page(std::string_view language) {
  std::string page;
  std::string_view rest = kPage;
  for (;;) {
    const std::size_t open = rest.find('{');
    page += rest.substr(0, open);
    if (open == std::string_view::npos) return page;
    const std::size_t close = rest.find('}', open);
    page += words_for(rest.substr(open + 1, close - open - 1), language);
    rest = rest.substr(close + 1);
  }
}

std::string source_of(std::string_view text) {
  return "'sha256-" + to_base64(crypto::sha256(as_bytes(text)).bytes()) + "'";
}

}  // namespace

std::span<const std::string> upload_page_languages() {
  static const std::array<std::string, 3> kLanguages{"en", "fr", "de"};
  return kLanguages;
}

const std::string& upload_page(std::string_view language) {
  static const std::map<std::string, std::string, std::less<>> kPages = [] {
    std::map<std::string, std::string, std::less<>> pages;
    for (const std::string& each : upload_page_languages())
      pages.emplace(each, make_page(each));
    return pages;
  }();
  const auto found = kPages.find(language);
  RIGHTFUL_CHECK(found != kPages.end());
  return found->second;
}

const std::string& upload_page_policy() {
  static const std::string kPolicy =
      "default-src 'none'; script-src " + source_of(kScript) + "; style-src " + source_of(kStyle) +
      "; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
      "require-trusted-types-for 'script'";
  return kPolicy;
}

}  // namespace rightful::http
