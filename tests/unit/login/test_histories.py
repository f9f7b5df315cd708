"""Invariant 1 over histories: whatever happened, in whatever order, nobody is named of whom it is not so then."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar

import pytest

from chalicelib.catalogue.model import Validity
from chalicelib.errors import LoginOver, Unavailable
from chalicelib.login.answer import Answer
from chalicelib.login.browser import Browser
from chalicelib.login.conductor import begin, finish, lead_on, own_login, take_back
from chalicelib.login.decision import Decision, Failed
from chalicelib.login.levels import Level
from chalicelib.login.question import Asked, Wanted
from chalicelib.login.releasing import release
from chalicelib.login.steps import Step, ToIdentify, ToProvider
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.people.bsn import Bsn
from tests.builders import (
    GENEROUS,
    HENK,
    MINA,
    NOW,
    SERVICE_ID,
    VERA,
    a_mandate,
    a_period,
    a_request,
    a_service,
    an_opening,
    making,
    revoke_in,
    signed_in,
)
from tests.unit.login.stage import PROVIDER, Register, Stage, asking, bringing

T = TypeVar("T")
CANCELLED = Failed.of("cancelled", "cancelled", received="cancel", expected="a choice")


@dataclass
class Life:
    """What is so of a mandate that Vera gave, as a reader can check by hand. Days are counted from that of `NOW`."""

    mandate: Mandate
    by: Bsn
    level: int
    first: int
    last: int
    revoked: bool = False

    def opens(self, by: Bsn, level: int) -> bool:
        return self.by == by and not self.revoked and self.first <= 0 <= self.last and self.level >= level


class History:
    """Two browsers, two people who sign in, one who gives mandates, one service, and all that may change meanwhile.

    Of mandates and logins the `nth` is counted from the newest.
    """

    def __init__(self, told: Counter[str]) -> None:
        self.stage, self.now, self.numbers, self.told = Stage(mandates=Register(GENEROUS)), NOW, count(1), told
        self.browsers = {"one": Browser(), "other": Browser()}
        self.logins: dict[str, tuple[str, Asked]] = {}
        """By their ids: in which browser each began, and with what."""
        self.said: dict[str, Bsn] = {}
        """Who it is in each login, as was said in it or before."""
        self.sharing: dict[str, Bsn] = {}
        self.lives: dict[str, Life] = {}
        self.ended: set[str | None] = set()
        """Logins that were logged out, and keys of what they shared."""

    def give(self, by: Bsn, level: Level, first: int, days: int) -> None:
        case_id = CaseId(f"{next(self.numbers):032x}")
        request = a_request(case_id=case_id, represented=self.stage.person(VERA), letter_id=f"{case_id}0001")
        made = a_mandate(
            request,
            representative=self.stage.person(by),
            represented_bsn=self.stage.vault.seal(VERA.digits, f"case:{case_id}"),
            level=level,
            period=a_period(NOW.date() + timedelta(days=first), days),
        )
        self.stage.mandates.open_requests(an_opening(request))
        self.stage.mandates.make(making(request, made), signed_in(by))
        self.lives[case_id] = Life(made, by, level, first, first + days - 1)

    def revoke(self, nth: int) -> None:
        life = _nth(list(self.lives.values()), nth)
        if life is not None and not life.revoked:
            revoke_in(self.stage.mandates, life.mandate, signed_in(VERA), self.now)
            life.revoked = True

    def go_by(self, minutes: int, level: Level, *, alone: bool, never: bool, ended: bool, down: bool) -> None:
        """Let time pass, the service change, and the register be lost or come back."""
        self.stage.catalogue.known[SERVICE_ID] = a_service(
            level=level, digid=not never, mandatable=not alone, valid=(Validity(active=not ended),)
        )
        self.stage.mandates.down = down
        self.now += timedelta(minutes=minutes)

    def begin(self, browser: str, question: dict[str, Any]) -> None:
        asked = asking(request_id=f"_{next(self.numbers)}", **question)
        step, here = begin(self.stage, asked, self.browsers[browser], self.now), self.browsers[browser]
        if isinstance(step, ToIdentify):
            login_id = step.departure.address.removeprefix("door:")
        else:
            login_id = step.login.login_id
            if step.login.reused:
                assert not asked.fresh
                self.said[login_id] = self.sharing[browser]
        self.logins[login_id] = (browser, asked)
        if isinstance(step, ToProvider):
            self.see(step)
        else:
            assert not asked.silent
            assert step.handle is not None
            self.browsers[browser] = replace(here, handles=(*here.handles, step.handle))

    def come_back(self, nth: int, who: Bsn, level: Level, *, astray: bool) -> None:
        if (login_id := _nth(list(self.logins), nth)) is None:
            return
        self.stage.knows("word", who, level, f"statement {next(self.numbers)}")
        browser = self.at(login_id, astray=astray)
        here = self.browsers[browser]
        returned = take_back(self.stage, login_id, bringing("word"), here, self.now)
        assert not astray
        if returned.subject is not None:
            assert level >= self.logins[login_id][1].level
            self.said[login_id] = who
        step, new = lead_on(self.stage, returned, here, self.now)
        self.see(step)
        if new is not None:
            self.browsers[browser] = replace(here, shared=new)
            self.sharing[browser] = self.said[login_id]

    def sign_in(self, browser: str, question: dict[str, Any], who: Bsn, level: Level) -> None:
        self.begin(browser, question)
        self.come_back(0, who, level, astray=False)

    def choose(self, nth: int, case: int | None, *, astray: bool, cancels: bool) -> None:
        if (login_id := _nth(list(self.logins), nth)) is None:
            return
        case_id = None if case is None else _nth(list(self.lives), case)
        login = own_login(self.stage, login_id, self.browsers[self.at(login_id, astray=astray)], self.now)
        assert not astray
        self.see(finish(self.stage, login, Decision(failed=CANCELLED) if cancels else Decision(case_id), self.now))

    def resolve(self, nth: int) -> None:
        if (login := self.login(nth)) is not None:
            self.judge(login.login_id, release(self.stage, login, self.now).message)

    def log_out(self, nth: int) -> None:
        login = self.login(nth)
        if login is not None and self.stage.federation.end([login.session], PROVIDER, self.now):
            self.ended.add(login.login_id if login.shared is None else login.shared)

    def login(self, nth: int) -> Any:  # noqa: ANN401 - as it is in the table
        login_id = _nth(list(self.logins), nth)
        return None if login_id is None else self.stage.logins.find(login_id)

    def at(self, login_id: str, *, astray: bool) -> str:
        """Return the browser in which a login began, or the other one."""
        began = self.logins[login_id][0]
        return began if not astray else next(name for name in self.browsers if name != began)

    def see(self, step: Step) -> None:
        if isinstance(step, ToProvider):
            assert step.departure.fields is not None
            self.judge(step.login.login_id, step.departure.fields["answer"])

    def judge(self, login_id: str, told: object) -> None:
        login, asked = self.stage.logins.find(login_id), self.logins[login_id][1]
        service = self.stage.catalogue.known[SERVICE_ID]
        if not isinstance(told, Answer):
            return
        assert login is not None
        assert login.decision is not None
        needed = max(service.level, asked.level)
        assert (told.acting, told.session) == (self.said[login_id], login.session)
        assert told.level >= needed
        assert service.counts(self.now)
        assert self.ended.isdisjoint({login_id, login.shared} - {None})
        assert not (login.reused and needed >= Level.SUBSTANTIAL)
        if told.legal is None:
            assert asked.question.wanted is not Wanted.REPRESENTED
            assert service.digid
        else:
            assert asked.question.wanted is not Wanted.SELF
            assert told.legal == VERA
            assert service.mandatable
            assert self.lives[str(login.decision.case_id)].opens(told.acting, needed)
        self.told["for oneself" if told.legal is None else "for another"] += 1
        self.told["by an earlier sign-in"] += login.reused


def _nth(things: list[T], nth: int) -> T | None:
    return things[-1 - nth] if nth < len(things) else None


def _seldom(draw: Random) -> bool:
    return draw.random() < 0.1


def _question(draw: Random) -> dict[str, Any]:
    return {
        "wanted": draw.choice([Wanted.EITHER, Wanted.REPRESENTED, Wanted.SELF]),
        "level": draw.choice([Level.BASIC, Level.LOW, Level.LOW, Level.SUBSTANTIAL]),
        "domain": draw.choice(["a domain", "a domain", None]),
        "fresh": _seldom(draw),
        "silent": _seldom(draw),
    }


def _nearly_last(draw: Random) -> int:
    return draw.choice([0, 0, 0, 1, 2])


def _somebody(draw: Random) -> tuple[Bsn, Level]:
    return draw.choice([HENK, HENK, MINA]), draw.choice([Level.HIGH, Level.SUBSTANTIAL, Level.LOW, Level.LOW])


def _browser(draw: Random) -> str:
    return draw.choice(["one", "one", "other"])


Event = Callable[[History, Random], None]
EVENTS: dict[Event, int] = {
    lambda past, draw: past.give(*_somebody(draw), draw.choice([0, 0, 0, -1, 1]), draw.randint(1, 9)): 3,
    lambda past, draw: past.revoke(_nearly_last(draw)): 1,
    lambda past, draw: past.begin(_browser(draw), _question(draw)): 2,
    lambda past, draw: past.come_back(_nearly_last(draw), *_somebody(draw), astray=_seldom(draw)): 3,
    lambda past, draw: past.sign_in(_browser(draw), _question(draw), *_somebody(draw)): 5,
    lambda past, draw: past.choose(
        _nearly_last(draw),
        draw.choice([None, 0, 0, 1, 2]),
        astray=_seldom(draw),
        cancels=_seldom(draw),
    ): 6,
    lambda past, draw: past.resolve(_nearly_last(draw)): 3,
    lambda past, draw: past.log_out(_nearly_last(draw)): 1,
    lambda past, draw: past.go_by(
        draw.randint(0, 4),
        draw.choice([Level.BASIC, Level.LOW, Level.LOW, Level.SUBSTANTIAL]),
        alone=_seldom(draw),
        never=_seldom(draw),
        ended=_seldom(draw),
        down=_seldom(draw),
    ): 3,
}
"""What may happen, and how often of all."""


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happened_before_nobody_is_named_of_whom_it_is_not_so_now(seed: int) -> None:
    told: Counter[str] = Counter()
    draw = Random(seed)
    for _ in range(40):
        past = History(told)
        for event in draw.choices(list(EVENTS), list(EVENTS.values()), k=40):
            try:
                event(past, draw)
            except LoginOver:
                continue
            except Unavailable:
                assert past.stage.mandates.down
    # Of what is never released there is nothing to see.
    assert min(told[what] for what in ("for oneself", "for another", "by an earlier sign-in")) > 5, told
