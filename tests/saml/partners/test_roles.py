"""Roles in real partners' metadata: what misleads is refused, and what is missing is told."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.parsing import LONGEST_ENTITY_ID
from chalicelib.saml.craft.uris import PROTOCOL
from chalicelib.saml.partners.roles import read_service_provider
from tests.saml.partners.described import NOW, certificate, consumer, described, read, x509_data

SERVICE = (
    '<md:AttributeConsumingService index="{}"><md:ServiceName xml:lang="nl">X</md:ServiceName>'
    "</md:AttributeConsumingService>"
)
REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "two services with one index": ({"more": SERVICE.format(1) + SERVICE.format(1)}, "two AttributeConsumingServices"),
    "two consumers with one index": (
        {"consumers": consumer('index="1"') * 2},
        "two AssertionConsumerServices with one index",
    ),
    "an index of 5,000 digits": ({"consumers": consumer(f'index="{"9" * 5000}"')}, "index"),
    "an index of another script": ({"consumers": consumer('index="١"')}, "index"),
    "a service's index of 5,000 digits": ({"more": SERVICE.format("9" * 5000)}, "index"),
    "a namespace that is relative": ({"role": 'xmlns:r="relative"'}, "a namespace is not an absolute URI"),
    "a namespace that is no URI": ({"role": 'xmlns:r="x y"'}, "not XML"),
    "an end in the year 1": ({"entity": 'validUntil="0001-01-01T00:00:00+01:00"'}, "edge of the calendar"),
    "an end in the year 9999": ({"entity": 'validUntil="9999-12-31T23:59:59-01:00"'}, "edge of the calendar"),
    "a role's end in the year 9999": ({"role": 'validUntil="9999-12-31T23:59:59Z"'}, "edge of the calendar"),
    "an end that is none": ({"entity": 'validUntil="tomorrow"'}, "not an instant"),
    "an end without a zone": ({"entity": 'validUntil="2032-01-01T00:00:00"'}, "not an instant with a time zone"),
    "a role that is over": ({"role": 'validUntil="2030-01-01T00:00:00Z"'}, "has expired"),
    "an ID that is no name": ({"entity": 'ID="1"'}, "ID is not a name"),
    "a long ID": ({"entity": f'ID="_{"x" * 128}"'}, "ID is not a name"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_misleads_is_refused_in_words(name: str) -> None:
    changes, reason = REFUSED[name]
    with pytest.raises(InvalidMessage, match=reason):
        read(x509_data(certificate("leaf")), **changes)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (lambda raw: raw.replace(PROTOCOL.encode(), b"urn:oasis:names:tc:SAML:1.1:protocol"), "protocolSupport"),
        (lambda raw: raw.replace(b"https://sp.example/md", b"x" * (LONGEST_ENTITY_ID + 1)), "entityID"),
    ],
)
def test_a_role_of_another_protocol_and_a_boundless_name_are_refused(
    document: Callable[[bytes], bytes], reason: str
) -> None:
    with pytest.raises(InvalidMessage, match=reason):
        read_service_provider(document(described(x509_data(certificate("leaf")))), NOW)


def test_a_role_that_names_no_protocol_is_told() -> None:
    raw = described(x509_data(certificate("leaf"))).replace(f'protocolSupportEnumeration="{PROTOCOL}"'.encode(), b"")
    (told,) = read_service_provider(raw, NOW).passed_over
    assert told == "SPSSODescriptor: no protocolSupportEnumeration, taken for SAML 2.0"


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "Utf-8", "uTF-8"])
def test_encodings_are_compared_without_case(encoding: str) -> None:
    raw = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + described(x509_data(certificate("leaf")))
    assert read_service_provider(raw, NOW).entity_id == "https://sp.example/md"


def test_xml_base_in_metadata_is_passed_over() -> None:
    assert read(x509_data(certificate("leaf")), entity='xml:base="https://elsewhere.example/"').consumers


def test_the_end_of_a_role_counts_as_that_of_the_document() -> None:
    provider = read(
        x509_data(certificate("leaf")),
        entity='validUntil="2032-01-01T00:00:00Z"',
        role='validUntil="2031-06-01T00:00:00Z"',
    )
    assert provider.valid_until == datetime(2031, 6, 1, tzinfo=UTC)
