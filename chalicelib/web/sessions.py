"""Who is signed in to our own site: a server-side session behind one cookie (security.md section 3)."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.errors import Conflict, Unavailable
from chalicelib.observe import log
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.people.vault import Vault
from chalicelib.storage.table import Condition
from chalicelib.storage.tables import TransientTable

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=2)
_TOUCH_AFTER = timedelta(minutes=1)
_DRAFT_LIFE = timedelta(hours=1)
_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Session:
    key: str = field(repr=False)
    person: PersonId
    bsn: Bsn
    level: int
    csrf: str = field(repr=False)
    """Token that every form of this session carries."""
    created_at: datetime
    seen_at: datetime

    def alive(self, now: datetime) -> bool:
        return now < self.seen_at + IDLE and now < self.created_at + ABSOLUTE

    def issued(self, token: str) -> bool:
        return hmac.compare_digest(self.csrf.encode(), token.encode())


class Sessions:
    """Sessions and drafts in DynamoDB. A cookie's value is never stored, only its hash."""

    def __init__(self, table: TransientTable, vault: Vault) -> None:
        self._table, self._vault = table, vault

    def start(self, token: str, csrf: str, person: PersonId, bsn: Bsn, level: int, now: datetime) -> None:
        key = session_key(token)
        row = {
            "pk": key,
            "sk": "SESSION",
            "person": person,
            "bsn": self._vault.seal(bsn.digits, key),
            "level": level,
            "csrf": csrf,
            "created_at": now.isoformat(),
            "seen_at": now.isoformat(),
            "ttl": int((now + _KEPT).timestamp()),
        }
        self._table.put(row)

    def find(self, token: str, now: datetime) -> Session | None:
        """Return a session, alive or not: of one that is over, the owner may still be recognised."""
        key = session_key(token)
        item = self._table.get(key, "SESSION")
        if item is None:
            return None
        session = _session(key, item, Bsn(self._vault.open(item["bsn"], key)))
        if session.alive(now) and now - session.seen_at >= _TOUCH_AFTER:
            self._touch(key, now)
        return session

    def end(self, token: str) -> None:
        self._table.delete(session_key(token), "SESSION")

    def end_earlier(self, key: str | None, token: str | None) -> None:
        """End what a new sign-in in this browser takes the place of: the session of a key, and that of a cookie."""
        for ended in {key, session_key(token) if token else None} - {None}:
            self._table.delete(str(ended), "SESSION")

    def save_draft(self, person: PersonId, draft_id: str, values: dict[str, Any], now: datetime) -> None:
        """Keep what someone filled in, sealed, for an hour. It outlives the session, so that nothing is lost."""
        sealed = self._vault.seal(json.dumps(values), _draft_context(person, draft_id))
        until = now + _DRAFT_LIFE
        row = {"sealed": sealed, "until": until.isoformat(), "ttl": int(until.timestamp())}
        self._table.put({"pk": f"DRAFTS#{person}", "sk": draft_id, **row})

    def draft(self, person: PersonId, draft_id: str, now: datetime) -> dict[str, Any] | None:
        item = self._table.get(f"DRAFTS#{person}", draft_id)
        if item is None or item["until"] <= now.isoformat():
            return None
        values: dict[str, Any] = json.loads(self._vault.open(item["sealed"], _draft_context(person, draft_id)))
        return values

    def drop_draft(self, person: PersonId, draft_id: str) -> None:
        """Forget what was filled in. When that cannot be now, it goes by itself: what it was for is done."""
        try:
            self._table.delete(f"DRAFTS#{person}", draft_id)
        except Unavailable:
            log().warning("draft_not_dropped")

    def _touch(self, key: str, now: datetime) -> None:
        still_there = Condition("attribute_exists(pk)", {}, {":now": now.isoformat()})
        try:
            self._table.change(key, "SESSION", "SET seen_at = :now", still_there)
        except Conflict:
            return  # signed out in another tab
        except Unavailable:
            log().warning("session_not_touched")


def session_key(token: str) -> str:
    return f"SESSION#{hashlib.sha256(token.encode()).hexdigest()}"


def _draft_context(person: PersonId, draft_id: str) -> str:
    return f"draft:{person}:{draft_id}"


def _session(key: str, item: dict[str, Any], bsn: Bsn) -> Session:
    return Session(
        key=key,
        person=item["person"],
        bsn=bsn,
        level=item["level"],
        csrf=item["csrf"],
        created_at=datetime.fromisoformat(item["created_at"]),
        seen_at=datetime.fromisoformat(item["seen_at"]),
    )
