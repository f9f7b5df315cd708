#!/bin/sh
# Install a browser for the tests: Debian's own, or where there is no apt the one that Playwright brings. Either is Chromium
# without windows around its pages, which needs half the time of a whole one. Where that cannot be had, a whole one will do.
set -eu
there_is_one() { command -v chromium >/dev/null || command -v google-chrome >/dev/null; }
if command -v apt-get >/dev/null; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    # Who has a browser is not asked for a password to have a faster one.
    [ -z "$as_root" ] || ! there_is_one || exit 0
    echo "Installing a headless Chromium for the browser tests…"
    { $as_root apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium-headless-shell >/dev/null; } || there_is_one
elif ! there_is_one; then
    echo "Installing a headless Chromium for the browser tests…"
    "$1/python" -m playwright install --only-shell chromium
fi
