"""The gate: the one way in for every SAML message (security.md section 1).

    decoding.py → parsing.py → shapes.py → signatures.py or queries.py → the verified octets

A caller first reads a message (`from_post`, `from_query`, `from_soap`, `from_metadata`), looks up the sender by
`issuer`, and gets the octets that may be believed from `accept`. Every step raises `InvalidMessage`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.observe import note_sender
from chalicelib.saml.decoding import from_base64, inflate
from chalicelib.saml.encryption import opened
from chalicelib.saml.keys import Certificate, PrivateKey
from chalicelib.saml.names import tag
from chalicelib.saml.parsing import METADATA, canonical, entity_id_of, only, parse, text_of
from chalicelib.saml.queries import Query, verify_query
from chalicelib.saml.shapes import ASSERTION, ENTITIES_DESCRIPTOR, ENTITY_DESCRIPTOR, Shape
from chalicelib.saml.signatures import verified
from chalicelib.saml.soap import message_in

DEFLATED = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
"""The one encoding of a message in a query (SAML bindings 3.4.4)."""
LONGEST_RELAY_STATE = 80
"""Bytes (SAML bindings 3.4.3)."""

Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Unverified:
    """A message of the right shape, of which only the issuer may be looked at: to find the sender's keys."""

    issuer: str
    relay_state: str | None
    accept: Callable[[Iterable[Certificate]], bytes]
    """Return the octets that the sender signed. Raises `InvalidMessage`."""
    signed: bool = True
    """False for metadata without a signature, which nothing but a person can vouch for."""


def from_post(parameters: Parameters, name: str, shape: Shape) -> Unverified:
    """Read a message from a form, signed inside (SAML bindings 3.5)."""
    root = _shaped(from_base64(_one(parameters, name)), shape)
    return Unverified(_issuer(root), _relay_state(parameters), lambda keys: verified(root, keys))


def from_query(parameters: Parameters, name: str, shape: Shape) -> Unverified:
    """Read a message from a query string, signed beside it (SAML bindings 3.4)."""
    if list(parameters.get("SAMLEncoding", [DEFLATED])) != [DEFLATED]:
        raise InvalidMessage("SAMLEncoding", received=parameters["SAMLEncoding"], expected=DEFLATED)
    # Read first, so that who forgot to sign is named where that is written down.
    root = _shaped(inflate(from_base64(_one(parameters, name))), shape)
    query = Query(name, _one(parameters, name), _optional(parameters, "RelayState"), _one(parameters, "SigAlg"))
    signature = from_base64(_one(parameters, "Signature"))
    if root.find(tag("ds:Signature")) is not None:
        raise InvalidMessage("signed twice")

    def accept(keys: Iterable[Certificate]) -> bytes:
        verify_query(query, signature, keys)
        return canonical(root)

    return Unverified(_issuer(root), _relay_state(parameters), accept)


def from_soap(body: bytes, shape: Shape) -> Unverified:
    """Read a message from a SOAP 1.1 envelope, signed inside (SAML bindings 3.2)."""
    root = _checked(message_in(body), shape)
    return Unverified(_issuer(root), None, lambda keys: verified(root, keys))


def response_from_soap(body: bytes, shape: Shape) -> Unverified:
    """Read an ArtifactResponse, signed as a whole. What is inside must be rightly signed if it is signed."""
    message = from_soap(body, shape)

    def accept(certificates: Iterable[Certificate]) -> bytes:
        keys = list(certificates)
        octets = message.accept(keys)
        for response in parse(octets).findall(tag("samlp:Response")):
            for signed in (response, *response.findall(tag("saml:Assertion"))):
                if signed.find(tag("ds:Signature")) is not None:
                    verified(parse(etree.tostring(signed, method="c14n", exclusive=True)), keys)
        return octets

    return Unverified(message.issuer, None, accept)


