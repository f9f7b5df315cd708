"""Gate, step 3: what a message may look like. An allow-list per message; whatever is not named is refused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.uris import PREFIXES, named, tag

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
        "samlp:LogoutRequest",
        "samlp:LogoutResponse",
        "md:EntitiesDescriptor",
        "md:EntityDescriptor",
        "saml:EncryptedID",
        "saml:Advice",
    )
)
"""Elements that decide what a message means: they may stand only where a shape puts them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An element and its children: name to least and most. A child without a shape of its own may hold anything but
    what is watched.
    """

    name: str
    children: Mapping[str, tuple[int, int]]
    inner: "tuple[Shape, ...]" = ()
    ordered: bool = True
    """Whether the children come in the order given, as the schema says of most elements."""
    neighbours: tuple[tuple[str, ...], ...] = ()
    """Children that stand together, among themselves in any order: real senders take that freedom. Order decides
    nothing about what is signed or read; names and counts do.
    """
    foreign: bool = False
    """Whether elements of namespaces that are not SAML's are passed over, as long as nothing watched is in them."""

    def check(self, root: etree._Element) -> None:
        """Raise `InvalidMessage` unless the message has this shape."""
        if root.tag != tag(self.name):
            raise InvalidMessage("another message", received=named(root), expected=self.name)
        placed = self._check(root)
        if placed != sum(1 for _ in root.iter(*_WATCHED)):
            # One of each: a stranger can send thousands.
            watched = sorted(map(named, {element.tag: element for element in root.iter(*_WATCHED)}.values()))
            expected = f"{self.name} with each where it belongs"
            raise InvalidMessage("something out of place in a message", received=watched, expected=expected)

    def _check(self, element: etree._Element) -> int:
        """Check an element and those inside it; return how many watched elements stand where they may."""
        children = [child for child in element if not (self.foreign and _is_foreign(child))]
        order = {tag(name): place for place, name in enumerate(self.children)}
        self._check_places(children, order)
        counts = Counter(child.tag for child in children)
        for name, (least, most) in self.children.items():
            if not least <= counts[tag(name)] <= most:
                reason = f"too few or too many {name} in {self.name}"
                raise InvalidMessage(reason, received=counts[tag(name)], expected=f"{least} to {most}")
        shapes = {tag(shape.name): shape for shape in self.inner}
        inside = sum(shapes[child.tag]._check(child) for child in children if child.tag in shapes)
        leaves = sum(1 for child in children if child.tag in _WATCHED and child.tag not in shapes)
        return inside + leaves + (element.tag in _WATCHED)

    def _check_places(self, children: Sequence[etree._Element], order: Mapping[str, int]) -> None:
        places = dict(order)
        for together in self.neighbours:
            places |= dict.fromkeys(map(tag, together), order[tag(together[0])])
        last = 0
        for child in children:
            place = places.get(child.tag)
            if place is None:
                raise InvalidMessage(f"unknown element in {self.name}", received=named(child), expected=self._expected)
            if self.ordered and place < last:
                reason = f"misplaced element in {self.name}"
                raise InvalidMessage(reason, received=named(child), expected=self._expected)
            last = place

    @property
    def _expected(self) -> str:
        return ", ".join(self.children) or "text alone"


def _is_foreign(element: etree._Element) -> bool:
    """Tell whether an extension is none of SAML's own (SAML core 3.2.1)."""
    return etree.QName(element).namespace not in (None, *_OURS)


_OURS = frozenset(PREFIXES.values())
_MANY, _MOST_ENTITIES = 64, 400
_SIGNED_BY = ("saml:Issuer", "ds:Signature")
"""Salesforce, for one, signs before it says who it is."""

ARTIFACT_RESOLVE = Shape(
    "samlp:ArtifactResolve",
    {"saml:Issuer": (1, 1), "ds:Signature": (1, 1), "samlp:Artifact": (1, 1)},
    (Shape("saml:Issuer", {}), Shape("samlp:Artifact", {})),
    neighbours=(_SIGNED_BY,),
)
"""SAML core 3.5.1."""

LOGOUT_REQUEST = Shape(
    "samlp:LogoutRequest",
    {
        "saml:Issuer": (1, 1),
        "ds:Signature": (0, 1),
        "samlp:Extensions": (0, 1),
        "saml:NameID": (0, 1),
        "saml:EncryptedID": (0, 1),
        "samlp:SessionIndex": (0, _MANY),
    },
    (
        Shape("saml:Issuer", {}),
        Shape("saml:NameID", {}),
        Shape("saml:EncryptedID", {"xenc:EncryptedData": (1, 1), "xenc:EncryptedKey": (0, 2)}),
        Shape("samlp:SessionIndex", {}),
    ),
    neighbours=(_SIGNED_BY, ("saml:NameID", "saml:EncryptedID", "samlp:SessionIndex")),
)
"""SAML core 3.7.1; the session may be named by its SessionIndex alone (combiconnect.md 5.6), or before the NameID, as
the national sample has it."""

