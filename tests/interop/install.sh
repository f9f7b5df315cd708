#!/bin/sh
# pysaml2, as a service provider and as a peer in benchmarks, starts this program for every signature.
set -eu
command -v xmlsec1 >/dev/null && exit 0
if ! command -v apt-get >/dev/null; then
    echo "xmlsec1 is missing: what pysaml2 does by itself is left out (brew install libxmlsec1 gives it)."
    exit 0
fi
echo "Installing xmlsec1, for pysaml2 as other people use it…"
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq xmlsec1 >/dev/null