def from_metadata(document: bytes) -> Unverified:
    """Read an EntityDescriptor, or an EntitiesDescriptor of which the first is the sender; its entityID is the issuer.

    The signature of the whole document counts, or else that of its only EntityDescriptor (SAML metadata 3).
    """
    root = parse(document, METADATA)
    several = root.tag == tag("md:EntitiesDescriptor")
    if not several and root.tag != tag("md:EntityDescriptor"):
        raise InvalidMessage("not an EntityDescriptor")
    (ENTITIES_DESCRIPTOR if several else ENTITY_DESCRIPTOR).check(root)
    entity = root.findall(tag("md:EntityDescriptor"))[0] if several else root
    if not (entity_id := entity.get("entityID")):
        raise InvalidMessage("no entityID")
    alone = [entity] if len(root.findall(tag("md:EntityDescriptor"))) == 1 else []
    covered = next((element for element in (root, *alone) if element.find(tag("ds:Signature")) is not None), None)
    return Unverified(
        entity_id, None, lambda keys: verified(root if covered is None else covered, keys), covered is not None
    )


def response_from_post(parameters: Parameters, shape: Shape) -> Unverified:
    """Read a Response that is signed as a whole, or whose assertion is.

    The octets of the whole are handed on when it is signed, otherwise those of the assertion alone.
    """
    root = _shaped(from_base64(_one(parameters, "SAMLResponse")), shape)
    assertion = root.find(tag("saml:Assertion"))

    def accept(certificates: Iterable[Certificate]) -> bytes:
        keys = list(certificates)
        inner = assertion is not None and assertion.find(tag("ds:Signature")) is not None
        outer = root.find(tag("ds:Signature")) is not None
        if outer:
            whole = verified(root, keys)
            # A second signature must be right too, checked in what was just found to be signed.
            if inner:
                verified(only(parse(whole), "saml:Assertion"), keys)
            return whole
        if not inner or assertion is None:
            raise InvalidMessage("not signed")
        return verified(assertion, keys)

    return Unverified(_issuer(root), _relay_state(parameters), accept)


def opened_response(octets: bytes, keys: Iterable[PrivateKey], certificates: Sequence[Certificate]) -> bytes:
    """Return what `response_from_post` accepted, with an EncryptedAssertion replaced by the assertion inside.

    Only in a Response that is signed as a whole can there be one, so nobody but its sender makes us try a ciphertext.
    What was inside passes the gate as well, and must be rightly signed if it is signed.
    """
    root = parse(octets)
    if (encrypted := root.find(tag("saml:EncryptedAssertion"))) is None:
        return octets
    assertion = _shaped(opened(encrypted, keys), ASSERTION)
    if assertion.find(tag("ds:Signature")) is not None:
        assertion = parse(verified(assertion, certificates))
    root.replace(encrypted, assertion)
    return canonical(root)


def opened_request(octets: bytes, keys: Iterable[PrivateKey]) -> bytes:
    """Return the octets of an accepted LogoutRequest, with an EncryptedID replaced by the NameID inside."""
    root = parse(octets)
    if (encrypted := root.find(tag("saml:EncryptedID"))) is None:
        return octets
    name_id = parse(opened(encrypted, keys))
    if name_id.tag != tag("saml:NameID") or len(name_id):
        raise InvalidMessage("cannot be opened")
    root.replace(encrypted, name_id)
    return canonical(root)


def _shaped(data: bytes, shape: Shape) -> etree._Element:
    return _checked(parse(data), shape)


def _checked(root: etree._Element, shape: Shape) -> etree._Element:
    """Check the shape of a message whose claimed sender is remembered, for the line about a refusal."""
    note_sender(root.findtext(tag("saml:Issuer")) or "")
    shape.check(root)
    return root


def _issuer(root: etree._Element) -> str:
    issuer = only(root, "saml:Issuer")
    if any(issuer.get(name) is not None for name in ("NameQualifier", "SPNameQualifier", "SPProvidedID")):
        raise InvalidMessage("qualified issuer")
    return entity_id_of(text_of(issuer))


def _one(parameters: Parameters, name: str) -> str:
    if "SAMLRequest" in parameters and "SAMLResponse" in parameters:
        raise InvalidMessage("request and response at once")
    values = parameters.get(name, ())
    if len(values) != 1 or not values[0]:
        raise InvalidMessage(f"not one {name}")
    return values[0]


def _optional(parameters: Parameters, name: str) -> str | None:
    return _one(parameters, name) if name in parameters and list(parameters[name]) != [""] else None


def _relay_state(parameters: Parameters) -> str | None:
    relay_state = _optional(parameters, "RelayState")
    if relay_state is not None and len(relay_state.encode()) > LONGEST_RELAY_STATE:
        raise InvalidMessage("RelayState too long")
    return relay_state
