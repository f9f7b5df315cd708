#!/bin/sh
# The peer of the signing benchmarks: pysaml2 starts this program for every signature.
set -eu
command -v xmlsec1 >/dev/null && exit 0
if ! command -v apt-get >/dev/null; then
    echo "xmlsec1 is missing: the comparison with pysaml2 is left out (brew install libxmlsec1 gives it)."
    exit 0
fi
echo "Installing xmlsec1, which pysaml2 is compared with…"
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq xmlsec1 >/dev/null
