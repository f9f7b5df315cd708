"""Counters of guesses in DynamoDB: one conditional or atomic write each, so that parallel guesses cannot share one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.dynamo import Condition
from chalicelib.errors import Conflict, RateLimited
from chalicelib.people.pseudonym import ClaimId
from chalicelib.tables import TransientTable

PER_CODE = 5
"""Guesses that one code survives in its life (security.md section 2)."""

_CLAIM_KEPT = timedelta(days=90)
"""Longer than any code lives, so that a count is never forgotten while it matters."""


@dataclass(frozen=True, slots=True)
class Limit:
    tries: int
    window: timedelta


LIMITS = {
    "representative": Limit(5, timedelta(hours=1)),
    # A library or care home shares one address.
    "network": Limit(100, timedelta(hours=1)),
}
"""By the kind of subject, the part before its colon."""


class DynamoTries:
    def __init__(self, table: TransientTable) -> None:
        self._table = table

    def spend(self, subject: str, now: datetime) -> int:
        limit = LIMITS[subject.partition(":")[0]]
        try:
            used = self._spend_in_window(subject, limit, now)
        except Conflict:
            used = self._open_window(subject, limit, now)
        return limit.tries - used

    def refund(self, subject: str) -> None:
        self._subtract(f"TRIES#{subject}")

    def add(self, claim: ClaimId, now: datetime) -> int:
        always = Condition("", {"#n": "n", "#ttl": "ttl"}, {":one": 1, ":ttl": int((now + _CLAIM_KEPT).timestamp())})
        counted = self._table.change(_claim(claim), "TRIES", "ADD #n :one SET #ttl = :ttl", always, "UPDATED_NEW")
        number: int = counted["n"]
        return number

    def total(self, claim: ClaimId) -> int:
        counted: int = (self._table.get(_claim(claim), "TRIES") or {"n": 0})["n"]
        return counted

    def forgive(self, claim: ClaimId) -> None:
        self._subtract(_claim(claim))

    def _spend_in_window(self, subject: str, limit: Limit, now: datetime) -> int:
        open_window = Condition(
            "open_until > :now AND #n < :limit",
            {"#n": "n"},
            {":now": now.isoformat(), ":limit": limit.tries, ":one": 1},
        )
        counted = self._table.change(f"TRIES#{subject}", "TRIES", "ADD #n :one", open_window, "UPDATED_NEW")
        used: int = counted["n"]
        return used

    def _open_window(self, subject: str, limit: Limit, now: datetime) -> int:
        """Start a new window, unless one is running: then its tries are spent, or a parallel guess opened it."""
        until = now + limit.window
        fresh = {"pk": f"TRIES#{subject}", "sk": "TRIES", "n": 1, "open_until": until.isoformat()}
        none_running = Condition("attribute_not_exists(pk) OR open_until <= :now", {}, {":now": now.isoformat()})
        try:
            self._table.put({**fresh, "ttl": int(until.timestamp())}, none_running)
        except Conflict:
            return self._spend_in_running(subject, limit, now)
        return 1

    def _spend_in_running(self, subject: str, limit: Limit, now: datetime) -> int:
        try:
            return self._spend_in_window(subject, limit, now)
        except Conflict:
            running = self._table.get(f"TRIES#{subject}", "TRIES") or {}
            until = datetime.fromisoformat(running.get("open_until", (now + limit.window).isoformat()))
            raise RateLimited(until) from None

    def _subtract(self, pk: str) -> None:
        positive = Condition("#n > :none", {"#n": "n"}, {":none": 0, ":minus": -1})
        try:
            self._table.change(pk, "TRIES", "ADD #n :minus", positive)
        except Conflict:
            return  # the window passed in the meantime: nothing left to give back


def _claim(claim: ClaimId) -> str:
    return f"TRIES#claim:{claim}"
