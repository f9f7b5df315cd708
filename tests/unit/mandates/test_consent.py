"""Any history of asking, deciding and ending: nothing is usable without consent, and no stranger changes anything.

Vera is represented; Henk and Mina ask for her and hold her mandates. All go through the use cases, on ports in memory.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalogue.model import ServiceId
from chalicelib.days import today
from chalicelib.errors import DomainError
from chalicelib.mandates.for_another.approving import Approval, approve
from chalicelib.mandates.for_another.refusing import Refusal, refuse
from chalicelib.mandates.living.changing import Less, restrict, resume, suspend
from chalicelib.mandates.living.revoking import revoke
from chalicelib.mandates.model.mandates import Mandate, MandateState, Way
from chalicelib.mandates.model.requests import OPEN, OptOut, RequestState
from chalicelib.mandates.own.activating import activate
from chalicelib.mandates.own.requesting import Wish, ask, withdraw
from chalicelib.mandates.own.telephoning import ask_by_telephone
from chalicelib.mandates.rules.deciding import denial
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.bsn import Bsn
from tests.asking import Desk, a_plea, a_visit
from tests.builders import (
    GENEROUS,
    HENK,
    MINA,
    NOW,
    PORTAL_ID,
    SECRETS,
    SERVICE_ID,
    VERA,
    a_call,
    a_period,
    a_person,
    a_service,
    signed_in,
)
from tests.fakes import FakeMandates

SERVICES = {one: a_service(service_id=one) for one in (SERVICE_ID, PORTAL_ID)}
ASKERS = (HENK, MINA)
DAY = timedelta(days=1)
T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """Something that somebody does on a day, about what they asked or hold: the nth of these."""

    what: str
    by: Bsn
    service_id: ServiceId
    day: int
    nth: int


@dataclass
class History:
    """What happened so far, and what may be used."""

    desk: Desk = field(default_factory=lambda: Desk(FakeMandates(GENEROUS)))
    visits: "count[int]" = field(default_factory=lambda: count(1))
    revoked: set[str] = field(default_factory=set)
    handed_over: set[str] = field(default_factory=set)
    """Cases whose code Vera handed over, and somebody activated."""
    approved: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.desk.people.people[MINA] = a_person(name="Mina Mantelzorg")
        self.desk.services.known |= {str(name): one for name, one in SERVICES.items()}

    @property
    def store(self) -> FakeMandates:
        assert isinstance(self.desk.store, FakeMandates)
        return self.desk.store

    def take(self, step: Step) -> bool:
        """Take a step; whether it could be taken."""
        try:
            return _STEPS[step.what](self, step, NOW + step.day * DAY)
        except DomainError:
            return False

    def mandates(self) -> list[Mandate]:
        return sorted(self.store.given(signed_in(VERA).person), key=lambda made: made.case_id)

    def usable(self, now: datetime) -> set[str]:
        """Return the cases by which somebody may act for Vera now, at the highest level."""
        held = [(made, SERVICES[made.service_id]) for made in self.mandates()]
        return {made.case_id for made, at in held if denial(made, made.representative, at, 30, now) is None}


def _ask(history: History, step: Step, now: datetime) -> bool:
    wish = Wish(
        a_visit(next(history.visits)), signed_in(VERA), VERA, (_wanted(step, now),), "nl", "machtigen.example.nl"
    )
    desk = history.desk
    made = ask(
        wish,
        store=desk.store,
        people=desk.people,
        tries=desk.tries,
        letters=desk.letters,
        secrets=SECRETS,
        pick=lambda below: below // 3,
        now=now,
    )
    assert made
    return True


def _call(history: History, step: Step, now: datetime) -> bool:
    desk = history.desk
    made = ask_by_telephone(
        a_call(visit_id=a_visit(next(history.visits)), wanted=(_wanted(step, now),)),
        store=desk.store,
        people=desk.people,
        tries=desk.tries,
        letters=desk.letters,
        secrets=SECRETS,
        pick=lambda below: below // 3,
        now=now,
    )
    assert made
    return True


def _ask_for(history: History, step: Step, now: datetime) -> bool:
    plea = a_plea(
        visit_id=a_visit(next(history.visits)),
        by=signed_in(step.by),
        bsn=step.by,
        wanted=(_wanted(step, now),),
    )
    history.desk.ask(plea, now)
    history.desk.check(plea, now)
    return True


def _activate(history: History, step: Step, now: datetime) -> bool:
    """Let somebody do what follows on a right code, whoever it is meant for: Vera may have handed it over."""
    waiting = [
        one
        for one in history.store.requests(signed_in(VERA).person)
        if one.code and one.state(now) is RequestState.WAITING
    ]
    if not waiting:
        return False
    request = waiting[step.nth % len(waiting)]
    assert request.code is not None
    made = activate(
        request.represented,
        request.code.code_id,
        by=signed_in(step.by),
        bsn=step.by,
        services=SERVICES,
        store=history.store,
        secrets=SECRETS,
        now=now,
    )
    assert all(one.representative == signed_in(step.by).person for one in made)
    history.handed_over |= {one.case_id for one in made}
    return True


def _approve(history: History, step: Step, now: datetime) -> bool:
    asked = _nth([one for one in history.store.requests(signed_in(VERA).person) if not one.is_own], step.nth)
    if asked is None:
        return False
    approve(
        Approval(signed_in(VERA), VERA, asked.visit, frozenset({asked.case_id})),
        store=history.store,
        service=lambda service_id: SERVICES[service_id],
        people=history.desk.people,
        vault=SECRETS.vault,
        now=now,
    )
    history.approved.add(asked.case_id)
    return True


def _refuse(history: History, step: Step, now: datetime) -> bool:
    asked = _nth([one for one in history.store.requests(signed_in(VERA).person) if not one.is_own], step.nth)
    if asked is None:
        return False
    refusal = Refusal(signed_in(VERA), asked.visit, told=step.day % 2 == 0, block=step.day % 3 == 0)
    refuse(refusal, store=history.store, vault=SECRETS.vault, now=now)
    return True


def _withdraw(history: History, step: Step, now: datetime) -> bool:
    own = [one for one in history.store.requests(signed_in(VERA).person) if one.is_own]
    asked = _nth(own, step.nth)
    if asked is None:
        return False
    withdraw(asked.represented, asked.case_id, by=signed_in(VERA), store=history.store, now=now)
    return True


def _take_back(history: History, step: Step, now: datetime) -> bool:
    asked = _nth([one for one in history.store.askings(signed_in(step.by).person) if one.is_open(now)], step.nth)
    if asked is None:
        return False
    history.store.take_back(asked, signed_in(step.by), now)
    return True


def _revoke(history: History, step: Step, now: datetime) -> bool:
    made = _nth(history.mandates(), step.nth)
    if made is None:
        return False
    by = VERA if step.day % 2 else step.by
    if revoke(signed_in(by), made.case_id, store=history.store, now=now).state(now) is MandateState.REVOKED:
        history.revoked.add(made.case_id)
    return True


def _restrict(history: History, step: Step, now: datetime) -> bool:
    made = _nth(history.mandates(), step.nth)
    if made is None:
        return False
    less = Less(end=made.period.end - step.nth * DAY)
    restrict(signed_in(VERA), made.case_id, less, services=[*SERVICES.values()], store=history.store, now=now)
    return True


def _suspend(history: History, step: Step, now: datetime) -> bool:
    made = _nth(history.mandates(), step.nth)
    if made is None:
        return False
    (suspend if step.day % 2 else resume)(made.case_id, store=history.store, now=now)
    return True


def _opt_out(history: History, step: Step, now: datetime) -> bool:
    history.store.opt_out(signed_in(VERA).person, OptOut(now) if step.nth % 2 else None)
    return True


def _nth(found: Sequence[T], nth: int) -> T | None:
    return found[nth % len(found)] if found else None


def _wanted(step: Step, now: datetime) -> WantedService:
    return WantedService(SERVICES[step.service_id], a_period(today(now), 30))


_STEPS: Mapping[str, Callable[[History, Step, datetime], bool]] = {
    "ask": _ask,
    "call": _call,
    "ask for": _ask_for,
    "activate": _activate,
    "approve": _approve,
    "refuse": _refuse,
    "withdraw": _withdraw,
    "take back": _take_back,
    "revoke": _revoke,
    "restrict": _restrict,
    "suspend": _suspend,
    "opt out": _opt_out,
}
_OFTEN = ("ask", "call", *["ask for"] * 6, *["activate"] * 5, "approve", "approve")
_LIFE = 50
"""Days that a history takes: requests expire in it, and mandates end."""

steps = st.lists(
    st.builds(
        Step,
        what=st.sampled_from([*_STEPS, *_OFTEN]),
        by=st.sampled_from(ASKERS),
        service_id=st.sampled_from([*SERVICES]),
        day=st.integers(0, _LIFE),
        nth=st.integers(0, 3),
    ),
    min_size=6,
    max_size=24,
).map(lambda made: sorted(made, key=lambda step: step.day))


@given(steps)
def test_nothing_is_usable_without_consent_and_nothing_that_was_revoked(taken: Sequence[Step]) -> None:
    history = History()
    for step in taken:
        history.take(step)
        asked = {one.case_id: one for one in history.store.requests(signed_in(VERA).person)}
        for made in history.mandates():
            request = asked[made.case_id]
            match made.consent.way:
                case Way.ASKED:
                    consented = request.is_own and not request.staff and made.case_id in history.handed_over
                case Way.TELEPHONE:
                    consented = request.is_own and bool(request.staff) and made.case_id in history.handed_over
                case Way.LETTER:
                    consented = request.requester.person == made.representative
                    consented = consented and made.case_id in history.handed_over
                case Way.APPROVED:
                    consented = request.requester.person == made.representative
                    consented = consented and made.case_id in history.approved
                case other:
                    raise AssertionError(other)
            assert consented
            assert request.ended in (RequestState.ACTIVATED, RequestState.APPROVED)
        assert not history.usable(NOW + step.day * DAY) & history.revoked


@given(steps)
def test_each_has_one_open_request_for_a_service_as_far_as_they_know(taken: Sequence[Step]) -> None:
    history = History()
    for step in taken:
        history.take(step)
        now = NOW + step.day * DAY
        for who in ASKERS:
            open_now = [one for one in history.store.askings(signed_in(who).person) if one.is_open(now)]
            assert max(Counter((one.represented, one.service_id) for one in open_now).values(), default=0) <= 1
        waiting = [
            (one.service_id, one.requester.person)
            for one in history.store.requests(signed_in(VERA).person)
            if one.state(now) in OPEN
        ]
        assert max(Counter(waiting).values(), default=0) <= 1


_STRANGERS = ("ask for", "take back")
_OWN = ("ask", "call", "withdraw")


@given(steps)
def test_what_others_ask_changes_nothing_that_somebody_can_do(taken: Sequence[Step]) -> None:
    """As long as nobody gives in to a stranger, Vera can do what she can where there are none."""
    among, alone = History(), History()
    for step in taken:
        if step.what in _STRANGERS:
            among.take(step)
        elif step.what in _OWN:
            assert among.take(step) is alone.take(step)
    assert _own_of(among) == _own_of(alone)


def _own_of(history: History) -> list[tuple[ServiceId, RequestState | None]]:
    own = (one for one in history.store.requests(signed_in(VERA).person) if one.is_own)
    return sorted(((one.service_id, one.ended) for one in own), key=str)
