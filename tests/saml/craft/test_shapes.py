"""Order is free where real senders take that freedom; names, counts and places are not (security.md section 1)."""

import itertools

import pytest
from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft import shapes
from chalicelib.saml.craft.shapes import Shape
from tests.saml.hostile import samples
from tests.saml.hostile.gates import GATES, accept
from tests.saml.provider import NAMES, FakeProvider, found

SPACES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
ISSUER, SIGNATURE, SESSION = "<a:Issuer>x</a:Issuer>", "<d:Signature/>", "<p:SessionIndex>x</p:SessionIndex>"
NAME_ID = "<a:NameID>x</a:NameID>"
PARTS = {
    "Issuer": ISSUER,
    "Signature": SIGNATURE,
    "Extensions": "<p:Extensions><a:Attribute/></p:Extensions>",
    "NameIDPolicy": "<p:NameIDPolicy/>",
    "RequestedAuthnContext": "<p:RequestedAuthnContext/>",
    "Scoping": "<p:Scoping/>",
}
SUBJECT = f"<a:Subject>{NAME_ID}<a:SubjectConfirmation><a:SubjectConfirmationData/></a:SubjectConfirmation></a:Subject>"
CONDITIONS = "<a:Conditions><a:AudienceRestriction><a:Audience>x</a:Audience></a:AudienceRestriction></a:Conditions>"
AUTHN = (
    "<a:AuthnStatement><a:AuthnContext><a:AuthnContextClassRef>x</a:AuthnContextClassRef></a:AuthnContext>"
    "</a:AuthnStatement>"
)
ATTRIBUTES = "<a:AttributeStatement><a:Attribute/></a:AttributeStatement>"
STATUS = "<p:Status><p:StatusCode/></p:Status>"


def shaped(shape: Shape, *inside: str) -> None:
    name = shape.name.replace("samlp:", "p:").replace("saml:", "a:")
    shape.check(etree.fromstring(f"<{name} {SPACES}>{''.join(inside)}</{name}>"))


@pytest.mark.parametrize("order", list(itertools.permutations(PARTS))[::7], ids="-".join)
def test_the_parts_of_an_authn_request_come_in_any_order(order: tuple[str, ...]) -> None:
    shaped(shapes.AUTHN_REQUEST, *(PARTS[name] for name in order))


@pytest.mark.parametrize("part", PARTS)
def test_no_part_of_an_authn_request_comes_twice(part: str) -> None:
    with pytest.raises(InvalidMessage, match="too few or too many"):
        shaped(shapes.AUTHN_REQUEST, *PARTS.values(), PARTS[part])


ORDERS: dict[str, tuple[Shape, tuple[str, ...]]] = {
    "Signature before Issuer, in a LogoutRequest": (shapes.LOGOUT_REQUEST, (SIGNATURE, ISSUER, NAME_ID)),
    "Signature before Issuer, in an ArtifactResolve": (
        shapes.ARTIFACT_RESOLVE,
        (SIGNATURE, ISSUER, "<p:Artifact>x</p:Artifact>"),
    ),
    "Signature before Issuer, in a Response": (shapes.RESPONSE, (SIGNATURE, ISSUER, STATUS)),
    "Signature before Issuer, in an ArtifactResponse": (shapes.ARTIFACT_RESPONSE, (SIGNATURE, ISSUER, STATUS)),
    "Signature before Issuer, in an assertion": (
        shapes.ASSERTION,
        (SIGNATURE, ISSUER, SUBJECT, CONDITIONS, AUTHN),
    ),
    "SessionIndex before NameID": (shapes.LOGOUT_REQUEST, (ISSUER, SIGNATURE, SESSION, NAME_ID)),
    "SessionIndex on both sides of NameID": (shapes.LOGOUT_REQUEST, (ISSUER, SESSION, NAME_ID, SESSION)),
    "attributes before the sign-in": (shapes.ASSERTION, (ISSUER, SUBJECT, CONDITIONS, ATTRIBUTES, AUTHN)),
    "attributes behind the sign-in": (shapes.ASSERTION, (ISSUER, SUBJECT, CONDITIONS, AUTHN, ATTRIBUTES)),
}


