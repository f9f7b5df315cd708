"""Counters of guesses in DynamoDB: one conditional or atomic write each, so that parallel guesses cannot share one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.errors import Conflict, RateLimited
from chalicelib.mandates.model import Guesses
from chalicelib.mandates.ports import Tried
from chalicelib.people.pseudonym import ClaimId
from chalicelib.storage.table import Condition
from chalicelib.storage.tables import TransientTable

_LONG = timedelta(days=90)
"""Longer than any code lives, so that a count is never forgotten while it matters."""


@dataclass(frozen=True, slots=True)
class Limit:
    tries: int
    window: timedelta
    kept: timedelta
    """How long the count of all tries is remembered after the last."""


_HOUR = timedelta(hours=1)

LIMITS = {
    # One representative's guesses at one person: they leave others, and this person's other helpers, alone.
    "pair": Limit(5, _HOUR, _LONG),
    # A library or care home shares one address.
    "network": Limit(100, _HOUR, _HOUR),
}
"""By the kind of subject, the part before its colon (design.md section 4)."""


class DynamoTries:
    def __init__(self, table: TransientTable) -> None:
        self._table = table

    def spend(self, subject: str, now: datetime) -> Tried:
        limit = LIMITS[subject.partition(":")[0]]
        try:
            return self._spend_in_window(subject, limit, now)
        except Conflict:
            return self._open_window(subject, limit, now)

    def refund(self, subject: str) -> None:
        self._subtract(f"TRIES#{subject}", "ADD #n :minus, in_all :minus", {})

    def add(self, claim: ClaimId, now: datetime, *, wears: bool) -> Guesses:
        values = {":one": 1, ":wears": int(wears), ":ttl": int((now + _LONG).timestamp())}
        always = Condition("", {"#n": "n", "#ttl": "ttl"}, values)
        update = "ADD #n :one, wearing :wears SET #ttl = :ttl"
        return _guesses(self._table.change(_claim(claim), "TRIES", update, always, "UPDATED_NEW"))

    def total(self, claim: ClaimId) -> Guesses:
        return _guesses(self._table.get(_claim(claim), "TRIES") or {})

    def forgive(self, claim: ClaimId, *, wears: bool) -> None:
        self._subtract(_claim(claim), "ADD #n :minus, wearing :back", {":back": -int(wears)})

    def _spend_in_window(self, subject: str, limit: Limit, now: datetime) -> Tried:
        values = {":now": now.isoformat(), ":limit": limit.tries, ":one": 1, ":ttl": _ttl(limit, now)}
        open_window = Condition("open_until > :now AND #n < :limit", {"#n": "n", "#ttl": "ttl"}, values)
        update = "ADD #n :one, in_all :one SET #ttl = :ttl"
        return _tried(limit, self._table.change(f"TRIES#{subject}", "TRIES", update, open_window, "UPDATED_NEW"))

    def _open_window(self, subject: str, limit: Limit, now: datetime) -> Tried:
        """Start a new window, unless one is running: then its tries are spent, or a parallel guess opened it."""
        until = (now + limit.window).isoformat()
        values = {":now": now.isoformat(), ":until": until, ":one": 1, ":ttl": _ttl(limit, now)}
        none_running = Condition("attribute_not_exists(pk) OR open_until <= :now", {"#n": "n", "#ttl": "ttl"}, values)
        update = "SET #n = :one, open_until = :until, #ttl = :ttl ADD in_all :one"
        try:
            return _tried(limit, self._table.change(f"TRIES#{subject}", "TRIES", update, none_running, "UPDATED_NEW"))
        except Conflict:
            return self._spend_in_running(subject, limit, now)

    def _spend_in_running(self, subject: str, limit: Limit, now: datetime) -> Tried:
        try:
            return self._spend_in_window(subject, limit, now)
        except Conflict:
            running = self._table.get(f"TRIES#{subject}", "TRIES") or {}
            until = datetime.fromisoformat(running.get("open_until", (now + limit.window).isoformat()))
            raise RateLimited(until) from None

    def _subtract(self, pk: str, update: str, values: dict[str, int]) -> None:
        positive = Condition("#n > :none", {"#n": "n"}, {":none": 0, ":minus": -1, **values})
        try:
            self._table.change(pk, "TRIES", update, positive)
        except Conflict:
            return  # the window passed in the meantime: nothing left to give back


def _tried(limit: Limit, counted: dict[str, Any]) -> Tried:
    return Tried(limit.tries - counted["n"], counted["in_all"])


def _guesses(counted: dict[str, Any]) -> Guesses:
    return Guesses(counted.get("n", 0), counted.get("wearing", 0))


def _ttl(limit: Limit, now: datetime) -> int:
    return int((now + limit.window + limit.kept).timestamp())


def _claim(claim: ClaimId) -> str:
    return f"TRIES#claim:{claim}"
