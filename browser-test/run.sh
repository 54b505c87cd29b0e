#!/usr/bin/env bash
# The browser test: installs what it needs (Debian's chromium and a font for Japanese; playwright-core by npm), builds the
# program, and runs every *.test.js. Screenshots go to browser-test/out.
set -euo pipefail
cd "$(dirname "$0")"

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v npm >/dev/null || missing+=(nodejs npm)
fc-list 2>/dev/null | grep -qi "noto sans cjk" || missing+=(fontconfig fonts-noto-cjk)
if ((${#missing[@]})); then
  apt-get update -q && apt-get install -y -q --no-install-recommends "${missing[@]}"
fi
npm ci --no-audit --no-fund --silent

cargo build --release -p rnn
npm test