@pytest.mark.parametrize("name", ORDERS)
def test_what_real_senders_write_in_another_order_is_let_in(name: str) -> None:
    shape, parts = ORDERS[name]
    shaped(shape, *parts)


MISPLACED: dict[str, tuple[Shape, tuple[str, ...]]] = {
    "a status before the Issuer": (shapes.RESPONSE, (STATUS, ISSUER, SIGNATURE)),
    "conditions before the subject": (shapes.ASSERTION, (ISSUER, CONDITIONS, SUBJECT, AUTHN)),
    "a statement before the conditions": (shapes.ASSERTION, (ISSUER, SUBJECT, ATTRIBUTES, CONDITIONS, AUTHN)),
    "a Signature behind the subject": (shapes.ASSERTION, (ISSUER, SUBJECT, SIGNATURE, CONDITIONS, AUTHN)),
    "a NameID before the Issuer": (shapes.LOGOUT_REQUEST, (NAME_ID, ISSUER, SIGNATURE)),
}


@pytest.mark.parametrize("name", MISPLACED)
def test_no_other_order_is_let_in(name: str) -> None:
    shape, parts = MISPLACED[name]
    with pytest.raises(InvalidMessage, match="misplaced element in saml"):
        shaped(shape, *parts)


def test_what_is_out_of_place_is_named_with_its_place_and_what_may_stand_there() -> None:
    with pytest.raises(InvalidMessage, match="unknown element in samlp:AuthnRequest") as refused:
        shaped(shapes.AUTHN_REQUEST, ISSUER, "<a:Subject/>")
    assert refused.value.received == "saml:Subject"
    assert "samlp:Scoping" in (refused.value.expected or "")


KEYCLOAK = '<k:KeyInfo xmlns:k="urn:keycloak:ext:key:1.0" MessageSigningKeyId="one"/>'


@pytest.mark.parametrize("inside", [KEYCLOAK, f"{KEYCLOAK}<a:Attribute/>{KEYCLOAK}"])
def test_extensions_of_others_are_passed_over(inside: str) -> None:
    shaped(shapes.AUTHN_REQUEST, ISSUER, f"<p:Extensions>{inside}</p:Extensions>")


@pytest.mark.parametrize(
    "inside",
    [
        "<x/>",
        "<a:Issuer>x</a:Issuer>",
        "<p:Scoping/>",
        '<d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"/>',
        '<k:x xmlns:k="urn:k"><a:Assertion/></k:x>',
        '<k:x xmlns:k="urn:k"><k:y><p:AuthnRequest/></k:y></k:x>',
        '<k:x xmlns:k="urn:k"><d:Signature/></k:x>',
    ],
)
def test_nothing_that_decides_hides_in_extensions(inside: str) -> None:
    with pytest.raises(InvalidMessage):
        shaped(shapes.AUTHN_REQUEST, ISSUER, f"<p:Extensions>{inside}</p:Extensions>")


@pytest.mark.parametrize("make", samples.SAMPLES[:6])
def test_a_message_signed_before_its_issuer_is_read_as_its_sender_signed_it(make: object) -> None:
    sample = make()  # type: ignore[operator]
    root = sample.signed()
    part = sample.part(root)
    part.insert(0, found(part, "d:Signature"))
    assert sample.role in GATES
    octets = accept(sample, etree.tostring(root))
    assert part.get("ID", "").encode() in octets
    assert sample.evil.encode() not in octets


def test_a_second_request_beside_the_one_that_is_signed_is_refused_in_any_order() -> None:
    genuine = FakeProvider().sign(FakeProvider().request())
    for place in range(len(genuine) + 1):
        evil = FakeProvider().on_behalf()
        evil.insert(place % 3, etree.fromstring(etree.tostring(genuine)))
        with pytest.raises(InvalidMessage):
            accept(samples.authn_request(), etree.tostring(evil))
