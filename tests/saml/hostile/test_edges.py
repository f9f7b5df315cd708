"""Every attribute and text of metadata at the edges: refused in words or passed over, never an error of ours."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.partners.registration import import_identity_provider, import_metadata, warnings
from tests.saml.hostile import samples
from tests.saml.hostile.edges import spoilt
from tests.saml.hostile.samples import Sample
from tests.saml.provider import KEYS


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
    for what, root in spoilt(METADATA):
        document = etree.tostring(METADATA.seal(root) if signed and root.get("ID") else root)
        with _in_words():
            assert all(warnings(import_metadata(document, now), now)), what


def test_every_attribute_and_text_of_an_identity_providers_metadata_may_be_at_an_edge() -> None:
    now = datetime.now(UTC)
    for what, root in spoilt(IDENTITY_PROVIDER):
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
