"""Checks of what somebody asks for another: what comes before the represented, what ends unseen, and what waits."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.audit.trail import Happening
from chalicelib.errors import RateLimited, Unavailable
from chalicelib.letters.contract.letter import LetterKind
from chalicelib.letters.limits import Limits
from chalicelib.mandates.model.cases import case_of
from chalicelib.mandates.model.codes import typed_code
from chalicelib.mandates.model.refusals import refusal_ids, typed_refusal
from chalicelib.mandates.model.requests import Blocked, OptOut, Request, RequestState
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.register.checks import Check
from chalicelib.mandates.register.transactions import Admission, Closing
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.actor import Cause, System
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import Standing
from chalicelib.people.bsn import Bsn
from tests.asking import LOOK_UPS, VISIT, Desk, a_plea, a_visit, check_of, some_services, wanting
from tests.builders import HENK, MINA, NOW, SECRETS, VERA, a_period, a_person, a_service, claim_of, signed_in, some_bsns
from tests.fakes import FakeMandates, FakeTries
from tests.lines import written

PERSON = SECRETS.pseudonyms.person
WRONG = BirthDate("1948-03-13")
LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def _letters(desk: Desk) -> list[object]:
    assert isinstance(desk.store, FakeMandates)
    return list(desk.store.letters)


def _asked(desk: Desk, **changes: object) -> list[Request]:
    """Ask, have it checked, and return the requests of Vera."""
    plea = a_plea(**changes)
    desk.ask(plea)
    desk.check(plea, LATER)
    return desk.requests()


def test_what_is_right_waits_with_one_code_and_one_letter_that_names_who_asks(desk: Desk) -> None:
    requests = _asked(desk, wanted=wanting(*some_services(3)))
    assert isinstance(desk.store, FakeMandates)
    (letter,) = desk.store.letters
    assert {one.state(LATER) for one in requests} == {RequestState.WAITING}
    assert {(one.checked_at, one.version, one.level) for one in requests} == {(LATER, 2, None)}
    assert {one.letter_id for one in requests} == {letter.letter_id} == set(desk.letters.sent)
    assert letter.kind is LetterKind.ASKED
    assert (letter.asker, letter.addressee, letter.address) == (
        "Henk Helper",
        "V. van der Gever",
        ("Lindelaan 12", "1234 AB  Voorbeeld"),
    )
    assert len(letter.services) == 3
    assert not {VERA.digits, HENK.digits} & set(letter.to_json().split('"'))
    (stored,) = desk.store.codes(claim_of(requests[0]))
    assert SECRETS.peppers.recognise(typed_code(letter.code), stored.claim)(stored.fingerprint)
    assert {one.code.code_id for one in requests if one.code} == {stored.code_id} == {case_of(VISIT, 0)}
    refusal = desk.store.refusal(refusal_ids(typed_refusal(letter.refusal_code), SECRETS.peppers)[0])
    assert refusal is not None
    assert (refusal.represented, refusal.visit_id) == (PERSON(VERA), VISIT)


def test_the_code_of_a_visit_works_until_the_day_that_its_letter_names(desk: Desk) -> None:
    short = WantedService(some_services(1)[0], a_period(days=3))
    requests = _asked(desk, wanted=(*wanting(a_service(request_days=7), a_service(service_id="other")), short))
    assert [(one.safe_day - NOW.date()).days for one in requests] == [7, 7, 2]
    assert isinstance(desk.store, FakeMandates)
    assert desk.store.letters[0].use_before == requests[0].safe_day
    (stored,) = desk.store.codes(claim_of(requests[0]))
    assert stored.expires_at == requests[0].expires_at


def test_the_letter_speaks_dutch_whatever_language_who_asks_reads(desk: Desk) -> None:
    _asked(desk)
    assert isinstance(desk.store, FakeMandates)
    (letter,) = desk.store.letters
    assert (letter.language, letter.services[0].name) == ("nl", "Sluizen")
    assert letter.salutation == "Geachte mevrouw Van der Gever"


def test_the_letter_looks_as_who_gets_it_wishes_and_not_as_who_asks_does(desk: Desk) -> None:
    desk.store.state(signed_in(HENK).person, LetterWishes("nl"))
    desk.store.state(signed_in(VERA).person, LetterWishes("en", large_print=True))
    _asked(desk)
    assert isinstance(desk.store, FakeMandates)
    (letter,) = desk.store.letters
    assert (letter.language, letter.large_print, letter.services[0].name) == ("en", True, "Locks")


def _without_vera(desk: Desk) -> None:
    del desk.people.people[VERA]


def _vera_is(desk: Desk, **changes: object) -> None:
    desk.people.people[VERA] = a_person(**changes)


def _block(desk: Desk) -> None:
    """Block Henk, when something of his is refused."""
    plea = a_plea(visit_id=a_visit(9), wanted=wanting(*some_services(1)))
    desk.ask(plea)
    desk.check(plea)
    (request,) = [one for one in desk.requests() if one.visit == a_visit(9)]
    block = Blocked(PERSON(HENK), b"sealed henk", NOW)
    desk.store.close(Closing((request,), RequestState.REFUSED, signed_in(VERA), NOW, block=block))


UNSEEN: dict[str, Callable[[Desk], object]] = {
    "unknown": _without_vera,
    "birth date": lambda desk: _vera_is(desk, born=WRONG),
    "deceased": lambda desk: _vera_is(desk, standing=Standing.DECEASED, address=()),
    "no letter": lambda desk: _vera_is(desk, standing=Standing.NO_ADDRESS, address=()),
    "no addressee": lambda desk: _vera_is(desk, addressee=""),
    "suspended": lambda desk: _vera_is(desk, standing=Standing.SUSPENDED, address=()),
    "opt-out": lambda desk: desk.store.opt_out(PERSON(VERA), OptOut(NOW)),
    "blocked": _block,
    "asker": lambda desk: desk.people.people.update({HENK: a_person(standing=Standing.DECEASED, address=())}),
    "asker unknown": lambda desk: desk.people.people.pop(HENK),
    "age": lambda desk: _vera_is(desk, born=BirthDate("1948-03-12")),
    "service": lambda desk: desk.services.known.update({a_service().service_id: a_service(mandatable=False)}),
    "service gone": lambda desk: desk.services.known.clear(),
}
REASONS = {
    "no addressee": "no letter",
    "suspended": "no letter",
    "asker unknown": "asker",
    "service gone": "service",
}


@pytest.mark.parametrize("case", UNSEEN)
def test_what_is_not_for_them_to_decide_on_ends_unseen(desk: Desk, case: str) -> None:
    plea = a_plea(wanted=wanting(a_service(minimum_age_represented=99 if case == "age" else 0)))
    desk.ask(plea)
    UNSEEN[case](desk)
    before = desk.store.askings(PERSON(HENK))
    with written() as lines:
        desk.check(plea, LATER)
    (request,) = [one for one in desk.requests() if one.visit == VISIT]
    assert (request.ended, request.ended_at) == (RequestState.UNDELIVERABLE, LATER)
    assert (request.code, request.letter_id) == (None, None)
    assert desk.store.askings(PERSON(HENK)) == before, "who asked sees nothing of it"
    (event, *_) = desk.store.history(request.case_id, {})
    cause = Cause.OPT_OUT if case == "opt-out" else Cause.REGISTER
    assert (event.what, event.by) == (Happening.UNDELIVERABLE, System(cause))
    (line,) = [one for one in lines if one["message"] == "request_undeliverable"]
    assert (line["case_id"], line["reason"]) == (request.case_id, REASONS.get(case, case))
    assert not {VERA.digits, HENK.digits, PERSON(VERA), PERSON(HENK)} & {str(value) for value in line.values()}


def test_of_who_wants_to_be_left_alone_the_register_is_not_asked(desk: Desk) -> None:
    desk.ask(a_plea())
    desk.store.opt_out(PERSON(VERA), OptOut(NOW))
    desk.people.down = True
    desk.check(a_plea())
    assert desk.requests()[0].ended is RequestState.UNDELIVERABLE


def test_of_several_services_only_what_does_not_fit_ends_unseen(desk: Desk) -> None:
    fit, closed = some_services(2)
    desk.ask(a_plea(wanted=wanting(fit, closed, a_service(minimum_age_represented=99))))
    desk.services.known[closed.service_id] = a_service(mandatable=False)
    desk.check(a_plea(), LATER)
    assert [one.state(LATER) for one in desk.requests()] == [
        RequestState.WAITING, RequestState.UNDELIVERABLE, RequestState.UNDELIVERABLE
    ]  # fmt: skip
    assert isinstance(desk.store, FakeMandates)
    assert len(desk.store.letters[0].services) == 1


def _high(desk: Desk, **changes: object) -> list[Request]:
    """Ask for a service for which a letter proves too little, and have it checked."""
    return _asked(desk, by=signed_in(HENK, 25), **{"wanted": wanting(a_service(level=25)), **changes})


def test_of_a_service_for_which_a_letter_proves_too_little_a_letter_without_a_code_tells(desk: Desk) -> None:
    by_code, alone = _high(desk, wanted=wanting(*some_services(1), a_service(level=25)))
    assert (by_code.state(LATER), alone.state(LATER)) == (RequestState.WAITING, RequestState.WAITING)
    assert by_code.code is not None
    assert (alone.code, alone.valid_days) == (None, None)
    assert isinstance(desk.store, FakeMandates)
    with_code, notice = desk.store.letters
    assert (with_code.letter_id, notice.letter_id) == (by_code.letter_id, alone.letter_id)
    assert desk.letters.sent == [with_code.letter_id, notice.letter_id]
    assert (notice.kind, notice.asker, notice.addressee) == (LetterKind.ASKED_NOTICE, "Henk Helper", "V. van der Gever")
    assert [len(one.services) for one in (with_code, notice)] == [1, 1]
    assert notice.use_before == alone.last_day
    assert (notice.code, notice.refusal_code) == ("", "")
    assert len(desk.store.codes(claim_of(by_code))) == 1


def test_a_letter_that_only_tells_looks_as_who_gets_it_wishes(desk: Desk) -> None:
    desk.store.state(signed_in(VERA).person, LetterWishes("en", large_print=True))
    _high(desk)
    assert isinstance(desk.store, FakeMandates)
    assert [(one.language, one.large_print, one.services[0].name) for one in desk.store.letters] == [
        ("en", True, "Locks")
    ]


def test_letters_that_only_tell_are_as_few_as_all_that_others_ask_for(desk: Desk) -> None:
    services = [a_service(level=25, service_id=f"high {number}") for number in range(5)]
    for number, service in enumerate(services):
        _high(desk, visit_id=a_visit(number), wanted=wanting(service))
    assert len(_letters(desk)) == Limits().other
    assert [one.letter_id is None for one in sorted(desk.requests(), key=lambda one: one.visit)] == [
        False, False, False, True, True
    ]  # fmt: skip
    assert {one.state(LATER) for one in desk.requests()} == {RequestState.WAITING}


def test_where_others_asked_for_all_letters_there_are_it_waits_without(desk: Desk) -> None:
    for number in range(3):
        plea = a_plea(visit_id=a_visit(number), wanted=wanting(some_services(4)[number]))
        desk.ask(plea)
        desk.check(plea)
    plea = a_plea(visit_id=a_visit(3), wanted=wanting(some_services(4)[3]))
    desk.ask(plea)
    desk.check(plea, LATER)
    request = desk.requests()[-1]
    assert (request.state(LATER), request.code, request.letter_id) == (RequestState.WAITING, None, None)
    assert len(_letters(desk)) == 3


def test_made_twice_a_check_does_what_one_does(desk: Desk) -> None:
    first = _asked(desk)
    desk.check(a_plea(), LATER + timedelta(minutes=1))
    assert desk.requests() == first
    assert len(_letters(desk)) == 1
    wrong = a_plea(visit_id=a_visit(2), represented=MINA)
    desk.ask(wrong)
    for _ in range(9):
        desk.check(wrong, LATER)
    assert desk.guard.spend(f"look-up:{PERSON(MINA)}", LATER).left == 1, "what ended is not looked up again"


def test_what_expired_or_was_withdrawn_is_left_alone(desk: Desk) -> None:
    desk.ask(a_plea(wanted=wanting(*some_services(2))))
    (_, asking) = sorted(desk.store.askings(PERSON(HENK)), key=lambda one: one.case_id)
    desk.store.take_back(asking, signed_in(HENK), NOW)
    desk.people.down = True
    desk.check(a_plea(), asking.expires_at)
    assert [one.ended for one in desk.requests()] == [None, RequestState.WITHDRAWN]
    assert desk.requests()[0].state(asking.expires_at) is RequestState.EXPIRED


def test_what_is_withdrawn_while_it_is_checked_is_left_out(desk: Desk) -> None:
    class Slow(FakeMandates):
        def admit(self, admission: Admission) -> None:
            asking = self.asking(PERSON(HENK), VISIT)
            if asking is not None and asking.is_open(NOW):
                self.take_back(asking, signed_in(HENK), NOW)
            super().admit(admission)

    desk = Desk(Slow())
    withdrawn, waits = _asked(desk, wanted=wanting(*some_services(2)))
    assert (withdrawn.ended, waits.state(LATER)) == (RequestState.WITHDRAWN, RequestState.WAITING)
    assert isinstance(desk.store, FakeMandates)
    assert len(desk.store.letters[0].services) == 1
    assert waits.code is not None
    assert waits.code.code_id == waits.case_id


@pytest.mark.parametrize("broken", ["brp", "unreadable", "person", "asker"])
def test_an_outage_decides_nothing_and_uses_no_look_up(desk: Desk, broken: str) -> None:
    desk.ask(a_plea())
    desk.people.down = broken == "brp"
    desk.people.unreadable = {VERA, HENK} if broken == "unreadable" else {VERA} if broken == "person" else set()
    desk.people.unreadable |= {HENK} if broken == "asker" else set()
    for _ in range(9):
        with pytest.raises(Unavailable):
            desk.check(a_plea())
    assert desk.requests()[0].state(NOW) is RequestState.CHECKING
    desk.people.down, desk.people.unreadable = False, set()
    desk.check(a_plea())
    assert desk.requests()[0].state(NOW) is RequestState.WAITING


def test_where_look_ups_are_not_counted_nobody_is_looked_up(desk: Desk) -> None:
    class Down:
        def spend(self, *_: object) -> None:
            raise Unavailable("dynamodb")

    desk.ask(a_plea())
    desk.guard = Down()  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        desk.check(a_plea())
    assert desk.requests()[0].state(NOW) is RequestState.CHECKING


def test_a_letter_that_cannot_be_sent_is_left_for_the_sweeper(desk: Desk) -> None:
    desk.letters.down = True
    assert _asked(desk)[0].state(LATER) is RequestState.WAITING
    assert len(_letters(desk)) == 1


class Guarded:
    """Strangers who try birth dates of Vera, each in a visit of their own."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.visits = desk, 100

    def plea(self, other: Bsn = VERA, born: BirthDate = WRONG) -> Check:
        self.visits += 1
        stranger = some_bsns(self.visits)[-1]
        self.desk.people.people[stranger] = a_person(address=("Elders 1", "9999 ZZ  Elders"))
        plea = a_plea(visit_id=a_visit(self.visits), by=signed_in(stranger), bsn=stranger, represented=other, born=born)
        self.desk.ask(plea)
        return check_of(plea)


