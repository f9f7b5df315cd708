"""What an assertion states, to the attribute: clients map by what is there, and by what is not."""

import secrets
from datetime import UTC, datetime

from lxml import etree

from chalicelib.login.answer import Answer
from chalicelib.login.levels import Level
from chalicelib.people.bsn import Bsn
from chalicelib.saml.craft.encryption import EncryptionKey, Recipient
from chalicelib.saml.craft.keys import PrivateKey
from chalicelib.saml.messages.assertions import Addressee, Identities, combiconnect, in_the_clear
from chalicelib.saml.messages.outgoing import Issuer
from tests.saml.provider import KEYS, NAMES

KEY = PrivateKey(KEYS.key, KEYS.certificate)
ISSUER = Issuer("urn:we", KEY, lambda: secrets.token_hex(16))
READER = Recipient("urn:reader", (EncryptionKey("one", KEY.certificate),))
TO = Addressee("urn:reader", "https://reader.example/acs", "_asked", READER)
WHO = Answer(Bsn("900100758"), Bsn("900100084"), Level.LOW, "11111111-1111-4111-8111-111111111111", "session")
NOW = datetime(2031, 1, 1, tzinfo=UTC)


def test_attributes_have_a_name_and_no_format_and_their_values_no_type() -> None:
    for message in (
        in_the_clear(WHO, TO, ISSUER, NOW),
        combiconnect(WHO, TO, Identities(ISSUER, ISSUER, ISSUER, READER), NOW),
    ):
        root = etree.fromstring(message.octets())
        attributes = root.findall(".//a:Attribute", NAMES)
        assert [list(map(str, one.keys())) for one in attributes] == [["Name"]] * len(attributes)
        assert [list(map(str, value.keys())) for one in attributes for value in one] == [[]] * len(attributes)
        assert {one.get("Name", "").rpartition(":")[2] for one in attributes} == {
            *("ServiceUUID", "ActingSubjectID", "LegalSubjectID")
        }


def test_what_stands_inside_another_statement_is_signed_first_each_by_its_own() -> None:
    signed = combiconnect(WHO, TO, Identities(ISSUER, ISSUER, ISSUER, READER), NOW)
    root = etree.fromstring(signed.octets())
    inside = root.findall("a:Advice/a:Assertion", NAMES)
    assert [one.over for one in signed.signatures] == [*(one.get("ID") for one in inside), root.get("ID")]
    assert [one[1].tag for one in (*inside, root)] == [f"{{{NAMES['d']}}}Signature"] * 3
