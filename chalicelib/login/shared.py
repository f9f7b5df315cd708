"""Sessions at providers: what was told to whom, single sign-on within one domain, and their end (5.5, 5.6).

    BROWSER#<hash of a cookie>   who is signed in there, and the key of the shared sign-in of each domain
    SHARED#<key>                 the shared sign-in: its person, level and times, and which providers were told of it
    TOLD#<hash of a session>     the session at one provider, and the key of its shared sign-in

A cookie is new at each sign-in and its row moves along, the key does not: whoever was told stays part of it.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.catalogue.model import Connection
from chalicelib.errors import Conflict, Unavailable
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.people.vault import Vault
from chalicelib.saml.messages.levels import Level
from chalicelib.storage.table import NEW, Condition, Item
from chalicelib.storage.tables import TransientTable

IDLE, LONGEST = timedelta(minutes=15), timedelta(hours=3)
"""A shared sign-in ends this long after its last use, and after its begin (combiconnect.md section 6)."""

_REMEMBERED = timedelta(hours=12)
_TRIES = 10
"""How often a change that somebody else's overtook is made anew."""


_Result = TypeVar("_Result")


class _Ended(Conflict):
    """A shared sign-in that was logged out."""


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

    key: str
    bsn: Bsn
    level: Level
    since: datetime
    used_at: datetime
    told: tuple[Told, ...] = field(default=())

    def serves(self, level: Level, now: datetime) -> bool:
        """Tell whether it spares a sign-in for a level. From substantial on everyone signs in each time."""
        return _fresh(self.since, self.used_at, now) and level < Level.SUBSTANTIAL and self.level >= level


def domain_of(connection: Connection) -> str | None:
    """Return the domain in which a connection shares sign-ins: never beyond one organisation's."""
    if connection.sso_domain is None or not connection.organisation:
        return None
    return hashlib.sha256(f"{connection.organisation}\n{connection.sso_domain}".encode()).hexdigest()


