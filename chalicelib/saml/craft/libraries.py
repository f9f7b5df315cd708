"""The two libraries that share libxml2. Checked when a function starts: a wrong pair must not wait for a message."""

import xmlsec
from lxml import etree


class LibraryMismatch(Exception):
    """lxml and xmlsec bundle different versions of libxml2, and would corrupt each other's memory."""


def check_libraries() -> None:
    """Raise `LibraryMismatch` unless lxml and xmlsec were built on one libxml2."""
    ours, theirs = etree.LIBXML_VERSION, tuple(xmlsec.get_libxml_version())
    if ours != theirs:
        raise LibraryMismatch(f"lxml bundles libxml2 {ours}, xmlsec {theirs}: pin a pair that agrees")


check_libraries()
