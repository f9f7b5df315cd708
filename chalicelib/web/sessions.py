"""Who is signed in to our own site: a server-side session behind one cookie (security.md section 3)."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chalicelib.errors import Conflict, Unavailable
from chalicelib.observe import log
from chalicelib.people.actor import Citizen
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.people.vault import Vault
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition
from chalicelib.storage.tables import TransientTable

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=2)
_TOUCH_AFTER = timedelta(minutes=1)
_DRAFT_LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Session:
    key: str = field(repr=False)
    actor: Citizen
    bsn: Bsn
    csrf: str = field(repr=False)
    """Token that every form of this session carries."""
    created_at: datetime
    seen_at: datetime

    def alive(self, now: datetime) -> bool:
        return now < self.seen_at + IDLE and now < self.created_at + ABSOLUTE

    def issued(self, token: str) -> bool:
        return hmac.compare_digest(self.csrf.encode(), token.encode())


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who does not sign in, by a cookie of their browser: all that there is of them until they fill in a form.

    That form carries what only who has the cookie can know, and what is filled in is kept under the cookie's hash.
    """

    token: str = field(repr=False)

    @property
    def csrf(self) -> str:
        return self._digest("form")

    @property
    def person(self) -> PersonId:
        """Under whom drafts are kept; no citizen has this id."""
        return PersonId(f"visitor-{self._digest('drafts')}")

    def issued(self, token: str) -> bool:
        return hmac.compare_digest(self.csrf.encode(), token.encode())

    def _digest(self, purpose: str) -> str:
        return hmac.new(self.token.encode(), purpose.encode(), hashlib.sha256).hexdigest()


class SessionRow(NamedTuple):
    """A session as it is kept. The BSN is sealed under its key."""

    key: str
    person: PersonId
    bsn: bytes
    level: int
    csrf: str
    created_at: datetime
    seen_at: datetime


class Draft(NamedTuple):
    """What somebody filled in, sealed for them."""

    sealed: bytes
    until: datetime


SESSION = Kind(
    "Who is signed in to our own site: `key` is `SESSION#` and the hash of a cookie.",
    TransientTable,
    SessionRow,
    pk="{key}",
    sk="SESSION",
    kept=Kept("somebody signs out, or signs in anew in the same browser", timedelta(days=1), "created_at"),
    personal=("person", "bsn"),
    sealed=("bsn",),
    keyed=("key",),
)

DRAFT = Kind(
    "What somebody filled in and has not sent yet: a citizen, or who does not sign in, by the hash of a cookie.",
    TransientTable,
    Draft,
    pk="DRAFTS#{person}",
    sk="{draft_id}",
    kept=Kept("it is sent", timedelta(0), "until"),
    personal=("person", "sealed"),
    sealed=("sealed",),
)


class Sessions:
    """Sessions and drafts in DynamoDB. A cookie's value is never stored, only its hash."""

    def __init__(self, table: TransientTable, vault: Vault) -> None:
        self._sessions, self._drafts, self._vault = Rows(table, SESSION), Rows(table, DRAFT), vault

    def start(self, token: str, csrf: str, actor: Citizen, bsn: Bsn, now: datetime) -> None:
        key = session_key(token)
        sealed = self._vault.seal(bsn.digits, key)
        self._sessions.put(SessionRow(key, actor.person, sealed, actor.level, csrf, now, now))

    def find(self, token: str, now: datetime) -> Session | None:
        """Return a session, alive or not: of one that is over, the owner may still be recognised."""
        key = session_key(token)
        row = self._sessions.find(key=key)
        if row is None:
            return None
        session = _session(row, Bsn(self._vault.open(row.bsn, key)))
        if session.alive(now) and now - session.seen_at >= _TOUCH_AFTER:
            self._touch(key, now)
        return session

    def end(self, token: str) -> None:
        self._sessions.delete(key=session_key(token))

    def end_earlier(self, key: str | None, token: str | None) -> None:
        """End what a new sign-in in this browser takes the place of: the session of a key, and that of a cookie."""
        for ended in {key, session_key(token) if token else None} - {None}:
            self._sessions.delete(key=ended)

    def save_draft(
        self,
        person: PersonId,
        draft_id: str,
        values: dict[str, Any],
        now: datetime,
        life: timedelta = _DRAFT_LIFE,
    ) -> None:
        """Keep what someone filled in, sealed, for an hour. It outlives the session, so that nothing is lost."""
        sealed = self._vault.seal(json.dumps(values), _draft_context(person, draft_id))
        self._drafts.put(Draft(sealed, now + life), person=person, draft_id=draft_id)

    def draft(self, person: PersonId, draft_id: str, now: datetime) -> dict[str, Any] | None:
        draft = self._drafts.find(person=person, draft_id=draft_id)
        if draft is None or draft.until <= now:
            return None
        values: dict[str, Any] = json.loads(self._vault.open(draft.sealed, _draft_context(person, draft_id)))
        return values

    def drop_draft(self, person: PersonId, draft_id: str) -> None:
        """Forget what was filled in. When that cannot be now, it goes by itself: what it was for is done."""
        try:
            self._drafts.delete(person=person, draft_id=draft_id)
        except Unavailable:
            log().warning("draft_not_dropped")

    def _touch(self, key: str, now: datetime) -> None:
        still_there = Condition("attribute_exists(pk)", {}, {":now": now})
        try:
            self._sessions.change("SET seen_at = :now", still_there, key=key)
        except Conflict:
            return  # signed out in another tab
        except Unavailable:
            log().warning("session_not_touched")


def session_key(token: str) -> str:
    return f"SESSION#{hashlib.sha256(token.encode()).hexdigest()}"


def _draft_context(person: PersonId, draft_id: str) -> str:
    return f"draft:{person}:{draft_id}"


def _session(row: SessionRow, bsn: Bsn) -> Session:
    return Session(row.key, Citizen(row.person, row.level), bsn, row.csrf, row.created_at, row.seen_at)
