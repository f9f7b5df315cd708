"""Sessions at providers: what was told to whom, single sign-on within one domain, and their end (5.5, 5.6).

A cookie is new at each sign-in and its row (`BROWSER`) moves along, the key of the shared login (`SHARED`) does not:
whoever was told (`TOLD`) stays part of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from chalicelib.catalogue.model import Connection
from chalicelib.errors import Conflict, Unavailable
from chalicelib.login.browser import hashed
from chalicelib.login.levels import Level
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId
from chalicelib.people.vault import Vault
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import NEW, Condition, Item
from chalicelib.storage.tables import TransientTable

IDLE, LONGEST = timedelta(minutes=15), timedelta(hours=3)
"""A shared login ends this long after its last use, and after its begin (combiconnect.md section 6)."""

_TRIES = 10
"""How often a change that somebody else's overtook is made anew."""


_Result = TypeVar("_Result")


class _Ended(Conflict):
    """A shared login that was logged out."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that named someone: to whom it went, and of which login."""

    name_id: str
    entity_id: str
    name: str
    """Of the connection, as people know it."""
    login_id: str


@dataclass(frozen=True, slots=True)
class SharedLogin:
    """Someone is signed in at a provider's domain, in one browser."""

    key: str
    bsn: Bsn
    level: Level
    since: datetime
    used_at: datetime
    told: tuple[Told, ...] = ()

    def serves(self, level: Level, now: datetime) -> bool:
        """Tell whether it spares a sign-in for a level. From substantial on everyone signs in each time."""
        return _fresh(self.since, self.used_at, now) and level < Level.SUBSTANTIAL and self.level >= level


class BrowserRow(NamedTuple):
    """Who is signed in at a browser, and the key of the shared login of each domain."""

    person: PersonId
    domains: Mapping[str, str]


class SharedRow(NamedTuple):
    """A shared login as it is kept; once it has ended, without whose it was."""

    key: str
    level: Level
    since: datetime
    used_at: datetime
    version: int
    bsn: bytes | None
    told: tuple[Told, ...] = ()
    ended_by: str | None = None
    """`pk` of the session whose provider ended it."""
    ended_at: datetime | None = None


class ToldRow(NamedTuple):
    """What a provider was told, and the key of the login that this shares."""

    told: Told
    shared: str | None
    ended_at: datetime | None = None


BROWSER = Kind(
    "Who is signed in at a browser, under the hash of a cookie, and the shared login of each domain.",
    TransientTable,
    BrowserRow,
    pk="BROWSER#{cookie}",
    sk="BROWSER",
    kept=Kept("the next sign-in in the same browser", LONGEST),
    personal=("person",),
)

SHARED = Kind(
    "A shared login: whose it is until it ends, and which providers were told of it.",
    TransientTable,
    SharedRow,
    pk="SHARED#{key}",
    sk="SHARED",
    kept=Kept("", LONGEST, "used_at"),
    personal=("bsn", "told"),
    sealed=("bsn",),
    keyed=("key",),
    lacking=("told",),
)

TOLD = Kind(
    "A session at a provider, under the hash of its name.",
    TransientTable,
    ToldRow,
    pk="TOLD#{session}",
    sk="TOLD",
    kept=Kept("", timedelta(hours=12)),
    personal=("name_id",),
    spread={"told": ("name_id", "entity_id", "name", "login_id")},
)


def domain_of(connection: Connection) -> str | None:
    """Return the domain in which a connection shares logins: never beyond one organisation's."""
    if connection.sso_domain is None or not connection.organisation:
        return None
    return hashed(f"{connection.organisation}\n{connection.sso_domain}")


