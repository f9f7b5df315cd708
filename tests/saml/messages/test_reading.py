"""pysaml2's classes read what was handed on, word for word: nothing is lost or made anew, and nothing raised for its
type.
"""

from datetime import UTC, datetime

import pytest
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.gate import rewritten
from chalicelib.saml.craft.keys import PrivateKey
from chalicelib.saml.craft.uris import PROTOCOL
from chalicelib.saml.messages.their_metadata import KeyDescriptor, Role, RoleKind, read_role
from chalicelib.saml.messages.with_digid import Us, read_response
from tests.saml.hostile.samples import ASKED, HENK, METADATA, response
from tests.saml.partners.described import described, x509_data
from tests.saml.provider import KEYS, NAMES, found

TYPES = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
UUID = "urn:nl-eid-gdi:1.0:ServiceUUID"


def _value(text: str, of: str = "xs:integer") -> str:
    return f'<a:AttributeValue xmlns:a="{NAMES["a"]}" {TYPES} xsi:type="{of}">{text}</a:AttributeValue>'


def _role(*key_infos: str, kind: RoleKind = RoleKind.SERVICE_PROVIDER, **more: str) -> Role:
    return read_role(described(*key_infos, **more), kind)


@pytest.mark.parametrize("text", ["abc", "007", ""])
def test_an_attribute_of_digid_of_any_type_keeps_nobody_from_signing_in(text: str) -> None:
    root = response().fresh()
    statement = f'<a:AttributeStatement xmlns:a="{NAMES["a"]}"><a:Attribute Name="x">{_value(text)}</a:Attribute>'
    found(root, "a:Assertion").append(etree.fromstring(f"{statement}</a:AttributeStatement>"))
    identity = read_response(
        etree.tostring(root, method="c14n"),
        issuer=found(root, "a:Issuer").text or "",
        us=Us(ASKED.issuer, ASKED.consumer, PrivateKey(KEYS.key, KEYS.certificate)),
        request_id=ASKED.request_id,
        now=datetime.now(UTC),
    )
    assert identity.subject.digits == HENK


@pytest.mark.parametrize("text", ["007", "abc", "2031-1-1"])
@pytest.mark.parametrize("of", ["xs:integer", "xs:date", "xs:boolean", "nobody:knows"])
def test_a_value_in_metadata_is_read_as_it_stands_whatever_its_type(text: str, of: str) -> None:
    attribute = f'<md:RequestedAttribute Name="{UUID}">{_value(text, of)}</md:RequestedAttribute>'
    service = f"<md:AttributeConsumingService><md:ServiceName>X</md:ServiceName>{attribute}"
    assert _role(more=f"{service}</md:AttributeConsumingService>").services[0].uuids == (text,)


def test_an_attribute_that_an_identity_provider_or_authority_announces_is_not_looked_at() -> None:
    attribute = f'<a:Attribute xmlns:a="{NAMES["a"]}" Name="x">{_value("abc")}</a:Attribute>'
    roles = "".join(
        f'<md:{name} protocolSupportEnumeration="{PROTOCOL}">{attribute}</md:{name}>'
        for name in ("IDPSSODescriptor", "AttributeAuthorityDescriptor")
    )
    document = f'<md:EntityDescriptor xmlns:md="{METADATA}" entityID="x">{roles}</md:EntityDescriptor>'
    assert read_role(document.encode(), RoleKind.IDENTITY_PROVIDER).name == "IDPSSODescriptor"


def test_every_certificate_name_and_key_info_is_read_each_in_its_place() -> None:
    key = f"{x509_data('one', 'two')}<ds:KeyName>first</ds:KeyName>{x509_data('three')}</ds:KeyInfo><ds:KeyInfo>"
    (descriptor,) = _role(f"{key}<ds:KeyName>second</ds:KeyName>{x509_data('four')}").keys
    assert descriptor == KeyDescriptor(None, ("first", "second"), (("one", "two"), ("three",), ("four",)))


def test_a_comment_cuts_no_text_short() -> None:
    service = "<md:AttributeConsumingService><md:ServiceName>Slui<!-- -->zen</md:ServiceName>"
    role = _role(x509_data("on<!-- -->e"), more=f"{service}</md:AttributeConsumingService>")
    assert (role.keys[0].certificates, role.services[0].names) == ((("one",),), ("Sluizen",))


def test_an_element_in_a_text_hides_none_of_it() -> None:
    assert _role(x509_data("on<md:x/>e")).keys[0].certificates == (("",),)
    service = "<md:AttributeConsumingService><md:ServiceName>Slui<md:x/>zen</md:ServiceName>"
    with pytest.raises(InvalidMessage, match="no plain text in ServiceName"):
        _role(more=f"{service}</md:AttributeConsumingService>")


def test_every_end_that_is_stated_is_read() -> None:
    inside = described(role='validUntil="1"', entity='validUntil="2"').decode()
    around = f'<md:EntitiesDescriptor xmlns:md="{METADATA}" validUntil="3">{inside}</md:EntitiesDescriptor>'
    assert read_role(around.encode(), RoleKind.SERVICE_PROVIDER).valid_until == ("1", "2", "3")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"<x/>", "another message"),
        (described(), "not one md:IDPSSODescriptor"),
        (described().replace(b"<md:SPSSO", b"<md:SPSSODescriptor/><md:SPSSO", 1), "not one md:SPSSODescriptor"),
        (f'<md:EntitiesDescriptor xmlns:md="{METADATA}"/>'.encode(), "not one md:EntityDescriptor"),
    ],
)
def test_what_has_no_such_role_or_two_is_refused(document: bytes, reason: str) -> None:
    kind = RoleKind.IDENTITY_PROVIDER if "IDP" in reason else RoleKind.SERVICE_PROVIDER
    with pytest.raises(InvalidMessage, match=reason):
        read_role(document, kind)


def test_what_a_second_parser_gets_is_what_the_first_one_checked() -> None:
    sent = f'<?xml version="1.0" encoding="Utf-8"?><!-- x --><m xmlns="urn:x" {TYPES}>&#13;<![CDATA[<]]>é</m>'
    assert rewritten(sent.encode()) == f'<m xmlns="urn:x" {TYPES}>&#13;&lt;é</m>'.encode(), "a type may name its prefix"


@pytest.mark.parametrize("name", ["a\u0487", "\u2c00", "\U00010000"])
def test_a_name_that_only_the_first_parser_knows_is_refused(name: str) -> None:
    extensions = f"<md:Extensions><x:{name} xmlns:x='urn:x'/></md:Extensions>"
    assert rewritten(described(more=extensions)), "in the fifth edition of XML it is one"
    with pytest.raises(InvalidMessage, match="an unusual name"):
        _role(more=extensions)


def test_a_name_that_only_the_first_parser_knows_is_refused_in_what_is_unsigned_around_an_assertion() -> None:
    root = response().fresh()
    found(root, "p:Status").append(
        etree.fromstring(f"<p:StatusDetail xmlns:p='{NAMES['p']}'><\u2c00/></p:StatusDetail>")
    )
    with pytest.raises(InvalidMessage, match="an unusual name"):
        read_response(
            etree.tostring(found(root, "a:Assertion"), method="c14n"),
            issuer=found(root, "a:Issuer").text or "",
            us=Us(ASKED.issuer, ASKED.consumer, PrivateKey(KEYS.key, KEYS.certificate)),
            request_id=ASKED.request_id,
            now=datetime.now(UTC),
            wrapper=etree.tostring(root),
        )
