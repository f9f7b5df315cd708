"""Two requests at the same time end as one of both orders one after the other would: in the tables and on both screens.

The threads take turns at every call to AWS, by a seeded draw: what fails once fails again.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from chalicelib.days import today
from local.gateway import ThreadedChalice
from tests.builders import SERVICE_ID
from tests.faults import state
from tests.faults.flows import sign_in
from tests.faults.judging import see
from tests.faults.signing_in import at_the_choice, back_from_digid
from tests.faults.world import Moment, World
from tests.http.client import Answer, Person
from tests.http.journey import ask_for_mandate, code_of, mandate, of_vera
from tests.process import app

Act = Callable[[World], Answer]

_DRAWS = 6
"""Orders of calls that are tried of each pair."""


@dataclass
class Turns:
    """Lets one of some threads go on at a time, to its next call; which one is drawn."""

    draw: random.Random
    acting: set[str]
    waiting: set[str] = field(default_factory=set)
    turn: str | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self) -> None:
        """Wait until it is this thread's turn. Others than the acting ones never wait."""
        me = threading.current_thread().name
        with self.changed:
            if me not in self.acting:
                return
            self.waiting.add(me)
            self._next()
            self.changed.wait_for(lambda: self.turn == me)
            self.turn = None
            self.waiting.discard(me)

    def leave(self) -> None:
        with self.changed:
            self.acting.discard(threading.current_thread().name)
            self._next()

    def _next(self) -> None:
        if self.turn is None and self.waiting and self.waiting == self.acting:
            self.turn = self.draw.choice(sorted(self.waiting))
            self.changed.notify_all()


@dataclass(frozen=True)
class Pair:
    name: str
    prepare: Callable[[World], None]
    one: Act
    other: Act


def _post(who: str, path: str) -> Act:
    def act(world: World) -> Answer:
        return _again(world, who).post(path.format(**world.facts), {"csrf": world.facts[f"csrf of {who}"]})

    return act


def _again(world: World, who: str) -> Person:
    """Return a browser of its own, as a second click or a second window is."""
    return Person(world.client, world.people[who].bsn, cookies=dict(world.people[who].cookies))


def _come_back(world: World) -> Answer:
    outcome = world.facts["answer"]
    return _again(world, "henk").answer(outcome.asked, outcome)


def _choose(person: str) -> Act:
    return lambda world: _again(world, "henk").post(world.facts["choice"], {"person": person.format(**world.facts)})


def _may_be_revoked_at_the_choice(world: World) -> None:
    at_the_choice(world)
    _here(world, "vera")


def _here(world: World, *names: str) -> None:
    for name in names:
        sign_in(world.people[name], world)
        world.facts[f"csrf of {name}"] = world.facts["csrf"]


def _two_know_the_code(world: World) -> None:
    world.facts["case_id"] = case_id = ask_for_mandate(world.vera)
    form = of_vera(code_of(case_id))
    _here(world, "vera", "henk", "mina")
    for name in ("henk", "mina"):
        person = world.people[name]
        assert person.post("/activate", {**form, "csrf": world.facts[f"csrf of {name}"]}).status == 303


def _made(world: World) -> None:
    world.facts["case_id"] = mandate(world.vera, world.henk)
    _here(world, "vera", "henk")


def _less_chosen(world: World) -> None:
    _made(world)
    path, last = f"/mandates/{world.facts['case_id']}/restrict", f"{today(world.clock()):%d-%m-%Y}"
    assert world.vera.submit(path, {"end_date": last}).status == 303


def _filled_in(world: World) -> None:
    _here(world, "vera")
    review = world.vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "month"})
    world.facts["review"] = review.location


_ACTIVATE, _REVOKE = "/activate/{case_id}", "/mandates/{case_id}/revoke"
_WITHDRAW, _RESTRICT = "/requests/{case_id}/withdraw", "/mandates/{case_id}/restrict/confirm"
PAIRS = (
    Pair("ask, clicked twice", _filled_in, _post("vera", "{review}"), _post("vera", "{review}")),
    Pair("activate, clicked twice", _two_know_the_code, _post("henk", _ACTIVATE), _post("henk", _ACTIVATE)),
    Pair("two activate", _two_know_the_code, _post("henk", _ACTIVATE), _post("mina", _ACTIVATE)),
    Pair("activate and withdraw", _two_know_the_code, _post("henk", _ACTIVATE), _post("vera", _WITHDRAW)),
    Pair("withdraw, clicked twice", _two_know_the_code, _post("vera", _WITHDRAW), _post("vera", _WITHDRAW)),
    Pair("both revoke", _made, _post("vera", _REVOKE), _post("henk", _REVOKE)),
    Pair("revoke, clicked twice", _made, _post("vera", _REVOKE), _post("vera", _REVOKE)),
    Pair("restrict, clicked twice", _less_chosen, _post("vera", _RESTRICT), _post("vera", _RESTRICT)),
    Pair("restrict and revoke", _less_chosen, _post("vera", _RESTRICT), _post("henk", _REVOKE)),
    Pair("DigiD's answer, sent twice", back_from_digid, _come_back, _come_back),
    Pair("choose, clicked twice", at_the_choice, _choose("{case_id}"), _choose("{case_id}")),
    Pair("choose two", at_the_choice, _choose("{case_id}"), _choose("0" * 32)),
    Pair("choose and revoke", _may_be_revoked_at_the_choice, _choose("{case_id}"), _post("vera", _REVOKE)),
)

End = tuple[str, str, tuple[tuple[str, int], ...]]


def _end(one: Answer, other: Answer) -> End:
    return see(one).words, see(other).words, tuple(sorted(Counter(state.lasting()).items()))


def _in_order(pair: Pair, world: World, moment: Moment) -> set[End]:
    """Return how it ends when one is after the other."""
    world.back_to(moment)
    first = _end(pair.one(world), pair.other(world))
    world.back_to(moment)
    other = pair.other(world)
    return {first, _end(pair.one(world), other)}


def _at_once(pair: Pair, world: World, moment: Moment, seed: str) -> End:
    world.back_to(moment)
    names = {"act_0", "act_1"}
    turns = Turns(random.Random(seed), set(names))
    world.striker.before_each = turns.take

    def act(what: Act) -> Answer:
        try:
            return what(world)
        finally:
            turns.leave()

    try:
        with ThreadPoolExecutor(2, thread_name_prefix="act") as threads:
            one, other = threads.submit(act, pair.one), threads.submit(act, pair.other)
            return _end(one.result(30), other.result(30))
    finally:
        world.striker.before_each = None


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_at_the_same_time_is_as_one_after_the_other(world: World, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "__class__", ThreadedChalice)
    start = world.moment()
    pair.prepare(world)
    moment = world.moment()
    allowed = _in_order(pair, world, moment)
    ends = {_at_once(pair, world, moment, f"{pair.name} {number}") for number in range(_DRAWS)}
    world.back_to(start)
    assert ends <= allowed
