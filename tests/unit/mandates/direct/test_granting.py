"""Who represented somebody before is mandated again at once; nobody else ever is, and both are told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.audit.trail import Event, Happening
from chalicelib.catalogue.model import Authorisation
from chalicelib.days import today
from chalicelib.errors import LevelTooLow, NotFound, Refused, Unavailable
from chalicelib.letters.contract.letter import LetterKind
from chalicelib.mandates.direct.known import known_to
from chalicelib.mandates.direct.renewing import next_periods
from chalicelib.mandates.living.changing import suspend
from chalicelib.mandates.model.cases import CaseId, Party, VisitId
from chalicelib.mandates.model.mandates import Consent, MandateState, Way
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.model.requests import Blocked, OptOut
from chalicelib.mandates.register.transactions import Making
from chalicelib.mandates.register.tries import LIMITS
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.actor import Cause
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import Standing
from chalicelib.people.bsn import Bsn
from tests.builders import (
    HENK,
    MINA,
    NOW,
    SECRETS,
    SERVICE_ID,
    VERA,
    a_period,
    a_person,
    a_service,
    revoke_in,
    signed_in,
)
from tests.fakes import FakeMandates
from tests.unit.mandates.town import EARLIER, LATER, THE_SERVICE, Town, wanting

THEN = NOW + LATER
HENK_ID, VERA_ID = signed_in(HENK).person, signed_in(VERA).person


@pytest.fixture
def town() -> Town:
    town = Town()
    town.represented_before()
    return town


def _refused(town: Town, **changes: object) -> str:
    with pytest.raises(Refused) as error:
        town.grant(**changes)
    assert len(town.store.given(VERA_ID)) == 1
    assert town.store.letters[1:] == []
    return error.value.reason


def test_somebody_who_represented_her_before_may_act_at_once(town: Town) -> None:
    (made,) = town.grant()
    assert made.state(THEN) is MandateState.ACTIVE
    assert (made.representative, made.represented, made.service_id) == (HENK_ID, VERA_ID, "another")
    assert made.consent == Consent(Way.KNOWN, 20)
    assert town.store.held(HENK_ID)[0] == made
    assert town.store.history(made.case_id, made.sides) == [Event(Happening.GRANTED, THEN, signed_in())]


def test_both_numbers_are_sealed_anew_for_the_new_case(town: Town) -> None:
    (made,) = town.grant()
    opened = (made.represented_bsn, made.representative_bsn)
    assert [SECRETS.vault.open(sealed, f"case:{made.case_id}") for sealed in opened] == [VERA.digits, HENK.digits]


def test_several_services_are_mandates_of_their_own_and_one_letter_to_each_side(town: Town) -> None:
    made = town.grant(wanted=wanting(1, 2, 3))
    assert [one.service_id for one in made] == ["service 1", "service 2", "service 3"]
    assert [one.case_id[-2:] for one in made] == ["00", "01", "02"]
    to_her, to_him = town.store.letters[1:]
    assert (to_her.kind, to_her.addressee, to_her.other) == (LetterKind.GIVEN, "V. van der Gever", "Henk Helper")
    assert (to_him.kind, to_him.addressee, to_him.other) == (LetterKind.HELD, "H. Helper", "Vera van der Gever")
    assert [len(letter.services) for letter in (to_her, to_him)] == [3, 3]
    assert town.letters.sent == [to_her.letter_id, to_him.letter_id]
    assert len(set(town.letters.sent)) == 2


@pytest.mark.parametrize(("levels", "asked"), [((10, 20), None), ((10, 25), 25), ((30, 25), 30)])
def test_who_was_known_at_a_lower_level_is_asked_by_letter_to_confirm_at_the_highest_that_is_needed(
    town: Town, levels: tuple[int, int], asked: int | None
) -> None:
    wanted = [WantedService(a_service(service_id=f"at {level}", level=level), a_period()) for level in levels]
    town.grant(by=signed_in(level=30), wanted=tuple(wanted))
    to_her, to_him = town.store.letters[1:]
    assert (to_her.confirm_level, to_him.confirm_level) == (None, asked)


def test_neither_letter_says_where_the_other_lives(town: Town) -> None:
    town.people.people[HENK] = a_person(name="Henk Helper", addressee="H. Helper", address=("Elders 9", "9999 ZZ  Ver"))
    town.grant()
    to_her, to_him = town.store.letters[1:]
    assert "Elders" not in to_her.to_json()
    assert "Lindelaan" not in to_him.to_json()


@pytest.mark.parametrize("who", [HENK, VERA])
def test_who_has_no_address_gets_no_letter_and_the_mandate_begins(town: Town, who: Bsn) -> None:
    abroad = a_person(standing=Standing.NO_ADDRESS, address=())
    town.people.people[who] = abroad
    town.grant()
    (letter,) = town.store.letters[1:]
    assert letter.kind is (LetterKind.GIVEN if who == HENK else LetterKind.HELD)


def test_a_letter_that_cannot_be_sent_now_is_left_for_the_sweeper(town: Town) -> None:
    town.letters.down = True
    assert town.grant()
    assert len(town.store.letters) == 3


def test_the_letter_of_who_mandates_speaks_their_language_and_the_others_dutch(town: Town) -> None:
    town.grant(language="en")
    given, held = town.store.letters[-2:]
    assert (given.language, given.services[0].name) == ("en", "Locks")
    assert (held.language, held.services[0].name) == ("nl", "Sluizen")


def test_the_same_form_again_is_the_same_mandate(town: Town) -> None:
    assert town.grant() == town.grant(THEN + timedelta(minutes=1))
    assert len(town.store.given(VERA_ID)) == 2
    assert len(town.store.letters) == 3


def test_the_same_form_many_times_at_once_is_one_mandate(town: Town) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: town.grant(), range(8)))
    assert len(set(made)) == 1
    assert len(town.store.given(VERA_ID)) == 2


def test_nobody_is_mandated_who_never_represented_her(town: Town) -> None:
    with pytest.raises(NotFound):
        town.grant(earlier=CaseId("unknown"))
    with pytest.raises(NotFound):
        town.grant(by=signed_in(MINA), bsn=MINA)
    with pytest.raises(NotFound):
        town.grant(by=signed_in(HENK), bsn=HENK)


def test_a_mandate_that_never_began_makes_nobody_known() -> None:
    town = Town()
    future = town.represented_before(period=a_period(date(2031, 7, 1)))
    with pytest.raises(NotFound):
        town.grant()
    revoke_in(town.store, future, signed_in(), THEN)
    with pytest.raises(NotFound):
        town.grant(NOW + timedelta(days=60))


def test_who_was_revoked_may_be_mandated_again(town: Town) -> None:
    (earlier,) = town.store.given(VERA_ID)
    revoke_in(town.store, earlier, signed_in(), THEN)
    assert town.grant()


def test_a_blocked_person_is_not_mandated(town: Town) -> None:
    town.store._blocked[VERA_ID, HENK_ID] = Blocked(HENK_ID, b"sealed henk", NOW)
    assert known_to(VERA_ID, store=town.store, now=THEN) == []
    with pytest.raises(NotFound):
        town.grant()


SUSPENDED: dict[str, dict[str, object]] = {
    "suspended": {},
    "suspended before it began": {"period": a_period(date(2031, 7, 1))},
    "revoked by herself while it was": {"ended_at": NOW, "ended_by": Party.REPRESENTED},
    "given up while it was": {"ended_at": NOW, "ended_by": Party.REPRESENTATIVE},
    "ended while it was, as she wanted none for a while": {"ended_at": NOW, "cause": Cause.OPT_OUT},
}


@pytest.mark.parametrize("changes", SUSPENDED.values(), ids=SUSPENDED)
def test_while_a_mandate_between_two_is_suspended_there_comes_no_other_without_a_code(
    town: Town, changes: dict[str, object]
) -> None:
    other = CaseId("0b" * 16)
    facts: dict[str, Any] = {"service_id": "other", "suspended_at": NOW, **changes}
    town.represented_before(case_id=other, **facts)
    letters = len(town.store.letters)
    for earlier in (EARLIER, other) if "period" not in changes else (EARLIER,):
        with pytest.raises(Refused, match="looked_into"):
            town.grant(earlier=earlier)
    mandate = town.store.mandate(EARLIER)
    assert mandate is not None
    at = NOW + timedelta(days=20)
    wanted = WantedService(THE_SERVICE, next_periods(mandate, THE_SERVICE, at)[0])
    with pytest.raises(Refused, match="looked_into"):
        town.renew(mandate, at, wanted)
    assert len(town.store.given(VERA_ID)) == 2
    assert len(town.store.letters) == letters


OVER: dict[str, dict[str, object]] = {
    "resumed": {"suspended_at": None},
    "ended by an operator": {"ended_at": NOW, "cause": Cause.OPERATOR},
    "its last day is over": {"period": a_period(days=1)},
    "of somebody else": {"by": MINA},
}


@pytest.mark.parametrize("changes", OVER.values(), ids=OVER)
def test_when_that_is_over_or_is_of_others_she_mandates_as_ever(town: Town, changes: dict[str, object]) -> None:
    facts: dict[str, Any] = {"service_id": "other", "suspended_at": NOW, **changes}
    town.represented_before(case_id=CaseId("0b" * 16), **facts)
    assert town.grant()


def test_who_opted_out_mandates_nobody(town: Town) -> None:
    town.store.opt_out(VERA_ID, OptOut(NOW))
    assert _refused(town) == "opted_out"


class ComesInBetween(FakeMandates):
    """Something happens between what is read and what is written."""

    def __init__(self, then: Callable[[FakeMandates], None]) -> None:
        super().__init__()
        self._then: Callable[[FakeMandates], None] | None = None
        self.then = then

    def make(self, making: Making, by: object) -> None:
        if making.notices or not making.requests:
            self.then(self)
        super().make(making, by)  # type: ignore[arg-type]


def test_an_opt_out_that_comes_in_between_is_said_in_words() -> None:
    town = Town()
    town.store = ComesInBetween(lambda store: store.opt_out(VERA_ID, OptOut(NOW)))
    town.represented_before()
    assert _refused(town) == "opted_out"


def test_a_block_that_comes_in_between_holds() -> None:
    town, block = Town(), Blocked(HENK_ID, b"sealed henk", NOW)
    town.store = ComesInBetween(lambda store: store._blocked.update({(VERA_ID, HENK_ID): block}))
    town.represented_before()
    with pytest.raises(NotFound):
        town.grant()
    assert len(town.store.given(VERA_ID)) == 1


def test_a_mandate_that_is_suspended_in_between_keeps_another_from_coming() -> None:
    def then(store: FakeMandates) -> None:
        suspend(EARLIER, store=store, now=THEN)

    town = Town()
    town.store = ComesInBetween(then)
    town.represented_before()
    assert _refused(town) == "looked_into"
    assert town.tries.spend(f"grant:{VERA_ID}", THEN).left == LIMITS["grant"].tries - 1


def test_what_was_given_in_another_window_in_between_is_said_in_words() -> None:
    town = _interrupted()
    with pytest.raises(Refused, match="already_mandated"):
        town.grant()
    assert len(town.store.given(VERA_ID)) == 2


def test_what_comes_in_between_and_is_not_in_the_way_changes_nothing() -> None:
    town = _interrupted(wanted=wanting(5))
    assert town.grant(wanted=wanting(6))
    assert sorted(one.service_id for one in town.store.given(VERA_ID))[-2:] == ["service 5", "service 6"]


def _interrupted(**changes: object) -> Town:
    """Return where she mandates in another window as well, once, between what is read and what is written."""
    town, others = Town(), iter([changes])

    def then(_: FakeMandates) -> None:
        for other in others:
            town.grant(visit_id=VisitId("0e" * 15 + "00"), **other)

    town.store = ComesInBetween(then)
    town.represented_before()
    return town


def test_her_sign_in_has_the_level_of_the_service(town: Town) -> None:
    with pytest.raises(LevelTooLow) as error:
        town.grant(wanted=wanting(1, level=25))
    assert error.value.required == 25
    assert town.grant(by=signed_in(level=25), wanted=wanting(1, level=25))


def test_no_mandate_begins_at_a_service_that_is_not_mandatable(town: Town) -> None:
    with pytest.raises(NotFound):
        town.grant(wanted=wanting(1, authorisation=Authorisation.NOBODY))


@pytest.mark.parametrize(
    ("who", "changes", "reason"),
    [
        (VERA, {"name": ""}, "may_not_give"),
        (HENK, {"name": ""}, "not_with_them"),
        (HENK, {"standing": Standing.DECEASED, "address": ()}, "not_with_them"),
    ],
)
def test_both_are_alive_and_named(town: Town, who: Bsn, changes: dict[str, object], reason: str) -> None:
    town.people.people[who] = a_person(**changes)
    assert _refused(town) == reason


def test_both_are_old_enough_for_every_service(town: Town) -> None:
    town.people.people[HENK] = a_person(born=BirthDate("2020-01-01"))
    assert _refused(town, wanted=wanting(1) + wanting(2, minimum_age_representative=16)) == "not_with_them"
    town.people.people[VERA] = a_person(born=BirthDate("2020-01-01"))
    assert _refused(town, wanted=wanting(1) + wanting(2, minimum_age_represented=16)) == "too_young_to_give"


def test_who_holds_a_mandate_for_that_time_gets_no_second_one(town: Town) -> None:
    (earlier,) = town.store.given(VERA_ID)
    assert _refused(town, wanted=(WantedService(THE_SERVICE, a_period(earlier.period.end)),)) == "already_mandated"
    after = a_period(earlier.period.end + timedelta(days=1))
    assert town.grant(wanted=(WantedService(THE_SERVICE, after),))


def test_somebody_elses_mandate_for_the_service_is_not_in_the_way(town: Town) -> None:
    town.represented_before(MINA, CaseId("0b" * 16), service_id="another")
    assert town.grant()


def test_of_what_was_revoked_nothing_is_in_the_way(town: Town) -> None:
    (earlier,) = town.store.given(VERA_ID)
    revoke_in(town.store, earlier, signed_in(), THEN)
    assert town.grant(wanted=(WantedService(THE_SERVICE, a_period()),))


def test_there_is_a_most_for_one_day(town: Town) -> None:
    for number in range(LIMITS["grant"].tries):
        town.grant(visit_id=VisitId(f"{number:030x}00"), wanted=wanting(2 * number, 2 * number + 1))
    more: dict[str, object] = {"visit_id": VisitId("aa" * 15 + "00"), "wanted": wanting(99)}
    with pytest.raises(Refused, match="too_many_grants"):
        town.grant(THEN + timedelta(hours=23), **more)
    assert town.grant(THEN + timedelta(hours=24), **more)


def test_of_fifty_at_once_there_are_as_many(town: Town) -> None:
    def granted(number: int) -> bool:
        try:
            return bool(town.grant(visit_id=VisitId(f"{number:030x}00"), wanted=wanting(number)))
        except Refused:
            return False

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(granted, range(50))) == LIMITS["grant"].tries


def test_nothing_is_written_while_the_register_is_down(town: Town) -> None:
    town.people.down = True
    with pytest.raises(Unavailable):
        town.grant()
    assert len(town.store.given(VERA_ID)) == 1


LEVELS = st.sampled_from([10, 20, 25, 30])


@given(by=LEVELS, levels=st.lists(LEVELS, min_size=1, max_size=3), service=LEVELS)
def test_a_mandate_never_counts_for_more_than_either_side_was_known_at(
    by: int, levels: list[int], service: int
) -> None:
    town = Town()
    for number, level in enumerate(levels):
        town.represented_before(case_id=CaseId(f"{number:032x}"), service_id=str(number), activated_level=level)
    earlier, wanted = CaseId(f"{0:032x}"), wanting(7, level=service)
    if by < service:
        with pytest.raises(LevelTooLow):
            town.grant(by=signed_in(level=by), earlier=earlier, wanted=wanted)
        return
    (made,) = town.grant(by=signed_in(level=by), earlier=earlier, wanted=wanted)
    assert made.activated_level == max(levels)
    assert made.level == min(by, made.activated_level)


MOMENTS = st.datetimes(datetime(2031, 5, 1), datetime(2031, 7, 30), timezones=st.just(UTC))  # noqa: DTZ001 - they get one


@given(start=st.dates(date(2031, 5, 1), date(2031, 6, 30)), ended=st.none() | MOMENTS, now=MOMENTS)
def test_who_is_known_had_a_mandate_that_began_before_it_ended(
    start: date, ended: datetime | None, now: datetime
) -> None:
    town = Town()
    earlier = town.represented_before(period=Period(start, start + timedelta(days=9)))
    over = ended is not None and ended <= now
    if over and ended is not None:
        revoke_in(town.store, earlier, signed_in(), ended)
    last = ended if over and ended is not None else now
    assert bool(known_to(VERA_ID, store=town.store, now=now)) is (today(last) >= start)


def test_who_is_known_is_one_person_however_often_they_represented_her(town: Town) -> None:
    newest = town.represented_before(case_id=CaseId("0c" * 16), service_id="x", activated_at=THEN, activated_level=25)
    mina = town.represented_before(MINA, CaseId("0d" * 16), activated_at=NOW, service_id=SERVICE_ID)
    henk, other = known_to(VERA_ID, store=town.store, now=THEN)
    assert (henk.case_id, henk.level, henk.bsn(SECRETS.vault)) == (newest.case_id, 25, HENK)
    assert other.mandates == (mina,)
