#!/bin/sh
# Makes the example folder in four languages (one of them runs from right to left) and opens each in Chromium, two at a time.
# usage: tests/browser/run.sh BUILD [SCREENSHOTS]; needs tests/peers/install.sh and Debian's chromium (CHROMIUM names another).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
screenshots=
if [ $# -ge 2 ]; then
  mkdir -p "$2"
  screenshots=$(cd "$2" && pwd)
fi

# $1: language
open_in() {
  direction=ltr
  [ "$1" != ar ] || direction=rtl
  "$build/tests/browser/browser_example_folder" "$1" "$folder/$1" || return 1
  set -- "$here/../../build/peers" "${CHROMIUM:-/usr/bin/chromium}" "$folder/$1" "$1" "$direction"
  node "$here/browser.mjs" "$@" ${screenshots:+"$screenshots"}
}

failed=
for pair in "en fr" "de ar"; do
  for language in $pair; do
    open_in "$language" > "$folder/$language.txt" 2>&1 &
    eval "job_$language=$!"
  done
  for language in $pair; do
    eval "wait \"\$job_$language\"" || failed="$failed $language"
    cat "$folder/$language.txt"
  done
done
if [ -n "$failed" ]; then
  echo "The pages do not hold in:$failed" >&2
  exit 1
fi
