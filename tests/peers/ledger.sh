#!/bin/sh
# Random logs of 1 to 3,000 entries: ours into Go's golang.org/x/mod/sumdb and npm's @sigstore/verify and canonicalize,
# Go's into ours, one changed bit refused by all; then every command of docs/audit.md.
#
#   tests/peers/ledger.sh [build folder] [seed]         needs Debian's golang-golang-x-mod-dev, golang-go, and npm's peers
set -eu
cd "$(dirname "$0")/../.."
build=$(cd "${1:-build/dev}" && pwd)
seed=${2:-$(date +%s)}
tests/peers/install.sh > /dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$work/go"
go build -o "$work/audit_log" tests/peers/ledger/audit_log.go
go build -o "$work/compare" tests/peers/ledger/compare.go
peer=$build/tests/peers/ledger_peer

echo "Ledgers of ours and others, seed $seed …"
# Around the edges of tiles, and where chance leads.
sizes="1 2 3 255 256 257 511 512 513 3000 $(awk -v seed="$seed" 'BEGIN { srand(seed); for (i = 0; i < 6; ++i) print 1 + int(rand() * 3000) }')"
for size in $sizes; do
  ours=$work/ours theirs=$work/theirs
  rm -rf "$ours" "$theirs"
  mkdir "$ours" "$theirs"
  "$peer" make "$ours" "$seed" "$size"
  "$build/rightful" audit verify "$ours/log" --trust "$ours/trust" --max-age any > "$work/said" || { cat "$work/said"; exit 1; }
  "$work/audit_log" "$ours/log" "$(cat "$ours/vkey")" > /dev/null
  "$work/compare" read "$ours" "$seed"
  node tests/peers/ledger/compare.mjs "$ours"
  "$work/compare" make "$theirs" "$seed" "$size"
  "$peer" read "$theirs" "$seed"
  seed=$((seed + 1))
done
# What the Go program is told to find, it finds: one byte that is not the one that was there.
"$peer" make "$work/bad" "$seed" 300
vkey=$(cat "$work/bad/vkey")
bundle=$work/bad/log/tile/entries/000
"$work/audit_log" "$work/bad/log" "$vkey" > /dev/null
byte=$(od -An -tu1 -j1000 -N1 "$bundle")
# shellcheck disable=SC2059  # the format is the byte, in octal
printf "\\$(printf '%03o' $(((byte + 1) % 256)))" | dd of="$bundle" bs=1 seek=1000 conv=notrunc status=none
if "$work/audit_log" "$work/bad/log" "$vkey" > /dev/null 2> "$work/said"; then
  echo "Go's library does not see a changed byte (seed $seed)" >&2
  exit 1
fi
grep -q '^not verified: ' "$work/said"
echo "Commands of docs/audit.md …"
tests/peers/run_guide.py "$build" docs/audit.md
