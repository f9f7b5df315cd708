"""Names and signatures, as DigiD writes and checks them (combiconnect.md 3.9)."""

import hashlib
import secrets
import ssl
from datetime import datetime

import xmlsec
from lxml import etree

from provisioning.keys import KeyPair

SAML = "urn:oasis:names:tc:SAML:2.0"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
NAMES = {"p": f"{SAML}:protocol", "a": f"{SAML}:assertion", "m": f"{SAML}:metadata", "d": xmlsec.constants.DSigNs}
SPACES = {"samlp": NAMES["p"], "saml": NAMES["a"], "ds": NAMES["d"], "ec": EXCLUSIVE, "md": NAMES["m"]}
PREFIX_LIST = "ds saml samlp xs"
"""Of each transform. `xs` is declared nowhere."""

CLASSES = {"10": "PasswordProtectedTransport", "20": "MobileTwoFactorContract", "25": "Smartcard", "30": "SmartcardPKI"}


def new_id() -> str:
    return f"_{secrets.token_hex(16)}"


def written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def declared(*prefixes: str) -> str:
    """Return namespace declarations, each with a space before it."""
    return "".join(f' xmlns:{prefix}="{SPACES[prefix]}"' for prefix in prefixes)


def key_name(certificate: str) -> str:
    """Return the name that DigiD gives a key: the SHA-1 of its certificate (PEM), in hex."""
    return hashlib.sha1(ssl.PEM_cert_to_DER_cert(certificate), usedforsecurity=False).hexdigest()


def signed(
    element: etree._Element, keys: KeyPair, *, prefixes: str = "", key_info: str = "", after: str = "a:Issuer"
) -> etree._Element:
    """Sign an element where it stands, behind its Issuer or first; `prefixes` is its PrefixList."""
    listed = f'<ec:InclusiveNamespaces{declared("ec")} PrefixList="{prefixes}"/>' if prefixes else ""
    signature = etree.fromstring(
        f'<ds:Signature{declared("ds")}><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        f'<ds:Reference URI="#{element.get("ID")}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{SPACES["ds"]}enveloped-signature"/>'
        f'<ds:Transform Algorithm="{EXCLUSIVE}">{listed}</ds:Transform></ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>'
        f"</ds:SignedInfo><ds:SignatureValue/>{key_info}</ds:Signature>"
    )
    before = element.find(after, NAMES)
    element.insert(0 if before is None else element.index(before) + 1, signature)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(keys.key, xmlsec.KeyFormat.PEM)
    context.register_id(element, "ID")
    context.sign(signature)
    return element


def verifies(element: etree._Element, certificate: str) -> bool:
    """Tell whether an element has a signature of its own that a certificate (PEM) verifies."""
    signature = element.find("d:Signature", NAMES)
    if signature is None or _reference(signature) != f"#{element.get('ID')}":
        return False
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate, xmlsec.KeyFormat.CERT_PEM)
    context.register_id(element, "ID")
    try:
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


def _reference(signature: etree._Element) -> str:
    reference = signature.find("d:SignedInfo/d:Reference", NAMES)
    return "" if reference is None else reference.get("URI", "")
