"""Asking for another on our pages: one answer, in what it says and in what it costs, whatever is true of the other."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import cast

import pytest
from chalice.test import Client

from chalicelib.days import NETHERLANDS
from chalicelib.errors import Unavailable
from chalicelib.mandates.model.requests import Blocked, OptOut, RequestState
from chalicelib.mandates.register.transactions import Closing
from chalicelib.people.actor import Citizen
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import Found, PopulationRegister, Standing
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from tests import calls
from tests.builders import HENK, MINA, PORTAL_ID, SERVICE_ID, VERA, a_person, some_bsns
from tests.fakes import Clock, FakeRegister
from tests.http.client import Answer, Person
from tests.http.journey import ask_for_mandate, check, code_of, deliver, taken
from tests.http.setting import ROOT, wire
from tests.process import app

BORN = "12-03-1948"
_NOW = datetime.now(UTC)
OF_VERA = {"bsn": VERA.digits, "born": BORN}


def begin(person: Person, bsn: str = VERA.digits, born: str = BORN) -> str:
    """Sign in, fill in for whom, and return the address of the choice of services."""
    if "__Host-session" not in person.cookies:
        person.sign_in(path="/ask")
    begun = person.submit("/ask", {"bsn": bsn, "born": born})
    assert begun.status == 303, begun.body
    return begun.location


def choose(person: Person, choice: str, service_id: str = SERVICE_ID) -> str:
    """Choose a service for as long as may be, and return the address of what was chosen so far."""
    chosen = person.submit(f"{choice}/{service_id}", {"start": "today", "end": "max"})
    assert chosen.status == 303, chosen.body
    return chosen.location


def ask_for(person: Person, bsn: str = VERA.digits, born: str = BORN, service_id: str = SERVICE_ID) -> str:
    """Ask for somebody, and return the id of the case."""
    sent = person.submit(choose(person, begin(person, bsn, born), service_id), {})
    assert sent.status == 303, sent.body
    return sent.location.removeprefix("/asked/").partition("?")[0]


def test_who_asks_sees_what_they_asked_and_the_other_gets_a_letter(henk: Person) -> None:
    case_id = ask_for(henk)
    shown = henk.get(f"/asked/{case_id}?sent=1")
    assert "If the details are right, this person hears from us." in shown.body
    assert VERA.digits in shown.body
    assert "Vera" not in shown.body
    check()
    deliver()
    assert henk.get(f"/asked/{case_id}?sent=1").body == shown.body
    assert code_of(case_id)


def test_several_services_are_asked_for_in_one_visit(henk: Person) -> None:
    choice = begin(henk)
    confirm = choose(henk, choice)
    assert choose(henk, choice, PORTAL_ID) == confirm
    review = henk.get(confirm)
    assert "You ask for the person with number (BSN)" in review.body
    assert VERA.digits in review.body
    sent = henk.submit(confirm, {})
    shown = henk.get(sent.location)
    assert "Asked together" in shown.body
    assert [one in shown.body for one in ("Locks", "All")] == [True, True]
    assert henk.get(confirm).location == sent.location.partition("?")[0]
    assert henk.post(confirm, {"csrf": henk.token("/ask")}).location == sent.location, "sent twice it is asked once"
    assert len(list(taken("checks"))) == 1


def test_for_whom_they_ask_can_be_changed_before_it_is_sent(henk: Person) -> None:
    confirm = choose(henk, begin(henk, MINA.digits))
    visit_id = confirm.rpartition("/")[2]
    form = henk.get(f"/ask/{visit_id}")
    assert f'value="{MINA.digits}"' in form.body
    assert f'value="{BORN}"' in form.body
    assert henk.submit(f"/ask/{visit_id}", OF_VERA).location == confirm
    assert VERA.digits in henk.get(confirm).body


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"bsn": "", "born": BORN}, "Fill in the citizen service number (BSN)."),
        ({"bsn": "123456789", "born": BORN}, "This is not a citizen service number (BSN)."),
        ({"bsn": HENK.digits, "born": BORN}, "This is your own number."),
        ({"bsn": VERA.digits, "born": ""}, "Fill in the date of birth."),
        ({"bsn": VERA.digits, "born": "31-02-1948"}, "This day does not exist."),
        ({"bsn": VERA.digits, "born": "soon"}, "Write the date of birth as day-month-year"),
    ],
)
def test_what_is_filled_in_wrongly_is_told_beside_its_field(henk: Person, typed: dict[str, str], told: str) -> None:
    henk.sign_in(path="/ask")
    answer = henk.submit("/ask", typed)
    assert answer.status == 422
    assert answer.body.count(told) == 2, "in the summary and beside the field"


def test_what_was_filled_in_stays_when_the_language_changes_or_the_session_ends(henk: Person, clock: Clock) -> None:
    henk.sign_in(path="/ask")
    switched = henk.submit("/ask", {**OF_VERA, "language": "nl"})
    assert f'value="{VERA.digits}"' in switched.body
    token = henk.token("/ask")
    clock.forward(minutes=16)
    assert henk.post("/ask", {"csrf": token, **OF_VERA}).status == 401
    henk.sign_in(path="/ask")
    assert f'value="{VERA.digits}"' in henk.get("/ask").body


def test_a_draft_for_oneself_has_no_page_for_whom(henk: Person) -> None:
    henk.sign_in()
    own = henk.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location.rpartition("/")[2]
    assert henk.get(f"/ask/{own}").status == 404
    assert henk.get("/ask/nothing").status == 410


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"standing": Standing.DECEASED, "address": ()}, "You cannot act for somebody"),
        ({"born": BirthDate("2020-01-01")}, "You are too young to act for someone here"),
    ],
)
def test_who_may_not_act_hears_so_before_they_send_it(
    wired: Wiring, henk: Person, changes: dict[str, object], told: str
) -> None:
    wired.catalogue.put_service(replace(wired.catalogue.service(SERVICE_ID), minimum_age_representative=16))
    confirm = choose(henk, begin(henk))
    cast("FakeRegister", wired.people).people[HENK] = a_person(**changes)
    for answer in (henk.get(confirm), henk.post(confirm, {"csrf": henk.token("/ask")})):
        assert answer.status == 403
        assert told in answer.body


def test_ten_a_day_and_then_they_are_told_when_they_may_again(henk: Person, clock: Clock) -> None:
    for bsn in some_bsns(10):
        ask_for(henk, bsn.digits)
    again = clock() + timedelta(days=1)
    refused = henk.submit(choose(henk, begin(henk)), {})
    assert refused.status == 429
    assert "You cannot ask anyone for a mandate now" in refused.body
    assert f"at {again.astimezone(NETHERLANDS):%H:%M}" in refused.body
    clock.now = again
    henk.sign_in(path="/ask")
    ask_for(henk)


def test_it_is_taken_back_and_can_be_asked_again(henk: Person) -> None:
    case_id = ask_for(henk)
    assert "Withdraw this request?" in henk.get(f"/asked/{case_id}/withdraw").body
    assert henk.submit(f"/asked/{case_id}/withdraw", {"language": "en"}).location == f"/asked/{case_id}/withdraw"
    for _ in range(2):
        assert henk.post(f"/asked/{case_id}/withdraw", {"csrf": henk.token("/ask")}).location == f"/asked/{case_id}"
    assert "You withdrew it on" in henk.get(f"/asked/{case_id}").body
    assert henk.get(f"/asked/{case_id}/withdraw").location == f"/asked/{case_id}"
    check()
    assert ask_for(henk) != case_id


def test_what_expired_is_told_to_have_ended_without_a_mandate(henk: Person, clock: Clock) -> None:
    case_id = ask_for(henk)
    clock.now += timedelta(days=57)
    henk.sign_in()
    assert "without a mandate" in henk.get(f"/asked/{case_id}").body
    late = henk.post(f"/asked/{case_id}/withdraw", {"csrf": henk.token("/ask")})
    assert late.status == 409


def test_nobody_sees_what_somebody_else_asked(henk: Person, vera: Person, mina: Person) -> None:
    case_id = ask_for(henk)
    for stranger in (vera, mina):
        stranger.sign_in()
        assert stranger.get(f"/asked/{case_id}").status == 404
        assert stranger.get(f"/asked/{case_id}/withdraw").status == 404
        sent = stranger.post(f"/asked/{case_id}/withdraw", {"csrf": stranger.token("/ask")})
        assert sent.status == 404


def _close(wired: Wiring, how: RequestState, *, told: bool = False, block: bool = False) -> None:
    """Let Vera decide on what Henk asks."""
    person = wired.secrets.pseudonyms.person
    requests = tuple(one for one in wired.mandates.requests(person(VERA)) if not one.is_own and one.ended is None)
    blocked = Blocked(person(HENK), wired.vault.seal(HENK.digits, "block"), wired.clock()) if block else None
    by = Citizen(person(VERA), 20)
    wired.mandates.close(Closing(requests, how, by, wired.clock(), told=told, block=blocked))


@pytest.mark.parametrize("told", [True, False])
def test_of_a_refusal_they_hear_only_if_the_other_wants_it(wired: Wiring, henk: Person, told: bool) -> None:  # noqa: FBT001 - a parameter of the test
    case_id = ask_for(henk)
    before = henk.get(f"/asked/{case_id}").body
    check()
    _close(wired, RequestState.REFUSED, told=told)
    after = henk.get(f"/asked/{case_id}").body
    assert ("Refused on" in after) is told
    assert (after == before) is not told


# Whatever is true of the other


Fact = Callable[[Wiring, Person, Person, Person], Bsn]
"""Makes something true of somebody, and returns who they are. The visitors are Vera, Mina and Henk."""


def _vera_is(**changes: object) -> Fact:
    def prepare(wired: Wiring, *_: Person) -> Bsn:
        people = cast("FakeRegister", wired.people).people
        people[VERA] = replace(people[VERA], **changes)  # type: ignore[arg-type]
        return VERA

    return prepare


def _unknown(*_: object) -> Bsn:
    return some_bsns(1)[0]


def _unreadable(wired: Wiring, *_: Person) -> Bsn:
    cast("FakeRegister", wired.people).unreadable.add(VERA)
    return VERA


def _opted_out(wired: Wiring, *_: Person) -> Bsn:
    wired.mandates.opt_out(wired.secrets.pseudonyms.person(VERA), OptOut(wired.clock()))
    return VERA


def _asked_themselves(_: Wiring, vera: Person, *__: Person) -> Bsn:
    ask_for_mandate(vera)
    return VERA


def _somebody_else_asked(_: Wiring, __: Person, mina: Person, *___: Person) -> Bsn:
    ask_for(mina)
    check()
    return VERA


def _letters_used_up(_: Wiring, __: Person, mina: Person, *___: Person) -> Bsn:
    for service_id in (SERVICE_ID, PORTAL_ID):
        ask_for(mina, service_id=service_id)
        check()
    return VERA


def _opted_out_too(wired: Wiring, *people: Person) -> Bsn:
    _letters_used_up(wired, *people)
    return _opted_out(wired)


FACTS: dict[str, Fact] = {
    "unknown": _unknown,
    "wrong birth date": _vera_is(born=BirthDate("1948-03-13")),
    "dead": _vera_is(standing=Standing.DECEASED, address=()),
    "moved abroad": _vera_is(standing=Standing.NO_ADDRESS, address=()),
    "suspended": _vera_is(standing=Standing.SUSPENDED, address=()),
    "without a name": _vera_is(name="", addressee=""),
    "a record that cannot be read": _unreadable,
    "opted out": _opted_out,
    "asked themselves": _asked_themselves,
    "somebody else asked": _somebody_else_asked,
    "letters used up": _letters_used_up,
    "letters used up, and opted out": _opted_out_too,
}


def _seen(answer: Answer, *secret: str) -> tuple[object, ...]:
    """Return all that an answer is, but for ids, tokens and the number that was filled in."""
    body = answer.body
    for one in secret:
        body = body.replace(one, "·" * len(one))
    body = re.sub(r'name="csrf" value="[^"]+"', 'name="csrf"', body)
    body = re.sub(r"[0-9a-f]{32}", "case", body)
    body = re.sub(r"<dd[^>]*>[0-9A-F]{12}</dd>", "reference", body)
    headers = {name: str(value) for name, value in answer.headers.items() if name != "X-Correlation-Id"}
    location = re.sub(r"[0-9a-f]{32}", "case", headers.pop("Location", ""))
    return answer.status, body, location, sorted(headers.items())


Seen = tuple[list[object], list[list[calls.Call]]]
"""All that somebody who asks gets to see, and what each of it costs in calls to others."""


class Watched:
    """The population register, which tells of how many people it is asked."""

    def __init__(self, register: FakeRegister, called: list[calls.Call]) -> None:
        self._register, self._called = register, called

    def find(self, numbers: Iterable[Bsn]) -> Found:
        asked = set(numbers)
        self._called.append(("register", (str(len(asked)),)))
        return self._register.find(asked)


def _all_seen(wired: Wiring, henk: Person, other: Bsn) -> Seen:
    """Let Henk ask, see all there is to see before and after the check, and take it back."""
    henk.sign_in(path="/ask")
    confirm = choose(henk, begin(henk, other.digits))
    token = henk.token("/ask")
    seen: list[object] = []
    cost: list[list[calls.Call]] = []

    def step(do: Callable[[], Answer]) -> Answer:
        register = cast("FakeRegister", wired.people)
        with calls.made(wired) as called:
            wired.people = cast("PopulationRegister", Watched(register, called))
            answer = do()
        wired.people = register
        seen.append(_seen(answer, other.digits))
        cost.append(called)
        return answer

    step(lambda: henk.get(confirm))
    shown = step(lambda: henk.post(confirm, {"csrf": token})).location.partition("?")[0]
    step(lambda: henk.get(f"{shown}?sent=1"))
    _check_and_print()
    for path in (shown, f"{shown}/withdraw", "/mandates", "/mandates?view=asked", "/ask", confirm):
        step(partial(henk.get, path))
    step(lambda: henk.post(f"{shown}/withdraw", {"csrf": token}))
    step(lambda: henk.get(shown))
    step(lambda: henk.get("/mandates"))
    return seen, cost


def _check_and_print() -> None:
    # The message of somebody who cannot be read goes back to its queue.
    with suppress(Unavailable):
        check()
    deliver()


def _seen_where(fact: Fact) -> Seen:
    """Return what Henk sees where something is true of somebody, on tables of its own."""
    wired = wire(Clock(_NOW))
    # What a process remembers, it remembers in every case.
    wired.secrets.vault.seal("anything", "anything")
    with Client(app, project_dir=str(ROOT)) as client:
        # Her network is theirs: whether somebody asked from there lately is none of the facts.
        ask_for(Person(client, MINA), some_bsns(2)[1].digits)
        other = fact(wired, Person(client, VERA), Person(client, MINA), Person(client, HENK))
        return _all_seen(wired, Person(client, HENK), other)


@cache
def _usual() -> Seen:
    return _seen_where(lambda *_: VERA)


@pytest.mark.parametrize("fact", FACTS)
def test_whatever_is_true_of_the_other_who_asks_sees_and_costs_the_same(fact: str, wired: Wiring) -> None:  # noqa: ARG001 - only set up
    (seen, cost), (usual, usual_cost) = _seen_where(FACTS[fact]), _usual()
    assert seen == usual
    assert cost == usual_cost
    statuses = [answer[0] for answer in cast("list[tuple[int]]", seen)]
    assert statuses == [200, 303, *[200] * 6, 303, 303, 200, 200]


@pytest.mark.parametrize("fact", ["blocked", "opted out"])
def test_whether_they_are_blocked_who_asks_cannot_tell(fact: str, wired: Wiring) -> None:  # noqa: ARG001 - only set up
    def refused(wired: Wiring, _: Person, __: Person, henk: Person, *, block: bool) -> Bsn:
        ask_for(henk, service_id=PORTAL_ID)
        check()
        _close(wired, RequestState.REFUSED, block=block)
        return VERA

    def opted_out(wired: Wiring, vera: Person, mina: Person, henk: Person) -> Bsn:
        return _opted_out(wired, vera, mina, henk) if refused(wired, vera, mina, henk, block=False) else VERA

    otherwise = partial(refused, block=True) if fact == "blocked" else opted_out
    assert _seen_where(otherwise) == _seen_where(partial(refused, block=False))


def test_what_they_ask_already_is_answered_as_the_first_time(henk: Person, clock: Clock) -> None:
    first = henk.submit(choose(henk, begin(henk)), {})
    shown = henk.get(first.location)
    check()
    clock.forward(minutes=5)
    second = henk.submit(choose(henk, begin(henk)), {})
    assert second.location == first.location
    assert henk.get(second.location).body == shown.body
    assert not list(taken("checks"))
