"""Issuing and accepting signed messages, beside the bare RSA operations and beside python3-saml."""

import base64
import secrets
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from bench.timing import Comparison, compare
from chalicelib.people.bsn import Bsn
from chalicelib.saml.answers import Addressee, Issuer, Released, octets, response
from chalicelib.saml.digid import Us, read_response
from chalicelib.saml.gate import from_post, response_from_post
from chalicelib.saml.keys import PrivateKey
from chalicelib.saml.levels import Level
from chalicelib.saml.names import POST
from chalicelib.saml.partners import read_identity_provider, read_service_provider
from chalicelib.saml.shapes import AUTHN_REQUEST, RESPONSE
from local.digid.messages import Asked, metadata, success
from local.keys import new_key_pair
from tests.saml.provider import FakeProvider

KEYS = new_key_pair("bench")
KEY = PrivateKey(KEYS.key, KEYS.certificate)
ENTITY, ACS, IDP = "https://us.example/metadata", "https://us.example/acs", "https://digid.example/metadata"
BSN = Bsn("900100084")


def issue() -> Comparison:
    """Issue a Response with two signatures and an encrypted assertion; the floor is its two RSA operations."""
    now = datetime.now(UTC)
    to = Addressee(read_service_provider(FakeProvider().metadata(), now), ACS, "_request")
    issuer = Issuer(ENTITY, KEY, lambda: secrets.token_hex(16))
    who = Released(BSN, Bsn("900100758"), Level.LOW, "11111111-1111-4111-8111-111111111111", "session")

    def floor() -> None:
        for _ in range(2):
            KEY.private_key.sign(b"x" * 400, PKCS1v15(), hashes.SHA256())

    def ours() -> None:
        octets(response(who, to, issuer, now))

    return compare("issue a Response: 2 signatures, encrypted", ours, "2 bare RSA-2048 signatures", floor)


def accept() -> Comparison:
    """Accept a Response with two signatures, all checks on."""
    asked, now = Asked("_request", ENTITY, ACS, "", "20"), datetime.now(UTC)
    message = success(asked, BSN.digits, "20", IDP, KEYS, now)
    provider = read_identity_provider(metadata(IDP, "https://digid.example/sso", KEYS, now.replace(year=2100)), now)
    us = Us(ENTITY, ACS, KEY)

    def ours() -> None:
        verified = response_from_post({"SAMLResponse": [message]}, RESPONSE).accept(provider.signing)
        read_response(verified, provider=provider, us=us, request_id="_request", level=Level.LOW, now=now)

    def theirs() -> None:
        seen = {"http_host": "us.example", "https": "on", "script_name": "/acs", "post_data": {}, "get_data": {}}
        if not OneLogin_Saml2_Response(_settings(), message).is_valid(seen, "_request", raise_exceptions=True):
            raise AssertionError("the peer refuses what we time")

    return compare("accept a Response: 2 signatures, all checks", ours, "python3-saml", theirs)


@cache
def _settings() -> OneLogin_Saml2_Settings:
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {"entityId": ENTITY, "assertionConsumerService": {"url": ACS, "binding": POST}},
            "idp": {
                "entityId": IDP,
                "singleSignOnService": {"url": "https://digid.example/sso"},
                "x509cert": KEYS.certificate,
            },
            # DigiD's assertion has no attributes.
            "security": {"wantAssertionsSigned": True, "wantMessagesSigned": True, "wantAttributeStatement": False},
        }
    )


def parse() -> Comparison:
    """Decode and parse a message inside the gate, beside a parser that checks nothing."""
    raw = etree.tostring(FakeProvider().sign(FakeProvider().request()))
    form = {"SAMLRequest": [base64.b64encode(raw).decode()]}
    return compare(
        "decode, parse and check the shape of a request",
        lambda: from_post(form, "SAMLRequest", AUTHN_REQUEST),
        "lxml alone",
        lambda: etree.fromstring(base64.b64decode(form["SAMLRequest"][0])),
        rounds=300,
    )


MEASUREMENTS = (issue, accept, parse)
