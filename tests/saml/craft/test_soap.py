"""SOAP envelopes, to the octet where clients read them so, and in both versions that they write."""

import pytest
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.soap import enveloped, message_in

V11, V12 = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def _envelope(outer: str, inner: str, body: str = "<m/>") -> bytes:
    return f'<o:Envelope xmlns:o="{outer}" xmlns:i="{inner}"><i:Body>{body}</i:Body></o:Envelope>'.encode()


def test_an_answer_begins_with_the_one_declaration_that_clients_take_off() -> None:
    answer = enveloped("<m>é</m>".encode())
    assert answer.startswith(DECLARATION)
    # As a client does that goes on with text (digid.md A3): lxml refuses text that declares an encoding.
    root = etree.fromstring(answer.decode().removeprefix(DECLARATION.decode()))
    assert (root.tag, root[0][0].text) == (f"{{{V11}}}Envelope", "é")


@pytest.mark.parametrize("version", [V11, V12])
def test_a_question_comes_in_either_version(version: str) -> None:
    assert message_in(_envelope(version, version)).tag == "m"


@pytest.mark.parametrize(
    "body",
    [
        _envelope(V11, V12),
        _envelope(V12, V11),
        _envelope("urn:x", "urn:x"),
        _envelope(V11, V11, ""),
        _envelope(V12, V12, "<m/><m/>"),
        _envelope(V12, V12, "text<m/>"),
        _envelope(V12, V12, "<m/>text"),
        f'<o:Envelope xmlns:o="{V12}"/>'.encode(),
        f'<o:Envelope xmlns:o="{V12}"><o:Body><m/></o:Body><o:Body><m/></o:Body></o:Envelope>'.encode(),
        b"<m/>",
    ],
)
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidMessage):
        message_in(body)
