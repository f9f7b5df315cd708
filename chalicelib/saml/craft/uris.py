"""Names that the standards fix: namespaces, bindings, statuses, algorithms (SAML core, XML Signature)."""

from functools import cache

from lxml import etree

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#"
ALGORITHMS = "urn:oasis:names:tc:SAML:metadata:algsupport"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"

PREFIXES = {
    "samlp": PROTOCOL,
    "saml": ASSERTION,
    "md": METADATA,
    "alg": ALGORITHMS,
    "ds": SIGNATURE,
    "xenc": ENCRYPTION,
    "soap": SOAP,
}

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
"""To the octet: there are clients that take off just this before they read on (digid.md A3)."""

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
ARTIFACT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
SOAP_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"


PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
LEGACY_BSN = "urn:nl-eid-gdi:1.0:id:legacy-BSN"
"""NameQualifier of a plain citizen number (combiconnect.md 3.6)."""

CONSENT_UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:consent:unspecified"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

_STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
SUCCESS = f"{_STATUS}Success"
REQUESTER = f"{_STATUS}Requester"
RESPONDER = f"{_STATUS}Responder"
AUTHN_FAILED = f"{_STATUS}AuthnFailed"
REQUEST_DENIED = f"{_STATUS}RequestDenied"
NO_SUPPORTED_IDP = f"{_STATUS}NoSupportedIDP"
NO_AUTHN_CONTEXT = f"{_STATUS}NoAuthnContext"
NO_PASSIVE = f"{_STATUS}NoPassive"
REQUEST_UNSUPPORTED = f"{_STATUS}RequestUnsupported"
UNKNOWN_PRINCIPAL = f"{_STATUS}UnknownPrincipal"

CANCELLED = "Authentication cancelled"
"""The exact StatusMessage of a cancelled sign-in (combiconnect.md 4.1)."""

SERVICE_UUID = "urn:nl-eid-gdi:1.0:ServiceUUID"
IDP_ASSERTION = "urn:nl-eid-gdi:1.0:IdpAssertion"
"""What only a router sends; never read."""
INTENDED_AUDIENCE = "urn:nl-eid-gdi:1.0:IntendedAudience"
ACTING_SUBJECT = "urn:nl-eid-gdi:1.0:ActingSubjectID"
LEGAL_SUBJECT = "urn:nl-eid-gdi:1.0:LegalSubjectID"

EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"


@cache
def tag(prefixed: str) -> str:
    """Turn `saml:Issuer` into lxml's `{namespace}Issuer`."""
    prefix, _, local = prefixed.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}"


def named(element: etree._Element) -> str:
    """Name an element for a log, as `tag` takes it; a strange namespace is written out."""
    name = etree.QName(element)
    prefix = next((prefix for prefix, namespace in PREFIXES.items() if namespace == name.namespace), None)
    return f"{prefix}:{name.localname}" if prefix else f"{name.localname} of {name.namespace or 'no namespace'}"
