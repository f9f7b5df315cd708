"""A code that nobody used: who asked is reminded once, at half of its time, by a letter that does not say it."""

import re
from collections.abc import Callable

import pytest

from chalicelib.errors import Unavailable
from chalicelib.letters.contract.statuses import Mishap, VendorStep
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.notices import Notice, NoticeKind
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.people.brp.person import Standing
from chalicelib.wiring import Wiring
from tests.builders import NOW, SERVICE_ID, VERA, a_person
from tests.fakes import Clock, FakeRegister
from tests.http.client import Person
from tests.http.journey import (
    ask_for_mandate,
    check,
    check_one,
    code_of,
    deliver,
    of_vera,
    pdf_of,
    printed,
    settle,
    sweep,
    taken,
    tell,
    text_of,
)
from tests.http.test_asking import ask_for


def _reminder(case_id: str) -> str:
    """Return the id of the reminder of a case, and of its letter."""
    return Notice(NoticeKind.REMINDER, (CaseId(case_id),), Party.REPRESENTED, NOW).notice_id


def _posted(vera: Person) -> tuple[str, str]:
    """Return a case, and the code that its letter brought: once it is posted, nothing of it is kept."""
    case_id = ask_for_mandate(vera)
    code = code_of(case_id)
    tell(case_id, VendorStep.POSTED)
    return case_id, code


def _to_half(clock: Clock) -> None:
    """Let half of the 42 days pass for which a code works."""
    clock.forward(days=21, hours=12)


def _there(vera: Person, action: str) -> None:
    vera.sign_in()
    vera.submit(action, {})


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("large_print", [False, True])
def test_who_asked_is_reminded_at_half_of_the_time_and_not_before(
    vera: Person, wired: Wiring, clock: Clock, language: str, large_print: object
) -> None:
    wired.mandates.state(wired.secrets.pseudonyms.person(VERA), LetterWishes(language, large_print=bool(large_print)))
    case_id, code = _posted(vera)
    clock.forward(days=20)
    settle(clock)
    assert printed(_reminder(case_id)) == []
    clock.forward(days=2)
    settle(clock)
    text = text_of(_reminder(case_id))
    told = {"nl": ("nog niet gebruikt", "Sluizen"), "en": ("has not been used yet", "Locks")}
    assert [words for words in told[language] if words not in text] == []
    assert not re.search(r"\b[B-DF-HJ-NP-TV-XZ2-9]{4}-[B-DF-HJ-NP-TV-XZ2-9]{4}\b", text)
    assert code not in text
    assert (len(pdf_of(_reminder(case_id)).pages) > 1) is bool(large_print)
    # Once, however often the sweeper comes by, and whatever is told of letters later.
    tell(case_id, VendorStep.DELIVERED)
    for _ in range(3):
        clock.forward(days=3)
        settle(clock)
    assert len(printed("")) == 2


def test_after_a_reminder_the_code_works_as_before_and_no_longer(vera: Person, henk: Person, clock: Clock) -> None:
    case_id, code = _posted(vera)
    ends = vera.get(f"/requests/{case_id}").body.partition("The code works up to and including ")[2][:20]
    _to_half(clock)
    settle(clock)
    vera.sign_in()
    assert ends in vera.get(f"/requests/{case_id}").body
    henk.sign_in()
    assert henk.submit("/activate", of_vera(code)).status == 303


def _activated(vera: Person, henk: Person, case_id: str, code: str, _: Wiring) -> None:
    del vera, case_id
    henk.sign_in()
    henk.submit(henk.submit("/activate", of_vera(code)).location, {})


def _withdrawn(vera: Person, henk: Person, case_id: str, code: str, _: Wiring) -> None:
    del henk, code
    _there(vera, f"/requests/{case_id}/withdraw")


def _returned(vera: Person, henk: Person, case_id: str, code: str, _: Wiring) -> None:
    del vera, henk, code
    tell(case_id, VendorStep.RETURNED, Mishap.MOVED)


def _dead(vera: Person, henk: Person, case_id: str, code: str, wired: Wiring) -> None:
    del vera, henk, case_id, code
    assert isinstance(wired.people, FakeRegister)
    wired.people.people[VERA] = a_person(standing=Standing.DECEASED, address=())


@pytest.mark.parametrize("ended", [_activated, _withdrawn, _returned, _dead])
def test_where_there_is_nothing_to_remind_of_none_comes(
    vera: Person, henk: Person, wired: Wiring, clock: Clock, ended: Callable[[Person, Person, str, str, Wiring], None]
) -> None:
    case_id, code = _posted(vera)
    ended(vera, henk, case_id, code, wired)
    _to_half(clock)
    settle(clock)
    assert printed(_reminder(case_id)) == []


def test_what_another_asked_is_not_reminded_of(vera: Person, henk: Person, clock: Clock) -> None:
    del vera
    case_id = ask_for(henk)
    check()
    deliver()
    tell(case_id, VendorStep.POSTED)
    _to_half(clock)
    settle(clock)
    assert len(printed("")) == 1


def test_while_the_register_is_away_it_waits_and_comes_once(vera: Person, wired: Wiring, clock: Clock) -> None:
    case_id, _ = _posted(vera)
    _to_half(clock)
    people = wired.people
    assert isinstance(people, FakeRegister)
    people.down = True
    sweep(clock)
    (body,) = taken("checks")
    with pytest.raises(Unavailable):
        check_one(body)
    people.down = False
    # The message comes again, and again.
    for _ in range(3):
        check_one(body)
    deliver()
    assert len(printed(_reminder(case_id))) == 1


def test_what_lies_in_the_queue_names_nobody(vera: Person, clock: Clock) -> None:
    case_id, _ = _posted(vera)
    _to_half(clock)
    sweep(clock)
    (body,) = taken("checks")
    assert [word for word in (VERA.digits, "Vera", case_id, SERVICE_ID) if word in body] == []
