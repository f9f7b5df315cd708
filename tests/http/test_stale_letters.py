"""A letter that nobody took for a day: from the sweeper to who asks the register, and to its owner, or onwards."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from chalice.app import CloudWatchEvent

from chalicelib.errors import Unavailable
from chalicelib.jobs import sweeping
from chalicelib.letters.contract.states import COPY, LetterState, row_key
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.notices import Notice, NoticeKind
from chalicelib.mandates.model.requests import RequestState
from chalicelib.people.brp.person import Standing
from chalicelib.people.bsn import Bsn
from chalicelib.storage.table import untyped
from chalicelib.wiring import Wiring
from local.events import _schedule_event
from tests.builders import HENK, VERA
from tests.fakes import Clock, FakeRegister
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, check, check_one, code_of, deliver, mandate, of_vera, printed, taken
from tests.http.moments import Moment
from tests.http.test_asking import ask_for
from tests.lines import written

Change = Callable[[FakeRegister, Bsn], None]


def _stays(_register: FakeRegister, _bsn: Bsn) -> None:
    """As it was."""


def _moves(register: FakeRegister, bsn: Bsn) -> None:
    register.people[bsn] = replace(register.people[bsn], address=("Eikenlaan 3", "4321 BA  Elders"))


def _dies(register: FakeRegister, bsn: Bsn) -> None:
    register.people[bsn] = replace(register.people[bsn], standing=Standing.DECEASED, address=())


def _emigrates(register: FakeRegister, bsn: Bsn) -> None:
    register.people[bsn] = replace(register.people[bsn], standing=Standing.NO_ADDRESS, address=())


def _is_unknown(register: FakeRegister, bsn: Bsn) -> None:
    del register.people[bsn]


CHANGES = (_stays, _moves, _dies, _emigrates, _is_unknown)


@pytest.fixture
def register(wired: Wiring) -> FakeRegister:
    return cast("FakeRegister", wired.people)


def _sweep(wired: Wiring, clock: Clock, **later: float) -> None:
    clock.now += timedelta(**later)
    sweeping(CloudWatchEvent(_schedule_event("sweep_outbox"), None), wired)


def _untaken() -> None:
    """Let nobody take what lies in the queue of letters, nor in that of checks."""
    for queue in ("letters", "checks"):
        list(taken(queue))


def _letter(wired: Wiring, case_id: str) -> dict[str, object]:
    (found,) = (item for item in _rows(wired) if str(item["pk"]).startswith(f"LETTER#{case_id}"))
    return found


def _rows(wired: Wiring) -> list[dict[str, object]]:
    client = wired.client("dynamodb")
    return [untyped(item) for item in client.scan(TableName=wired.settings.letters_table)["Items"]]


def test_what_waited_for_twenty_three_hours_is_sent_and_after_twenty_five_the_register_is_asked(
    vera: Person, wired: Wiring, clock: Clock
) -> None:
    ask_for_mandate(vera)
    _untaken()
    _sweep(wired, clock, hours=23)
    assert (list(taken("checks")), list(taken())) == ([], [])
    _sweep(wired, clock, hours=2)
    (body,) = taken("checks")
    assert list(taken()) == [], "not before the register has answered"
    assert not any(word in body for word in (VERA.digits, "Vera", "Gever", "Laan", "laan"))
    for _ in range(3):
        _sweep(wired, clock, minutes=1)
    assert (list(taken("checks")), list(taken())) == ([], []), "nobody asks each minute"
    _sweep(wired, clock, hours=3)
    assert len(list(taken("checks"))) == 1, "nor is it forgotten, when a message is lost"


def test_the_same_letter_goes_on_where_the_register_says_the_same(vera: Person, wired: Wiring, clock: Clock) -> None:
    case_id = ask_for_mandate(vera)
    (first,) = map(json.loads, taken())
    _sweep(wired, clock, hours=25)
    check()
    (again,) = map(json.loads, taken())
    assert {**again, "print_before": first["print_before"]} == first, "id and bytes are as they were"
    assert again["print_before"] == (clock.now + timedelta(days=1)).isoformat()
    _sweep(wired, clock, hours=25)
    check()
    deliver()
    assert len(printed(case_id)) == 1
    assert not _letter(wired, case_id).keys() & set(COPY), "nothing of whom it was for"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_moves, "Your name or your address has changed there"),
        (_emigrates, "There is no address any more to which we can send you a letter"),
    ],
)
def test_who_asked_reads_why_their_letter_does_not_come_and_what_to_do_and_its_code_is_dead(
    vera: Person, henk: Person, wired: Wiring, clock: Clock, register: FakeRegister, change: Change, words: str
) -> None:
    case_id = ask_for_mandate(vera)
    moment = Moment(vera)
    code = code_of(case_id)
    moment.back(vera)
    _untaken()
    _sweep(wired, clock, hours=25)
    change(register, VERA)
    check()
    deliver()
    assert printed(case_id) == []
    row = _letter(wired, case_id)
    assert row["state"] == LetterState.CANCELLED
    assert not row.keys() & {*COPY, "useful_until"}
    vera.sign_in()
    page = vera.get(f"/requests/{case_id}").body
    for told in ("We stopped the letter on", words, "Check with your municipality", "The code does not work any more"):
        assert told in page
    assert "Ended by us" in page
    assert "Expect the letter" not in page
    assert "The letter was not printed" not in page
    henk.sign_in()
    assert "do not belong together" in henk.submit("/activate", of_vera(code)).body
    _sweep(wired, clock, hours=25)
    assert (list(taken("checks")), list(taken())) == ([], [])
    assert [row for row in _rows(wired) if str(row["pk"]).startswith(("OUTBOX", "AWAITED", "UNDERWAY"))] == []


@pytest.mark.parametrize("change", CHANGES)
def test_who_asked_for_another_sees_the_same_whatever_the_register_says(
    vera: Person, henk: Person, wired: Wiring, clock: Clock, register: FakeRegister, change: Change
) -> None:
    case_id = ask_for(henk)
    check()
    _untaken()
    _sweep(wired, clock, hours=25)
    henk.sign_in()
    before = henk.get(f"/asked/{case_id}").body, henk.get("/mandates").body
    change(register, VERA)
    check()
    assert (henk.get(f"/asked/{case_id}").body, henk.get("/mandates").body) == before
    (request,) = wired.mandates.requests(wired.secrets.pseudonyms.person(VERA))
    goes = change is _stays
    assert request.state(clock()) is (RequestState.WAITING if goes else RequestState.UNDELIVERABLE)
    assert len(list(taken())) == (1 if goes else 0)
    if change is not _moves:
        return
    vera.sign_in()
    page = vera.get(f"/approvals/{request.visit}").body
    assert "We stopped the letter on" in page


def _stale_notice(vera: Person, henk: Person, wired: Wiring, clock: Clock) -> str:
    """Let the letter to Vera that tells of an activation wait for more than a day; return its id."""
    case_id = mandate(vera, henk)
    notice_id = Notice(NoticeKind.ACTIVATED, (CaseId(case_id),), Party.REPRESENTED, clock()).notice_id
    _sweep(wired, clock, minutes=1)
    check()
    _untaken()
    _sweep(wired, clock, hours=25)
    return notice_id


@pytest.mark.parametrize("change", CHANGES)
def test_a_notice_too_goes_only_where_its_receiver_lives_still(
    vera: Person, henk: Person, wired: Wiring, clock: Clock, register: FakeRegister, change: Change
) -> None:
    notice_id = _stale_notice(vera, henk, wired, clock)
    change(register, VERA)
    check()
    deliver()
    assert bool(printed(notice_id)) is (change is _stays)
    assert _letter(wired, notice_id)["state"] == (LetterState.PRINTED if change is _stays else LetterState.CANCELLED)


def test_that_the_other_side_moved_stops_no_notice(
    vera: Person, henk: Person, wired: Wiring, clock: Clock, register: FakeRegister
) -> None:
    notice_id = _stale_notice(vera, henk, wired, clock)
    _dies(register, HENK)
    check()
    deliver()
    assert printed(notice_id)


def test_while_the_register_is_down_nothing_goes_out_and_nothing_is_lost(
    vera: Person, wired: Wiring, clock: Clock, register: FakeRegister
) -> None:
    case_id = ask_for_mandate(vera)
    _untaken()
    _sweep(wired, clock, hours=25)
    register.down = True
    for _ in range(3):
        (body,) = taken("checks")
        with written() as lines, pytest.raises(Unavailable):
            check_one(body)
        assert lines[-1]["message"] == "address_not_checked"
        assert lines[-1]["letter_id"].startswith(case_id)
        assert not any(word in json.dumps(lines) for word in (VERA.digits, "Vera", "Gever"))
        _sweep(wired, clock, hours=4)
    assert list(taken()) == []
    register.down = False
    check()
    deliver()
    assert len(printed(case_id)) == 1


def test_a_message_that_comes_twice_or_late_changes_nothing(
    vera: Person, wired: Wiring, clock: Clock, register: FakeRegister
) -> None:
    case_id = ask_for_mandate(vera)
    _untaken()
    _sweep(wired, clock, hours=25)
    (body,) = taken("checks")
    check_one(body)
    deliver()
    _moves(register, VERA)
    before = _rows(wired)
    check_one(body)
    assert _rows(wired) == before
    assert len(printed(case_id)) == 1


def test_what_was_withdrawn_is_not_asked_of(vera: Person, wired: Wiring, clock: Clock) -> None:
    case_id = ask_for_mandate(vera)
    _untaken()
    assert vera.submit(f"/requests/{case_id}/withdraw", {}).status == 303
    _sweep(wired, clock, hours=25)
    assert (list(taken("checks")), list(taken())) == ([], [])
    assert wired.letters_table.get(*row_key(str(_letter(wired, case_id)["pk"]).removeprefix("LETTER#")))
