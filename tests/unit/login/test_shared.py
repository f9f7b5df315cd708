"""What is shared between providers of a domain: until when, by whom, and how it ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import pytest

from chalicelib.catalogue.model import Connection, EntityId
from chalicelib.errors import Conflict
from chalicelib.login.levels import Level
from chalicelib.login.shared import IDLE, LONGEST, Federation, SharedLogin, Told, domain_of
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.table import Condition, Item
from chalicelib.storage.tables import TransientTable
from tests.builders import HENK, NOW
from tests.fakes import FakeTable, FakeVault

HIM, HER = PersonId("henk"), PersonId("mina")
MOMENT, LATER = timedelta(microseconds=1), timedelta(minutes=5)
TAXES = Told("_taxes", "https://taxes.example/metadata", "Taxes", "10" * 16)
PARKING = Told("_parking", "https://parking.example/metadata", "Parking", "20" * 16)
LATE = Told("_late", TAXES.entity_id, "Taxes", "30" * 16)


class Busy(FakeTable):
    """Lets something else happen just before the next change of an item that a version guards, or that is new."""

    meanwhile: Callable[[], object] | None = None

    def put(self, item: Item, condition: Condition | None = None) -> None:
        if str(item["pk"]).startswith("SHARED#"):
            self._elsewhere()
        super().put(item, condition)

    def write_together(self, writes: list[Item]) -> None:  # type: ignore[override]
        if any(str(write["key"][0]).startswith("SHARED#") for write in writes):
            self._elsewhere()
        super().write_together(writes)

    def _elsewhere(self) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()


@dataclass
class Here:
    """A federation, and the table below it."""

    table: Busy
    federation: Federation

    def tells(
        self, told: Told, level: Level = Level.LOW, after: timedelta = timedelta(), *, fresh: bool = True
    ) -> None:
        self.federation.tell(told, HENK, level, "key", NOW + after, fresh=fresh)

    @property
    def known(self) -> SharedLogin:
        known = self.federation.shared("key")
        assert known is not None
        return known

    @property
    def version(self) -> int:
        item = self.table.get("SHARED#key", "SHARED")
        assert item is not None
        return int(item["version"])

    def ends(self, *told: Told, by: Told = TAXES, after: timedelta = LATER) -> bool:
        return self.federation.end([one.name_id for one in told], by.entity_id, NOW + after)


@pytest.fixture
def here() -> Here:
    table = Busy()
    return Here(table, Federation(cast("TransientTable", table), FakeVault()))


@pytest.mark.parametrize(
    ("reached", "asked", "idle", "old", "serves"),
    [
        (20, 20, IDLE - MOMENT, LONGEST - MOMENT, True),
        (20, 20, IDLE, IDLE, False),
        (20, 20, timedelta(), LONGEST, False),
        (20, 10, timedelta(), timedelta(), True),
        (10, 20, timedelta(), timedelta(), False),
        (30, 20, timedelta(), timedelta(), True),
        (30, 25, timedelta(), timedelta(), False),
        (30, 30, timedelta(), timedelta(), False),
    ],
)
def test_a_shared_login_serves_while_it_is_used_and_never_from_substantial_on(
    reached: int, asked: int, idle: timedelta, old: timedelta, *, serves: bool
) -> None:
    known = SharedLogin("key", HENK, Level(reached), NOW - old, NOW - idle)
    assert known.serves(Level(asked), NOW) is serves


def test_a_domain_is_of_one_organisation_and_what_is_nobodys_has_none() -> None:
    def domain(organisation: str, name: str | None) -> str | None:
        connection = Connection(EntityId("https://x.example"), "X", b"", organisation=organisation, sso_domain=name)
        return domain_of(connection)

    domains = [domain("1", "one"), domain("1", "other"), domain("2", "one")]
    assert None not in domains
    assert len(set(domains)) == len(domains)
    assert domain("1", "one") == domains[0]
    assert (domain("", "one"), domain("1", None)) == (None, None)


def test_who_comes_again_is_part_of_the_same_until_it_ends_and_another_person_never(here: Here) -> None:
    def key(person: PersonId = HIM, after: timedelta = LATER, cookie: str | None = "cookie") -> str:
        return here.federation.key_for(cookie, "a domain", person, "new", NOW + after)

    assert key() == "new"
    here.federation.move(None, "cookie", HIM, "a domain", "key", NOW)
    # Nobody was told of it yet: in another tab of this browser they are.
    assert key() == "key"
    here.tells(TAXES)
    assert (key(), key(HER), key(cookie=None), key(cookie="other")) == ("key", "new", "new", "new")
    assert (key(after=IDLE - MOMENT), key(after=IDLE)) == ("key", "new")
    here.ends(TAXES)
    assert key() == "new"


def test_a_browser_is_known_by_its_last_cookie_only_and_keeps_its_other_domains(here: Here) -> None:
    here.tells(TAXES)
    here.federation.move(None, "first", HIM, "a domain", "key", NOW)
    here.federation.move("first", "second", HIM, "other domain", "other", NOW)
    assert here.federation.found("first", "a domain") is None
    assert here.federation.found("second", "a domain") == here.known
    here.federation.move("second", "third", HER, "other domain", "other", NOW)
    assert here.federation.found("third", "a domain") is None


def test_what_a_provider_is_told_again_is_told_once(here: Here) -> None:
    here.tells(TAXES)
    here.tells(PARKING, after=LATER, fresh=False)
    here.tells(TAXES, after=2 * LATER, fresh=False)
    assert here.known.told == (PARKING, TAXES)
    assert (here.known.since, here.known.used_at) == (NOW, NOW + 2 * LATER)


def test_the_highest_level_stays_for_as_long_as_it_would_have(here: Here) -> None:
    here.tells(TAXES, Level.LOW)
    here.tells(PARKING, Level.BASIC, LATER)
    assert (here.known.level, here.known.since) == (Level.LOW, NOW)
    here.tells(PARKING, Level.LOW, 2 * LATER)
    assert here.known.since == NOW + 2 * LATER
    here.tells(PARKING, Level.HIGH, 3 * LATER)
    assert (here.known.level, here.known.since) == (Level.HIGH, NOW + 3 * LATER)


def test_what_two_are_told_at_once_is_all_remembered(here: Here) -> None:
    here.table.meanwhile = lambda: here.tells(PARKING)
    here.tells(TAXES)
    assert here.known.told == (PARKING, TAXES)
    here.table.meanwhile = lambda: here.tells(LATE, Level.HIGH)
    here.tells(TAXES, fresh=False)
    known = here.known
    assert known.told == (PARKING, LATE, TAXES)
    assert known.level is Level.HIGH


def test_after_a_logout_nobody_is_told_also_where_it_comes_in_between(here: Here) -> None:
    here.tells(TAXES)
    here.table.meanwhile = lambda: here.ends(TAXES)
    for told in (PARKING, TAXES):
        with pytest.raises(Conflict):
            here.tells(told, after=LATER)
    assert here.federation.shared("key") is None


def test_a_logout_ends_also_what_is_told_in_between(here: Here) -> None:
    here.tells(TAXES)
    versions: list[int] = []

    def meanwhile() -> None:
        here.tells(PARKING)
        versions.append(here.version)

    here.table.meanwhile = meanwhile
    assert here.ends(TAXES)
    # Else who read it after that change, and writes after the logout, would bring it back.
    assert here.version > versions[0]
    assert here.federation.shared("key") is None
    with pytest.raises(Conflict):
        here.tells(PARKING, after=LATER)


def test_who_it_was_is_forgotten_at_the_logout(here: Here) -> None:
    here.tells(TAXES)
    here.ends(TAXES)
    item = here.table.get("SHARED#key", "SHARED")
    assert item is not None
    assert {"bsn", "told"}.isdisjoint(item)


def test_the_same_logout_again_is_the_same_and_no_other_provider_ends_anything(here: Here) -> None:
    here.tells(TAXES)
    here.tells(PARKING)
    stranger = Told("_x", "https://stranger.example/metadata", "Stranger", "40" * 16)
    assert not here.ends(TAXES, by=stranger)
    assert not here.ends(stranger, by=stranger)
    assert here.known.told == (TAXES, PARKING)
    assert here.ends(TAXES)
    assert here.ends(TAXES, after=2 * LATER)
    assert not here.ends(PARKING, by=PARKING)


def test_what_is_shared_with_nobody_ends_alone_and_is_not_told_again(here: Here) -> None:
    here.federation.tell(TAXES, HENK, Level.LOW, None, NOW, fresh=True)
    here.federation.tell(TAXES, HENK, Level.LOW, None, NOW + LATER, fresh=True)
    assert here.ends(TAXES)
    with pytest.raises(Conflict):
        here.federation.tell(TAXES, HENK, Level.LOW, None, NOW + LATER, fresh=True)
    assert here.ends(TAXES)


def test_a_name_is_the_same_with_spaces_around_it(here: Here) -> None:
    spaced = Told(" _taxes ", TAXES.entity_id, "Taxes", TAXES.login_id)
    here.tells(spaced)
    assert here.ends(TAXES)