def test_after_three_wrong_birth_dates_in_a_quarter_of_an_hour_a_check_is_put_off_and_made_later(desk: Desk) -> None:
    strangers = Guarded(desk)
    for number in range(3):
        desk.checker.check(strangers.plea(), NOW + timedelta(minutes=number))
    desk.ask(a_plea())
    with pytest.raises(RateLimited) as put_off:
        desk.check(a_plea(), NOW + timedelta(minutes=14))
    assert put_off.value.until == NOW + timedelta(minutes=15)
    (honest,) = [one for one in desk.requests() if one.visit == VISIT]
    assert honest.state(NOW) is RequestState.CHECKING
    desk.check(a_plea(), NOW + timedelta(minutes=15))
    (honest,) = [one for one in desk.requests() if one.visit == VISIT]
    assert honest.state(NOW) is RequestState.WAITING


def test_looking_up_with_the_right_birth_date_never_counts(desk: Desk) -> None:
    strangers = Guarded(desk)
    for _ in range(9):
        desk.checker.check(strangers.plea(born=a_person().born), NOW)
    for _ in range(3):
        desk.checker.check(strangers.plea(), NOW)
    with pytest.raises(RateLimited):
        desk.checker.check(strangers.plea(), NOW)


def test_after_five_wrong_birth_dates_at_one_home_whoever_lives_there_is_put_off(desk: Desk) -> None:
    strangers, household = Guarded(desk), some_bsns(6)
    for one in household:
        desk.people.people[one] = a_person()
    for one in household[:5]:
        desk.checker.check(strangers.plea(one), NOW)
    check = strangers.plea(household[5], a_person().born)
    with pytest.raises(RateLimited):
        desk.checker.check(check, NOW)
    assert desk.guard.spend(f"look-up:{PERSON(household[5])}", NOW).left == 2, "what was put off counts for nothing"
    desk.people.people[household[5]] = a_person(address=("Elders 2", "9999 ZZ  Elders"))
    desk.checker.check(check, NOW)
    assert desk.requests(household[5])[0].state(NOW) is RequestState.WAITING


def test_who_is_unknown_counts_as_a_look_up_that_failed(desk: Desk) -> None:
    strangers = Guarded(desk)
    for _ in range(3):
        desk.checker.check(strangers.plea(MINA), NOW)
    with pytest.raises(RateLimited):
        desk.checker.check(strangers.plea(MINA), NOW)


def test_letters_by_others_never_take_from_what_is_ones_own() -> None:
    """Where a stranger's letters are used up, the represented's own are not (invariant 8)."""
    desk = Desk(FakeMandates(Limits(other=1)), guard=FakeTries(LOOK_UPS))
    _asked(desk)
    assert len(_letters(desk)) == 1
