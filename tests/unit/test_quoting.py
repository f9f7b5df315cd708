from datetime import datetime, timedelta, timezone
from urllib.parse import quote_plus

import pytest

from chalicelib.errors import InvalidMessage, NotFound, NotOpen
from chalicelib.quoting import LONGEST, quoted

ARTIFACT = "AAQAAHAN8/vEZ/H90ulDn1LQ/PKmGxPuyrvGTBMpTjenyanfn3SZM7V9g/E="
"""Its slashes leave no long piece."""
CET = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    "value",
    [
        "https://example.nl/saml/sso",
        "urn:nl-eid-gdi:1.0:DV:00000009999999990001:entities:0001",
        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "11111111-1111-4111-8111-111111111111",
        "2026-11-27T15:00:00+01:00",
        "2026-11-27T14:00:00.123Z",
        "65536",
    ],
)
def test_what_an_engineer_asks_for_is_quoted_as_it_is(value: str) -> None:
    assert quoted(value) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", "nothing"),
        (" \n", "nothing"),
        (7, "7"),
        (datetime(2026, 11, 27, 15, 0, 1, 5, CET), "2026-11-27T14:00:01Z"),
        (["one", "two"], "one, two"),
        ([], "nothing"),
        ("a\r\nfaked\tline\x1b[31m\u202e\u2028\x00", "afakedline[31m"),
        ("https://x/<saml:NameID>s00000000:900100084</saml:NameID>", "https://x/[markup]"),
        ("&lt;b>", "[markup]"),
        ("%3Csamlp", "[markup]"),
        ("s00000000:900100084", "s[number]:[number]"),
        ("x900100084y", "x[number]y"),
        ("10008423", "[number]"),
        ("900.100.084 900 100 084 9001.00.084", "[number] [number] [number]"),
        ("9\u200b00100084", "[number]"),
        ("90010 0084 9 0 0 1 0 0 0 8 4", "[number] [number]"),
        ("90010\u00a00084", "[number]"),
        ("٩٠٠١٠٠٠٨٤", "[number]"),
        ("BCDF-2345-GHJK", "[code]"),
        ("bcdf-2345-ghjk", "[code]"),
        ("BCDF2345GHJK bcdf 2345 ghjk", "[code] [code]"),
        ("mailto:vera@example.nl", "mailto:[address]"),
        ("0123456789abcdef0123456789abcdef", "[token]"),
        (f"https://x/acs?SAMLart={ARTIFACT}&a=b", "https://x/acs?SAMLart=[artifact]&a=b"),
        (f"SAMLart={quote_plus(ARTIFACT)}&a=b", "SAMLart=[artifact]&a=b"),
        ("x" * 31, "x" * 31),
        ("é" * (LONGEST + 1), "é" * (LONGEST - 1) + "…"),
    ],
)
def test_what_does_not_belong_in_a_log_is_taken_out(value: str | int | datetime | list[str], shown: str) -> None:
    assert quoted(value) == shown


@pytest.mark.parametrize("before", range(900, 1001))
def test_half_a_number_is_never_shown_where_a_value_is_cut(before: int) -> None:
    for start in ("x" * before, "é" * before, "a " * (before // 2)):
        assert "900" not in quoted(f"{start} 900100084 and on" + "." * 200)


def test_an_error_quotes_what_was_received_and_expected() -> None:
    error = InvalidMessage("Destination", received="https://x\n/900100084", expected="https://y/saml/sso")
    assert (error.reason, error.received, error.expected) == ("Destination", "https://x/[number]", "https://y/saml/sso")
    assert error.told == "Destination, received https://x/[number], expected https://y/saml/sso"
    assert (
        InvalidMessage("Destination", received="", expected=[]).told
        == "Destination, received nothing, expected nothing"
    )


def test_what_is_not_open_is_told_like_a_message_and_shown_like_what_is_not_there() -> None:
    error = NotOpen("unknown connection", received="<x>", expected="an entityID")
    assert (error.received, isinstance(error, NotFound)) == ("[markup]", True)
