#!/bin/sh
# Install a browser for the tests: Debian's own, or where there is no apt the one that Playwright brings. Either is Chromium
# without windows around its pages, which needs half the time.
set -eu
echo "Installing Chromium for the browser tests…"
if command -v apt-get >/dev/null; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq chromium-headless-shell >/dev/null
else
    "$1/python" -m playwright install --only-shell chromium
fi
