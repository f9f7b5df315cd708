"""What tables hold stays as it is: each kind of item is written as rows.py has it, and read from there."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.audit.trail import Event, Happening, history
from chalicelib.errors import Conflict
from chalicelib.letters.contract.states import LetterState, row_key
from chalicelib.letters.life import journey, move
from chalicelib.letters.limits import Asker, Sent
from chalicelib.login.decision import Decision
from chalicelib.login.levels import Level
from chalicelib.login.logins import Logins, LoginState
from chalicelib.login.shared import Federation, SharedLogin
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.requests import OptOut, Request, RequestState
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.mandates.register.ports import Tried
from chalicelib.mandates.register.tries import DynamoTries
from chalicelib.people.actor import Cause, Citizen, Provider, System
from chalicelib.people.pseudonym import AddressId, ClaimId, PersonId
from chalicelib.saml.combiconnect.artifacts import Artifacts, WaitingAnswer
from chalicelib.storage.table import typed, untyped
from chalicelib.storage.writers import without_writers
from chalicelib.web.sessions import Session, Sessions, session_key
from local import aws
from print_vendor.rows import LetterRows
from provisioning.tables import TABLES
from tests.adapters import writing
from tests.adapters.conftest import askers_of, books_of, tables_of
from tests.adapters.rows import ROWS, WRITTEN
from tests.adapters.writing import HOUR, catalogue_of, transient
from tests.builders import (
    GENEROUS,
    NOW,
    PORTAL_ID,
    SERVICE_ID,
    STAFF,
    VERA,
    a_bare_request,
    a_code,
    a_mandate,
    a_request,
    an_opening,
    claim_of,
    closing,
    held_for,
    making,
)
from tests.fakes import SEALING, FakeVault


def test_each_kind_of_item_is_written_so_that_the_release_before_reads_it(dynamodb: Any) -> None:
    writing.write_all(dynamodb)
    for table in TABLES:
        expected = {(row["pk"], row["sk"]): typed(row) for row in WRITTEN[table]}
        found = map(without_writers, dynamodb.scan(TableName=f"{aws.NAME}-{table}")["Items"])
        rows = {(untyped(item)["pk"], untyped(item)["sk"]): item for item in found}
        assert rows.keys() == expected.keys()
        for key, item in rows.items():
            assert untyped(item) == untyped(expected[key])
            assert _kinds(item) == _kinds(expected[key]), "a number is a number, and nothing is left out that was null"


def _kinds(value: Any) -> Any:
    """Return an item with nothing of its values but their DynamoDB types."""
    if isinstance(value, dict):
        return {name: _kinds(inner) for name, inner in value.items()}
    return [_kinds(inner) for inner in value] if isinstance(value, list) else type(value)


def _fill(client: Any, rows: dict[str, list[dict[str, object]]] = ROWS) -> None:
    for table in TABLES:
        for row in rows[table]:
            client.put_item(TableName=f"{aws.NAME}-{table}", Item=typed(row))


def test_requests_codes_and_mandates_are_read_as_ever(dynamodb: Any) -> None:
    _fill(dynamodb)
    store = DynamoMandates(tables_of(dynamodb), SEALING, books_of(dynamodb, GENEROUS), askers_of(dynamodb))
    vera, henk = PersonId("vera"), PersonId("henk")
    gone = replace(writing.GIVING_WAY, ended=RequestState.BLOCKED, ended_at=NOW, version=2)
    taken = replace(writing.TAKEN, ended=RequestState.ACTIVATED, ended_at=writing.MANDATE.activated_at, version=2)
    assert store.request(vera, gone.case_id) == gone
    assert {one.case_id: one for one in store.requests(vera)} == {
        one.case_id: one for one in (writing.WAITING, gone, taken)
    }
    assert store.open_for(vera, PORTAL_ID, vera) == writing.WAITING
    assert store.open_for(vera, PORTAL_ID, henk) is None
    assert store.open_for(vera, SERVICE_ID, vera) is None
    assert store.codes(claim_of(writing.WAITING)) == [a_code(writing.WAITING)]
    revoked = replace(writing.MANDATE, ended_at=NOW + 2 * HOUR, ended_by=Party.REPRESENTATIVE, version=3)
    assert store.mandate(revoked.case_id) == revoked
    assert store.given(vera) == store.held(henk) == held_for(store, henk, SERVICE_ID) == [revoked]
    assert held_for(store, henk, PORTAL_ID) == []


def test_a_request_by_somebody_else_is_read_back(dynamodb: Any) -> None:
    _fill(dynamodb, WRITTEN)
    store = DynamoMandates(tables_of(dynamodb), SEALING, books_of(dynamodb, GENEROUS), askers_of(dynamodb))
    mina, henk = PersonId("mina"), PersonId("henk")
    refused = replace(writing.ADMITTED, ended=RequestState.REFUSED, ended_at=NOW + HOUR, version=3)
    assert {one.case_id: one for one in store.requests(mina)} == {one.case_id: one for one in (writing.BARE, refused)}
    assert store.open_for(mina, SERVICE_ID, henk) == writing.BARE
    assert [one.ended for one in store.askings(henk)] == [RequestState.REFUSED, None]
    assert store.requests(PersonId("nel")) == [writing.CALLED]
    assert [one.by for one in store.history(writing.CALLED.case_id, writing.CALLED.sides)] == [STAFF]
    assert store.blocked(mina) == [writing.BLOCKED]
    assert store.opted_out(PersonId("otto")) == OptOut(NOW)
    assert store.refusal(writing.REFUSABLE.refusal_id) == writing.REFUSABLE
    assert store.open_for(mina, SERVICE_ID, mina) is None


def test_a_mark_that_an_older_release_wrote_is_that_of_the_represented(dynamodb: Any) -> None:
    _fill(dynamodb)
    store = DynamoMandates(tables_of(dynamodb), SEALING, books_of(dynamodb, GENEROUS), askers_of(dynamodb))
    again = a_request(case_id=CaseId("again"), letter_id="2" * 36, service_id=PORTAL_ID)
    with pytest.raises(Conflict):
        store.open_requests(an_opening(again))
    store.open_requests(an_opening(a_bare_request(case_id=CaseId("henk's"), service_id=PORTAL_ID)))
    store.close(closing(writing.WAITING, writing.WAITING.requester, NOW + HOUR))
    store.open_requests(an_opening(replace(again, requested_at=NOW + HOUR)))


def test_what_happened_is_read_as_ever(dynamodb: Any) -> None:
    _fill(dynamodb)
    ominous, unsaid = Provider("Gemeente Ominous"), replace(writing.BY_HENK, level=0)
    events = [
        Event(Happening.ACTIVATED, NOW + 3 * HOUR, writing.BY_HENK),
        Event(Happening.REVOKED, NOW + 2 * HOUR, unsaid),
        Event(Happening.USED, NOW + HOUR, writing.BY_HENK, ominous),
        Event(Happening.USE_REFUSED, NOW + HOUR, unsaid, ominous),
        Event(Happening.REQUESTED, NOW, Citizen(PersonId("vera"), 20)),
    ]
    assert _happened(dynamodb, writing.MANDATE) == events
    _fill(dynamodb, WRITTEN)
    told = [replace(event, by=writing.BY_HENK) if event.by == unsaid else event for event in events]
    told.insert(4, Event(Happening.POSTED, NOW + HOUR / 2, System(Cause.POST)))
    assert _happened(dynamodb, writing.MANDATE) == told


def test_what_the_system_did_is_read_as_ever(dynamodb: Any) -> None:
    for rows in (ROWS, WRITTEN):
        _fill(dynamodb, rows)
        blocked, requested = sorted(_happened(dynamodb, writing.GIVING_WAY), key=lambda event: event.what)
        assert blocked == Event(Happening.BLOCKED, NOW, System(Cause.GUESSES))
        assert requested == Event(Happening.REQUESTED, NOW, Citizen(PersonId("vera"), 20))


def _happened(client: Any, case: Request | Mandate) -> list[Event]:
    return history(tables_of(client).audit, case.case_id, case.sides)


def test_letters_are_read_as_ever(dynamodb: Any) -> None:
    _fill(dynamodb)
    reached = {LetterState.REQUESTED: NOW, LetterState.QUEUED: NOW + HOUR}
    table = tables_of(dynamodb).letters
    assert journey(table, "1e77e40005").reached == reached
    _fill(dynamodb, WRITTEN)
    assert journey(table, "1e77e40005").reached == {LetterState.CHECKED: NOW, **reached}
    store = DynamoMandates(tables_of(dynamodb), SEALING, books_of(dynamodb, GENEROUS), askers_of(dynamodb))
    assert store.letter(writing.RETURNED.letter_id) == writing.RETURNED
    for name, by in (("mina", Asker.OTHER), ("nel", Asker.CALLER)):
        books = books_of(dynamodb, GENEROUS).read(PersonId(name), AddressId(f"home of {name}"))
        expected = ((Sent("the letter", NOW.date(), SERVICE_ID, by),), 1)
        assert [(book.sent, book.version) for book in books] == [expected] * 2


def test_letters_that_the_release_before_began_or_stopped_are_read_by_todays_names_and_go_on(dynamodb: Any) -> None:
    table = tables_of(dynamodb).letters
    for letter_id, state in (("begun", "printing"), ("gone", "stopped")):
        pk, sk = row_key(letter_id)
        table.put({"pk": pk, "sk": sk, "state": state, f"{state}_at": NOW.isoformat()})
    assert journey(table, "begun").reached == {LetterState.ACCEPTED: NOW}
    assert journey(table, "gone").reached == {LetterState.CANCELLED: NOW}
    assert move(table, "begun", LetterState.PRINTED, NOW + HOUR)
    assert journey(table, "begun").reached == {LetterState.ACCEPTED: NOW, LetterState.PRINTED: NOW + HOUR}
    assert not move(table, "gone", LetterState.ACCEPTED, NOW + HOUR)


def test_letters_are_moved_on_by_the_vendor_whoever_wrote_their_row(dynamodb: Any) -> None:
    table = tables_of(dynamodb).letters
    pk, sk = row_key("begun")
    table.put({"pk": pk, "sk": sk, "state": "printing", "useful_until": (NOW + HOUR).isoformat()})
    rows = LetterRows(dynamodb, table.name, lambda _: None)
    assert rows.state("begun") is LetterState.ACCEPTED
    assert rows.begin("begun", NOW)
    assert rows.finish("begun", NOW)
    assert journey(table, "begun").reached == {LetterState.ACCEPTED: NOW, LetterState.PRINTED: NOW}


def test_sessions_drafts_and_counters_are_read_as_ever(dynamodb: Any) -> None:
    _fill(dynamodb)
    sessions, tries = Sessions(transient(dynamodb), FakeVault()), DynamoTries(transient(dynamodb))
    seen = NOW + timedelta(minutes=2)
    assert sessions.find("token", seen) == Session(
        session_key("token"), Citizen(PersonId("vera"), 20), VERA, "csrf", NOW, seen
    )
    assert sessions.draft(PersonId("vera"), "draft", NOW) == {"end": "2031-06-15"}
    assert sessions.draft(PersonId("vera"), "draft", NOW + HOUR) is None
    assert tries.total(ClaimId("vera-claim")) == Guesses(2, 1)
    assert tries.spend("pair:henk:vera", NOW) == Tried(left=2, in_all=3)


def test_sign_ins_are_read_as_ever(dynamodb: Any) -> None:
    _fill(dynamodb)
    logins = Logins(transient(dynamodb))
    decided = replace(writing.LOGIN, state=LoginState.DECIDED, bsn=b"sealed", reached=20, shared="5a" * 16)
    decided = replace(decided, decision=writing.FAILED)
    assert logins.find(decided.login_id) == decided
    own = replace(writing.OWN_LOGIN, state=LoginState.DECIDED, decision=Decision(session="SESSION#new"))
    assert logins.find(own.login_id) == own
    assert logins.find(writing.REUSED_LOGIN.login_id) == writing.REUSED_LOGIN


def test_a_failure_of_before_which_told_less_is_told_all_the_same(dynamodb: Any) -> None:
    _fill(dynamodb)
    table, logins = transient(dynamodb), Logins(transient(dynamodb))
    row = table.get(f"LOGIN#{writing.LOGIN.login_id}", "LOGIN")
    assert row is not None
    untold = {**row["decision"]["failed"], "received": None, "expected": None}
    table.put({**row, "decision": {**row["decision"], "failed": untold}})
    found = logins.find(writing.LOGIN.login_id)
    assert found is not None
    assert found.decision is not None
    assert found.decision.failed is not None
    assert found.decision.failed.why.told == "went back, received nothing, expected nothing"


def test_what_was_told_to_providers_is_read_as_ever(dynamodb: Any) -> None:
    _fill(dynamodb)
    federation = Federation(transient(dynamodb), FakeVault())
    shared = SharedLogin("5a" * 16, VERA, Level.LOW, NOW, NOW + HOUR, (writing.TOLD,))
    assert federation.found("new cookie", "domain") == shared
    assert federation.found("cookie", "domain") is None
    assert federation.shared("7c" * 16) is None
    artifacts, waiting = Artifacts(transient(dynamodb)), WaitingAnswer(writing.TOLD.entity_id, "10" * 16, NOW)
    assert artifacts.find(writing.ARTIFACT, waiting.entity_id, NOW) == waiting
    assert artifacts.find(writing.SPENT, waiting.entity_id, NOW) is None
    assert not federation.end([writing.UNSHARED.name_id], writing.TOLD.entity_id, NOW)
    assert federation.end([writing.UNSHARED.name_id], writing.UNSHARED.entity_id, NOW)
    assert federation.end([writing.ENDED.name_id], writing.ENDED.entity_id, NOW)


def test_the_catalogue_is_read_as_ever(dynamodb: Any) -> None:
    _fill(dynamodb)
    catalogue = catalogue_of(dynamodb)
    assert catalogue.services() == [writing.SERVICE, writing.PLAIN_SERVICE]
    assert catalogue.service_at("https://cluster.example/metadata", 2) == writing.SERVICE
    assert catalogue.services_of("https://cluster.example/metadata") == {2: SERVICE_ID}
    assert catalogue.connection(writing.CONNECTION.entity_id) == writing.CONNECTION
    assert catalogue.provider_behind(writing.CONNECTION.entity_id, "https://behind.example") == b"<behind/>"
    assert catalogue.versions("https://by-hand.example") == [(NOW, b"<by-hand/>")]
    assert [one.url for one in catalogue.sources()] == [None, writing.SOURCE.url]
    assert list(catalogue.sources())[1] == writing.SOURCE
    digid = catalogue.identity_provider()
    _fill(dynamodb, WRITTEN)
    assert catalogue.services() == [writing.SERVICE, writing.PLAIN_SERVICE, writing.TERMED_SERVICE]
    assert (digid.metadata, digid.by_artifact, digid.ends_at, digid.roots) == (b"<digid/>", False, NOW, "PEM")


def test_what_is_restricted_suspended_and_ended_for_a_cause_is_a_mandate_s_row_and_the_end_has_its_old_name(
    dynamodb: Any,
) -> None:
    """The release before knows `revoked_at` alone: it lets nobody use what ended, and what is less as it was."""
    store = DynamoMandates(tables_of(dynamodb), SEALING, books_of(dynamodb, GENEROUS), askers_of(dynamodb))
    store.open_requests(an_opening(asked := a_request()))
    store.make(making(asked, mandate := a_mandate(asked)), Citizen(PersonId("henk"), 20))
    less = replace(mandate, without=(SERVICE_ID,), suspended_at=NOW, ended_at=NOW, cause=Cause.DEATH, version=3)
    store.change(mandate, less, Event(Happening.ENDED, NOW, System(Cause.DEATH)))
    keys = {"PERSON#vera": f"GIVEN#{mandate.case_id}", "PERSON#henk": f"HELD#{SERVICE_ID}#{mandate.case_id}"}
    for pk, sk in keys.items():
        row = tables_of(dynamodb).register.get(pk, sk)
        assert row is not None
        told = {name: row.get(name) for name in ("without", "suspended_at", "revoked_at", "revoked_by", "cause")}
        at = NOW.isoformat()
        expected = {"without": [SERVICE_ID], "suspended_at": at, "revoked_at": at, "revoked_by": None, "cause": "death"}
        assert told == expected
    assert store.given(PersonId("vera")) == store.held(PersonId("henk")) == [less]
