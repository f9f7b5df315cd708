"""Sessions at providers: what was told to whom, single sign-on within one domain, and their end (5.5, 5.6)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.catalogue.model import Connection
from chalicelib.dynamo import NEW, Condition
from chalicelib.errors import Conflict
from chalicelib.people.bsn import Bsn
from chalicelib.people.vault import Vault
from chalicelib.saml.levels import Level
from chalicelib.tables import TransientTable

IDLE, LONGEST = timedelta(minutes=15), timedelta(hours=3)
"""A shared sign-in ends this long after its last use, and after its begin (combiconnect.md section 6)."""

_REMEMBERED = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that named someone: to whom it went, and of which login."""

    name_id: str
    entity_id: str
    name: str
    """Of the connection, as people know it."""
    login_id: str


@dataclass(frozen=True, slots=True)
class SharedSignIn:
    """Someone is signed in at a provider's domain, in one browser."""

    bsn: Bsn
    level: Level
    since: datetime
    used_at: datetime
    told: tuple[Told, ...] = field(default=())

    def serves(self, level: Level, now: datetime) -> bool:
        """Tell whether it spares a sign-in for a level. From substantial on everyone signs in each time."""
        fresh = now < self.used_at + IDLE and now < self.since + LONGEST
        return fresh and level < Level.SUBSTANTIAL and self.level >= level


def sharing_key(connection: Connection, cookie: str) -> str | None:
    """Return under what a connection shares sign-ins in a browser: never beyond one organisation's domain."""
    if connection.sso_domain is None or not connection.organisation:
        return None
    return hashlib.sha256(f"{connection.organisation}\n{connection.sso_domain}\n{cookie}".encode()).hexdigest()


class Federation:
    """Sessions at providers in DynamoDB; the cookie of a browser is only kept as a hash."""

    def __init__(self, table: TransientTable, vault: Vault) -> None:
        self._table, self._vault = table, vault

    def shared(self, key: str) -> SharedSignIn | None:
        item = self._table.get(_shared_key(key), "SHARED")
        if item is None:
            return None
        return SharedSignIn(
            Bsn(self._vault.open(item["bsn"], _context(key))),
            Level(item["level"]),
            datetime.fromisoformat(item["since"]),
            datetime.fromisoformat(item["used_at"]),
            tuple(Told(**one) for one in item["told"]),
        )

    def tell(self, told: Told, who: Bsn, level: Level, key: str | None, now: datetime, *, fresh: bool) -> None:
        """Remember that a provider is told who signed in; `fresh` when they just came from DigiD.

        Another person at the same browser begins anew: nothing of the one before is kept.
        """
        row = {"pk": _told_key(told.name_id), "sk": "TOLD", "shared": key, **_row(told)}
        self._table.put({**row, "ttl": int((now + _REMEMBERED).timestamp())}, NEW)
        if key is None:
            return
        known = self.shared(key)
        same = known is not None and known.bsn == who
        if known is None or not same:
            known = SharedSignIn(who, level, now, now)
        # The highest level reached stays, for as long as it would have without a later sign-in at a lower one.
        since = now if fresh and level >= known.level else known.since
        self._keep(key, SharedSignIn(who, max(level, known.level), since, now, (*known.told, told)))

    def end(self, name_id: str, entity_id: str) -> Sequence[Told] | None:
        """End a session at a provider, and all that share its sign-in. Return what ended, None if it is not theirs."""
        same = Condition("entity_id = :entity", {}, {":entity": entity_id})
        try:
            gone = self._table.delete(_told_key(name_id), "TOLD", same)
        except Conflict:
            return None
        if gone is None:
            return None
        first = Told(gone["name_id"], gone["entity_id"], gone["name"], gone["login_id"])
        if (key := gone.get("shared")) is None:
            return (first,)
        shared = self._table.delete(_shared_key(key), "SHARED") or {"told": []}
        others = [Told(**one) for one in shared["told"] if one["name_id"] != name_id]
        for one in others:
            self._table.delete(_told_key(one.name_id), "TOLD")
        return (first, *others)

    def _keep(self, key: str, shared: SharedSignIn) -> None:
        row = {"pk": _shared_key(key), "sk": "SHARED", "ttl": int((shared.used_at + LONGEST).timestamp())}
        values = {
            "bsn": self._vault.seal(shared.bsn.digits, _context(key)),
            "level": int(shared.level),
            "since": shared.since.isoformat(),
            "used_at": shared.used_at.isoformat(),
            "told": [_row(one) for one in shared.told],
        }
        self._table.put({**row, **values})


def _row(told: Told) -> dict[str, Any]:
    return {name: getattr(told, name) for name in Told.__slots__}


def _context(key: str) -> str:
    return f"shared:{key}"


def _shared_key(key: str) -> str:
    return f"SHARED#{key}"


def _told_key(name_id: str) -> str:
    return f"TOLD#{hashlib.sha256(name_id.strip().encode()).hexdigest()}"
