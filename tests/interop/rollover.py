"""A client's metadata while it changes its certificate for encryption: two stand in it."""

from dataclasses import replace

from chalicelib.catalogue.model import EntityId
from chalicelib.saml.partners.registration import import_metadata
from chalicelib.wiring import Wiring
from provisioning.keys import KeyPair

_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"


def with_another_key(metadata: str, another: KeyPair, *, first: bool) -> str:
    """Return metadata with a second key to encrypt for, before or behind the client's own."""
    descriptor = (
        '<md:KeyDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" use="encryption">'
        f'<ds:KeyInfo xmlns:ds="{_SIGNATURE}"><ds:X509Data><ds:X509Certificate>{another.certificate_body}'
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )
    end = "KeyDescriptor>"
    place = metadata.rindex("<", 0, metadata.index("KeyDescriptor")) if first else metadata.rindex(end) + len(end)
    return metadata[:place] + descriptor + metadata[place:]


def connect_anew(wired: Wiring, entity_id: str, metadata: str) -> None:
    """Let a connection have other metadata, for which an operator vouches."""
    known = wired.catalogue.connection(EntityId(entity_id))
    imported = import_metadata(metadata.encode(), wired.clock())
    wired.catalogue.put_connection(replace(known, metadata=imported.metadata))
