"""Attacks on signatures that are verified where they stand: on what is declared around them, and on their place.

The genuine messages are the stand-in's, in DigiD's form: namespaces declared once outside, a PrefixList on each.
"""

import base64
import copy
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.keys import Certificate
from chalicelib.saml.craft.shapes import ARTIFACT_RESPONSE, RESPONSE
from local.digid.answers import SOAP, Issuer, artifact_response, response, signed_in
from local.digid.forms import DIGID, FORMS, Form
from local.digid.requests import Asked
from tests.http.client import DIGID_KEYS
from tests.saml.hostile.samples import HENK, VICTIM
from tests.saml.provider import NAMES, found

KEYS = [Certificate.from_pem(DIGID_KEYS.certificate)]
ASKED = Asked("_q", "https://us.example", "https://us.example/acs", "", "20")


def _by_artifact(bsn: str = HENK, form: Form = DIGID) -> bytes:
    now = datetime.now(UTC)
    return artifact_response(signed_in(ASKED, bsn, "20"), "_r", Issuer("https://digid.example", DIGID_KEYS, form), now)


def _by_post(bsn: str = HENK) -> bytes:
    issuer = Issuer("https://digid.example", DIGID_KEYS, FORMS["only the assertion signed"])
    return base64.b64decode(response(signed_in(ASKED, bsn, "20"), issuer, datetime.now(UTC)))


def _accept(message: bytes) -> bytes:
    root = etree.fromstring(message)
    if root.tag == f"{{{SOAP}}}Envelope":
        return gate.response_from_soap(message, ARTIFACT_RESPONSE).accept(KEYS)
    form = {"SAMLResponse": [base64.b64encode(message).decode()]}
    return gate.response_from_post(form, RESPONSE).accept(KEYS)


def _declared(where: bytes, declaration: bytes) -> Callable[[bytes], bytes]:
    """Declare something more on an element that stands around the assertion, or on it."""

    def spoil(message: bytes) -> bytes:
        assert where in message
        return message.replace(where, where + b" " + declaration, 1)

    return spoil


def _moved(edit: Callable[[etree._Element, etree._Element], None]) -> Callable[[bytes], bytes]:
    def spoil(message: bytes) -> bytes:
        root = etree.fromstring(message)
        edit(root, found(root, ".//a:Assertion"))
        return etree.tostring(root)

    return spoil


def _evil(assertion: etree._Element) -> etree._Element:
    forged = copy.deepcopy(assertion)
    found(forged, ".//a:NameID").text = f"s00000000:{VICTIM}"
    return forged


def _response_in(root: etree._Element) -> etree._Element:
    return root if root.tag == f"{{{NAMES['p']}}}Response" else found(root, ".//p:Response")


def _into_advice(root: etree._Element, assertion: etree._Element) -> None:
    forged = _evil(assertion)
    _response_in(root).replace(assertion, forged)
    forged.set("ID", "_evil")
    etree.SubElement(forged, f"{{{NAMES['a']}}}Advice").append(assertion)


def _into_extensions(root: etree._Element, assertion: etree._Element) -> None:
    forged = _evil(assertion)
    forged.remove(found(forged, "d:Signature"))
    answer = _response_in(root)
    answer.replace(assertion, forged)
    etree.SubElement(answer, f"{{{NAMES['p']}}}Extensions").append(assertion)


def _beside(root: etree._Element, assertion: etree._Element) -> None:
    _response_in(root).append(_evil(assertion))


def _before(_: etree._Element, assertion: etree._Element) -> None:
    forged = _evil(assertion)
    forged.set("ID", "_evil")
    assertion.addprevious(forged)


def _out_of_its_place(root: etree._Element, assertion: etree._Element) -> None:
    (root[0][0] if root.tag == f"{{{SOAP}}}Envelope" else root).insert(0, assertion)


def _changed(root: etree._Element, _: etree._Element) -> None:
    found(root, ".//a:NameID").text = f"s00000000:{VICTIM}"


