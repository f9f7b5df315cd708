"""The gate: the one way in for every SAML message (security.md section 1).

    decoding.py → parsing.py → shapes.py → signatures.py or queries.py → the verified octets

A caller first reads a message (`from_post`, `from_query`, `from_soap`, `from_metadata`), looks up the sender by
`issuer`, and gets the octets that may be believed from `accept`. Every step raises `InvalidMessage`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.observe import note_sender
from chalicelib.saml.craft.decoding import from_base64, inflate
from chalicelib.saml.craft.encryption import opened
from chalicelib.saml.craft.keys import Certificate, PrivateKey
from chalicelib.saml.craft.parsing import METADATA, canonical, entity_id_of, only, parse, plain_text
from chalicelib.saml.craft.queries import Query, verify_query
from chalicelib.saml.craft.shapes import ASSERTION, ENTITIES_DESCRIPTOR, ENTITY_DESCRIPTOR, Shape
from chalicelib.saml.craft.signatures import verified
from chalicelib.saml.craft.soap import message_in
from chalicelib.saml.craft.times import instant
from chalicelib.saml.craft.uris import named, tag

DEFLATED = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
"""The one encoding of a message in a query (SAML bindings 3.4.4)."""

_DECLARATION = re.compile(rb"\A\s*<\?xml [^>]*\?>")

LONGEST_RELAY_STATE = 80
"""Bytes (SAML bindings 3.4.3)."""
_QUALIFIERS = ("NameQualifier", "SPNameQualifier", "SPProvidedID")
_DESCRIPTORS = ("md:EntityDescriptor", "md:EntitiesDescriptor")

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
    wrapper: bytes | None = None
    """What stands, unsigned, around the part that is signed. It may contradict that part, and tells nothing."""


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
    if _is_signed(root):
        raise InvalidMessage("signed twice", received="in the message and beside it", expected="beside it alone")

    def accept(keys: Iterable[Certificate]) -> bytes:
        verify_query(query, signature, keys)
        return canonical(root)

    return Unverified(_issuer(root), _relay_state(parameters), accept)


def from_soap(body: bytes, shape: Shape) -> Unverified:
    """Read a message from a SOAP envelope, signed inside (SAML bindings 3.2)."""
    root = _checked(message_in(body), shape)
    return Unverified(_issuer(root), None, lambda keys: verified(root, keys))


def response_from_soap(body: bytes, shape: Shape) -> Unverified:
    """Read an ArtifactResponse, signed as a whole. What is inside must be rightly signed if it is signed."""
    root = _checked(message_in(body), shape)

    def accept(certificates: Iterable[Certificate]) -> bytes:
        keys = list(certificates)
        octets = verified(root, keys)
        for response in root.findall(tag("samlp:Response")):
            for inner in (*response.findall(tag("saml:Assertion")), response):
                if _is_signed(inner):
                    # Where it stands: what is declared around it counts (exclusive canonicalisation, 3).
                    verified(inner, keys)
        return octets

    return Unverified(_issuer(root), None, accept)


def from_metadata(document: bytes) -> Unverified:
    """Read an EntityDescriptor, or an EntitiesDescriptor of which the first is the sender; its entityID is the issuer.

    The signature of the whole document counts, or else that of its only EntityDescriptor (SAML metadata 3).
    """
    root = parse(document, METADATA)
    several = root.tag == tag("md:EntitiesDescriptor")
    if not several and root.tag != tag("md:EntityDescriptor"):
        raise InvalidMessage("not an EntityDescriptor", received=named(root), expected=_DESCRIPTORS)
    (ENTITIES_DESCRIPTOR if several else ENTITY_DESCRIPTOR).check(root)
    entity = root.findall(tag("md:EntityDescriptor"))[0] if several else root
    entity_id = entity_id_of(entity.get("entityID", ""))
    alone = [entity] if len(root.findall(tag("md:EntityDescriptor"))) == 1 else []
    covered = next(filter(_is_signed, (root, *alone)), None)
    return Unverified(
        entity_id, None, lambda keys: verified(root if covered is None else covered, keys), covered is not None
    )


def rewritten(metadata: bytes) -> bytes:
    """Return metadata as it was parsed within its bounds, without comments: for whoever parses it once more."""
    return etree.tostring(parse(metadata, METADATA), encoding="utf-8")


def descriptors(document: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield entityID and octets of each EntityDescriptor in metadata that was let in, who connects first.

    One that stood in an EntitiesDescriptor is good no longer than what stood around it.
    """
    root = parse(document, METADATA)
    if root.tag == tag("md:EntityDescriptor"):
        yield root.get("entityID", ""), document
    for one in root.findall(tag("md:EntityDescriptor")):
        yield one.get("entityID", ""), _cut_out(one)


def _cut_out(descriptor: etree._Element) -> bytes:
    ends = [element.get("validUntil") for element in (descriptor, *descriptor.iterancestors())]
    if stated := [end for end in ends if end]:
        descriptor.set("validUntil", min(stated, key=instant))
    return canonical(descriptor)


