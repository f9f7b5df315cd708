"""The municipality's SAML client: settings for python3-saml, and the one thing it cannot say by itself."""

from typing import Any

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from werkzeug.wrappers import Request

from provisioning.keys import KeyPair

MACHTIGEN = "urn:nl-eid-gdi:1.0:BVD:00000009999999990001:entities:9000"
ACTING, LEGAL = "urn:nl-eid-gdi:1.0:ActingSubjectID", "urn:nl-eid-gdi:1.0:LegalSubjectID"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_SCOPING = f"<samlp:Scoping><samlp:RequesterID>{MACHTIGEN}</samlp:RequesterID></samlp:Scoping>"


class _OnBehalfRequest(OneLogin_Saml2_Authn_Request):  # type: ignore[misc]
    """An AuthnRequest that asks for someone who is represented (Scoping, combiconnect.md 2.4)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - python3-saml's own
        super().__init__(*arguments, **options)
        self._authn_request: str = str(self._authn_request).replace(
            "</samlp:AuthnRequest>", f"{_SCOPING}</samlp:AuthnRequest>"
        )


class _OnBehalfAuth(OneLogin_Saml2_Auth):  # type: ignore[misc]
    authn_request_class = _OnBehalfRequest


def settings(address: str, keys: KeyPair, identity_provider: bytes, index: int = 1) -> dict[str, Any]:
    """Return python3-saml's settings for the service with an index; both signatures and encryption are demanded."""
    parsed = OneLogin_Saml2_IdPMetadataParser.parse(identity_provider, required_sso_binding=_REDIRECT)
    return {
        "strict": True,
        "sp": {
            "entityId": f"{address}/metadata",
            "assertionConsumerService": {"url": f"{address}/acs", "binding": _POST},
            "attributeConsumingService": {
                "index": str(index),
                "serviceName": "Gemeente Voorbeeld",
                "serviceDescription": "Gemeente Voorbeeld",
                "requestedAttributes": [{"name": ACTING}, {"name": LEGAL}],
            },
            "NameIDFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
            "x509cert": keys.certificate,
            "privateKey": keys.key,
        },
        "idp": parsed["idp"],
        "security": {
            "authnRequestsSigned": True,
            "wantAssertionsSigned": True,
            "wantMessagesSigned": True,
            "wantAssertionsEncrypted": True,
            "requestedAuthnContext": False,
            "signatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "digestAlgorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
            "rejectDeprecatedAlgorithm": True,
        },
    }


def metadata(chosen: dict[str, Any]) -> bytes:
    made: bytes = OneLogin_Saml2_Settings(chosen, sp_validation_only=True).get_sp_metadata()
    return made


def client(request: Request, chosen: dict[str, Any], *, on_behalf: bool = False) -> OneLogin_Saml2_Auth:
    """Make python3-saml's client for one request of a browser."""
    seen = {
        "https": "off",
        "http_host": request.host,
        "script_name": request.path,
        "get_data": request.args.to_dict(),
        "post_data": request.form.to_dict(),
    }
    return (_OnBehalfAuth if on_behalf else OneLogin_Saml2_Auth)(seen, chosen)