def _without_the_inner_signature(root: etree._Element, assertion: etree._Element) -> None:
    assertion.remove(found(assertion, "d:Signature"))
    _changed(root, assertion)


def _prefix_list(listed: str) -> Callable[[etree._Element, etree._Element], None]:
    def edit(_: etree._Element, assertion: etree._Element) -> None:
        found(assertion, ".//{*}InclusiveNamespaces").set("PrefixList", listed)

    return edit


ATTACKS: dict[str, Callable[[bytes], bytes]] = {
    "xs declared on the Response": _declared(b"<samlp:Response", b'xmlns:xs="urn:evil"'),
    "saml declared otherwise on the assertion": _declared(b"<saml:Assertion", b'xmlns:saml="urn:evil"'),
    "xs declared on the assertion": _declared(b"<saml:Assertion", b'xmlns:xs="urn:evil"'),
    "ds declared otherwise on the assertion": _declared(b"<saml:Assertion", b'xmlns:ds="urn:evil"'),
    "samlp declared otherwise on the assertion": _declared(b"<saml:Assertion", b'xmlns:samlp="urn:evil"'),
    "a default declared on the subject": _declared(b"<saml:Subject", b'xmlns:saml="urn:evil"'),
    "in Advice of a forgery": _moved(_into_advice),
    "in Extensions beside a forgery": _moved(_into_extensions),
    "a forgery behind": _moved(_beside),
    "a forgery before": _moved(_before),
    "out of its place": _moved(_out_of_its_place),
    "changed": _moved(_changed),
    "unsigned and changed": _moved(_without_the_inner_signature),
    "a shorter PrefixList": _moved(_prefix_list("saml")),
    "a longer PrefixList": _moved(_prefix_list("ds saml samlp xs ec")),
    "a PrefixList of seventeen": _moved(_prefix_list(" ".join(f"p{number}" for number in range(17)))),
    "the default namespace in the PrefixList": _moved(_prefix_list("#default ds saml samlp xs")),
}


@pytest.mark.parametrize("genuine", [_by_artifact, _by_post])
@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_changed_around_or_in_a_signature_is_refused(genuine: Callable[[], bytes], attack: str) -> None:
    message = genuine()
    assert HENK.encode() in _accept(message)
    spoilt = ATTACKS[attack](message)
    assert spoilt != message
    with pytest.raises(InvalidMessage):
        _accept(spoilt)


def test_an_assertion_of_another_answer_is_refused_by_the_signature_around_it() -> None:
    ours, theirs = etree.fromstring(_by_artifact()), etree.fromstring(_by_artifact(VICTIM))
    found(ours, ".//p:Response").replace(found(ours, ".//a:Assertion"), found(theirs, ".//a:Assertion"))
    with pytest.raises(InvalidMessage):
        _accept(etree.tostring(ours))


def test_an_inner_signature_that_is_wrong_is_refused_though_the_outer_one_is_right() -> None:
    def wrong(issuer: Issuer) -> bytes:
        return artifact_response(signed_in(ASKED, HENK, "20"), "_r", issuer, datetime.now(UTC))

    class Careless(Issuer):
        """Changes the assertion after it was signed, and signs the whole."""

        def sign(self, element: etree._Element) -> None:
            if element.tag.endswith("ArtifactResponse"):
                found(element, ".//a:NameID").text = f"s00000000:{VICTIM}"
            super().sign(element)

    with pytest.raises(InvalidMessage):
        _accept(wrong(Careless("https://digid.example", DIGID_KEYS)))


@pytest.mark.parametrize("where", [b"<soapenv:Envelope", b"<soapenv:Body"])
def test_what_is_declared_around_a_message_counts_for_its_signature(where: bytes) -> None:
    with pytest.raises(InvalidMessage):
        _accept(_declared(where, b'xmlns:xs="urn:evil"')(_by_artifact()))


def test_what_is_handed_on_is_the_element_in_its_place() -> None:
    read = etree.fromstring(_accept(_by_post()))
    assert read.tag == f"{{{NAMES['a']}}}Assertion"
    assert set(read.nsmap) == {"ds", "saml", "samlp"}