_CONFIRMATION = Shape("saml:SubjectConfirmation", {"saml:SubjectConfirmationData": (1, 1)})
_SUBJECT = Shape(
    "saml:Subject",
    {"saml:NameID": (1, 1), "saml:SubjectConfirmation": (1, 1)},
    (Shape("saml:NameID", {}), _CONFIRMATION),
)
_CONDITIONS = Shape(
    "saml:Conditions",
    {"saml:AudienceRestriction": (1, _MANY), "saml:OneTimeUse": (0, 1), "saml:ProxyRestriction": (0, 1)},
    (Shape("saml:AudienceRestriction", {"saml:Audience": (1, _MANY)}, (Shape("saml:Audience", {}),)),),
    ordered=False,
)
_AUTHN_CONTEXT = Shape(
    "saml:AuthnContext",
    {
        "saml:AuthnContextClassRef": (1, 1),
        "saml:AuthnContextDecl": (0, 1),
        "saml:AuthnContextDeclRef": (0, 1),
        "saml:AuthenticatingAuthority": (0, _MANY),
    },
    (Shape("saml:AuthnContextClassRef", {}),),
)
ASSERTION = Shape(
    "saml:Assertion",
    {
        "saml:Issuer": (1, 1),
        "ds:Signature": (0, 1),
        "saml:Subject": (1, 1),
        "saml:Conditions": (1, 1),
        "saml:AuthnStatement": (1, 1),
        "saml:AttributeStatement": (0, 1),
    },
    (
        Shape("saml:Issuer", {}),
        _SUBJECT,
        _CONDITIONS,
        Shape("saml:AuthnStatement", {"saml:SubjectLocality": (0, 1), "saml:AuthnContext": (1, 1)}, (_AUTHN_CONTEXT,)),
        Shape("saml:AttributeStatement", {"saml:Attribute": (1, _MANY)}),
    ),
    neighbours=(_SIGNED_BY, ("saml:AuthnStatement", "saml:AttributeStatement")),
)
"""SAML core 2.3.3, which leaves the order of statements free."""
# Only routers send one on; from anybody else it is let in, and never read (combiconnect.md 2.2).
_EXTENSION = Shape(
    "saml:Attribute",
    {"saml:AttributeValue": (0, _MANY)},
    (Shape("saml:AttributeValue", {"saml:Assertion": (0, 1)}, (ASSERTION,)),),
)
_IDP_LIST = Shape(
    "samlp:IDPList", {"samlp:IDPEntry": (1, _MANY), "samlp:GetComplete": (0, 1)}, (Shape("samlp:IDPEntry", {}),)
)

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
    (
        Shape("saml:Issuer", {}),
        Shape("samlp:Extensions", {"saml:Attribute": (0, _MANY)}, (_EXTENSION,), foreign=True),
        Shape("samlp:NameIDPolicy", {}),
        Shape(
            "samlp:RequestedAuthnContext",
            {"saml:AuthnContextClassRef": (0, _MANY), "saml:AuthnContextDeclRef": (0, _MANY)},
            (Shape("saml:AuthnContextClassRef", {}), Shape("saml:AuthnContextDeclRef", {})),
        ),
        Shape(
            "samlp:Scoping",
            {"samlp:IDPList": (0, 1), "samlp:RequesterID": (0, _MANY)},
            (_IDP_LIST, Shape("samlp:RequesterID", {})),
        ),
    ),
    ordered=False,
)
"""SAML core 3.4.1, in any order: some clients fill in templates. Subject and Conditions are refused (combiconnect.md
2.1)."""

_STATUS = Shape(
    "samlp:Status",
    {"samlp:StatusCode": (1, 1), "samlp:StatusMessage": (0, 1), "samlp:StatusDetail": (0, 1)},
    (Shape("samlp:StatusCode", {"samlp:StatusCode": (0, 1)}), Shape("samlp:StatusMessage", {})),
)
_ENCRYPTED = Shape("saml:EncryptedAssertion", {"xenc:EncryptedData": (1, 1), "xenc:EncryptedKey": (0, 2)})

RESPONSE = Shape(
    "samlp:Response",
    {
        "saml:Issuer": (1, 1),
        "ds:Signature": (0, 1),
        "samlp:Status": (1, 1),
        "saml:Assertion": (0, 1),
        "saml:EncryptedAssertion": (0, 1),
    },
    (Shape("saml:Issuer", {}), _STATUS, ASSERTION, _ENCRYPTED),
    neighbours=(_SIGNED_BY,),
)
"""What DigiD answers by POST (SAML core 3.3.3): one assertion at most, no Advice, no identifier encrypted apart."""

ARTIFACT_RESPONSE = Shape(
    "samlp:ArtifactResponse",
    {"saml:Issuer": (1, 1), "ds:Signature": (1, 1), "samlp:Status": (1, 1), "samlp:Response": (0, 1)},
    (Shape("saml:Issuer", {}), _STATUS, RESPONSE),
    neighbours=(_SIGNED_BY,),
)
"""What DigiD answers to an ArtifactResolve (SAML core 3.5.2)."""

ENTITY_DESCRIPTOR = Shape(
    "md:EntityDescriptor",
    {
        "ds:Signature": (0, 1),
        "md:Extensions": (0, 1),
        "md:SPSSODescriptor": (0, 1),
        "md:IDPSSODescriptor": (0, 1),
        "md:AttributeAuthorityDescriptor": (0, 1),
        "md:RoleDescriptor": (0, _MANY),
        "md:Organization": (0, 1),
        "md:ContactPerson": (0, _MANY),
        "md:AdditionalMetadataLocation": (0, _MANY),
    },
    ordered=False,
)
"""SAML metadata 2.3.2. What a role holds is checked where it is read (partners/roles.py)."""

ENTITIES_DESCRIPTOR = Shape(
    "md:EntitiesDescriptor",
    {"ds:Signature": (0, 1), "md:Extensions": (0, 1), "md:EntityDescriptor": (1, _MOST_ENTITIES)},
    (ENTITY_DESCRIPTOR,),
)
"""SAML metadata 2.3.1: one partner, or a cluster supplier and the providers behind it (combiconnect.md 5.2)."""
