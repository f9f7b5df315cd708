"""The metadata that DigiD publishes, written as it writes it."""

import textwrap
from xml.sax.saxutils import quoteattr

from lxml import etree

from local.digid.names import NAMES, PREFIX_LIST, SAML, declared, key_name, new_id, signed
from provisioning.keys import KeyPair


def metadata(entity_id: str, address: str, keys: KeyPair, resolution: str = "") -> bytes:
    """Return the signed metadata; `resolution` is where artifacts are resolved, if they are."""
    name = f"<ds:KeyName>{key_name(keys.certificate)}</ds:KeyName>"
    body = "\n".join(textwrap.wrap(keys.certificate_body, 64))
    descriptors = "".join(
        f'<md:KeyDescriptor use="{use}"><ds:KeyInfo>{name}<ds:X509Data>'
        f"<ds:X509Certificate>{body}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for use in ("signing", "encryption")
    )
    artifacts = (
        f'<md:ArtifactResolutionService Binding="{SAML}:bindings:SOAP" Location={quoteattr(resolution)} index="0"/>'
    )
    endpoints = "".join(
        f'<md:SingleSignOnService Binding="{SAML}:bindings:{binding}" Location={quoteattr(address)}/>'
        for binding in ("HTTP-POST", "HTTP-Redirect")
    )
    logout = (
        f'<md:SingleLogoutService Binding="{SAML}:bindings:HTTP-Redirect" Location={quoteattr(f"{address}/logout")}/>'
    )
    document = (
        f'<md:EntityDescriptor{declared("md", "ds", "ec")} ID="{new_id()}" entityID={quoteattr(entity_id)}>'
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{NAMES["p"]}">{descriptors}{artifacts if resolution else ""}'
        f"{logout}{endpoints}</md:IDPSSODescriptor></md:EntityDescriptor>"
    )
    named = f"<ds:KeyInfo>{name}</ds:KeyInfo>"
    return etree.tostring(signed(etree.fromstring(document), keys, prefixes=PREFIX_LIST, key_info=named))