class Federation:
    """Sessions at providers in DynamoDB; the cookie of a browser is only kept as a hash."""

    def __init__(self, table: TransientTable, vault: Vault) -> None:
        self._table, self._vault = table, vault

    def found(self, cookie: str, domain: str) -> SharedSignIn | None:
        """Return the sign-in that a browser shares in a domain."""
        browser = self._table.get(_browser_key(cookie), "BROWSER")
        key = browser["domains"].get(domain) if browser else None
        return self.shared(key) if key else None

    def shared(self, key: str) -> SharedSignIn | None:
        """Return a shared sign-in, fresh or not. None when it has ended, or nobody was told of it yet."""
        item = self._table.get(_shared_key(key), "SHARED")
        if item is None or "ended_by" in item:
            return None
        return SharedSignIn(
            key,
            Bsn(self._vault.open(item["bsn"], _context(key))),
            Level(item["level"]),
            datetime.fromisoformat(item["since"]),
            datetime.fromisoformat(item["used_at"]),
            tuple(Told(**one) for one in item["told"]),
        )

    def key_for(self, cookie: str | None, domain: str, person: PersonId, new_key: str, now: datetime) -> str:
        """Return of which shared sign-in someone who comes from DigiD is part: theirs in this browser, or a new one.

        Another person at the same browser begins anew: nothing of the one before is kept.
        """
        known = self._domains(cookie, person).get(domain)
        if known is None:
            return new_key
        item = self._table.get(_shared_key(known), "SHARED")
        return known if item is None or _counts(item, now) else new_key

    def move(self, old: str | None, new: str, person: PersonId, domain: str, key: str, now: datetime) -> None:
        """Let a browser be known by a new cookie, and by the old one no more."""
        domains = {**self._domains(old, person), domain: key}
        until = int((now + LONGEST).timestamp())
        row = {"pk": _browser_key(new), "sk": "BROWSER", "person": person, "domains": domains, "ttl": until}
        self._table.put(row, NEW)
        if old is not None:
            self._table.delete(_browser_key(old), "BROWSER")

    def tell(self, told: Told, who: Bsn, level: Level, key: str | None, now: datetime, *, fresh: bool) -> None:
        """Remember that a provider is told who signed in; `fresh` when they just came from DigiD.

        The same again changes nothing. Raises `Conflict` when the session, or the sign-in it shares, has ended.
        """
        row = {"pk": _told_key(told.name_id), "sk": "TOLD", "shared": key, **asdict(told)}
        try:
            self._table.put({**row, "ttl": int((now + _REMEMBERED).timestamp())}, NEW)
        except Conflict:
            before = self._table.get(_told_key(told.name_id), "TOLD")
            if before is None or "ended_at" in before:
                raise
        if key is not None:
            _anew(lambda: self._share(told, who, level, key, now, fresh=fresh))

    def end(self, name_ids: Sequence[str], entity_id: str, now: datetime) -> bool:
        """End sessions at a provider, and all that share their sign-ins: all of it at once. The same again is the same.

        Return False when none is theirs.
        """
        return _anew(lambda: self._end(name_ids, entity_id, now))

    def _end(self, name_ids: Sequence[str], entity_id: str, now: datetime) -> bool:
        found, writes = False, {}
        for pk in map(_told_key, name_ids):
            told = self._table.get(pk, "TOLD")
            if told is None or told["entity_id"] != entity_id:
                continue
            key = told.get("shared")
            shared = self._table.get(_shared_key(key), "SHARED") if key else None
            if shared is None:
                found = True
                writes[pk] = self._table.changing(pk, "TOLD", "SET ended_at = :now", _there(now))
            elif "ended_by" not in shared:
                found = True
                writes[shared["pk"]] = self._ending(shared, pk, now)
            else:
                # What another's logout ended is not this provider's any more.
                found = found or shared["ended_by"] == pk
        if writes:
            self._table.write_together(list(writes.values()))
        return found

    def _ending(self, shared: Item, by: str, now: datetime) -> Item:
        same = Condition(
            "#version = :version",
            {"#version": "version"},
            {":version": shared["version"], ":next": shared["version"] + 1, ":by": by, ":now": now.isoformat()},
        )
        update = "SET ended_by = :by, ended_at = :now, #version = :next REMOVE bsn, told"
        return self._table.changing(shared["pk"], "SHARED", update, same)

    def _share(self, told: Told, who: Bsn, level: Level, key: str, now: datetime, *, fresh: bool) -> None:
        item = self._table.get(_shared_key(key), "SHARED")
        if item is None:
            sealed = self._vault.seal(who.digits, _context(key))
            first = {"bsn": sealed, "level": int(level), "since": now.isoformat(), "told": []}
            self._keep(key, {**first, "told": [asdict(told)], "version": 0}, now, NEW)
            return
        if "ended_by" in item:
            raise _Ended("logged out")
        # The highest level reached stays, for as long as it would have without a later sign-in at a lower one.
        since = now.isoformat() if fresh and level >= item["level"] else item["since"]
        others = [one for one in item["told"] if one["name_id"] != told.name_id]
        changed = {"level": max(int(level), item["level"]), "since": since, "told": [*others, asdict(told)]}
        same = Condition("#version = :version", {"#version": "version"}, {":version": item["version"]})
        self._keep(key, {**item, **changed, "version": item["version"] + 1}, now, same)

    def _keep(self, key: str, values: Item, now: datetime, condition: Condition) -> None:
        row = {"pk": _shared_key(key), "sk": "SHARED", "ttl": int((now + LONGEST).timestamp())}
        self._table.put({**values, **row, "used_at": now.isoformat()}, condition)

    def _domains(self, cookie: str | None, person: PersonId) -> dict[str, str]:
        browser = self._table.get(_browser_key(cookie), "BROWSER") if cookie else None
        return dict(browser["domains"]) if browser and browser["person"] == person else {}


def _anew(change: Callable[[], _Result]) -> _Result:
    """Make a change, and make it anew when another overtook it. Raises `_Ended`, or `Unavailable` at last."""
    for _ in range(_TRIES):
        try:
            return change()
        except _Ended:
            raise
        except Conflict:
            continue
    raise Unavailable("dynamodb")


def _fresh(since: datetime, used_at: datetime, now: datetime) -> bool:
    return now < used_at + IDLE and now < since + LONGEST


def _counts(item: Item, now: datetime) -> bool:
    return "ended_by" not in item and _fresh(
        datetime.fromisoformat(item["since"]), datetime.fromisoformat(item["used_at"]), now
    )


def _there(now: datetime) -> Condition:
    return Condition("attribute_exists(pk)", {}, {":now": now.isoformat()})


def _context(key: str) -> str:
    return f"shared:{key}"


def _browser_key(cookie: str) -> str:
    return f"BROWSER#{hashlib.sha256(cookie.encode()).hexdigest()}"


def _shared_key(key: str) -> str:
    return f"SHARED#{key}"


def _told_key(name_id: str) -> str:
    return f"TOLD#{hashlib.sha256(name_id.strip().encode()).hexdigest()}"
