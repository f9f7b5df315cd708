"""A provider of the national profile over HTTP: registered, asking, fetching and reading its answer."""

from urllib.parse import parse_qs, urlsplit

from lxml import etree
from werkzeug.test import Client as Caller

from chalicelib.catalogue.model import Connection, EntityId, Profile
from chalicelib.saml.partners.registration import import_metadata
from chalicelib.wiring import Wiring
from local.gateway import Gateway
from local.identities import MACHTIGEN
from provisioning.keys import KeyPair
from tests.builders import a_service
from tests.fakes import Clock
from tests.http.client import BASE, Answer, Person
from tests.process import app
from tests.saml.national import (
    ACS,
    ENTITY_ID,
    SUPPLIER,
    SUPPLIER_KEYS,
    Declared,
    NationalProvider,
    our_certificate,
)
from tests.saml.provider import NAMES, found, written

UUID = "66666666-6666-4666-8666-666666666666"
DIRECT = NationalProvider()
CLUSTER = NationalProvider(keys=SUPPLIER_KEYS, entity_id=SUPPLIER, behind=ENTITY_ID)
EXTENSIONS = "".join(
    f'<a:Attribute Name="urn:nl-eid-gdi:1.0:{name}"><a:AttributeValue>{value}</a:AttributeValue></a:Attribute>'
    for name, value in (("IntendedAudience", ENTITY_ID), ("ServiceUUID", UUID))
)


def connect(wired: Wiring, provider: NationalProvider) -> None:
    """Register a provider, with one service."""
    imported = import_metadata(provider.metadata(), wired.clock())
    assert imported.profile is Profile.COMBICONNECT
    assert not imported.refused
    entity_id = EntityId(provider.entity_id)
    connection = Connection(entity_id, "Gemeente Ominous", imported.metadata, profile=imported.profile)
    wired.catalogue.put_connection(connection, imported.behind)
    through = {"index": None, "connection": entity_id} if provider.behind else {"index": 1}
    wired.catalogue.put_service(a_service(service_id=UUID, entity_id=EntityId(ENTITY_ID), **through))


def asked(provider: NationalProvider, clock: Clock, *, represented: bool = False, **changes: str) -> etree._Element:
    facts = {
        "IssueInstant": written(clock()),
        "AssertionConsumerServiceIndex": "0",
        "AttributeConsumingServiceIndex": "" if provider.behind else "1",
        **changes,
    }
    inside = f"<p:Extensions>{EXTENSIONS}</p:Extensions>" if provider.behind else ""
    scoping = f"<p:Scoping><p:RequesterID>{MACHTIGEN}</p:RequesterID></p:Scoping>" if represented else ""
    return provider.request(scoping=scoping, inside=inside, **facts)


def start(person: Person, provider: NationalProvider, request: etree._Element) -> Answer:
    return person.post("/saml/sso", provider.post_form(request, "back & forth"))


def artifact_in(answer: Answer) -> str:
    assert answer.status == 303, answer.body
    address = urlsplit(answer.location)
    assert f"{address.scheme}://{address.netloc}{address.path}" == ACS
    query = parse_qs(address.query)
    assert query["RelayState"] == ["back & forth"]
    return query["SAMLart"][0]


def resolve(
    provider: NationalProvider, artifact: str, clock: Clock, certificate: KeyPair | None = None
) -> tuple[int, bytes]:
    """Resolve over a connection with a client certificate, as API Gateway hands it on."""
    issued = written(clock())
    shown = (certificate or provider.keys).certificate
    answer = Caller(Gateway(app, BASE)).post(
        "/saml/artifact",
        data=provider.resolve(artifact, IssueInstant=issued),
        content_type="text/xml",
        base_url=BASE,
        environ_overrides={"SSL_CLIENT_CERT": shown} if shown else {},
    )
    return answer.status_code, answer.data


def read(person: Person, provider: NationalProvider, answer: Answer, clock: Clock) -> Declared:
    status, body = resolve(provider, artifact_in(answer), clock)
    assert status == 200, body
    signature = found(etree.fromstring(body), ".//p:ArtifactResponse/d:Signature")
    ours = person.client.http.get("/saml/metadata?profile=combiconnect").body
    declared = provider.resolve_answer(body, our_certificate(ours, only_name(signature)))
    assert declared is not None
    return declared


def only_name(signature: etree._Element) -> str:
    """Return the KeyName of a signature, which is all that its KeyInfo holds."""
    (child,) = found(signature, "d:KeyInfo")
    assert child.tag == f"{{{NAMES['d']}}}KeyName"
    return child.text or ""
