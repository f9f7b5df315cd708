"""Issuing and accepting signed messages, beside the bare RSA operations and beside what others do."""

import base64
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree

from bench import peers
from bench.peers import Site
from bench.timing import Comparison, compare
from chalicelib.catalogue.model import Profile
from chalicelib.login.answer import Answer
from chalicelib.login.levels import Level
from chalicelib.people.bsn import Bsn
from chalicelib.saml.craft.gate import from_post, response_from_post
from chalicelib.saml.craft.keys import PrivateKey
from chalicelib.saml.craft.shapes import AUTHN_REQUEST, RESPONSE
from chalicelib.saml.craft.signatures import Signature
from chalicelib.saml.messages.assertions import Addressee, Identities, in_the_clear
from chalicelib.saml.messages.outgoing import Issuer, Outgoing
from chalicelib.saml.messages.responses import envelope, response
from chalicelib.saml.messages.with_digid import Us, read_response
from chalicelib.saml.partners.roles import read_identity_provider, read_service_provider
from local.digid import answers
from local.digid.answers import signed_in
from local.digid.metadata import metadata
from local.digid.requests import Asked
from provisioning.keys import new_key_pair
from tests.saml.provider import ENTITY_ID, FakeProvider

KEYS = new_key_pair("bench")
KEY = PrivateKey(KEYS.key, KEYS.certificate)
SITE = Site("https://us.example/metadata", "https://us.example/acs", "https://digid.example/metadata", KEYS)
BSN = Bsn("900100084")
ISSUE = "issue a Response: 2 signatures"
ACCEPT = "accept a Response: 2 signatures, all checks"


def issue() -> Iterator[Comparison]:
    """Issue a Response with a signed assertion; also encrypted, as every provider gets it."""
    now = datetime.now(UTC)
    provider = read_service_provider(FakeProvider().metadata(), now)
    to = Addressee(provider.entity_id, SITE.consumer, "_request", provider.recipient)
    issuer = Issuer(SITE.identity_provider, KEY, lambda: secrets.token_hex(16))
    we = Identities(issuer, issuer, issuer, provider.recipient)
    who = Answer(BSN, Bsn("900100758"), Level.LOW, "11111111-1111-4111-8111-111111111111", "session")

    def floor() -> None:
        for _ in range(2):
            KEY.private_key.sign(b"x" * 400, PKCS1v15(), hashes.SHA256())

    def plain() -> None:
        message, assertion = envelope(who, to, issuer, now), in_the_clear(who, to, issuer, now)
        message.assertion = [assertion.message]
        Outgoing(message, (*assertion.signatures, Signature(message.id, issuer.key))).document()

    def encrypted() -> None:
        response(who, to, we, Profile.GENERAL, now).document()

    yield compare(ISSUE, plain, "2 bare RSA-2048 signatures", floor, rounds=400, target=2)
    yield compare(f"{ISSUE}, encrypted", encrypted, "2 bare RSA-2048 signatures", floor, rounds=400)
    if peers.has_program():
        theirs = peers.pysaml2_issues(SITE, FakeProvider().metadata(), ENTITY_ID)
        yield compare(ISSUE, plain, "pysaml2 + xmlsec1", theirs, rounds=25, times=20, target=1 / 45)


def accept() -> Iterator[Comparison]:
    """Accept a Response with two signatures, all checks on."""
    now = datetime.now(UTC)
    asked = Asked("_request", SITE.entity_id, SITE.consumer, "", "20")
    message = answers.response(signed_in(asked, BSN.digits, "20"), answers.Issuer(SITE.identity_provider, KEYS), now)
    theirs = metadata(SITE.identity_provider, "https://digid.example/sso", KEYS)
    provider = read_identity_provider(theirs, now)
    us = Us(SITE.entity_id, SITE.consumer, KEY)

    def ours() -> None:
        verified = response_from_post({"SAMLResponse": [message]}, RESPONSE).accept(provider.signing)
        read_response(verified, issuer=provider.entity_id, us=us, request_id="_request", now=now)

    yield compare(ACCEPT, ours, "python3-saml", peers.python3_saml_accepts(SITE, message), rounds=200, target=1.2)
    if peers.has_program():
        peer = peers.pysaml2_accepts(SITE, theirs, message)
        yield compare(ACCEPT, ours, "pysaml2 + xmlsec1", peer, rounds=25, times=20, target=1 / 60)


def parse() -> Iterator[Comparison]:
    """Decode and parse a message inside the gate, beside a parser that checks nothing."""
    raw = etree.tostring(FakeProvider().sign(FakeProvider().request()))
    form = {"SAMLRequest": [base64.b64encode(raw).decode()]}
    yield compare(
        "decode, parse and check the shape of a request",
        lambda: from_post(form, "SAMLRequest", AUTHN_REQUEST),
        "lxml alone",
        lambda: etree.fromstring(base64.b64decode(form["SAMLRequest"][0])),
        rounds=300,
    )


MEASUREMENTS: tuple[Callable[[], Iterator[Comparison]], ...] = (issue, accept, parse)
