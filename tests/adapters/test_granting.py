"""Mandates without a request begin in one transaction: once, with both notices, and not against somebody's will."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.audit.trail import Event, Happening
from chalicelib.errors import Conflict, Refused
from chalicelib.letters.contract.letter import LetterKind
from chalicelib.letters.posting import LETTERS
from chalicelib.mandates.living.changing import resume, suspend
from chalicelib.mandates.model.cases import CaseId, VisitId
from chalicelib.mandates.model.mandates import Consent, Mandate, Way
from chalicelib.mandates.model.requests import Blocked, OptOut, RequestState
from chalicelib.mandates.register.counted import Tables
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.transactions import Closing, Making
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.outbox.parcels import MARK, SHARDS
from chalicelib.people.actor import Citizen
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.rows import Rows
from tests.adapters.conftest import askers_of, books_of
from tests.builders import (
    GENEROUS,
    NOW,
    PORTAL_ID,
    a_bare_request,
    a_letter,
    a_mandate,
    a_period,
    a_service,
    an_opening,
    signed_in,
)
from tests.builders import VERA as BSN_OF_VERA
from tests.fakes import SEALING, FakeVault
from tests.unit.mandates.town import Town

VERA, HENK = Citizen(PersonId("vera"), 20), Citizen(PersonId("henk"), 25)
NOTICES = (
    a_letter(LetterKind.GIVEN, letter_id="f0" * 16 + "0001"),
    a_letter(LetterKind.HELD, letter_id="f0" * 16 + "0002"),
)


def _granted(case_id: str = "f0" * 16, **changes: object) -> Mandate:
    consent = Consent(Way.KNOWN, 20)
    return a_mandate(None, case_id=CaseId(case_id), consent=consent, activated_at=NOW, version=1, **changes)


def _happens(act: Callable[[], object]) -> bool:
    try:
        act()
    except Conflict:
        return False
    return True


def _make(store: MandateStore, *mandates: Mandate) -> None:
    store.make(Making(mandates, notices=NOTICES), VERA)


@pytest.mark.parametrize(("way", "what"), [(Way.KNOWN, Happening.GRANTED), (Way.RENEWED, Happening.RENEWED)])
def test_a_mandate_without_a_request_is_read_back_by_either(store: MandateStore, way: Way, what: Happening) -> None:
    made = _granted(previous=CaseId("ca5e" * 8))
    made = replace(made, consent=Consent(way, 20))
    _make(store, made)
    assert store.given(VERA.person) == store.held(HENK.person) == [store.mandate(made.case_id)] == [made]
    assert store.history(made.case_id, made.sides) == [Event(what, NOW, VERA)]


def test_several_begin_together_or_not_at_all(store: MandateStore) -> None:
    first, second = _granted(), _granted("f0" * 15 + "01", service_id=PORTAL_ID)
    _make(store, second)
    with pytest.raises(Conflict):
        _make(store, first, second)
    assert store.mandate(first.case_id) is None


def test_of_many_clicks_at_once_one_makes_it(store: MandateStore) -> None:
    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(lambda _: _happens(lambda: _make(store, _granted())), range(6)))
    assert sum(won) == 1
    assert len(store.given(VERA.person)) == len(store.held(HENK.person)) == 1


@pytest.mark.parametrize(("services", "made"), [(["one"] * 8, 1), ([f"service {number}" for number in range(8)], 8)])
def test_from_eight_windows_at_once_somebody_is_mandated_once_for_each_service(
    store: MandateStore, services: list[str], made: int
) -> None:
    town = Town()
    town.store = store  # type: ignore[assignment]
    town.represented_before()
    visits = [VisitId(f"{number:030x}00") for number in range(8)]

    def act(visit_id: VisitId, service_id: str) -> str:
        wanted = (WantedService(a_service(service_id=service_id), a_period()),)
        try:
            town.grant(visit_id=visit_id, wanted=wanted)
        except Refused as refused:
            return refused.reason
        return "made"

    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(act, visits, services))
    assert outcomes == Counter({"made": made, "already_mandated": 8 - made})
    granted = [one for one in store.given(signed_in(BSN_OF_VERA).person) if one.consent.way is Way.KNOWN]
    assert len(granted) == made


def test_nothing_begins_that_rests_on_what_was_read_before_a_mandate_was_suspended(store: MandateStore) -> None:
    earlier = _granted("0e" * 16, service_id=PORTAL_ID)
    _make(store, earlier)
    for _ in range(2):
        turn = store.turn(VERA.person)
        suspend(earlier.case_id, store=store, now=NOW)
        assert not _happens(lambda turn=turn: store.make(Making((_granted(),), turn=turn), VERA))  # type: ignore[misc]
        turn = store.turn(VERA.person)
        resume(earlier.case_id, store=store, now=NOW)
    store.make(Making((_granted(),), turn=turn), VERA)


def test_who_opted_out_gives_nothing_however_it_is_raced(store: MandateStore) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = pool.submit(lambda: _happens(lambda: _make(store, _granted())))
        pool.submit(lambda: store.opt_out(VERA.person, OptOut(NOW))).result()
        assert bool(store.given(VERA.person)) is made.result()
    assert not _happens(lambda: store.make(Making((_granted("0f" * 16),)), VERA))
    store.opt_out(VERA.person, None)
    store.make(Making((_granted("0f" * 16),)), VERA)


def test_a_person_who_is_blocked_is_not_mandated_until_they_are_not(store: MandateStore) -> None:
    asked = a_bare_request()
    store.open_requests(an_opening(asked))
    block = Blocked(HENK.person, b"sealed henk", NOW)
    store.close(Closing((asked,), RequestState.REFUSED, VERA, NOW, block=block))
    assert not _happens(lambda: _make(store, _granted()))
    store.unblock(VERA.person, HENK.person)
    _make(store, _granted())


def test_both_notices_are_in_the_outbox_with_the_mandate(dynamodb: Any, tables: Tables) -> None:
    store = DynamoMandates(tables, SEALING, books_of(dynamodb, GENEROUS), askers_of(dynamodb))
    _make(store, _granted())
    rows = [LETTERS.find(tables.letters, letter.letter_id) for letter in NOTICES]
    assert [row.sealed for row in rows if row] == [LETTERS.seal(FakeVault(), one.letter_id, one) for one in NOTICES]
    marked = [mark.parcel_id for shard in range(SHARDS) for mark in Rows(tables.letters, MARK).every(shard=shard)]
    assert sorted(marked) == [letter.letter_id for letter in NOTICES]
