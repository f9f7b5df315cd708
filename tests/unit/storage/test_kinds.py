"""One declaration says where a kind of item lies, what is in it and how long it is kept."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest

from chalicelib.errors import Conflict
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows, partition
from chalicelib.storage.table import Condition
from chalicelib.storage.tables import LettersTable, RegisterTable
from tests.fakes import FakeTable

AT = datetime(2031, 5, 17, 11, 42, 7, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Boat:
    owner: str
    number: int
    moored: Span
    since: datetime
    sunk_at: datetime | None = None


BOAT = Kind(
    "A boat.",
    RegisterTable,
    Boat,
    pk="HARBOUR#{harbour}",
    sk="BOAT#{owner}#{number:04}",
    kept=Kept("it sails", timedelta(days=1), "since"),
    keyed=("number",),
    spread={"moored": ("from_day", "to_day")},
)


@dataclass(frozen=True, slots=True)
class Captain:
    name: str
    hired: Span


@dataclass(frozen=True, slots=True)
class Yacht:
    owner: str
    captain: Captain | None = None


YACHT = Kind(
    "A yacht, with a captain or without.",
    RegisterTable,
    Yacht,
    pk="HARBOUR#{harbour}",
    sk="YACHT#{owner}",
    kept=Kept("it sails"),
    spread={"captain": ("captain_name", "hired"), "hired": ("from_day", "to_day")},
    older=lambda item: item if "owner" in item else {**item, "owner": item["boss"]},
)
SHIP = replace(BOAT, sk="SHIP#{owner}#{number:04}")
ITEM = {
    "pk": "HARBOUR#north",
    "sk": "BOAT#vera#0007",
    "owner": "vera",
    "from_day": "2031-05-17",
    "to_day": "2031-05-19",
    "since": "2031-05-17T11:42:07+00:00",
    "ttl": int(AT.timestamp()) + 86400,
}
BOAT_OF_VERA = Boat("vera", 7, Span(date(2031, 5, 17), date(2031, 5, 19)), AT)


@pytest.fixture
def table() -> RegisterTable:
    return cast("RegisterTable", FakeTable())


@pytest.fixture
def boats(table: RegisterTable) -> Rows[Boat]:
    return Rows(table, BOAT)


def test_an_item_has_its_keys_its_fields_and_its_end(table: RegisterTable, boats: Rows[Boat]) -> None:
    boats.put(BOAT_OF_VERA, harbour="north")
    assert table.get(ITEM["pk"], ITEM["sk"]) == ITEM  # type: ignore[arg-type]
    assert boats.find(harbour="north", owner="vera", number=7) == BOAT_OF_VERA
    assert boats.find(harbour="north", owner="vera", number=8) is None


def test_a_partition_is_asked_for_as_far_as_its_key_is_known(boats: Rows[Boat]) -> None:
    others = [replace(BOAT_OF_VERA, number=10), replace(BOAT_OF_VERA, owner="mina"), BOAT_OF_VERA]
    for boat in others:
        boats.put(boat, harbour="north")
    boats.put(BOAT_OF_VERA, harbour="south")
    assert list(boats.every(harbour="north", owner="vera")) == [BOAT_OF_VERA, others[0]]
    assert list(boats.every(harbour="north")) == [others[1], BOAT_OF_VERA, others[0]]


def test_several_kinds_of_one_partition_are_read_together(table: RegisterTable, boats: Rows[Boat]) -> None:
    Rows(table, SHIP).put(BOAT_OF_VERA, harbour="north")
    boats.put(replace(BOAT_OF_VERA, owner="mina"), harbour="north")
    assert [boat.owner for boat in partition(table, (BOAT, SHIP), harbour="north")] == ["mina", "vera"]


def test_a_change_names_its_values_as_they_are(boats: Rows[Boat]) -> None:
    boats.put(BOAT_OF_VERA, harbour="north")
    floats = Condition("attribute_not_exists(sunk_at)", {}, {":now": AT})
    boats.change("SET sunk_at = :now", floats, harbour="north", owner="vera", number=7)
    assert boats.find(harbour="north", owner="vera", number=7) == replace(BOAT_OF_VERA, sunk_at=AT)
    with pytest.raises(Conflict):
        boats.change("SET sunk_at = :now", floats, harbour="north", owner="vera", number=7)


def test_what_was_there_before_is_not_added(table: RegisterTable, boats: Rows[Boat]) -> None:
    table.write_together([boats.adding(BOAT_OF_VERA, harbour="north")])
    with pytest.raises(Conflict):
        table.write_together([boats.adding(BOAT_OF_VERA, harbour="north")])


def test_without_a_part_of_its_key_nothing_is_asked(boats: Rows[Boat]) -> None:
    with pytest.raises(KeyError):
        boats.find(harbour="north", owner="vera")


def test_a_field_that_lies_under_the_name_it_had_before_is_read_and_written_there() -> None:
    renamed = replace(BOAT, stored_as={"since": "launched"})
    lying = {**{name: value for name, value in ITEM.items() if name != "since"}, "launched": ITEM["since"]}
    assert renamed.item(BOAT_OF_VERA, harbour="north") == lying
    assert renamed.value(lying) == BOAT_OF_VERA


def test_an_item_under_another_key_is_not_read_as_one() -> None:
    with pytest.raises(ValueError, match="another kind"):
        BOAT.value({**ITEM, "sk": "ODD"})


def test_what_lies_in_one_table_cannot_be_looked_for_in_another() -> None:
    """The type checker refuses it: it would complain of an exception that is made for nothing."""
    Rows(cast("LettersTable", FakeTable()), BOAT)  # type: ignore[misc]


def test_what_is_spread_may_be_spread_on_or_not_be_there_at_all(table: RegisterTable) -> None:
    yachts = Rows(table, YACHT)
    hired = Yacht("vera", Captain("henk", Span(date(2031, 5, 17), date(2031, 5, 19))))
    for yacht in (hired, Yacht("mina")):
        yachts.put(yacht, harbour="north")
        assert yachts.find(harbour="north", owner=yacht.owner) == yacht
    names = {"pk", "sk", "owner", "captain_name", "from_day", "to_day"}
    assert (table.get("HARBOUR#north", "YACHT#vera") or {}).keys() == names
    assert (table.get("HARBOUR#north", "YACHT#mina") or {}).keys() == {"pk", "sk", "owner"}


def test_half_of_what_is_spread_is_not_read_as_all_or_nothing() -> None:
    item = YACHT.item(Yacht("vera", Captain("henk", Span(date(2031, 5, 17), date(2031, 5, 19)))), harbour="north")
    for name in ("captain_name", "from_day", "to_day"):
        with pytest.raises(KeyError):
            YACHT.value({lying: value for lying, value in item.items() if lying != name})
    with pytest.raises(KeyError):
        BOAT.value({name: value for name, value in ITEM.items() if not name.endswith("_day")})


def test_an_item_of_an_older_release_is_read_as_one_of_today() -> None:
    assert YACHT.value({"pk": "HARBOUR#north", "sk": "YACHT#vera", "boss": "vera"}) == Yacht("vera")


def test_how_long_counts_from_a_moment_a_day_or_the_writing() -> None:
    day = timedelta(days=1)
    assert Kept("", day, "last").ttl({"last": date(2031, 5, 17)}) == int(datetime(2031, 5, 18, tzinfo=UTC).timestamp())
    assert Kept("", day).ttl({"now": AT}) == int(AT.timestamp()) + 86400
    assert Kept("stays").ttl({}) is None


def test_the_last_part_of_a_key_may_hold_what_stands_between_its_parts() -> None:
    """As where an item names another by its key."""
    tug = replace(BOAT, sk="TUG#{number:04}#{owner}", keyed=("number", "owner"))
    item = tug.item(replace(BOAT_OF_VERA, owner="ship#0001#vera"), harbour="north")
    assert tug.value(item) == replace(BOAT_OF_VERA, owner="ship#0001#vera")
