"""An AuthnRequest that is read on after each broken rule: what was named is put right, and the reader tries again."""

from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from chalicelib.catalogue.model import Connection, EntityId, Profile
from chalicelib.errors import InvalidMessage
from chalicelib.login.question import Wanted
from chalicelib.saml.craft.parsing import canonical
from chalicelib.saml.craft.times import written
from chalicelib.saml.craft.uris import POST, tag
from chalicelib.saml.messages.authn_request import AuthnRequest, OurNames, read_authn_request
from chalicelib.saml.partners.addresses import ConsumerService
from chalicelib.saml.partners.roles import ServiceProvider
from local import identities
from local.kit.case import Case, broken, told
from local.kit.findings import Finding, mend, note, ok

Element = etree._Element

_CONSUMER = ("AssertionConsumerServiceIndex", "AssertionConsumerServiceURL", "ProtocolBinding")


def read_on(case: Case) -> Iterator[Finding]:
    """Read an AuthnRequest until nothing more is wrong with it."""
    read = None
    for _ in range(len(_REPAIRS) + 1):
        try:
            read = _read(case)
            break
        except InvalidMessage as error:
            yield broken(error)
            repair = _REPAIRS.get(error.reason)
            if repair is None:
                return
            repair(case)
    if read is not None:
        yield from _asked(read, case)


def _read(case: Case) -> AuthnRequest:
    provider = case.imported.provider if case.imported else _as_asked(case.root)
    profile = case.imported.profile if case.imported else Profile.GENERAL
    connection = Connection(EntityId(provider.entity_id), "provider", b"", profile=profile)
    us = OurNames(case.address, identities.COMBICONNECT, identities.DIGID, identities.MACHTIGEN)
    return read_authn_request(canonical(case.root), connection, provider.consumers, us, case.now)


def _as_asked(root: Element) -> ServiceProvider:
    """Make up a provider where there is no metadata: one with the address that it asks for."""
    index, url, binding = (root.get(name) for name in _CONSUMER)
    number = int(index) if index is not None and index.isascii() and index.isdigit() and len(index) < 6 else 0
    consumer = ConsumerService(number, binding or POST, url or "https://provider.invalid/acs")
    return ServiceProvider(root.findtext(tag("saml:Issuer")) or "", (), (), (consumer,), (), frozenset())


def _asked(read: AuthnRequest, case: Case) -> Iterator[Finding]:
    """Tell what a request asks that can be read."""
    if read.wanted is Wanted.UNSUPPORTED:
        error = InvalidMessage("Scoping", received=read.scoping, expected=identities.MACHTIGEN)
        yield mend("Scoping is answered with NoSupportedIDP", told(error))
    else:
        yield ok(f"asks for whom: {read.wanted}")
    if not read.level_supported:
        error = InvalidMessage("RequestedAuthnContext", received=read.levels, expected="a level of assurance of DigiD")
        yield mend("RequestedAuthnContext is answered with NoAuthnContext", told(error))
    if case.imported is None:
        yield note("the address for the answer was not compared", "give the sender's metadata: METADATA=provider.xml")
        return
    yield ok(f"is answered at {read.consumer.location}")
    indexes = [offer.index for offer in case.imported.provider.services]
    if read.service_index is not None and indexes and read.service_index not in indexes:
        error = InvalidMessage("index", received=read.service_index, expected=[str(one) for one in indexes])
        yield mend("AttributeConsumingServiceIndex is not in the metadata", told(error))


def _without(*names: str) -> Callable[[Case], None]:
    def repair(case: Case) -> None:
        for name in names:
            if name in case.root.attrib:
                del case.root.attrib[name]

    return repair


def _set(name: str, value: Callable[[Case], str]) -> Callable[[Case], None]:
    return lambda case: case.root.set(name, value(case))


def _drop(name: str) -> Callable[[Case], None]:
    def repair(case: Case) -> None:
        for element in case.root.findall(tag(name)):
            case.root.remove(element)

    return repair


_AT_ONCE = _set("IssueInstant", lambda case: written(case.now))
_REPAIRS: Mapping[str, Callable[[Case], None]] = {
    "ID": _set("ID", lambda _: "_mended"),
    "Version": _set("Version", lambda _: "2.0"),
    "IssueInstant": _AT_ONCE,
    "not an instant with a time zone": _AT_ONCE,
    "an instant at the edge of the calendar": _AT_ONCE,
    "index": _without("AssertionConsumerServiceIndex", "AttributeConsumingServiceIndex"),
    "Destination": _set("Destination", lambda case: case.address),
    "Consent": _without("Consent"),
    "IsPassive": _without("IsPassive"),
    "ProtocolBinding beside an index": _without("ProtocolBinding"),
    "AssertionConsumerService by index and by URL": _without("AssertionConsumerServiceURL"),
    "AssertionConsumerService is not registered": _without(*_CONSUMER),
    "Comparison": _drop("samlp:RequestedAuthnContext"),
    "more than one RequesterID": _drop("samlp:Scoping"),
    "Extensions": _drop("samlp:Extensions"),
    "IntendedAudience or ServiceUUID": _drop("samlp:Extensions"),
}
