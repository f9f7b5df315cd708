"""Messages as we write them: one of pysaml2's objects with all that is inside it, signed as it leaves."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from saml2 import SamlBase

from chalicelib.saml.craft.decoding import deflate
from chalicelib.saml.craft.keys import PrivateKey
from chalicelib.saml.craft.queries import extended, sign_query
from chalicelib.saml.craft.signatures import Signature, signed
from chalicelib.saml.craft.uris import DECLARATION, PREFIXES

SamlBase().register_prefix(PREFIXES)
"""For the whole process: pysaml2 writes with the standard library's ElementTree, which keeps them so."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """One of our identities, as it signs. `new_id` returns at least 128 random bits in hex."""

    entity_id: str
    key: PrivateKey
    new_id: Callable[[], str]

    def message_id(self) -> str:
        return f"_{self.new_id()}"


class Outgoing(NamedTuple):
    """A message, and what of it is signed by whom, the innermost first."""

    message: SamlBase
    signatures: tuple[Signature, ...] = ()

    def octets(self) -> bytes:
        return signed(written_out(self.message), self.signatures)

    def document(self) -> bytes:
        return DECLARATION + self.octets()


def written_out(message: SamlBase) -> bytes:
    octets: bytes = message.to_string()
    return octets


def posted(name: str, message: Outgoing, relay_state: str | None) -> dict[str, str]:
    """Return the fields of a form that carries a message (SAML bindings 3.5.4)."""
    fields = {name: base64.b64encode(message.document()).decode()}
    return fields if relay_state is None else {**fields, "RelayState": relay_state}


def redirected(name: str, message: SamlBase, relay_state: str | None, address: str, key: PrivateKey) -> str:
    """Return an address with a message in its query, signed there (SAML bindings 3.4.4)."""
    deflated = base64.b64encode(deflate(written_out(message))).decode()
    return extended(address, sign_query(name, deflated, relay_state, key))
