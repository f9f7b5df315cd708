"""Open requests over any history: one for each who asks, and none in the way of another's (invariant 8)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalogue.model import ServiceId
from chalicelib.errors import Conflict
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.people.actor import Citizen
from chalicelib.people.pseudonym import PersonId
from tests.builders import (
    GENEROUS,
    NOW,
    PORTAL_ID,
    SERVICE_ID,
    a_bare_request,
    a_mandate,
    a_request,
    an_opening,
    closing,
    making,
)
from tests.fakes import FakeMandates

VERA, HENK, MINA = (Citizen(PersonId(name), 20) for name in ("vera", "henk", "mina"))
LIFE = 10
"""Days that a request lives here."""


@dataclass(frozen=True)
class Step:
    """What somebody does about a mandate of Vera's, on a day: ask, or end what they asked for."""

    by: Citizen
    service_id: ServiceId
    day: int
    what: str
    with_letter: bool


steps = st.lists(
    st.builds(
        Step,
        by=st.sampled_from([VERA, HENK, MINA]),
        service_id=st.sampled_from([SERVICE_ID, PORTAL_ID]),
        day=st.integers(0, 40),
        what=st.sampled_from(["ask", "ask", "withdraw", "activate"]),
        with_letter=st.booleans(),
    ),
    max_size=25,
).map(lambda made: sorted(made, key=lambda step: step.day))


@given(steps)
def test_nobody_has_two_open_requests_for_one_service(history: Sequence[Step]) -> None:
    store = FakeMandates(GENEROUS)
    for number, step in enumerate(history):
        _took(store, number, step)
        waiting = [one for one in store.requests(VERA.person) if one.state(_at(step)) is RequestState.WAITING]
        assert max(Counter((one.service_id, one.requester.person) for one in waiting).values(), default=0) <= 1


@given(steps)
def test_what_others_ask_changes_nothing_that_somebody_can_do(history: Sequence[Step]) -> None:
    store = FakeMandates(GENEROUS)
    among_others = [(step, _took(store, number, step)) for number, step in enumerate(history)]
    for who in (VERA, HENK, MINA):
        alone = FakeMandates(GENEROUS)
        by_themself = [(step, _took(alone, number, step)) for number, step in _of(who, history)]
        assert by_themself == [(step, took) for step, took in among_others if step.by == who]


def _of(who: Citizen, history: Sequence[Step]) -> Iterable[tuple[int, Step]]:
    return ((number, step) for number, step in enumerate(history) if step.by == who)


def _took(store: FakeMandates, number: int, step: Step) -> bool:
    """Take a step; whether it could be taken."""
    try:
        if step.what == "ask":
            store.open_requests(an_opening(_request(number, step)))
            return True
        asked = store.open_for(VERA.person, step.service_id, step.by.person)
        if asked is None:
            return False
        if step.what == "withdraw":
            store.close(closing(asked, step.by, _at(step)))
        else:
            store.make(making(asked, a_mandate(asked, activated_at=_at(step))), HENK)
    except Conflict:
        return False
    return True


def _request(number: int, step: Step) -> Request:
    with_letter = step.with_letter and step.by == VERA
    make = a_request if with_letter else a_bare_request
    return make(
        case_id=CaseId(f"{number:032x}"),
        requester=step.by,
        level=20 if step.by == VERA else None,
        letter_id=f"{number:036x}" if with_letter else None,
        service_id=step.service_id,
        requested_at=_at(step),
        expires_at=_at(step) + timedelta(days=LIFE),
    )


def _at(step: Step) -> datetime:
    return NOW + timedelta(days=step.day)