class Federation:
    """Sessions at providers in DynamoDB; the cookie of a browser is only kept as a hash."""

    def __init__(self, table: TransientTable, vault: Vault) -> None:
        self._table, self._vault = table, vault
        self._browsers, self._shared, self._told = Rows(table, BROWSER), Rows(table, SHARED), Rows(table, TOLD)

    def found(self, cookie: str, domain: str) -> SharedLogin | None:
        """Return the login that a browser shares in a domain."""
        browser = self._browsers.find(cookie=hashed(cookie))
        key = browser.domains.get(domain) if browser else None
        return self.shared(key) if key else None

    def shared(self, key: str) -> SharedLogin | None:
        """Return a shared login, fresh or not. None when it has ended, or nobody was told of it yet."""
        row = self._shared.find(key=key)
        if row is None or row.bsn is None:
            return None
        bsn = Bsn(self._vault.open(row.bsn, _context(key)))
        return SharedLogin(key, bsn, row.level, row.since, row.used_at, row.told)

    def key_for(self, cookie: str | None, domain: str, person: PersonId, new_key: str, now: datetime) -> str:
        """Return of which shared login someone who comes from DigiD is part: theirs in this browser, or a new one.

        Another person at the same browser begins anew: nothing of the one before is kept.
        """
        known = self._domains(cookie, person).get(domain)
        if known is None:
            return new_key
        row = self._shared.find(key=known)
        counts = row is None or (row.ended_by is None and _fresh(row.since, row.used_at, now))
        return known if counts else new_key

    def move(self, old: str | None, new: str, person: PersonId, domain: str, key: str, now: datetime) -> None:
        """Let a browser be known by a new cookie, and by the old one no more."""
        domains = {**self._domains(old, person), domain: key}
        self._browsers.put(BrowserRow(person, domains), NEW, cookie=hashed(new), now=now)
        if old is not None:
            self._browsers.delete(cookie=hashed(old))

    def tell(self, told: Told, who: Bsn, level: Level, key: str | None, now: datetime, *, fresh: bool) -> None:
        """Remember that a provider is told who signed in; `fresh` when they just came from DigiD.

        The same again changes nothing. Raises `Conflict` when the session, or the login it shares, has ended.
        """
        session = hashed(told.name_id.strip())
        try:
            self._told.put(ToldRow(told, key), NEW, session=session, now=now)
        except Conflict:
            before = self._told.find(session=session)
            if before is None or before.ended_at is not None:
                raise
        if key is not None:
            _anew(lambda: self._share(told, who, level, key, now, fresh=fresh))

    def end(self, name_ids: Sequence[str], entity_id: str, now: datetime) -> bool:
        """End sessions at a provider, and all that share their logins: all of it at once. The same again is the same.

        Return False when none is theirs.
        """
        return _anew(lambda: self._end(name_ids, entity_id, now))

    def _end(self, name_ids: Sequence[str], entity_id: str, now: datetime) -> bool:
        found, writes = False, {}
        for session in (hashed(name_id.strip()) for name_id in name_ids):
            row = self._told.find(session=session)
            if row is None or row.told.entity_id != entity_id:
                continue
            by, _ = TOLD.key(session=session)
            shared = self._shared.find(key=row.shared) if row.shared else None
            if shared is None:
                found = True
                there = Condition("attribute_exists(pk)", {}, {":now": now})
                writes[by] = self._told.changing("SET ended_at = :now", there, session=session)
            elif shared.ended_by is None:
                found = True
                writes[shared.key] = self._ending(shared, by, now)
            else:
                # What another's logout ended is not this provider's any more.
                found = found or shared.ended_by == by
        if writes:
            self._table.write_together(list(writes.values()))
        return found

    def _ending(self, shared: SharedRow, by: str, now: datetime) -> Item:
        same = Condition(
            "#version = :version",
            {"#version": "version"},
            {":version": shared.version, ":next": shared.version + 1, ":by": by, ":now": now},
        )
        update = "SET ended_by = :by, ended_at = :now, #version = :next REMOVE bsn, told"
        return self._shared.changing(update, same, key=shared.key)

    def _share(self, told: Told, who: Bsn, level: Level, key: str, now: datetime, *, fresh: bool) -> None:
        row = self._shared.find(key=key)
        if row is None:
            sealed = self._vault.seal(who.digits, _context(key))
            self._shared.put(SharedRow(key, level, now, now, 0, sealed, (told,)), NEW)
            return
        if row.ended_by is not None:
            raise _Ended("logged out")
        changed = row._replace(
            level=max(level, row.level),
            # The highest level reached stays, for as long as it would have without a later sign-in at a lower one.
            since=now if fresh and level >= row.level else row.since,
            used_at=now,
            told=(*(one for one in row.told if one.name_id != told.name_id), told),
            version=row.version + 1,
        )
        same = Condition("#version = :version", {"#version": "version"}, {":version": row.version})
        self._shared.put(changed, same)

    def _domains(self, cookie: str | None, person: PersonId) -> dict[str, str]:
        browser = self._browsers.find(cookie=hashed(cookie)) if cookie else None
        return dict(browser.domains) if browser and browser.person == person else {}


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


def _context(key: str) -> str:
    return f"shared:{key}"
