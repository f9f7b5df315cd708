"""Notices become due with what they tell, and each becomes one letter, or none."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.audit.trail import Event, Happening
from chalicelib.errors import Conflict
from chalicelib.letters.contract.letter import LetterKind
from chalicelib.letters.contract.statuses import LetterStatus, VendorStep
from chalicelib.mandates.delivery.taking import take_status
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.notices import Notice, NoticeKind, of_ending, of_posting
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.mandates.register.notices import NOTICES, USEFUL, DynamoNotices
from chalicelib.mandates.register.ports import MandateStore, Notices
from chalicelib.outbox.parcels import MARK, SHARDS
from chalicelib.people.actor import Citizen
from chalicelib.storage.rows import Rows
from chalicelib.storage.tables import LettersTable
from tests.adapters.conftest import ANSWERS_LOST, REAL, askers_of, books_of, client_of, tables_of
from tests.builders import GENEROUS, NOW, a_letter, a_mandate, a_request, an_opening, making
from tests.fakes import SEALING, FakeMandates, FakeNotices, FakePrinted

THEN = NOW + timedelta(hours=4)
BY_HENK = Citizen(a_mandate().representative, 20)


@dataclass(frozen=True, slots=True)
class World:
    store: MandateStore
    notices: Notices
    letters: Callable[[], list[str]]
    """Ids of the letters that were written, in the outbox, but for that with the code."""
    waiting: Callable[[], list[str]]
    """Ids of notices that the sweeper finds."""


@pytest.fixture(params=["fake", *REAL, ANSWERS_LOST])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "fake":
        store = FakeMandates(GENEROUS)
        return World(
            store,
            FakeNotices(store),
            lambda: [one.letter_id for one in store.letters if one.kind is not LetterKind.CODE],
            lambda: [one.notice_id for one in store.due],
        )
    client = client_of(request.param, request)
    real = DynamoMandates(tables_of(client), SEALING, books_of(client, GENEROUS), askers_of(client))
    table = tables_of(client).letters
    mine = a_request().letter_id
    return World(
        real,
        DynamoNotices(table, SEALING),
        lambda: [key for key in _marks(table) if "#" not in key and key != mine],
        lambda: [key.removeprefix(NOTICES.prefix) for key in _marks(table) if key.startswith(NOTICES.prefix)],
    )


def _marks(table: LettersTable) -> list[str]:
    return [mark.key for shard in range(SHARDS) for mark in Rows(table, MARK).every(shard=shard)]


@pytest.fixture
def mandate(world: World) -> Mandate:
    request = a_request()
    made = a_mandate(request)
    world.store.open_requests(an_opening(request))
    world.store.make(making(request, made), BY_HENK)
    return made


def _activated(mandate: Mandate) -> Notice:
    return Notice(NoticeKind.ACTIVATED, (mandate.case_id,), Party.REPRESENTED, mandate.activated_at)


def _end(world: World, mandate: Mandate) -> Mandate:
    ended = replace(mandate, ended_at=THEN, ended_by=Party.REPRESENTATIVE, version=mandate.version + 1)
    world.store.change(mandate, ended, Event(Happening.REVOKED, THEN, BY_HENK), *of_ending(ended))
    return ended


def _letter(notice_id: str) -> Any:
    return a_letter(letter_id=notice_id, kind=LetterKind.ACTIVATED)


def test_a_notice_is_due_with_what_it_tells(world: World, mandate: Mandate) -> None:
    activated = _activated(mandate)
    assert world.waiting() == [activated.notice_id]
    assert world.notices.due(activated.notice_id, THEN) == activated
    (ended,) = of_ending(_end(world, mandate))
    assert sorted(world.waiting()) == sorted([activated.notice_id, ended.notice_id])
    assert world.notices.due(ended.notice_id, THEN) == ended


def test_a_reminder_is_due_with_the_posting_of_what_somebody_asked_for_themselves(world: World) -> None:
    request = a_request(expires_at=NOW + timedelta(days=56), valid_days=42)
    world.store.open_requests(an_opening(request))
    posted = NOW + timedelta(hours=1)
    for _ in range(2):
        status = LetterStatus(request.letter_id or "", VendorStep.POSTED, posted)
        take_status(status, None, store=world.store, printed=FakePrinted(), now=posted)
    found = world.store.request(request.represented, request.case_id)
    assert found is not None
    (reminder,) = of_posting([found], posted)
    assert reminder.at == posted + (found.expires_at - posted) / 2
    assert world.notices.due(reminder.notice_id, reminder.at) == reminder
    assert world.notices.tell(reminder, _letter(reminder.notice_id), reminder.at)
    assert not world.notices.tell(reminder, _letter(reminder.notice_id), reminder.at)
    assert reminder.notice_id in world.letters()


def test_what_does_not_happen_makes_nothing_due(world: World, mandate: Mandate) -> None:
    _end(world, mandate)
    before = world.waiting()
    with pytest.raises(Conflict):
        _end(world, mandate)
    assert world.waiting() == before


def test_a_notice_becomes_one_letter_whoever_tells_it_again(world: World, mandate: Mandate) -> None:
    notice = _activated(mandate)
    letter = _letter(notice.notice_id)
    assert world.notices.tell(notice, letter, THEN)
    assert world.notices.due(notice.notice_id, THEN) is None
    assert not world.notices.tell(notice, letter, THEN)
    assert world.letters() == [notice.notice_id]


def test_many_at_once_write_one_letter(world: World, mandate: Mandate) -> None:
    notice = _activated(mandate)
    letter = _letter(notice.notice_id)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: world.notices.tell(notice, letter, THEN), range(8)))
    assert told.count(True) == 1
    assert world.letters() == [notice.notice_id]


def test_a_notice_to_nobody_is_not_due_any_more(world: World, mandate: Mandate) -> None:
    notice = _activated(mandate)
    assert world.notices.tell(notice, None, THEN)
    assert world.notices.due(notice.notice_id, THEN) is None
    assert world.letters() == []


def test_after_its_time_a_notice_is_not_due(world: World, mandate: Mandate) -> None:
    notice = _activated(mandate)
    assert world.notices.due(notice.notice_id, notice.at + USEFUL - timedelta(seconds=1)) == notice
    assert world.notices.due(notice.notice_id, notice.at + USEFUL) is None


def test_nobody_tells_what_was_never_due(world: World) -> None:
    assert world.notices.due("0" * 36, NOW) is None