def response_from_post(parameters: Parameters, shape: Shape) -> Unverified:
    """Read a Response that is signed as a whole, or whose assertion is.

    The octets of the whole are handed on when it is signed, otherwise those of the assertion alone.
    """
    root = _shaped(from_base64(_one(parameters, "SAMLResponse")), shape)
    whole, assertion = _is_signed(root), root.find(tag("saml:Assertion"))
    part = assertion if assertion is not None and _is_signed(assertion) else None

    def accept(certificates: Iterable[Certificate]) -> bytes:
        if not whole and part is None:
            expected = "a Signature in the Response or in its Assertion"
            raise InvalidMessage("not signed", received="", expected=expected)
        keys = list(certificates)
        # A second signature must be right too, where it stands; but what the first covers is all.
        octets = [verified(signed, keys) for signed in (root if whole else None, part) if signed is not None]
        return octets[0]

    wrapper = None if whole else etree.tostring(root)
    return Unverified(_issuer(root), _relay_state(parameters), accept, wrapper=wrapper)


def response_inside(octets: bytes) -> bytes | None:
    """Return the Response in what `response_from_soap` accepted, if there is one.

    It comes with all that is declared around it: an assertion that is encrypted inside may lean on that.
    """
    inside = parse(octets).find(tag("samlp:Response"))
    return None if inside is None else etree.tostring(inside, method="c14n")


def opened_response(octets: bytes, keys: Iterable[PrivateKey], certificates: Sequence[Certificate]) -> bytes:
    """Return what `response_from_post` accepted, with an EncryptedAssertion replaced by the assertion inside.

    Only in a Response that is signed as a whole can there be one, so nobody but its sender makes us try a ciphertext.
    What was inside passes the gate as well, and must be rightly signed if it is signed.
    """
    root = parse(octets)
    if (encrypted := root.find(tag("saml:EncryptedAssertion"))) is None:
        return octets
    assertion = _opened_in_place(encrypted, keys)
    ASSERTION.check(assertion)
    if _is_signed(assertion):
        assertion = parse(verified(assertion, certificates))
    root.replace(encrypted, assertion)
    return canonical(root)


def opened_request(octets: bytes, keys: Iterable[PrivateKey]) -> bytes:
    """Return the octets of an accepted LogoutRequest, with an EncryptedID replaced by the NameID inside."""
    root = parse(octets)
    if (encrypted := root.find(tag("saml:EncryptedID"))) is None:
        return octets
    name_id = _opened_in_place(encrypted, keys)
    if name_id.tag != tag("saml:NameID") or len(name_id):
        raise InvalidMessage("cannot be opened", received=named(name_id), expected="a saml:NameID with text")
    root.replace(encrypted, name_id)
    return canonical(root)


def _is_signed(element: etree._Element) -> bool:
    return element.find(tag("ds:Signature")) is not None


def _opened_in_place(encrypted: etree._Element, keys: Iterable[PrivateKey]) -> etree._Element:
    """Return the element inside an encrypted one. Prefixes may be declared around it (XML Encryption 4.3.3)."""
    around = etree.tostring(etree.Element("context", nsmap=cast("dict[str, str]", encrypted.nsmap))).removesuffix(b"/>")
    context = parse(around + b">" + _DECLARATION.sub(b"", opened(encrypted, keys)) + b"</context>")
    if len(context) != 1 or (context.text or "").strip() or (context[0].tail or "").strip():
        received = f"{len(context)} elements, and perhaps text"
        raise InvalidMessage("cannot be opened", received=received, expected="one element inside, and nothing else")
    return context[0]


def _shaped(data: bytes, shape: Shape) -> etree._Element:
    return _checked(parse(data), shape)


def _checked(root: etree._Element, shape: Shape) -> etree._Element:
    """Check the shape of a message whose claimed sender is remembered, for the line about a refusal."""
    note_sender(root.findtext(tag("saml:Issuer")) or "")
    shape.check(root)
    return root


def _issuer(root: etree._Element) -> str:
    issuer = only(root, "saml:Issuer")
    if qualified := [name for name in _QUALIFIERS if issuer.get(name) is not None]:
        raise InvalidMessage("qualified issuer", received=qualified, expected="an Issuer without these")
    return entity_id_of(plain_text(issuer))


def _one(parameters: Parameters, name: str) -> str:
    if "SAMLRequest" in parameters and "SAMLResponse" in parameters:
        raise InvalidMessage("request and response at once", received="SAMLRequest, SAMLResponse", expected=name)
    values = parameters.get(name, ())
    if len(values) != 1 or not values[0]:
        received = [f"{len(value)} characters" for value in values]
        raise InvalidMessage(f"not one {name}", received=received, expected="one that is not empty")
    return values[0]


def _optional(parameters: Parameters, name: str) -> str | None:
    return _one(parameters, name) if name in parameters and list(parameters[name]) != [""] else None


def _relay_state(parameters: Parameters) -> str | None:
    relay_state = _optional(parameters, "RelayState")
    if relay_state is not None and (size := len(relay_state.encode())) > LONGEST_RELAY_STATE:
        expected = f"at most {LONGEST_RELAY_STATE}"
        raise InvalidMessage("RelayState too long", received=f"{size} bytes", expected=expected)
    return relay_state
