#!/bin/sh
# Real SAML clients for the tests: pysaml2 starts xmlsec1 for every signature; mod_auth_mellon and Shibboleth live in
# Apache. What cannot be installed is left out of the tests, which say so.
set -eu
missing=""
command -v xmlsec1 >/dev/null || missing="$missing xmlsec1"
[ -e /usr/lib/apache2/modules/mod_auth_mellon.so ] || missing="$missing apache2 libapache2-mod-auth-mellon"
[ -e /usr/lib/apache2/modules/mod_shib.so ] || missing="$missing apache2 libapache2-mod-shib"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null; then
    echo "Not here, and left out of the tests:$missing (brew install libxmlsec1 gives the first)."
    exit 0
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Left out of the tests, because only root can install them:$missing"
        exit 0
    fi
    as_root="sudo"
fi
echo "Installing$missing, SAML clients as other people use them…"
$as_root apt-get update -qq || true
# Apache must not start by itself: the tests start their own, on loopback. --no-install-recommends keeps it small.
set -- env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends
# shellcheck disable=SC2086 - several names
$as_root "$@" $missing >/dev/null || echo "Could not be installed, and left out of the tests:$missing"
