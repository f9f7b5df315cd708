"""One row of each kind, written through the stores as the application writes them, with nothing left to chance."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.audit.trail import Event, Happening, noting_posted, record_use
from chalicelib.catalogue.items import Source
from chalicelib.catalogue.model import (
    Announcement,
    Authorisation,
    Connection,
    EntityId,
    Profile,
    Relation,
    RelationKind,
    Representation,
    ServiceId,
    Validity,
)
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.letters.contract.states import LetterState, VendorKind
from chalicelib.letters.contract.statuses import Mishap
from chalicelib.letters.life import LETTER, LetterRow, move
from chalicelib.letters.limits import Asker, Limits, Sent
from chalicelib.letters.posting import LETTERS, letter_items
from chalicelib.login.decision import Decision, Failed
from chalicelib.login.levels import Level
from chalicelib.login.logins import Login, Logins, LoginState
from chalicelib.login.once import remembering, use_once
from chalicelib.login.question import Question, Wanted
from chalicelib.login.shared import Federation, Told
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.refusals import RefusalId
from chalicelib.mandates.model.requests import Blocked, CodeTerms, OptOut, RequestState
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.register.checks import Check
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.mandates.register.transactions import Admission, Closing, StoredRefusal
from chalicelib.mandates.register.tries import DynamoTries
from chalicelib.mandates.register.wishes import DynamoWishes
from chalicelib.observe import follow
from chalicelib.outbox.parcels import AWAITED, Awaited
from chalicelib.people.actor import Citizen, Provider
from chalicelib.people.pseudonym import AddressId, ClaimId, PersonId
from chalicelib.saml.combiconnect.artifacts import Artifacts, WaitingAnswer
from chalicelib.storage.rows import Rows
from chalicelib.storage.tables import CatalogueTable, TransientTable
from chalicelib.web.sessions import Sessions
from local import aws
from tests.adapters.conftest import askers_of, books_of, tables_of
from tests.builders import (
    GENEROUS,
    HENK,
    NOW,
    PORTAL_ID,
    SERVICE_ID,
    STAFF,
    VERA,
    a_bare_request,
    a_mandate,
    a_request,
    a_service,
    an_opening,
    making,
    revoke_in,
)
from tests.fakes import SEALING, FakeVault

HOUR = timedelta(hours=1)
WAITING = a_request(
    case_id=CaseId("aa17" * 8),
    service_id=PORTAL_ID,
    letter_id="aa17" * 8 + "0001",
    code=CodeTerms(ClaimId("vera-claim"), CaseId(""), Guesses(7, 3)),
    requested_at=NOW + timedelta(microseconds=5),
)
GIVING_WAY = a_request(case_id=CaseId("90e5" * 8), letter_id="90e5" * 8 + "0001")
TAKEN = a_request()
BARE = a_bare_request(case_id=CaseId("ba2e" * 8), represented=PersonId("mina"), checked_at=None, valid_days=42)
CHECK_OF_BARE = Check("ba2e" * 8 + "0001", BARE.represented, BARE.visit, ClaimId("mina-claim"))
ADMITTED = a_bare_request(case_id=CaseId("ad00" * 8), represented=PersonId("mina"), service_id=PORTAL_ID, version=2)
REFUSABLE = StoredRefusal(RefusalId("hash of a code"), ADMITTED.represented, ADMITTED.visit, ADMITTED.expires_at)
BLOCKED = Blocked(PersonId("otto"), b"sealed otto", NOW)
CALLED = a_request(
    case_id=CaseId("ca11" * 8),
    represented=PersonId("nel"),
    requester=Citizen(PersonId("nel"), 0),
    level=None,
    staff=STAFF,
    code=None,
    letter_id=None,
)
MANDATE = a_mandate()
MINA = Citizen(PersonId("mina"), 20)
BY_HENK = Citizen(MANDATE.representative, 20)
CONNECTION = Connection(
    EntityId("https://ominous.example/metadata"),
    "Gemeente Ominous",
    b"<metadata/>",
    Representation.CHOOSE,
    Profile.COMBICONNECT,
    organisation="00000001234567890000",
    sso_domain="locks",
    mutual_tls=True,
    valid=(Validity(), Validity(active=False, since=NOW, until=NOW + HOUR)),
)
SERVICE = a_service(
    keywords=("water", "boat"),
    behind=(
        Relation(PORTAL_ID),
        Relation(ServiceId("the set"), RelationKind.SET, Validity(until=NOW)),
    ),
    connection=EntityId("https://cluster.example/metadata"),
    announced=Announcement(25, NOW, "Soon."),
    authorisation=Authorisation.CITIZEN,
    consent_question={"nl": "Goed?", "en": "All right?"},
    position=3,
    website="https://ominous.example",
    app={"name": "Ominous"},
    legacy_id="17",
    valid=(Validity(since=NOW),),
)
PLAIN_SERVICE = a_service(service_id=PORTAL_ID, index=None)
TERMED_SERVICE = a_service(
    service_id=ServiceId("66666666-6666-4666-8666-666666666666"),
    index=None,
    request_days=21,
    minimum_age_represented=16,
    minimum_age_representative=18,
    code_on_screen=25,
    letter_level=10,
    popular=True,
    upl="http://standaarden.overheid.nl/owms/terms/sluisbediening",
)
SOURCE = Source(CONNECTION.entity_id, "https://ominous.example/metadata.xml", NOW + HOUR)
QUESTION = Question(
    "https://ominous.example/metadata",
    "_request",
    "https://ominous.example/acs",
    "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
    None,
    SERVICE_ID,
    Wanted.EITHER,
)
LOGIN = Login("10" * 16, "hash of a handle", "_ours", 20, NOW + HOUR, "_session", question=QUESTION)
OWN_LOGIN = replace(LOGIN, login_id="20" * 16, path="/mandates", question=None, replaces="SESSION#before")
REUSED_LOGIN = replace(
    LOGIN,
    login_id="30" * 16,
    question=replace(QUESTION, relay_state="state", domain="domain"),
    bsn=b"sealed",
    reached=20,
    reused=True,
    shared="5a" * 16,
)
FAILED = Decision(failed=Failed("cancelled", "went back", "nobody", "somebody"))
TOLD = Told("_name", "https://ominous.example/metadata", "Gemeente Ominous", LOGIN.login_id)
UNSHARED = Told("_other", "https://alone.example/metadata", "Alone", LOGIN.login_id)
ENDED = Told("_third", "https://ominous.example/metadata", "Gemeente Ominous", LOGIN.login_id)
ARTIFACT, SPENT = "artifact", "spent artifact"


RETURNED = LetterRow(
    "1e77e4" + "0006",
    LetterState.RETURNED,
    requested_at=NOW,
    represented=PersonId("vera"),
    vendor=VendorKind.OUTSIDE,
    checked_at=NOW,
    queued_at=NOW,
    accepted_at=NOW,
    printed_at=NOW,
    posted_at=NOW + HOUR,
    delivered_at=NOW + HOUR,
    returned_at=NOW + 2 * HOUR,
    reason=Mishap.UNKNOWN_ADDRESS,
    batch="7",
)


def write_all(client: Any) -> None:
    follow("the request")
    _register(client)
    _letters(client)
    _transient(client)
    _logins(client)
    _catalogue(client)
    follow(None)


def _register(client: Any) -> None:
    tables = tables_of(client)
    store = DynamoMandates(tables, SEALING, books_of(client, GENEROUS), askers_of(client))
    store.open_requests(an_opening(WAITING))
    store.open_requests(an_opening(GIVING_WAY))
    store.open_requests(an_opening(TAKEN, instead_of=(GIVING_WAY,)))
    store.open_requests(an_opening(CALLED))
    store.open_requests(an_opening(BARE, check=CHECK_OF_BARE))
    store.open_requests(an_opening(replace(ADMITTED, checked_at=None, version=1)))
    store.admit(Admission((ADMITTED,), refusal=REFUSABLE))
    store.close(Closing((ADMITTED,), RequestState.REFUSED, MINA, NOW + HOUR, told=True, block=BLOCKED))
    store.opt_out(PersonId("otto"), OptOut(NOW))
    DynamoWishes(tables.register).state(PersonId("mina"), LetterWishes("en", large_print=True))
    store.make(replace(making(TAKEN, MANDATE), turn=0), BY_HENK)
    revoke_in(store, MANDATE, BY_HENK, NOW + 2 * HOUR)
    used = Event(Happening.USED, NOW + HOUR, BY_HENK, Provider("Gemeente Ominous"))
    posted = noting_posted(tables.audit, MANDATE.case_id, "ca5e" * 8 + "0001", NOW + HOUR / 2, MANDATE.sides)
    tables.audit.write_together([posted])
    record_use(tables.audit, MANDATE.case_id, "the-use", used)
    record_use(tables.audit, MANDATE.case_id, "the-use", replace(used, what=Happening.USE_REFUSED))


def _letters(client: Any) -> None:
    table = tables_of(client).letters
    letter_id = "1e77e4" + "0005"
    table.write_together(letter_items(table, letter_id, b"sealed", NOW, NOW + HOUR))
    move(table, letter_id, LetterState.QUEUED, NOW + HOUR)
    awaited = Awaited.at(NOW + timedelta(days=1), letter_id, "the request")
    table.write_together([Rows(table, AWAITED).putting(awaited, shard=5), *LETTERS.stopping(table, letter_id)])
    Rows(table, LETTER).put(RETURNED)


def _transient(client: Any) -> None:
    sessions, tries = Sessions(transient(client), FakeVault()), DynamoTries(transient(client))
    sessions.start("token", "csrf", Citizen(PersonId("vera"), 20), VERA, NOW)
    sessions.find("token", NOW + timedelta(minutes=2))
    sessions.save_draft(PersonId("vera"), "draft", {"end": "2031-06-15"}, NOW)
    tries.spend("pair:henk:vera", NOW)
    tries.spend("pair:henk:vera", NOW)
    tries.spend("network:198.51.100.0", NOW)
    tries.add(ClaimId("vera-claim"), NOW, wears=True)
    tries.add(ClaimId("vera-claim"), NOW, wears=False)
    for name, by, limits in (
        ("mina", Asker.OTHER, GENEROUS),
        ("nel", Asker.CALLER, GENEROUS),
        ("otto", Asker.OTHER, Limits(address=1)),
    ):
        books, asked = books_of(client, limits), Sent("the letter", NOW.date(), SERVICE_ID, by)
        pair = books.read(PersonId(name), AddressId(f"home of {name}"))
        transient(client).write_together(books.adding([asked], pair, ()))


def _logins(client: Any) -> None:
    table = transient(client)
    logins, artifacts, federation = Logins(table), Artifacts(table), Federation(table, FakeVault())
    logins.start(LOGIN)
    logins.decide(logins.identify(LOGIN, b"sealed", 20, "5a" * 16), FAILED)
    logins.start(replace(OWN_LOGIN, state=LoginState.IDENTIFIED))
    logins.settle(OWN_LOGIN, "SESSION#new")
    logins.start(REUSED_LOGIN, remembering(table, "request", "https://ominous.example", "_request", NOW))
    use_once(table, "assertion", "https://digid.example", "_assertion", NOW)
    artifacts.keep(ARTIFACT, WaitingAnswer("https://ominous.example/metadata", LOGIN.login_id, NOW))
    artifacts.keep(SPENT, WaitingAnswer("https://ominous.example/metadata", LOGIN.login_id, NOW))
    artifacts.spend(SPENT, "this try")
    federation.move(None, "cookie", PersonId("vera"), "domain", "5a" * 16, NOW)
    federation.move("cookie", "new cookie", PersonId("vera"), "other domain", "6b" * 16, NOW)
    federation.tell(TOLD, VERA, Level.LOW, "5a" * 16, NOW, fresh=True)
    federation.tell(TOLD, VERA, Level.BASIC, "5a" * 16, NOW + HOUR, fresh=False)
    federation.tell(UNSHARED, HENK, Level.LOW, None, NOW, fresh=True)
    federation.end([UNSHARED.name_id], UNSHARED.entity_id, NOW + HOUR)
    federation.tell(ENDED, HENK, Level.BASIC, "7c" * 16, NOW, fresh=True)
    federation.end([ENDED.name_id], ENDED.entity_id, NOW + HOUR)


def _catalogue(client: Any) -> None:
    catalogue = catalogue_of(client)
    catalogue.put_service(SERVICE)
    catalogue.put_service(PLAIN_SERVICE)
    catalogue.put_service(TERMED_SERVICE)
    catalogue.put_connection(CONNECTION, {EntityId("https://behind.example"): b"<behind/>"})
    catalogue.keep_version(SOURCE, b"<metadata/>", NOW)
    catalogue.keep_version(Source(EntityId("https://by-hand.example"), None, None), b"<by-hand/>", NOW)
    catalogue.put_identity_provider(b"<digid/>", by_artifact=False, ends_at=NOW, roots="PEM")


def transient(client: Any) -> TransientTable:
    return TransientTable(client, f"{aws.NAME}-transient")


def catalogue_of(client: Any) -> DynamoCatalogue:
    return DynamoCatalogue(CatalogueTable(client, f"{aws.NAME}-catalogue"))
