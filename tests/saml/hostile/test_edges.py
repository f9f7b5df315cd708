"""Every attribute and text of every message at the edges: refused in words or passed over, never an error of ours."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.partners.registration import import_identity_provider, import_metadata, warnings
from tests.http.client import Person
from tests.saml.hostile import samples
from tests.saml.hostile.doors import DOORS
from tests.saml.hostile.samples import Sample
from tests.saml.provider import KEYS

EDGES = [
    "",
    " ",
    "0001-01-01T00:00:00+01:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999-14:00",
    "2031-02-30T24:00:00Z",
    "20310101T000000Z",
    "9" * 5000,
    "-1",
    "\u0661",
    "1x",
    "x" * 3000,
    "\u00e9" * 800,
    "\U0001f600",
    "https://x.example:99999/",
    "relative",
]


def _spoilt(sample: Sample) -> Iterator[tuple[str, etree._Element]]:
    """Yield the message with each attribute, and then each text, at each edge; not yet signed."""
    for place, element in enumerate(sample.fresh().iter(etree.Element)):
        names = [*element.attrib, *([None] if not len(element) else [])]
        for name in names:
            for edge in EDGES:
                root = sample.fresh()
                spoilt = list(root.iter(etree.Element))[place]
                if name is None:
                    spoilt.text = edge
                else:
                    spoilt.set(name, edge)
                yield f"{etree.QName(element).localname} {name or 'text'} {edge[:40]}", root


@pytest.mark.parametrize("role", DOORS)
def test_every_attribute_and_text_may_be_at_an_edge(henk: Person, role: str) -> None:
    door = DOORS[role](henk)
    for number, (what, root) in enumerate(_spoilt(door.sample)):
        # Each is one of a few hundred: a third of them, another third on each door, is enough of a sample.
        if (number + len(role)) % 3:
            continue
        try:
            message = etree.tostring(door.sample.seal(root))
        except (AssertionError, ValueError):
            continue
        assert door.send(message).status in (200, 303, 400, 404, 410), what


@contextmanager
def _in_words() -> Iterator[None]:
    """Let what is refused be refused with a reason; any other exception fails the test."""
    refused = ""
    try:
        yield
    except InvalidMessage as error:
        refused = error.told or "without a word"
    assert refused != "without a word"


METADATA = samples.metadata()
IDENTITY_PROVIDER = Sample(
    "metadata import",
    KEYS,
    etree.fromstring(
        etree.tostring(METADATA.root)
        .replace(b"SPSSODescriptor", b"IDPSSODescriptor")
        .replace(b"AssertionConsumerService", b"SingleSignOnService")
    ),
    "X509Certificate",
    "",
)


@pytest.mark.parametrize("signed", [True, False])
def test_every_attribute_and_text_of_metadata_may_be_at_an_edge(signed: bool) -> None:  # noqa: FBT001 - both
    now = datetime.now(UTC)
    for what, root in _spoilt(METADATA):
        document = etree.tostring(METADATA.seal(root) if signed and root.get("ID") else root)
        with _in_words():
            assert all(warnings(import_metadata(document, now), now)), what


def test_every_attribute_and_text_of_an_identity_providers_metadata_may_be_at_an_edge() -> None:
    now = datetime.now(UTC)
    for what, root in _spoilt(IDENTITY_PROVIDER):
        with _in_words():
            assert import_identity_provider(etree.tostring(root), now).signing, what


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_any_byte_of_a_certificate_may_be_another() -> None:
    der, document = base64.b64decode(KEYS.certificate_body), etree.tostring(METADATA.root)
    for place in range(0, len(der), 3):
        for flip in (0x01, 0x80, 0xFF):
            spoilt = der[:place] + bytes([der[place] ^ flip]) + der[place + 1 :]
            written = document.replace("".join(KEYS.certificate_body.split()).encode(), base64.b64encode(spoilt))
            assert written != document
            with _in_words():
                assert import_metadata(written, datetime.now(UTC)).provider.signing
