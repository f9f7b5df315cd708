"""The peers: pysaml2 as it signs and verifies by itself, with the program xmlsec1, and python3-saml."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from provisioning.keys import KeyPair

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


@dataclass(frozen=True, slots=True)
class Site:
    """Who we are in the benchmarks, and who answers us."""

    entity_id: str
    consumer: str
    identity_provider: str
    keys: KeyPair


def has_program() -> bool:
    return shutil.which("xmlsec1") is not None


@cache
def _files(keys: KeyPair) -> dict[str, str]:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    (folder / "key.pem").write_text(keys.key)
    (folder / "certificate.pem").write_text(keys.certificate)
    return {
        "key_file": str(folder / "key.pem"),
        "cert_file": str(folder / "certificate.pem"),
        "xmlsec_binary": shutil.which("xmlsec1") or "",
    }


def pysaml2_issues(site: Site, provider_metadata: bytes, provider_id: str) -> Callable[[], object]:
    """Return what issues a Response with two signatures, not encrypted, as pysaml2's identity provider does."""
    from saml2.config import IdPConfig  # noqa: PLC0415 - a second to import
    from saml2.saml import NAMEID_FORMAT_TRANSIENT, NameID  # noqa: PLC0415
    from saml2.server import Server  # noqa: PLC0415

    config = IdPConfig().load(
        {
            "entityid": site.identity_provider,
            "service": {"idp": {"endpoints": {"single_sign_on_service": [("https://us.example/sso", POST)]}}},
            "metadata": {"inline": [provider_metadata.decode()]},
            **_files(site.keys),
        }
    )
    server: Any = Server(config=config)
    facts = {"ActingSubjectID": ["900100084"], "LegalSubjectID": ["900100758"], "ServiceUUID": ["1" * 36]}

    def issue() -> object:
        return server.create_authn_response(
            facts,
            "_request",
            site.consumer,
            provider_id,
            name_id=NameID(format=NAMEID_FORMAT_TRANSIENT, text="session"),
            authn={"class_ref": "http://eidas.europa.eu/LoA/low", "authn_auth": site.identity_provider},
            sign_response=True,
            sign_assertion=True,
            sign_alg=RSA_SHA256,
            digest_alg=SHA256,
        )

    return issue


def pysaml2_accepts(site: Site, digid_metadata: bytes, message: str) -> Callable[[], object]:
    """Return what accepts a Response with two signatures as pysaml2's service provider does."""
    from saml2.client import Saml2Client  # noqa: PLC0415 - a second to import
    from saml2.config import SPConfig  # noqa: PLC0415

    config = SPConfig().load(
        {
            "entityid": site.entity_id,
            "service": {
                "sp": {
                    "endpoints": {"assertion_consumer_service": [(site.consumer, POST)]},
                    "want_response_signed": True,
                    "want_assertions_signed": True,
                }
            },
            "metadata": {"inline": [digid_metadata.decode()]},
            **_files(site.keys),
        }
    )
    client: Any = Saml2Client(config=config)

    def accept() -> object:
        # An outstanding request is used up by its answer, so each try gets its own.
        return client.parse_authn_request_response(message, POST, {"_request": "/"})

    return accept


def python3_saml_accepts(site: Site, message: str) -> Callable[[], object]:
    """Return what accepts a Response with two signatures as python3-saml does."""
    settings = OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {"entityId": site.entity_id, "assertionConsumerService": {"url": site.consumer, "binding": POST}},
            "idp": {
                "entityId": site.identity_provider,
                "singleSignOnService": {"url": "https://digid.example/sso"},
                "x509cert": site.keys.certificate,
            },
            # DigiD's assertion has no attributes.
            "security": {"wantAssertionsSigned": True, "wantMessagesSigned": True, "wantAttributeStatement": False},
        }
    )
    seen = {"http_host": "us.example", "https": "on", "script_name": "/acs", "post_data": {}, "get_data": {}}

    def accept() -> object:
        if not OneLogin_Saml2_Response(settings, message).is_valid(seen, "_request", raise_exceptions=True):
            raise AssertionError("the peer refuses what we time")
        return None

    return accept
