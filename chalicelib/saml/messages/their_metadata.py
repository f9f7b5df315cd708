"""What a partner's metadata says of one of its roles, word for word: `partners/` judges it (SAML metadata 2)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from saml2 import md
from saml2 import xmldsig as ds

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft.gate import rewritten
from chalicelib.saml.craft.uris import SERVICE_UUID
from chalicelib.saml.messages.reading import read_as, reading, text_of


class RoleKind(StrEnum):
    """The roles that a partner can have for us, as pysaml2 names them."""

    SERVICE_PROVIDER = "spsso_descriptor"
    IDENTITY_PROVIDER = "idpsso_descriptor"


# Named tuples, here and for what else is new for each message: a dataclass takes four times as long to make, at every
# cold start.
class Endpoint(NamedTuple):
    """An address of any kind, of which what is not stated is empty."""

    binding: str
    location: str
    response_location: str
    stated_index: str | None
    default: str
    """isDefault."""


class KeyDescriptor(NamedTuple):
    use: str | None
    names: tuple[str, ...]
    certificates: tuple[tuple[str, ...], ...]
    """Of each X509Data, in base64; empty where there is something else than text."""


class ConsumingService(NamedTuple):
    """An AttributeConsumingService."""

    stated_index: str | None
    names: tuple[str, ...]
    uuids: tuple[str, ...]
    """The values of the attribute ServiceUUID that it asks for."""


class Role(NamedTuple):
    entity_id: str
    name: str
    """Of its element."""
    protocols: str | None
    valid_until: tuple[str, ...]
    """On the role, and on all that is around it."""
    keys: tuple[KeyDescriptor, ...]
    encryption_methods: frozenset[str]
    services: tuple[ConsumingService, ...]
    consumers: tuple[Endpoint, ...] = ()
    logout: tuple[Endpoint, ...] = ()
    single_sign_on: tuple[Endpoint, ...] = ()
    resolution: tuple[Endpoint, ...] = ()


# Of several elements pysaml2 keeps the last where the schema has one, and of certificates too. Attributes are left as
# they stand: it raises a `ValueError` where the text of one is not of its type, and writes others anew.
_X509_DATA = reading(ds.X509Data, x509_certificate=[ds.X509Certificate])
_KEY = reading(md.KeyDescriptor, key_info=[reading(ds.KeyInfo, x509_data=[_X509_DATA])])
_SERVICE = reading(
    md.AttributeConsumingService, requested_attribute=[reading(md.RequestedAttribute, attribute_value=None)]
)
_ENTITY = reading(
    md.EntityDescriptor,
    spsso_descriptor=[reading(md.SPSSODescriptor, key_descriptor=[_KEY], attribute_consuming_service=[_SERVICE])],
    idpsso_descriptor=[reading(md.IDPSSODescriptor, key_descriptor=[_KEY], attribute=None)],
    attribute_authority_descriptor=None,
)
_ADDRESSES = {
    "consumers": "assertion_consumer",
    "logout": "single_logout",
    "single_sign_on": "single_sign_on",
    "resolution": "artifact_resolution",
}
_ENTITIES = reading(md.EntitiesDescriptor, entity_descriptor=[_ENTITY], entities_descriptor=None)


def read_role(metadata: bytes, kind: RoleKind) -> Role:
    """Read the one role of a kind in an EntityDescriptor, or in an EntitiesDescriptor around one alone.

    Raises `InvalidMessage` for what is not metadata, or has no such role or more than one.
    """
    document = read_as(rewritten(metadata), _ENTITY, _ENTITIES)
    entity = document if isinstance(document, _ENTITY) else _only(document.entity_descriptor, "md:EntityDescriptor")
    role = _only(getattr(entity, kind), f"md:{'SP' if kind is RoleKind.SERVICE_PROVIDER else 'IDP'}SSODescriptor")
    stated = (role.valid_until, entity.valid_until, document.valid_until)
    return Role(
        entity_id=entity.entity_id or "",
        name=role.c_tag,
        protocols=role.protocol_support_enumeration,
        valid_until=tuple(until for until in stated if until is not None),
        keys=tuple(map(_key, role.key_descriptor)),
        encryption_methods=frozenset(
            method.algorithm or "" for key in role.key_descriptor for method in key.encryption_method
        ),
        services=tuple(map(_service, getattr(role, "attribute_consuming_service", ()))),
        **{name: tuple(map(_endpoint, getattr(role, f"{member}_service", ()))) for name, member in _ADDRESSES.items()},
    )


def _only(found: list[Any], name: str) -> Any:  # noqa: ANN401 - pysaml2 has no types
    if len(found) != 1:
        raise InvalidMessage(f"not one {name}", received=len(found), expected="one")
    return found[0]


def _endpoint(element: Any) -> Endpoint:  # noqa: ANN401 - pysaml2 has no types
    return Endpoint(
        element.binding or "",
        element.location or "",
        element.response_location or "",
        getattr(element, "index", None),
        getattr(element, "is_default", None) or "",
    )


def _key(descriptor: Any) -> KeyDescriptor:  # noqa: ANN401 - pysaml2 has no types
    infos = descriptor.key_info or ()
    return KeyDescriptor(
        descriptor.use,
        tuple(text_of(name) for info in infos for name in info.key_name),
        tuple(
            tuple("" if one.extension_elements else text_of(one) for one in data.x509_certificate or ())
            for info in infos
            for data in info.x509_data
        ),
    )


def _service(element: Any) -> ConsumingService:  # noqa: ANN401 - pysaml2 has no types
    names = tuple(_text("ServiceName", name, name.extension_elements) for name in element.service_name)
    uuids = tuple(
        _text("AttributeValue", value, value.children)
        for attribute in element.requested_attribute
        if attribute.name == SERVICE_UUID
        for value in attribute.extension_elements
    )
    return ConsumingService(element.index, names, uuids)


def _text(name: str, element: Any, inside: Sequence[object]) -> str:  # noqa: ANN401 - pysaml2 has no types
    if inside or not (text := text_of(element)):
        raise InvalidMessage(f"no plain text in {name}", received="elements" if inside else "", expected="text")
    return text
