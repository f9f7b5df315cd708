"""Counters of guesses in DynamoDB: one conditional or atomic write each, so that parallel guesses cannot share one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chalicelib.errors import Conflict, RateLimited
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.register.ports import Tried
from chalicelib.people.pseudonym import ClaimId
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition
from chalicelib.storage.tables import TransientTable

_LONG = timedelta(days=90)
"""Longer than any code lives, so that a count is never forgotten while it matters."""


class Limit(NamedTuple):
    tries: int
    window: timedelta
    kept: timedelta
    """How long the count of all tries is remembered after the last."""


_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

LIMITS = {
    # One representative's guesses at one person: they leave others, and this person's other helpers, alone.
    "pair": Limit(5, _HOUR, _LONG),
    # A library or care home shares one address.
    "network": Limit(100, _HOUR, _HOUR),
    # Visits in which somebody asks for others, each of which becomes a question to the population register.
    "asking": Limit(100, _HOUR, _HOUR),
    # Refusal codes of letters, tried by nobody in particular: a helper at a care home has a few right ones.
    "refusal": Limit(20, _HOUR, _HOUR),
    # Visits in which somebody mandates without a code: whoever sits down at their computer gives not all away, and
    # nobody gets more post than that.
    "grant": Limit(10, _DAY, _DAY),
    # Letters that tell one person what another did: far more than two people who mean well ever make come.
    "notice": Limit(20, 30 * _DAY, _DAY),
}
"""By the kind of subject, the part before its colon (design.md section 4)."""


class Window(NamedTuple):
    """Tries of one subject."""

    n: int
    """In the window that is or was open last."""
    in_all: int
    open_until: datetime | None = None


class Tally(NamedTuple):
    """Guesses at one claim."""

    n: int = 0
    wearing: int = 0


WINDOW = Kind(
    "How often a subject tried codes (a representative for one person, `pair:`, or a network), refusal codes "
    "of letters (`refusal:`, a network), or asking for others (`asking:`, a network); how often one person made a "
    "letter come to another (`notice:`); and how often looking up a person (`look-up:`), or at a home (`home:`), "
    "failed.",
    TransientTable,
    Window,
    pk="TRIES#{subject}",
    sk="TRIES",
    kept=Kept(f"{_LONG.days} days (a pair) or an hour (any other) after its last window"),
    personal=("subject",),
)

TALLY = Kind(
    "How often codes were guessed for one person.",
    TransientTable,
    Tally,
    pk="TRIES#claim:{claim}",
    sk="TRIES",
    kept=Kept(f"{_LONG.days} days after the last guess"),
    personal=("claim",),
    lacking=("n", "wearing"),
)


_QUARTER = timedelta(minutes=15)


def look_up_limits(person: int, home: int) -> dict[str, Limit]:
    """Return the limits of look-ups that may fail in a quarter of an hour: of one person, and at one home address."""
    return {"look-up": Limit(person, _QUARTER, _HOUR), "home": Limit(home, _QUARTER, _HOUR)}


class DynamoTries:
    def __init__(self, table: TransientTable, limits: Mapping[str, Limit] = LIMITS) -> None:
        self._windows, self._tallies, self._limits = Rows(table, WINDOW), Rows(table, TALLY), limits

    def spend(self, subject: str, now: datetime) -> Tried:
        limit = self._limits[subject.partition(":")[0]]
        try:
            return self._spend_in_window(subject, limit, now)
        except Conflict:
            return self._open_window(subject, limit, now)

    def refund(self, subject: str) -> None:
        _subtract(self._windows, "ADD #n :minus, in_all :minus", {}, subject=subject)

    def add(self, claim: ClaimId, now: datetime, *, wears: bool) -> Guesses:
        values = {":one": 1, ":wears": int(wears), ":ttl": int((now + _LONG).timestamp())}
        always = Condition("", {"#n": "n", "#ttl": "ttl"}, values)
        update = "ADD #n :one, wearing :wears SET #ttl = :ttl"
        return _guesses(self._tallies.changed(update, always, claim=claim))

    def total(self, claim: ClaimId) -> Guesses:
        return _guesses(self._tallies.find(claim=claim) or Tally())

    def forgive(self, claim: ClaimId, *, wears: bool) -> None:
        _subtract(self._tallies, "ADD #n :minus, wearing :back", {":back": -int(wears)}, claim=claim)

    def _spend_in_window(self, subject: str, limit: Limit, now: datetime) -> Tried:
        values = {":now": now, ":limit": limit.tries, ":one": 1, ":ttl": _ttl(limit, now)}
        open_window = Condition("open_until > :now AND #n < :limit", {"#n": "n", "#ttl": "ttl"}, values)
        update = "ADD #n :one, in_all :one SET #ttl = :ttl"
        return _tried(limit, self._windows.changed(update, open_window, subject=subject))

    def _open_window(self, subject: str, limit: Limit, now: datetime) -> Tried:
        """Start a new window, unless one is running: then its tries are spent, or a parallel guess opened it."""
        values = {":now": now, ":until": now + limit.window, ":one": 1, ":ttl": _ttl(limit, now)}
        none_running = Condition("attribute_not_exists(pk) OR open_until <= :now", {"#n": "n", "#ttl": "ttl"}, values)
        update = "SET #n = :one, open_until = :until, #ttl = :ttl ADD in_all :one"
        try:
            return _tried(limit, self._windows.changed(update, none_running, subject=subject))
        except Conflict:
            return self._spend_in_running(subject, limit, now)

    def _spend_in_running(self, subject: str, limit: Limit, now: datetime) -> Tried:
        try:
            return self._spend_in_window(subject, limit, now)
        except Conflict:
            running = self._windows.find(subject=subject)
            raise RateLimited((running and running.open_until) or now + limit.window) from None


def _subtract(rows: Rows[Any], update: str, values: dict[str, int], **key: str) -> None:
    positive = Condition("#n > :none", {"#n": "n"}, {":none": 0, ":minus": -1, **values})
    try:
        rows.change(update, positive, **key)
    except Conflict:
        return  # the window passed in the meantime: nothing left to give back


def _tried(limit: Limit, counted: Window) -> Tried:
    return Tried(limit.tries - counted.n, counted.in_all)


def _guesses(counted: Tally) -> Guesses:
    return Guesses(counted.n, counted.wearing)


def _ttl(limit: Limit, now: datetime) -> int:
    return int((now + limit.window + limit.kept).timestamp())
