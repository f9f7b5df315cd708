"""Letters about what another did: due with the change, written afterwards, and as their receiver wishes."""

import pytest

from chalicelib.errors import Unavailable
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.notices import Notice, NoticeKind
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from tests.builders import HENK, PORTAL_ID, VERA
from tests.fakes import Clock, FakeRegister
from tests.http.client import Person
from tests.http.journey import (
    ask_for_mandate,
    check_one,
    deliver,
    mandate,
    pdf_of,
    printed,
    settle,
    sweep,
    taken,
    text_of,
)


def _notice(kind: NoticeKind, case_id: str, to: Party, clock: Clock) -> str:
    return Notice(kind, (CaseId(case_id),), to, clock()).notice_id


def _pages(letter_id: str) -> int:
    return len(pdf_of(letter_id).pages)


def _wishes(wired: Wiring, bsn: Bsn, wishes: LetterWishes) -> None:
    wired.mandates.state(wired.secrets.pseudonyms.person(bsn), wishes)


def test_who_gave_the_code_hears_by_letter_who_activated_it(vera: Person, henk: Person, clock: Clock) -> None:
    case_id = mandate(vera, henk)
    settle(clock)
    text = text_of(_notice(NoticeKind.ACTIVATED, case_id, Party.REPRESENTED, clock))
    assert "Henk Helper" in text
    assert "Sluizen" in text
    settle(clock)
    assert len(printed("")) == 2


@pytest.mark.parametrize("by", ["vera", "henk"])
def test_the_other_side_hears_by_letter_that_it_was_revoked(by: str, vera: Person, henk: Person, clock: Clock) -> None:
    case_id = mandate(vera, henk)
    person, to = (vera, Party.REPRESENTATIVE) if by == "vera" else (henk, Party.REPRESENTED)
    person.sign_in()
    person.submit(f"/mandates/{case_id}/revoke", {})
    settle(clock)
    assert "ingetrokken" in text_of(_notice(NoticeKind.ENDED, case_id, to, clock))
    assert len(printed("")) == 3


def test_while_the_register_is_away_a_mandate_ends_at_once_and_the_letter_comes_later(
    vera: Person, henk: Person, wired: Wiring, clock: Clock
) -> None:
    case_id = mandate(vera, henk)
    vera.sign_in()
    people = wired.people
    assert isinstance(people, FakeRegister)
    people.down = True
    assert vera.submit(f"/mandates/{case_id}/revoke", {}).status == 303
    sweep(clock)
    bodies = list(taken("checks"))
    for body in bodies:
        with pytest.raises(Unavailable):
            check_one(body)
    people.down = False
    clock.forward(hours=1)
    for body in bodies:
        check_one(body)
    deliver()
    assert printed(_notice(NoticeKind.ENDED, case_id, Party.REPRESENTATIVE, clock))


def test_what_lies_in_the_queue_names_nobody(vera: Person, henk: Person, clock: Clock) -> None:
    mandate(vera, henk)
    sweep(clock)
    (body,) = taken("checks")
    assert [word for word in (VERA.digits, HENK.digits, "Vera", "Henk") if word in body] == []


def test_a_letter_that_somebody_asks_for_looks_as_they_wish(vera: Person, wired: Wiring) -> None:
    normal = ask_for_mandate(vera)
    _wishes(wired, VERA, LetterWishes("nl", large_print=True))
    large = ask_for_mandate(vera, PORTAL_ID)
    deliver()
    assert "Your mandate code" in text_of(normal)
    assert "Uw machtigingscode" in text_of(large)
    assert _pages(large) > _pages(normal)


def test_a_notice_looks_as_who_gets_it_wishes(vera: Person, henk: Person, wired: Wiring, clock: Clock) -> None:
    case_id = mandate(vera, henk)
    _wishes(wired, VERA, LetterWishes("en", large_print=True))
    _wishes(wired, HENK, LetterWishes("nl"))
    settle(clock)
    assert "used your mandate code" in text_of(_notice(NoticeKind.ACTIVATED, case_id, Party.REPRESENTED, clock))
