"""Gate, step 3: what a message may look like. An allow-list per message; whatever is not named is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.names import tag

_WATCHED = tuple(
    tag(name)
    for name in (
        "ds:Signature",
        "saml:Assertion",
        "saml:EncryptedAssertion",
        "samlp:Response",
        "samlp:AuthnRequest",
        "samlp:ArtifactResolve",
        "samlp:ArtifactResponse",
    )
)
"""Elements that decide what a message means: they may stand only where a shape puts them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An element and its children in schema order: name to least and most. A child without a shape may hold anything
    but what is watched.
    """

    name: str
    children: Mapping[str, tuple[int, int]]
    inner: "tuple[Shape, ...]" = field(default=())

    def check(self, root: etree._Element) -> None:
        """Raise `InvalidMessage` unless the message has this shape."""
        if root.tag != tag(self.name):
            raise InvalidMessage("another message")
        placed = self._check(root)
        if placed != sum(1 for _ in root.iter(*_WATCHED)):
            raise InvalidMessage("something out of place")

    def _check(self, element: etree._Element) -> int:
        """Check an element and those inside it; return how many watched elements stand where they may."""
        order = {tag(name): place for place, name in enumerate(self.children)}
        places = [order.get(child.tag, -1) for child in element]
        if -1 in places or places != sorted(places):
            raise InvalidMessage("unknown or misplaced element")
        for name, (least, most) in self.children.items():
            if not least <= places.count(order[tag(name)]) <= most:
                raise InvalidMessage("too few or too many elements")
        shapes = {tag(shape.name): shape for shape in self.inner}
        inside = sum(shapes[child.tag]._check(child) for child in element if child.tag in shapes)
        leaves = sum(1 for child in element if child.tag in _WATCHED and child.tag not in shapes)
        return inside + leaves + (element.tag in _WATCHED)


AUTHN_REQUEST = Shape(
    "samlp:AuthnRequest",
    {
        "saml:Issuer": (1, 1),
        "ds:Signature": (0, 1),
        "samlp:Extensions": (0, 1),
        "samlp:NameIDPolicy": (0, 1),
        "samlp:RequestedAuthnContext": (0, 1),
        "samlp:Scoping": (0, 1),
    },
)
"""SAML core 3.4.1. Subject and Conditions are refused (combiconnect.md 2.1)."""

ARTIFACT_RESOLVE = Shape(
    "samlp:ArtifactResolve", {"saml:Issuer": (1, 1), "ds:Signature": (1, 1), "samlp:Artifact": (1, 1)}
)

LOGOUT_REQUEST = Shape(
    "samlp:LogoutRequest",
    {"saml:Issuer": (1, 1), "ds:Signature": (0, 1), "saml:NameID": (1, 1), "samlp:SessionIndex": (0, 8)},
)

_ASSERTION = Shape(
    "saml:Assertion",
    {
        "saml:Issuer": (1, 1),
        "ds:Signature": (0, 1),
        "saml:Subject": (1, 1),
        "saml:Conditions": (1, 1),
        "saml:AuthnStatement": (1, 1),
        "saml:AttributeStatement": (0, 1),
    },
)

RESPONSE = Shape(
    "samlp:Response",
    {"saml:Issuer": (1, 1), "ds:Signature": (0, 1), "samlp:Status": (1, 1), "saml:Assertion": (0, 1)},
    (_ASSERTION,),
)
"""What DigiD answers by POST (SAML core 3.3.3): one assertion at most, nothing encrypted."""
