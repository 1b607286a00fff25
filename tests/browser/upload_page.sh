#!/bin/sh
# Serves a request that waits for a colleague, makes a link, and opens it in Chromium in each language: axe-core, keyboard,
# policy, and every answer that the page can get.
# usage: tests/browser/upload_page.sh BUILD [SCREENSHOTS]; needs tests/peers/install.sh and Debian's chromium.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
[ $# -lt 2 ] || mkdir -p "$2"
place=$(mktemp -d)
service=
finish() {
  [ -z "$service" ] || { kill "$service" && wait "$service" || true; }
  rm -rf "$place"
}
trap finish EXIT
chmod 755 "$place"
export HOME="$place"
rightful() { "$build/rightful" "$@"; }

cat > "$place/catalog.yaml" <<'YAML'
version: 1
controller:
  { name: Musterton GmbH, address: "Klangweg 1, Berlin", timezone: Europe/Berlin, languages: [en, fr, de],
    authority: { name: BlnBDI, address: Alt-Moabit 59 } }
sources:
  archive:
    kind: manual
    max_mib: 1
    instructions:
      en: "Ask the archive, room 12.\nLetters before 2010 are in the cellar."
      fr: "Demandez aux archives, salle 12.\nLes lettres d’avant 2010 sont à la cave."
      de: "Fragen Sie im Archiv, Zimmer 12.\nBriefe vor 2010 liegen im Keller."
defaults:
  purposes: [ServiceProvision]
  categories: [Name]
  recipients: []
  retention: { criteria: { en: until the end, fr: jusqu’à la fin, de: bis zum Ende } }
  origin: the subject
datasets:
  - name: letter
    source: archive
    title: { en: Letters, fr: Lettres, de: Briefe }
    fields: { body: { title: { en: Text, fr: Texte, de: Text } } }
YAML
printf 'correct horse battery staple\n' > "$place/credential"
printf '%s' '{"version":1,"account":"C-77","snapshot":null,"taken_at":"2026-11-20T10:00:00Z","count":1,"next":null,"records":
[{"@owner":"C-77","@key":"1","body":"kept in a box"}]}' > "$place/good.json"
printf '%s' '{"version":1,"account":"C-77","snapshot":null,"taken_at":"2026-11-20T10:00:00Z","count":1,"next":null,"records":
[{"@owner":"C-78","@key":"1","body":"kept in a box"}]}' > "$place/foreign.json"
printf 'no json' > "$place/broken.json"
head -c 1100000 /dev/zero > "$place/large.json"

here_too="--data-dir $place/data"
rightful admin keys init $here_too > "$place/log" 2>&1
"$build/rightful" serve $here_too --catalog "$place/catalog.yaml" --listen 127.0.0.1:0 --workers 1 --child-landlock if_available \
  > "$place/serve" 2>&1 &
service=$!
wait_for() {  # FILE WORDS
  tries=0
  until grep -q "$2" "$1"; do
    tries=$((tries + 1))
    [ $tries -lt 600 ] || { cat "$1"; exit 1; }
    sleep 0.3
  done
}
wait_for "$place/serve" "serves http"
url=$(sed -n 's/.*serves \(http[^ ]*\).*/\1/p' "$place/serve")
who="--server $url --account C-77 --credential-file $place/credential"
rightful admin account add C-77 $here_too 2>> "$place/log" | head -1 > "$place/invitation"
rightful enrol $who --invitation-file "$place/invitation" --recovery-code-file "$place/recovery" >> "$place/log" 2>&1
rightful request $who --no-wait >> "$place/log" 2>&1
: > "$place/list"
tries=0
until grep -q letter "$place/list"; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || { cat "$place/serve" "$place/log"; exit 1; }
  sleep 0.3
  rightful admin manual list $here_too > "$place/list" 2>> "$place/log"
done
link=$(rightful admin manual link "$(cut -c1-36 "$place/list" | head -1)" letter $here_too --server "$url" 2>> "$place/log")
node "$here/upload_page.mjs" "$here/../../build/peers" /usr/bin/chromium "$link" "$place" ${2+"$2"}
