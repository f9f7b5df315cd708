"""What ends with a person who dies, or who wants no mandates any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.audit.trail import Event, Happening
from chalicelib.catalogue.model import ServiceId
from chalicelib.errors import Conflict, Unavailable
from chalicelib.mandates.living.leaving import Left, hear_of_death, lapse, leave, read_death, write_death
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.mandates import Mandate, MandateState
from chalicelib.mandates.model.notices import Notice
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.transactions import Closing
from chalicelib.people.actor import Cause, Citizen, System
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from tests.builders import (
    GENEROUS,
    HENK,
    NOW,
    VERA,
    a_bare_request,
    a_mandate,
    a_request,
    an_opening,
    making,
    revoke_in,
)
from tests.fakes import FakeMandates

PEOPLE = {name: PersonId(name) for name in ("vera", "henk", "mina")}
LATER = NOW + timedelta(days=1)


class World:
    """Vera asked for herself, Henk and Mina ask her, she asks Mina; she gave to Henk and holds of Mina."""

    def __init__(self, store: FakeMandates) -> None:
        self.store = store
        self.own = self._asked("vera")
        self.of_henk, self.of_mina = self._asked("vera", "henk"), self._asked("vera", "mina")
        self.by_vera = self._asked("mina", "vera")
        self.given, self.held = self._made("vera", "henk"), self._made("mina", "vera")
        self.others, self.strangers = self._made("mina", "henk"), self._asked("mina", "henk")

    def _number(self) -> dict[str, object]:
        self.count = getattr(self, "count", 0) + 1
        number = f"{self.count:02}"
        return {"case_id": CaseId(number * 16), "service_id": ServiceId(f"service {number}")}

    def _asked(self, of: str, by: str | None = None) -> Request:
        facts = {**self._number(), "represented": PEOPLE[of]}
        if by is None:
            request = a_request(**facts, letter_id=f"{facts['case_id']}0001")
        else:
            request = a_bare_request(**facts, requester=Citizen(PEOPLE[by], 20), checked_at=None)
        self.store.open_requests(an_opening(request))
        return request

    def _made(self, of: str, by: str) -> Mandate:
        request = self._asked(of)
        mandate = a_mandate(request, representative=PEOPLE[by], activated_at=NOW)
        self.store.make(making(request, mandate), Citizen(PEOPLE[by], 20))
        return mandate

    def state(self, of: Request | Mandate) -> str:
        found: Request | Mandate | None
        if isinstance(of, Request):
            found = self.store.request(of.represented, of.case_id)
        else:
            found = self.store.mandate(of.case_id)
        assert found is not None
        return found.state(LATER).value

    def happened(self, of: Request | Mandate) -> list[tuple[Happening, Cause]]:
        events = self.store.history(of.case_id, of.sides)
        return [(event.what, event.by.cause) for event in events if isinstance(event.by, System)]


@pytest.fixture
def world() -> World:
    return World(FakeMandates(GENEROUS))


def test_with_somebody_who_dies_all_ends_that_they_gave_hold_asked_and_were_asked(world: World) -> None:
    assert lapse(PEOPLE["vera"], store=world.store, now=LATER) == Left(4, 2, 0)
    for request in (world.own, world.of_henk, world.of_mina, world.by_vera):
        assert world.state(request) == RequestState.UNDELIVERABLE
        assert world.happened(request) == [(Happening.UNDELIVERABLE, Cause.DEATH)]
    for mandate in (world.given, world.held):
        assert world.state(mandate) == MandateState.ENDED
        assert world.happened(mandate) == [(Happening.ENDED, Cause.DEATH)]
    assert (world.state(world.others), world.state(world.strangers)) == (MandateState.ACTIVE, RequestState.CHECKING)


def test_who_asked_somebody_who_died_sees_what_they_saw_before(world: World) -> None:
    before = world.store.askings(PEOPLE["henk"])
    lapse(PEOPLE["vera"], store=world.store, now=LATER)
    leave(PEOPLE["vera"], keep_mandates=False, store=world.store, now=LATER)
    assert world.store.askings(PEOPLE["henk"]) == before


def test_a_death_that_is_told_twice_ends_nothing_more(world: World) -> None:
    lapse(PEOPLE["vera"], store=world.store, now=LATER)
    assert lapse(PEOPLE["vera"], store=world.store, now=LATER) == Left(0, 0, 0)
    assert len(world.happened(world.given)) == 1


@pytest.mark.parametrize("keep", [False, True])
def test_who_wants_no_mandates_is_asked_nothing_and_what_they_gave_ends_unless_it_is_kept(
    world: World, *, keep: bool
) -> None:
    assert leave(PEOPLE["vera"], keep_mandates=keep, store=world.store, now=LATER) == Left(3, 0 if keep else 1, 0)
    assert world.store.opted_out(PEOPLE["vera"]) is not None
    for request in (world.own, world.of_henk, world.of_mina):
        assert world.happened(request) == [(Happening.UNDELIVERABLE, Cause.OPT_OUT)]
    assert world.state(world.given) == (MandateState.ACTIVE if keep else MandateState.ENDED)
    assert world.state(world.by_vera) == RequestState.CHECKING, "what they ask for others is theirs to ask"
    assert world.state(world.held) == MandateState.ACTIVE


def test_who_is_on_the_list_already_stays_on_it_since_then(world: World) -> None:
    leave(PEOPLE["vera"], keep_mandates=True, store=world.store, now=NOW)
    assert leave(PEOPLE["vera"], keep_mandates=False, store=world.store, now=LATER) == Left(0, 1, 0)
    listed = world.store.opted_out(PEOPLE["vera"])
    assert listed is not None
    assert listed.since == NOW


def _at_activation(world: World) -> None:
    world.store.make(making(world.own, a_mandate(world.own, activated_at=LATER)), Citizen(PEOPLE["henk"], 20))


def _at_request(world: World) -> None:
    asked = a_request(
        case_id=CaseId("f" * 32), requested_at=LATER, letter_id="f" * 36, service_id=ServiceId("one more")
    )
    world.store.open_requests(an_opening(asked))


@pytest.mark.parametrize("in_flight", [_at_activation, _at_request])
def test_nothing_that_is_in_flight_slips_past_the_list(in_flight: Callable[[World], None]) -> None:
    """Before the list it is found and ended; behind it, refused."""
    for before in (True, False):
        world = World(FakeMandates(GENEROUS))
        if before:
            in_flight(world)
        leave(PEOPLE["vera"], keep_mandates=False, store=world.store, now=LATER)
        if not before:
            with pytest.raises(Conflict):
                in_flight(world)
        _nothing_is_left(world.store)


def _nothing_is_left(store: MandateStore) -> None:
    assert not any(one.state(LATER) in ("waiting", "checking") for one in store.requests(PEOPLE["vera"]))
    assert not any(one.state(LATER) in ("active", "future") for one in store.given(PEOPLE["vera"]))


def test_what_cannot_be_ended_now_keeps_nothing_else_from_ending_and_is_told() -> None:
    class Breaking(FakeMandates):
        broken = True

        def change(self, mandate: Mandate, new: Mandate, event: Event, *due: Notice) -> None:
            if self.broken and mandate.representative == PEOPLE["henk"]:
                raise Unavailable("dynamodb")
            super().change(mandate, new, event, *due)

        def close(self, closing: Closing) -> None:
            if self.broken and closing.requests[0].is_own:
                raise Unavailable("dynamodb")
            super().close(closing)

    World(store := Breaking(GENEROUS))
    assert lapse(PEOPLE["vera"], store=store, now=LATER) == Left(3, 1, 2)
    store.broken = False
    assert lapse(PEOPLE["vera"], store=store, now=LATER) == Left(1, 1, 0)


def test_what_happens_to_a_request_meanwhile_is_as_good() -> None:
    class Withdrawing(FakeMandates):
        def close(self, closing: Closing) -> None:
            if isinstance(closing.by, System):
                (request,) = closing.requests
                super().close(Closing((request,), RequestState.WITHDRAWN, request.requester, closing.at, told=True))
            super().close(closing)

    world = World(Withdrawing(GENEROUS))
    assert lapse(PEOPLE["vera"], store=world.store, now=LATER).failed == 0
    assert world.state(world.own) == RequestState.WITHDRAWN


def test_what_has_ended_is_left_alone(world: World) -> None:
    revoked = revoke_in(world.store, world.given, Citizen(PEOPLE["vera"], 20), NOW)
    lapse(PEOPLE["vera"], store=world.store, now=LATER)
    assert world.store.mandate(revoked.case_id) == revoked


def test_a_message_of_a_death_is_read_as_it_was_written() -> None:
    assert read_death(write_death(VERA)) == VERA


@pytest.mark.parametrize(
    "message",
    [
        "",
        "[]",
        "{}",
        "null",
        f'{{"schema": "death/2", "bsn": "{HENK.digits}"}}',
        '{"schema": "death/1"}',
        '{"schema": "death/1", "bsn": "123456789"}',
        f'{{"schema": "death/1", "bsn": {HENK.digits}}}',
        f'{{"schema": "death/1", "bsn": "{HENK.digits}"',
    ],
)
def test_what_is_no_message_of_a_death_is_refused_and_not_quoted(message: str) -> None:
    with pytest.raises(ValueError, match="no message of a death") as refused:
        read_death(message)
    assert HENK.digits not in "".join(map(str, (refused.value, refused.value.__cause__)))


def test_a_message_of_a_death_ends_what_the_person_had_and_is_taken_once_more_where_not_all_could_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Breaking(FakeMandates):
        broken = True

        def close(self, closing: Closing) -> None:
            if self.broken:
                raise Unavailable("dynamodb")
            super().close(closing)

    def person(bsn: Bsn) -> PersonId:
        return {VERA: PEOPLE["vera"]}[bsn]

    world = World(store := Breaking(GENEROUS))
    with pytest.raises(Unavailable):
        hear_of_death(write_death(VERA), person=person, store=store, now=LATER)
    assert (world.state(world.given), world.state(world.own)) == (MandateState.ENDED, RequestState.WAITING)
    store.broken = False
    hear_of_death(write_death(VERA), person=person, store=store, now=LATER)
    assert world.state(world.own) == RequestState.UNDELIVERABLE
    with pytest.raises(ValueError, match="no message"):
        hear_of_death(f"{VERA.digits} died", person=person, store=store, now=LATER)
    assert VERA.digits not in "".join(capsys.readouterr())
