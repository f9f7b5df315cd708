"""A mandate only ever becomes less, whoever changes it and whatever happens meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.audit.trail import Event, Happening
from chalicelib.catalogue.model import Relation, ServiceId
from chalicelib.errors import Conflict, NotFound, Refused, Unavailable
from chalicelib.mandates.living.changing import (
    MANDATE_MOVES,
    Less,
    change,
    end,
    next_version,
    restrict,
    resume,
    suspend,
)
from chalicelib.mandates.living.revoking import revoke, revoke_each
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.mandates import LIVING, Mandate, MandateState
from chalicelib.mandates.model.notices import Notice
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.rules.deciding import denial
from chalicelib.mandates.rules.standing import behind
from chalicelib.people.actor import Cause, Citizen, System
from chalicelib.people.pseudonym import PersonId
from tests.builders import GENEROUS, NOW, PORTAL_ID, a_mandate, a_period, a_request, a_service, an_opening, making
from tests.fakes import FakeMandates

VERA, HENK, MINA = (Citizen(PersonId(name), 20) for name in ("vera", "henk", "mina"))
TODAY, DAY = date(2031, 5, 17), timedelta(days=1)
ONE, TWO, THREE = (ServiceId(f"{number * 8}-0000-4000-8000-000000000000") for number in ("7", "8", "9"))
CATALOGUE = [
    a_service(service_id=PORTAL_ID),
    *(a_service(service_id=one, behind=(Relation(PORTAL_ID),)) for one in (ONE, TWO)),
    a_service(service_id=THREE),
]
IN_STATE = {
    MandateState.FUTURE: a_mandate(period=a_period(TODAY + DAY, 30)),
    MandateState.ACTIVE: a_mandate(),
    MandateState.SUSPENDED: a_mandate(suspended_at=NOW - DAY),
    MandateState.EXPIRED: a_mandate(period=a_period(TODAY - 9 * DAY, 9)),
    MandateState.REVOKED: a_mandate(ended_at=NOW - DAY, ended_by=Party.REPRESENTED),
    MandateState.ENDED: a_mandate(ended_at=NOW - DAY, cause=Cause.DEATH),
}
CHANGES: dict[Happening, dict[str, Any]] = {
    Happening.RESTRICTED: {"without": (ONE,)},
    Happening.RAISED: {"level": 25},
    Happening.SUSPENDED: {"suspended_at": NOW},
    Happening.RESUMED: {"suspended_at": None},
    Happening.REVOKED: {"ended_at": NOW, "ended_by": Party.REPRESENTATIVE},
    Happening.ENDED: {"ended_at": NOW, "cause": Cause.OPT_OUT},
}
# A row for each event, a letter for each state in the order of IN_STATE: what it becomes, or - where nothing happens.
TABLE = """\
restricted FAS---
raised     FAS---
suspended  SS----
resumed    --*---
revoked    RRR---
ended      EEE---
"""
BECOMES = {
    "F": MandateState.FUTURE,
    "A": MandateState.ACTIVE,
    "S": MandateState.SUSPENDED,
    "R": MandateState.REVOKED,
    "E": MandateState.ENDED,
    "*": MandateState.ACTIVE,
}
PAIRS = [
    (Happening(row.split()[0]), state, letter)
    for row in TABLE.splitlines()
    for state, letter in zip(IN_STATE, row.split()[1], strict=True)
]


def a_store(*mandates: Mandate) -> FakeMandates:
    store = FakeMandates(GENEROUS)
    for number, mandate in enumerate(mandates):
        asked = a_request(case_id=mandate.case_id, letter_id=f"{number:036x}", service_id=ServiceId(f"of {number}"))
        store.open_requests(an_opening(asked))
        store.make(making(asked, mandate), HENK)
    return store


def portal(**changes: object) -> Mandate:
    return a_mandate(None, service_id=PORTAL_ID, **changes)


def test_every_state_and_event_of_a_mandate_is_in_the_table() -> None:
    assert set(IN_STATE) == set(MandateState)
    assert {state: one.state(NOW) for state, one in IN_STATE.items()} == {state: state for state in MandateState}
    assert {what for what, *_ in PAIRS} == set(MANDATE_MOVES) == set(CHANGES)


@pytest.mark.parametrize(("what", "state", "becomes"), PAIRS)
def test_an_event_makes_of_a_state_what_the_table_says(what: Happening, state: MandateState, becomes: str) -> None:
    mandate = IN_STATE[state]
    new = next_version(mandate, what, lambda _: CHANGES[what], NOW)
    if becomes == "-":
        assert new is mandate
    else:
        assert (new.state(NOW), new.version) == (BECOMES[becomes], mandate.version + 1)


@pytest.mark.parametrize("side", [VERA, HENK])
def test_either_side_leaves_less_of_a_mandate_and_both_see_who_it_was(side: Citizen) -> None:
    store, last = a_store(mandate := portal()), TODAY + 3 * DAY
    less = restrict(side, mandate.case_id, Less(last, frozenset({ONE})), services=CATALOGUE, store=store, now=NOW)
    assert less == replace(mandate, period=Period(TODAY, last), without=(ONE,), version=3)
    assert store.held(mandate.representative) == store.given(mandate.represented) == [less]
    assert Event(Happening.RESTRICTED, NOW, side) in store.history(mandate.case_id, mandate.sides)
    openable = [one.service_id for one in CATALOGUE if denial(less, HENK.person, one, 20, NOW) is None]
    assert openable == [PORTAL_ID, TWO]


@pytest.mark.parametrize(
    ("less", "reason"),
    [
        (Less(TODAY + 30 * DAY), "only_less"),
        (Less(TODAY - DAY), "end_in_past"),
        (Less(TODAY - 3 * DAY), "end_before_start"),
        (Less(without=frozenset({ONE, TWO})), "nothing_left"),
    ],
)
def test_a_mandate_is_only_restricted_to_less_that_is_still_something(less: Less, reason: str) -> None:
    store = a_store(mandate := portal(period=a_period(TODAY - 2 * DAY, 30)))
    with pytest.raises(Refused) as refused:
        restrict(VERA, mandate.case_id, less, services=CATALOGUE, store=store, now=NOW)
    assert refused.value.reason == reason
    assert store.mandate(mandate.case_id) == mandate


def test_today_can_be_the_last_day_and_of_a_mandate_that_has_not_begun_its_first() -> None:
    begun, future = portal(period=a_period(TODAY - DAY, 9)), portal(case_id="f" * 32, period=a_period(TODAY + DAY, 9))
    store = a_store(begun, future)
    for mandate, last in ((begun, TODAY), (future, TODAY + DAY)):
        less = restrict(VERA, mandate.case_id, Less(last), services=CATALOGUE, store=store, now=NOW)
        assert less.period == Period(mandate.period.start, last)


@pytest.mark.parametrize("less", [Less(), Less(a_period().end), Less(without=frozenset({THREE, ServiceId("no")}))])
def test_what_leaves_all_as_it_is_is_written_nowhere(less: Less) -> None:
    store = a_store(mandate := portal())
    assert restrict(VERA, mandate.case_id, less, services=CATALOGUE, store=store, now=NOW) == mandate
    assert [event.what for event in store.history(mandate.case_id, {})] == [Happening.ACTIVATED, Happening.REQUESTED]


def test_the_same_restriction_twice_is_one() -> None:
    store, less = a_store(mandate := portal()), Less(TODAY + DAY, frozenset({TWO}))
    first, second = (restrict(VERA, mandate.case_id, less, services=CATALOGUE, store=store, now=NOW) for _ in range(2))
    assert first == second


def test_services_that_are_left_can_be_taken_away_until_one_is() -> None:
    store = a_store(mandate := portal())
    restrict(VERA, mandate.case_id, Less(without=frozenset({ONE})), services=CATALOGUE, store=store, now=NOW)
    with pytest.raises(Refused, match="nothing_left"):
        restrict(VERA, mandate.case_id, Less(without=frozenset({TWO})), services=CATALOGUE, store=store, now=NOW)


@pytest.mark.parametrize("side", [VERA, HENK])
def test_what_is_stopped_for_now_keeps_its_last_day_whoever_wants_less_of_it(side: Citizen) -> None:
    store = a_store(mandate := portal(suspended_at=NOW - DAY))
    with pytest.raises(Refused, match="stopped_for_now"):
        restrict(side, mandate.case_id, Less(TODAY), services=CATALOGUE, store=store, now=NOW)
    assert store.mandate(mandate.case_id) == mandate
    less = Less(mandate.period.end, frozenset({ONE}))
    assert restrict(side, mandate.case_id, less, services=CATALOGUE, store=store, now=NOW).without == (ONE,)
    assert revoke(side, mandate.case_id, store=store, now=NOW).state(NOW) is MandateState.REVOKED


def test_what_is_suspended_meanwhile_keeps_its_last_day() -> None:
    store = a_busy_store(lambda store: suspend(CASE, store=store, now=NOW))
    with pytest.raises(Refused, match="stopped_for_now"):
        restrict(HENK, CASE, Less(TODAY), services=CATALOGUE, store=store, now=NOW)


@pytest.mark.parametrize("ended", [MandateState.EXPIRED, MandateState.REVOKED, MandateState.ENDED])
def test_who_restricts_what_has_ended_is_told_so(ended: MandateState) -> None:
    store = a_store(mandate := IN_STATE[ended])
    with pytest.raises(Refused, match="mandate_ended"):
        restrict(VERA, mandate.case_id, Less(mandate.period.end), services=CATALOGUE, store=store, now=NOW)


def test_a_stranger_changes_nothing() -> None:
    store = a_store(mandate := portal())
    with pytest.raises(NotFound):
        restrict(MINA, mandate.case_id, Less(TODAY), services=CATALOGUE, store=store, now=NOW)
    with pytest.raises(NotFound):
        revoke(MINA, mandate.case_id, store=store, now=NOW)
    assert store.mandate(mandate.case_id) == mandate


def test_what_is_suspended_opens_nothing_until_it_is_resumed() -> None:
    store = a_store(mandate := a_mandate())
    later = NOW + DAY
    suspended = suspend(mandate.case_id, store=store, now=later)
    assert suspended.state(NOW) is MandateState.SUSPENDED
    assert suspend(mandate.case_id, store=store, now=later + DAY) == suspended
    assert resume(mandate.case_id, store=store, now=later) == replace(mandate, version=4)
    assert resume(mandate.case_id, store=store, now=later) == replace(mandate, version=4)
    story = [(event.what, event.by) for event in store.history(mandate.case_id, {})[:2]]
    assert story == [(what, System(Cause.OPERATOR)) for what in (Happening.RESUMED, Happening.SUSPENDED)]


def test_what_ends_for_a_cause_says_which_and_stays_ended() -> None:
    store = a_store(mandate := a_mandate())
    ended = end(mandate.case_id, Cause.DEATH, store=store, now=NOW)
    assert (ended.state(NOW), ended.cause, ended.ended_by) == (MandateState.ENDED, Cause.DEATH, None)
    assert end(mandate.case_id, Cause.OPT_OUT, store=store, now=NOW) == ended
    assert revoke(VERA, mandate.case_id, store=store, now=NOW) == ended
    assert [event.what for event in store.history(mandate.case_id, {})].count(Happening.ENDED) == 1


class Busy(FakeMandates):
    """Somebody else changes the mandate, just before the first change."""

    def __init__(self, meanwhile: Callable[[FakeMandates], object]) -> None:
        super().__init__(GENEROUS)
        self._meanwhile = [meanwhile]

    def change(self, mandate: Mandate, new: Mandate, event: Event, *due: Notice) -> None:
        if self._meanwhile:
            self._meanwhile.pop()(self)
        super().change(mandate, new, event, *due)


def a_busy_store(meanwhile: Callable[[FakeMandates], object], **changes: object) -> Busy:
    store, asked = Busy(meanwhile), a_request()
    store.open_requests(an_opening(asked))
    store.make(making(asked, portal(**changes)), HENK)
    return store


CASE = a_mandate().case_id


def test_revoking_wins_over_whatever_is_changed_meanwhile() -> None:
    def restricted(store: FakeMandates) -> None:
        restrict(HENK, CASE, Less(without=frozenset({ONE})), services=CATALOGUE, store=store, now=NOW)

    for meanwhile in (restricted, lambda store: suspend(CASE, store=store, now=NOW)):
        store = a_busy_store(meanwhile)
        assert revoke(VERA, CASE, store=store, now=NOW).state(NOW) is MandateState.REVOKED


@pytest.mark.parametrize(("act", "since"), [(suspend, None), (resume, NOW)])
def test_what_is_revoked_meanwhile_is_neither_suspended_nor_resumed(
    act: Callable[..., Mandate], since: datetime | None
) -> None:
    store = a_busy_store(lambda store: revoke(VERA, CASE, store=store, now=NOW), suspended_at=since)
    made = act(CASE, store=store, now=NOW)
    assert (made.state(NOW), made.suspended_at) == (MandateState.REVOKED, since)


def test_who_restricts_what_is_revoked_meanwhile_is_told_so() -> None:
    store = a_busy_store(lambda store: revoke(VERA, CASE, store=store, now=NOW))
    with pytest.raises(Refused, match="mandate_ended"):
        restrict(HENK, CASE, Less(TODAY), services=CATALOGUE, store=store, now=NOW)


def test_of_two_restrictions_at_once_both_count() -> None:
    def other(store: FakeMandates) -> None:
        restrict(HENK, CASE, Less(without=frozenset({ONE})), services=CATALOGUE, store=store, now=NOW)

    made = restrict(VERA, CASE, Less(TODAY), services=CATALOGUE, store=a_busy_store(other), now=NOW)
    assert (made.period.end, made.without) == (TODAY, (ONE,))


def test_a_mandate_that_is_changed_all_the_time_is_an_outage_and_no_answer() -> None:
    class Never(FakeMandates):
        def change(self, mandate: Mandate, new: Mandate, event: Event, *due: Notice) -> None:
            raise Conflict(mandate, new, event, *due)

    store, asked = Never(), a_request()
    store.open_requests(an_opening(asked))
    store.make(making(asked, portal()), HENK)
    with pytest.raises(Unavailable):
        revoke(VERA, CASE, store=store, now=NOW)


def test_several_end_each_by_itself() -> None:
    mine, broken, others = (
        a_mandate(case_id=CaseId(name), represented=PersonId(of))
        for name, of in (("a" * 32, "vera"), ("b" * 32, "vera"), ("c" * 32, "mina"))
    )

    class Breaking(FakeMandates):
        def change(self, mandate: Mandate, new: Mandate, event: Event, *due: Notice) -> None:
            if mandate.case_id == broken.case_id:
                raise Unavailable("dynamodb")
            super().change(mandate, new, event, *due)

    store = Breaking(GENEROUS)
    for number, mandate in enumerate((broken, others, mine)):
        asked = a_request(
            case_id=mandate.case_id,
            represented=mandate.represented,
            letter_id=f"{number:036x}",
            service_id=ServiceId(f"of {number}"),
        )
        store.open_requests(an_opening(asked))
        store.make(making(asked, mandate), HENK)
    asked_for = [broken.case_id, others.case_id, "nothing", mine.case_id, mine.case_id]
    revoke_each(VERA, asked_for, store=store, now=NOW)
    ended = store.mandate(mine.case_id)
    assert ended is not None
    assert (ended.state(NOW), ended.ended_by) == (MandateState.REVOKED, Party.REPRESENTED)
    assert [store.mandate(one.case_id) for one in (broken, others)] == [broken, others]
    revoke_each(HENK, [mine.case_id], store=store, now=NOW + DAY)
    assert store.mandate(mine.case_id) == ended


restrictions = st.builds(
    Less,
    end=st.none() | st.dates(TODAY - 9 * DAY, TODAY + 60 * DAY),
    without=st.frozensets(st.sampled_from([ONE, TWO, THREE, PORTAL_ID])),
)
steps = st.one_of(
    restrictions,
    st.sampled_from([Happening.SUSPENDED, Happening.RESUMED, Happening.REVOKED, Happening.ENDED]),
)


@given(history=st.lists(st.tuples(steps, st.sampled_from([VERA, HENK, MINA])), max_size=12))
def test_over_any_history_neither_the_services_nor_the_period_ever_grow(
    history: list[tuple[Less | Happening, Citizen]],
) -> None:
    store, now = a_store(before := portal()), NOW
    for step, by in history:
        now += timedelta(hours=13)
        _step(store, step, by, now)
        after = store.mandate(CASE)
        assert after is not None
        assert after.period.start == before.period.start
        assert after.period.end <= before.period.end
        assert set(after.without) >= set(before.without)
        assert opened(after) <= opened(before)
        assert before.state(now) in LIVING or after == before, "what has ended stays as it is"
        before = after


def opened(mandate: Mandate) -> set[ServiceId]:
    services = {one.service_id for one in behind(mandate, CATALOGUE, NOW)}
    allowed = {
        one.service_id
        for one in CATALOGUE
        if denial(replace(mandate, suspended_at=None), HENK.person, one, 20, NOW) is None
    }
    assert allowed <= services | {PORTAL_ID}
    return services


def _step(store: FakeMandates, step: Less | Happening, by: Citizen, now: datetime) -> None:
    try:
        match step:
            case Less():
                restrict(by, CASE, step, services=CATALOGUE, store=store, now=now)
            case Happening.SUSPENDED:
                suspend(CASE, store=store, now=now)
            case Happening.RESUMED:
                resume(CASE, store=store, now=now)
            case Happening.REVOKED:
                revoke(by, CASE, store=store, now=now)
            case _:
                end(CASE, Cause.OPERATOR, store=store, now=now)
    except (Refused, NotFound):
        return


def test_what_nobody_has_is_not_changed() -> None:
    with pytest.raises(NotFound):
        change("nothing", Happening.ENDED, System(Cause.DEATH), lambda _: {}, store=a_store(), now=NOW)
