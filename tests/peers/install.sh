#!/bin/sh
# Installs exactly what package-lock.json names into build/peers (never into the tree): npm verifies every archive's
# SHA-512 against the lock file and runs no script of it. Does nothing when that lock file is installed already.
set -eu
cd "$(dirname "$0")"
target=../../build/peers
if ! cmp -s package-lock.json "$target/installed.lock"; then
  mkdir -p "$target"
  cp package.json package-lock.json "$target"
  case $(node --version) in
    v18.*) echo "npm warns below that @sigstore/verify asks for Node.js 20.17; what is used of it runs on Debian's 18.20" ;;
  esac
  npm ci --prefix "$target" --ignore-scripts --no-audit --no-fund
  cp package-lock.json "$target/installed.lock"
fi
