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
    inner: "tuple[Shape, ...]" = field(default=())
    ordered: bool = True
    """Whether the children come in the order given, as the schema says of most elements."""

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
        if -1 in places or (self.ordered and places != sorted(places)):
            raise InvalidMessage("unknown or misplaced element")
        for name, (least, most) in self.children.items():
            if not least <= places.count(order[tag(name)]) <= most:
                raise InvalidMessage("too few or too many elements")
        shapes = {tag(shape.name): shape for shape in self.inner}
        inside = sum(shapes[child.tag]._check(child) for child in element if child.tag in shapes)
        leaves = sum(1 for child in element if child.tag in _WATCHED and child.tag not in shapes)
        return inside + leaves + (element.tag in _WATCHED)


_MANY, _MOST_ENTITIES = 64, 400

ARTIFACT_RESOLVE = Shape(
    "samlp:ArtifactResolve",
    {"saml:Issuer": (1, 1), "ds:Signature": (1, 1), "samlp:Artifact": (1, 1)},
    (Shape("saml:Issuer", {}), Shape("samlp:Artifact", {})),
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
)
"""SAML core 3.7.1; the session may be named by its SessionIndex alone (combiconnect.md 5.6)."""

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
)
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
        Shape("samlp:Extensions", {"saml:Attribute": (1, _MANY)}, (_EXTENSION,)),
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
)
"""SAML core 3.4.1. Subject and Conditions are refused (combiconnect.md 2.1)."""

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
)
"""What DigiD answers by POST (SAML core 3.3.3): one assertion at most, no Advice, no identifier encrypted apart."""

ARTIFACT_RESPONSE = Shape(
    "samlp:ArtifactResponse",
    {"saml:Issuer": (1, 1), "ds:Signature": (1, 1), "samlp:Status": (1, 1), "samlp:Response": (0, 1)},
    (Shape("saml:Issuer", {}), _STATUS, RESPONSE),
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
"""SAML metadata 2.3.2. What a role holds is checked where it is read (partners.py)."""

ENTITIES_DESCRIPTOR = Shape(
    "md:EntitiesDescriptor",
    {"ds:Signature": (0, 1), "md:Extensions": (0, 1), "md:EntityDescriptor": (1, _MOST_ENTITIES)},
    (ENTITY_DESCRIPTOR,),
)
"""SAML metadata 2.3.1: one partner, or a cluster supplier and the providers behind it (combiconnect.md 5.2)."""
