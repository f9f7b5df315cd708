"""maykin-python3-saml as a service provider, run in its own environment: a question in JSON on stdin, an answer out."""

import json
import sys
from typing import Any

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    chosen = _settings(asked)
    if asked["do"] == "metadata":
        return {"metadata": OneLogin_Saml2_Settings(chosen, sp_validation_only=True).get_sp_metadata().decode()}
    seen = {"https": "on", "http_host": "maykin.example", "script_name": "/acs", "get_data": {}, "post_data": {}}
    if asked["do"] == "ask":
        client = OneLogin_Saml2_Auth(seen, chosen)
        address, fields = client.login_post(return_to="state", attr_consuming_service_index="1")
        return {"address": address, "fields": fields}
    seen["get_data"] = {"SAMLArt": asked["artifact"]}
    client = OneLogin_Saml2_Auth(seen, chosen)
    client.process_response()
    return {"attributes": client.get_attributes(), "errors": client.get_errors(), "why": client.get_last_error_reason()}


def _settings(asked: dict[str, Any]) -> dict[str, Any]:
    post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    read = OneLogin_Saml2_IdPMetadataParser.parse(asked["theirs"], required_sso_binding=post)
    sha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    return {
        "strict": True,
        "sp": {
            "entityId": "https://maykin.example/metadata",
            "assertionConsumerService": {
                "url": "https://maykin.example/acs",
                "binding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact",
            },
            "attributeConsumingService": {
                "index": "1",
                "serviceName": "Maykin",
                "serviceDescription": "Maykin",
                "requestedAttributes": [{"name": "urn:nl-eid-gdi:1.0:ActingSubjectID"}],
            },
            "NameIDFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
            "x509cert": asked["certificate"],
            "privateKey": asked["key"],
        },
        "idp": read["idp"],
        "security": {
            "authnRequestsSigned": True,
            "wantAssertionsSigned": True,
            "wantMessagesSigned": False,
            "wantAssertionsEncrypted": True,
            "requestedAuthnContext": False,
            "signatureAlgorithm": sha256,
            "digestAlgorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
            "soapClientCert": None,
            "soapClientKey": None,
        },
    }


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
