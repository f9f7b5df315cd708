"""Refusing what somebody else asks: by the represented, signed in, or by whoever has the letter, with its code."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import NotFound, Refused
from chalicelib.mandates.for_another.approving import AskedOfMe, asked_in, asked_of_me, asker_number
from chalicelib.mandates.model.codes import Peppers
from chalicelib.mandates.model.refusals import RefusalCode, refusal_ids
from chalicelib.mandates.model.requests import Blocked, Request, RequestState
from chalicelib.mandates.register.ports import MandateStore, Tries
from chalicelib.mandates.register.retrying import retried
from chalicelib.mandates.register.transactions import Closing, StoredRefusal
from chalicelib.mandates.rules.networks import network_of
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Cause, Citizen, System
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.people.vault import Vault

Ending = Callable[[tuple[Request, ...]], Closing]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the represented, signed in, says no to, and what they want besides."""

    by: Citizen
    visit_id: str
    told: bool = False
    """Who asked may know."""
    block: bool = False
    """Who asked may not ask again."""


def refuse(refusal: Refusal, *, store: MandateStore, vault: Vault, now: datetime) -> None:
    """Refuse what waits of a visit, and block who asked where that is wanted; the letter's codes die.

    Sent twice it is once. Raises `NotFound`, `Unavailable`, or `Refused("decided_already")` when all of it ended
    otherwise before; a block holds all the same.
    """
    by = refusal.by
    asked = asked_in(by.person, refusal.visit_id, store=store)
    block = Blocked(asked.asker, _sealed_for(by.person, asked, vault), now) if refusal.block else None

    def ending(requests: tuple[Request, ...]) -> Closing:
        return Closing(requests, RequestState.REFUSED, by, now, refusal.told, block)

    try:
        ended_here = _end_all(by.person, refusal.visit_id, ending, store, now)
    except Refused:
        if block is None:
            raise
        ended_here = False
    if block:
        _block(asked, block, ending, store, now, written=ended_here)


def _block(
    asked: AskedOfMe, block: Blocked, ending: Ending, store: MandateStore, now: datetime, *, written: bool
) -> None:
    """Block who asked, if that was not `written` with the refusal, and refuse all else: nothing could come of it."""
    represented = asked.requests[0].represented
    if not written:
        store.block(represented, block)
    log().info("asker_blocked", case_id=asked.visit_id)
    for other in asked_of_me(store.requests(represented)):
        if other.asker == asked.asker and other.waiting(now):
            # Who asked may take something back meanwhile: then that has ended too.
            with suppress(Refused):
                _end_all(represented, other.visit_id, ending, store, now)


def _end_all(represented: PersonId, visit_id: str, ending: Ending, store: MandateStore, now: datetime) -> bool:
    """End what waits of a visit; return whether it was this call that did so, and not an earlier one.

    Raises `NotFound`, `Unavailable`, or `Refused("decided_already")`.
    """

    def ended() -> bool:
        asked = asked_in(represented, visit_id, store=store)
        if not (waiting := asked.waiting(now)):
            if any(one.ended is RequestState.REFUSED for one in asked.requests):
                return False
            raise Refused("decided_already")
        store.close(ending(waiting))
        log().info("request_turned_down", case_id=asked.visit_id)
        count(Metric.REQUEST_TURNED_DOWN)
        return True

    return retried(ended)


class WrongRefusalCode(Refused):
    """The one answer for a code that never was, and for one whose requests have ended."""

    def __init__(self, tries_left: int) -> None:
        super().__init__("wrong_refusal_code")
        self.tries_left = tries_left


def recognise_refusal(
    code: RefusalCode, address: str, *, store: MandateStore, tries: Tries, peppers: Peppers, now: datetime
) -> AskedOfMe:
    """Return what a letter's code refuses, once it is certain that the try was counted first.

    The same is read whether or not there is anything to find. Raises `WrongRefusalCode` or `RateLimited`.
    """
    network = f"refusal:{network_of(address)}"
    left = tries.spend(network, now).left
    known = [store.refusal(one) for one in refusal_ids(code, peppers)]
    found = next((one for one in known if one is not None), None)
    asked = _behind(found, store)
    if asked is None or not asked.waiting(now):
        log().info("refusal_code_not_recognised")
        count(Metric.REFUSAL_CODE_REFUSED)
        raise WrongRefusalCode(left)
    tries.refund(network)
    return asked


def _behind(found: StoredRefusal | None, store: MandateStore) -> AskedOfMe | None:
    represented, visit_id = (found.represented, found.visit_id) if found else (PersonId("nobody"), "00")
    try:
        return asked_in(represented, visit_id, store=store)
    except NotFound:
        return None


def refuse_by_letter(represented: PersonId, visit_id: str, *, store: MandateStore, now: datetime) -> None:
    """Refuse what waits of a visit, for whoever has its letter; who asked hears nothing. Sent twice it is once.

    Raises `Unavailable`, or `Refused("decided_already")` when all of it ended otherwise before.
    """

    def ending(requests: tuple[Request, ...]) -> Closing:
        return Closing(requests, RequestState.REFUSED, System(Cause.LETTER), now)

    _end_all(represented, visit_id, ending, store, now)


def blocked_number(block: Blocked, represented: PersonId, vault: Vault) -> Bsn:
    """Return the number of who may not ask any more."""
    return Bsn(vault.open(block.requester_bsn, _context(represented, block.requester)))


def _sealed_for(represented: PersonId, asked: AskedOfMe, vault: Vault) -> bytes:
    return vault.seal(asker_number(asked.requests[0], vault).digits, _context(represented, asked.asker))


def _context(represented: PersonId, requester: PersonId) -> str:
    return f"blocked:{represented}:{requester}"
