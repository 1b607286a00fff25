#!/bin/sh
# Makes the example folder in four languages (one of them runs from right to left) and opens each in Chromium.
# usage: tests/browser/run.sh BUILD [SCREENSHOTS]; needs tests/peers/install.sh and Debian's chromium.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
[ $# -lt 2 ] || mkdir -p "$2"
for language in en fr de ar; do
  direction=ltr
  [ "$language" != ar ] || direction=rtl
  "$build/tests/browser/browser_example_folder" "$language" "$folder/$language"
  node "$here/browser.mjs" "$here/../../build/peers" /usr/bin/chromium "$folder/$language" "$language" "$direction" \
    ${2+"$2"}
done
