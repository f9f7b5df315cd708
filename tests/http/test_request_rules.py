"""Every rule for an AuthnRequest, a row each, in the order of combiconnect.md 2.1 to 2.7, with what comes of it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from lxml import etree

from chalicelib.catalogue.model import Announcement, Authorisation, Connection, EntityId, Relation, Service, Validity
from chalicelib.wiring import Wiring
from local.identities import COMBICONNECT, DIGID, MACHTIGEN
from tests.builders import PORTAL_ID, a_service
from tests.fakes import Clock
from tests.http.client import Answer, Person
from tests.http.combiconnect import CLUSTER, DIRECT, UUID, asked, connect, read, start
from tests.saml.national import ENTITY_ID, SUPPLIER, NationalProvider
from tests.saml.provider import ACS, NAMES, FakeProvider, found, written

GENERAL = FakeProvider()
GOES_ON, PAGE, UNKNOWN = "goes on", "400 page", "404 page"
NO_IDP = ["Requester", "NoSupportedIDP"]


@dataclass(frozen=True, slots=True)
class Row:
    """A request of the national profile, by what is changed in it, and its outcome."""

    name: str
    outcome: str | list[str]
    changes: tuple[tuple[str, str], ...] = ()
    scoping: str = ""
    extensions: str | None = None
    inside: str = ""
    by_supplier: bool = False
    relay_state: str = "back & forth"


def _set(name: str, value: str) -> tuple[tuple[str, str], ...]:
    return ((name, value),)


def _attribute(name: str, value: str) -> str:
    shown = f"<a:AttributeValue>{value}</a:AttributeValue>" if value else ""
    return f'<a:Attribute Name="urn:nl-eid-gdi:1.0:{name}">{shown}</a:Attribute>'


def _entries(*entities: str) -> str:
    listed = "".join(f'<p:IDPEntry ProviderID="{entity}"/>' for entity in entities)
    return f"<p:IDPList>{listed}</p:IDPList>"


def _requester(*entities: str) -> str:
    return "".join(f"<p:RequesterID>{entity}</p:RequesterID>" for entity in entities)


_FOR, _UUID = _attribute("IntendedAudience", ENTITY_ID), _attribute("ServiceUUID", UUID)
_STATEMENT = (
    '<a:Attribute Name="urn:nl-eid-gdi:1.0:IdpAssertion"><a:AttributeValue>'
    '<a:Assertion ID="_a" Version="2.0" IssueInstant="2031-01-01T00:00:00Z"><a:Issuer>x</a:Issuer>'
    '<a:Subject><a:NameID>s00000000:900100084</a:NameID><a:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:'
    'cm:bearer"><a:SubjectConfirmationData/></a:SubjectConfirmation></a:Subject><a:Conditions><a:AudienceRestriction>'
    "<a:Audience>x</a:Audience></a:AudienceRestriction></a:Conditions>"
    '<a:AuthnStatement AuthnInstant="2031-01-01T00:00:00Z"><a:AuthnContext><a:AuthnContextClassRef>x'
    "</a:AuthnContextClassRef></a:AuthnContext></a:AuthnStatement></a:Assertion></a:AttributeValue></a:Attribute>"
)
_CONSENT = "urn:oasis:names:tc:SAML:2.0:consent:"
_CLASS = "<a:AuthnContextClassRef>{}</a:AuthnContextClassRef>"

ROWS = [
    Row("as it should be", GOES_ON),
    # 2.1
    # A message without ID cannot be signed by a client; tests/saml/hostile sends one all the same.
    Row("no Version", PAGE, _set("Version", "")),
    Row("Version 1.1", PAGE, _set("Version", "1.1")),
    Row("no IssueInstant", PAGE, _set("IssueInstant", "")),
    Row("no Destination", PAGE, _set("Destination", "")),
    Row("Destination of another path", PAGE, _set("Destination", "https://machtigen.example/saml/slo")),
    Row("Consent unspecified", GOES_ON, _set("Consent", f"{_CONSENT}unspecified")),
    Row("Consent obtained", PAGE, _set("Consent", f"{_CONSENT}obtained")),
    Row("ForceAuthn true", GOES_ON, _set("ForceAuthn", "true")),
    Row("IsPassive false", GOES_ON, _set("IsPassive", "false")),
    Row("IsPassive true", PAGE, _set("IsPassive", "true")),
    Row(
        "ProtocolBinding beside an index",
        PAGE,
        _set("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"),
    ),
    Row("no AttributeConsumingServiceIndex and no Extensions", PAGE, _set("AttributeConsumingServiceIndex", "")),
    Row(
        "index and Extensions: Extensions win",
        GOES_ON,
        _set("AttributeConsumingServiceIndex", "9"),
        extensions=_FOR + _UUID,
    ),
    Row("ProviderName", GOES_ON, _set("ProviderName", "Ominous")),
    Row("Subject", PAGE, inside="<a:Subject><a:NameID>x</a:NameID></a:Subject>"),
    Row("Conditions", PAGE, inside="<a:Conditions/>"),
    Row("NameIDPolicy", GOES_ON, inside='<p:NameIDPolicy Format="urn:x" AllowCreate="true"/>'),
    Row(
        "RequestedAuthnContext is not looked at",
        GOES_ON,
        inside=f'<p:RequestedAuthnContext Comparison="minimum">{_CLASS.format("urn:x")}</p:RequestedAuthnContext>',
    ),
    # 2.2
    Row("Extensions empty", PAGE, extensions=""),
    Row("Extensions without IntendedAudience", PAGE, extensions=_UUID),
    Row("Extensions without ServiceUUID", PAGE, extensions=_FOR),
    Row("Extensions with an attribute without a value", PAGE, extensions=_FOR + _attribute("ServiceUUID", "")),
    Row("ServiceUUID that is none", PAGE, extensions=_FOR + _attribute("ServiceUUID", "1")),
    Row("ServiceUUID in capitals", GOES_ON, extensions=_FOR + _attribute("ServiceUUID", UUID.upper())),
    Row("Extensions with another element", PAGE, extensions=_FOR + _UUID + "<x/>"),
    Row(
        "Extensions with another's element",
        PAGE,
        extensions=f'{_FOR}{_UUID}<k:KeyInfo xmlns:k="urn:keycloak:ext:key:1.0"/>',
    ),
    Row("IdpAssertion is not read", GOES_ON, extensions=_FOR + _UUID + _STATEMENT),
    Row("a supplier for a provider behind it", GOES_ON, by_supplier=True),
    Row(
        "a supplier with an index",
        UNKNOWN,
        _set("AttributeConsumingServiceIndex", "1"),
        extensions="-",
        by_supplier=True,
    ),
    Row(
        "a supplier for itself",
        UNKNOWN,
        extensions=_attribute("IntendedAudience", SUPPLIER) + _UUID,
        by_supplier=True,
    ),
    Row(
        "a supplier for who is not behind it",
        UNKNOWN,
        extensions=_attribute("IntendedAudience", ENTITY_ID.replace("9000", "9001")) + _UUID,
        by_supplier=True,
    ),
    # 2.3
    Row("the default ACS", GOES_ON, _set("AssertionConsumerServiceIndex", "")),
    Row("an ACS that is not there", PAGE, _set("AssertionConsumerServiceIndex", "1")),
    Row(
        "the registered ACS by URL",
        GOES_ON,
        (("AssertionConsumerServiceIndex", ""), ("AssertionConsumerServiceURL", "https://dv.example/acs")),
    ),
    Row(
        "another ACS by URL",
        PAGE,
        (("AssertionConsumerServiceIndex", ""), ("AssertionConsumerServiceURL", "https://dv.example/acs2")),
    ),
    Row("index and URL at once", PAGE, _set("AssertionConsumerServiceURL", "https://dv.example/acs")),
    # 2.4
    Row("RequesterID of Machtigen", GOES_ON, scoping=_requester(MACHTIGEN)),
    Row("RequesterID of somebody else", NO_IDP, scoping=_requester("urn:x")),
    Row("RequesterID of the provider itself", NO_IDP, scoping=_requester(ENTITY_ID)),
    Row("two RequesterIDs", PAGE, scoping=_requester(MACHTIGEN, MACHTIGEN)),
    Row("IDPList of DigiD", GOES_ON, scoping=_entries(DIGID)),
    Row("IDPList of DigiD and Machtigen", GOES_ON, scoping=_entries(DIGID, MACHTIGEN)),
    Row("IDPList with Machtigen, and RequesterID", GOES_ON, scoping=_entries(DIGID, MACHTIGEN) + _requester(MACHTIGEN)),
    Row("IDPList without Machtigen, and RequesterID", NO_IDP, scoping=_entries(DIGID) + _requester(MACHTIGEN)),
    Row("IDPList of somebody else", NO_IDP, scoping=_entries("urn:x")),
    Row("Scoping empty", NO_IDP, scoping="-"),
    # 1.5
    Row("RelayState of 80 bytes", GOES_ON, relay_state="é" * 40),
    Row("RelayState of 82 bytes", PAGE, relay_state="é" * 41),
    # 2.6
    Row("an index that is not there", UNKNOWN, _set("AttributeConsumingServiceIndex", "7")),
    Row("a service that is not there", UNKNOWN, extensions=_FOR + _attribute("ServiceUUID", UUID.replace("6", "7"))),
    Row("a service of another provider", UNKNOWN, extensions=_FOR + _attribute("ServiceUUID", PORTAL_ID)),
]


def _send(person: Person, row: Row, provider: NationalProvider, clock: Clock) -> Answer:
    request = asked(provider, clock)
    for name, value in row.changes:
        request.attrib.pop(name, "")
        if value:
            request.set(name, value)
    if row.extensions is not None or row.inside or row.scoping:
        _rewrite(request, row)
    return person.post("/saml/sso", provider.post_form(request, row.relay_state))


def _rewrite(request: etree._Element, row: Row) -> None:
    names = f'xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}"'
    if row.extensions is not None:
        for old in request.findall("p:Extensions", NAMES):
            request.remove(old)
        if row.extensions != "-":
            request.insert(1, etree.fromstring(f"<p:Extensions {names}>{row.extensions}</p:Extensions>"))
    if row.inside:
        request.extend(etree.fromstring(f"<x {names}>{row.inside}</x>"))
    if row.scoping:
        request.append(etree.fromstring(f"<p:Scoping {names}>{row.scoping.strip('-')}</p:Scoping>"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_request_of_the_national_profile(henk: Person, wired: Wiring, clock: Clock, row: Row) -> None:
    provider = CLUSTER if row.by_supplier else DIRECT
    connect(wired, provider)
    answer = _send(henk, row, provider, clock)
    if isinstance(row.outcome, list):
        assert read(henk, provider, answer, clock).status == row.outcome
        return
    statuses = {GOES_ON: 200, PAGE: 400, UNKNOWN: 404}
    assert answer.status == statuses[row.outcome], answer.body
    assert (row.outcome == GOES_ON) == ('action="https://digid.example/sso"' in answer.body)


def _without_issuer(request: etree._Element) -> None:
    request.remove(found(request, "a:Issuer"))


def _empty_issuer(request: etree._Element) -> None:
    found(request, "a:Issuer").text = ""


def _qualified(name: str) -> Callable[[etree._Element], None]:
    return lambda request: found(request, "a:Issuer").set(name, "x")


def _entity_format(request: etree._Element) -> None:
    found(request, "a:Issuer").set("Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:entity")


ISSUERS: dict[str, tuple[Callable[[etree._Element], None], int]] = {
    "none": (_without_issuer, 400),
    "empty": (_empty_issuer, 400),
    **{name: (_qualified(name), 400) for name in ("NameQualifier", "SPNameQualifier", "SPProvidedID")},
    "with a Format": (_entity_format, 200),
}


@pytest.mark.parametrize("issuer", ISSUERS)
def test_the_issuer_is_an_entity_id_and_nothing_else(henk: Person, wired: Wiring, clock: Clock, issuer: str) -> None:
    connect(wired, DIRECT)
    request, (edit, status) = asked(DIRECT, clock), ISSUERS[issuer]
    edit(request)
    if issuer == "none":
        DIRECT.sign(request, at=0)
        form = {"SAMLRequest": base64.b64encode(etree.tostring(request)).decode()}
    else:
        form = DIRECT.post_form(request)
    assert henk.post("/saml/sso", form).status == status


def test_without_a_message_or_its_signature_there_is_nothing_to_answer(
    henk: Person, wired: Wiring, clock: Clock
) -> None:
    connect(wired, DIRECT)
    unsigned = base64.b64encode(etree.tostring(asked(DIRECT, clock))).decode()
    for form in ({}, {"SAMLRequest": ""}, {"SAMLRequest": "%%%"}, {"SAMLRequest": "eA=="}, {"SAMLRequest": unsigned}):
        assert henk.post("/saml/sso", form).status == 400, form


@pytest.mark.parametrize(
    ("step", "status"),
    [
        (timedelta(minutes=-5), 200),
        (timedelta(minutes=-7), 400),
        (timedelta(seconds=50), 200),
        (timedelta(seconds=90), 400),
    ],
)
def test_a_request_is_neither_old_nor_from_the_future(
    henk: Person, wired: Wiring, clock: Clock, step: timedelta, status: int
) -> None:
    connect(wired, DIRECT)
    issued = written(clock() + step)
    assert start(henk, DIRECT, asked(DIRECT, clock, IssueInstant=issued)).status == status


LAYERS = ["organisation", "role", "connection", "service"]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("state", ["switched off", "not yet", "over"])
def test_a_layer_that_does_not_count_closes_the_door(
    henk: Person, wired: Wiring, clock: Clock, layer: str, state: str
) -> None:
    connect(wired, DIRECT)
    moment, hour = clock(), timedelta(hours=1)
    closed = {
        "switched off": Validity(active=False),
        "not yet": Validity(since=moment + hour),
        "over": Validity(until=moment - hour),
    }[state]
    layers = tuple(closed if name == layer else Validity() for name in LAYERS)
    connection, service = wired.catalogue.connection(ENTITY_ID), wired.catalogue.service(UUID)
    wired.catalogue.put_connection(replace(connection, valid=layers[:3]))
    wired.catalogue.put_service(replace(service, valid=(*layers[:2], layers[3])))
    assert start(henk, DIRECT, asked(DIRECT, clock)).status == 404


def test_a_service_behind_a_closed_organisation_is_not_released(henk: Person, wired: Wiring, clock: Clock) -> None:
    connect(wired, DIRECT)
    sent = henk.pass_digid(start(henk, DIRECT, asked(DIRECT, clock)), "25")
    closed = replace(wired.catalogue.service(UUID), valid=(Validity(until=clock()),))
    wired.catalogue.put_service(closed)
    assert read(henk, DIRECT, sent, clock).status == ["Responder", "RequestDenied"]


OFFERS: list[tuple[str, dict[str, object], str, str | list[str]]] = [
    ("not mandatable, for another", {"mandatable": False}, _requester(MACHTIGEN), ["Responder", "RequestUnsupported"]),
    (
        "for organisations only",
        {"authorisation": Authorisation.ORGANISATION},
        _requester(MACHTIGEN),
        ["Responder", "RequestUnsupported"],
    ),
    ("not for oneself", {"digid": False}, "", ["Responder", "RequestUnsupported"]),
    ("not mandatable, either", {"mandatable": False}, _entries(DIGID, MACHTIGEN), GOES_ON),
    ("not for oneself, either", {"digid": False}, _entries(DIGID, MACHTIGEN), GOES_ON),
]


@pytest.mark.parametrize(("name", "offer", "scoping", "outcome"), OFFERS, ids=lambda value: str(value)[:30])
def test_what_a_service_does_not_offer_is_answered(
    henk: Person,
    wired: Wiring,
    clock: Clock,
    name: str,
    offer: dict[str, object],
    scoping: str,
    outcome: str | list[str],
) -> None:
    connect(wired, DIRECT)
    service: Service = replace(wired.catalogue.service(UUID), **offer)  # type: ignore[arg-type]
    wired.catalogue.put_service(service)
    answer = _send(henk, Row(name, outcome, scoping=scoping), DIRECT, clock)
    if outcome == GOES_ON:
        assert "digid.example/sso" in answer.action
    else:
        assert read(henk, DIRECT, answer, clock).status == outcome


def _general(person: Person, request: etree._Element) -> Answer:
    return person.post("/saml/sso", GENERAL.post_form(request, "relay"))


def _status(answer: Answer) -> list[str]:
    assert answer.action == ACS
    root = etree.fromstring(base64.b64decode(answer.hidden["SAMLResponse"]))
    return [code.get("Value", "").rpartition(":")[2] for code in root.iterfind(".//p:StatusCode", NAMES)]


_LOA, _DIGID_CLASS = "http://eidas.europa.eu/LoA/", "urn:oasis:names:tc:SAML:2.0:ac:classes:"
LEVELS = [
    ("", [f"{_LOA}low"], "20"),
    ("minimum", [f"{_LOA}substantial"], "25"),
    ("minimum", [f"{_LOA}high", f"{_LOA}substantial"], "25"),
    ("exact", [f"{_DIGID_CLASS}PasswordProtectedTransport"], "20"),
    ("better", [f"{_LOA}low"], "25"),
    ("maximum", [f"{_LOA}high"], "20"),
    ("exact", [f"{_DIGID_CLASS}unspecified"], "20"),
    ("minimum", ["urn:x", f"{_LOA}HIGH"], "30"),
    ("minimum", ["urn:x"], None),
    ("better", [f"{_LOA}high"], None),
]


@pytest.mark.parametrize(("comparison", "classes", "level"), LEVELS)
def test_any_client_may_ask_for_more_than_the_service_does(
    henk: Person, comparison: str, classes: list[str], level: str | None
) -> None:
    """The service of these tests asks 20 (combiconnect.md 2.5)."""
    compared = f' Comparison="{comparison}"' if comparison else ""
    context = "".join(map(_CLASS.format, classes))
    inside = f"<p:RequestedAuthnContext{compared}>{context}</p:RequestedAuthnContext>"
    answer = _general(henk, GENERAL.request(inside=inside))
    if level is None:
        assert _status(answer) == ["Responder", "NoAuthnContext"]
    else:
        from tests.http.client import at_digid  # noqa: PLC0415

        assert at_digid(answer).level == level


def test_who_reaches_too_low_a_level_is_told_to_the_provider(henk: Person) -> None:
    page = henk.pass_digid(_general(henk, GENERAL.request()), "10")
    assert _status(page) == ["Responder", "NoAuthnContext"]
    assert page.hidden["RelayState"] == "relay"


def test_an_announced_level_is_asked_from_its_day_on(henk: Person, wired: Wiring, clock: Clock) -> None:
    from tests.http.client import at_digid  # noqa: PLC0415

    service = a_service(
        entity_id=EntityId(GENERAL.entity_id),
        behind=(Relation(PORTAL_ID),),
        announced=Announcement(25, clock() + timedelta(hours=1)),
    )
    wired.catalogue.put_service(service)
    assert at_digid(_general(henk, GENERAL.request())).level == "20"
    clock.forward(hours=2)
    later = GENERAL.request(IssueInstant=written(clock()))
    assert at_digid(_general(henk, later)).level == "25"


def test_nobody_can_be_signed_in_without_being_asked(henk: Person) -> None:
    assert _status(_general(henk, GENERAL.request(IsPassive="true"))) == ["Responder", "NoPassive"]


def test_an_index_may_be_that_of_the_providers_metadata(henk: Person, wired: Wiring, clock: Clock) -> None:
    connect(wired, DIRECT)
    attribute = f'<md:RequestedAttribute Name="urn:nl-eid-gdi:1.0:ServiceUUID"><a:AttributeValue>{UUID.upper()}'
    offered = (
        '<md:AttributeConsumingService index="9"><md:ServiceName xml:lang="nl">X</md:ServiceName>'
        f"{attribute}</a:AttributeValue></md:RequestedAttribute></md:AttributeConsumingService></md:SPSSODescriptor>"
    )
    known = wired.catalogue.connection(ENTITY_ID)
    named = known.metadata.replace(b"</md:SPSSODescriptor>", offered.encode())
    named = named.replace(b"<md:SPSSODescriptor", f'<md:SPSSODescriptor xmlns:a="{NAMES["a"]}"'.encode())
    wired.catalogue.put_connection(replace(known, metadata=named))
    assert start(henk, DIRECT, asked(DIRECT, clock, AttributeConsumingServiceIndex="9")).status == 200
    assert start(henk, DIRECT, asked(DIRECT, clock, AttributeConsumingServiceIndex="8")).status == 404


@pytest.mark.parametrize("ours", ["", "IntendedAudience and ServiceUUID"])
def test_extensions_of_others_are_passed_over_in_the_general_profile(henk: Person, ours: str) -> None:
    named = ""
    if ours:
        named = _attribute("IntendedAudience", GENERAL.entity_id) + _attribute("ServiceUUID", PORTAL_ID.lower())
    keycloak = '<k:KeyInfo xmlns:k="urn:keycloak:ext:key:1.0" MessageSigningKeyId="one"/>'
    assert _general(henk, GENERAL.request(inside=f"<p:Extensions>{named}{keycloak}</p:Extensions>")).status == 200


def test_a_request_whose_context_stands_before_its_extensions_is_read_alike(henk: Person) -> None:
    context = f"<p:RequestedAuthnContext>{_CLASS.format(f'{_LOA}high')}</p:RequestedAuthnContext>"
    keycloak = '<p:Extensions><k:KeyInfo xmlns:k="urn:keycloak:ext:key:1.0"/></p:Extensions>'
    from tests.http.client import at_digid  # noqa: PLC0415

    answer = _general(henk, GENERAL.request(inside=context + keycloak))
    assert at_digid(answer).level == "30"


def test_our_own_name_in_a_list_of_identity_providers_asks_for_oneself(henk: Person) -> None:
    scoping = f"<p:Scoping ProxyCount='0'>{_entries(COMBICONNECT)}</p:Scoping>"
    assert _general(henk, GENERAL.request(scoping=scoping)).status == 200


def test_a_connection_without_a_key_to_read_with_is_not_asked_to_sign_in(henk: Person, wired: Wiring) -> None:
    """It is refused at registration; should one slip in, nobody signs in for nothing."""
    bare = Connection(EntityId(GENERAL.entity_id), "Bare", GENERAL.metadata(encryption=False))
    wired.catalogue.put_connection(bare)
    assert _general(henk, GENERAL.request()).status == 404
    assert found(GENERAL.request(), "a:Issuer").text == GENERAL.entity_id
