"""What lies in an item comes back as it was: a law, for every value of every kind of field."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum
from typing import NewType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.converting import plain, read
from chalicelib.storage.table import typed, untyped

Name = NewType("Name", str)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 10
    HIGH = 20


@dataclass(frozen=True, slots=True)
class Inner:
    day: date
    colour: Colour = Colour.RED
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Outer:
    name: Name
    at: datetime
    level: Level
    octets: bytes
    switch: bool
    inner: Inner
    texts: Mapping[str, str]
    inners: tuple[Inner, ...] = ()
    perhaps: Inner | None = None
    other: Name | None = None
    until: datetime | None = None
    version: int = 1


INNERS = st.builds(Inner, st.dates(), st.sampled_from(Colour), st.none() | st.text())
OUTERS = st.builds(
    Outer,
    name=st.text().map(Name),
    at=st.datetimes(timezones=st.just(UTC)),
    level=st.sampled_from(Level),
    octets=st.binary(min_size=1),
    switch=st.booleans(),
    inner=INNERS,
    texts=st.dictionaries(st.text(min_size=1), st.text()),
    inners=st.lists(INNERS, max_size=3).map(tuple),
    perhaps=st.none() | INNERS,
    other=st.none() | st.text().map(Name),
    until=st.none() | st.datetimes(timezones=st.just(UTC)),
    version=st.integers(0, 10**30),
)
AT = datetime(2031, 5, 17, 11, 42, 7, tzinfo=UTC)


@given(OUTERS, st.booleans())
def test_what_is_written_is_read_as_it_was(value: Outer, nulls: bool) -> None:  # noqa: FBT001
    assert read(Outer, untyped(typed(plain(value, nulls=nulls)))) == value


def test_an_item_can_be_read_by_people() -> None:
    outer = Outer(Name("n"), AT, Level.HIGH, b"x", switch=True, inner=Inner(AT.date()), texts={"nl": "ja"})
    assert plain(replace(outer, inners=(Inner(AT.date(), note="!"),))) == {
        "name": "n",
        "at": "2031-05-17T11:42:07+00:00",
        "level": 20,
        "octets": b"x",
        "switch": True,
        "inner": {"day": "2031-05-17", "colour": "red"},
        "texts": {"nl": "ja"},
        "inners": [{"day": "2031-05-17", "colour": "red", "note": "!"}],
        "version": 1,
    }
    assert plain(outer, nulls=True)["inner"] == {"day": "2031-05-17", "colour": "red", "note": None}


def test_what_may_be_none_may_be_absent_and_nothing_else() -> None:
    assert read(Inner, {"day": "2031-05-17", "colour": "blue"}) == Inner(AT.date(), Colour.BLUE)
    with pytest.raises(KeyError):
        read(Inner, {"day": "2031-05-17"})


def test_what_older_items_lack_has_its_default() -> None:
    assert read(Inner, {"day": "2031-05-17"}, ("colour",)) == Inner(AT.date())


def test_a_text_that_an_older_item_says_is_null_is_empty() -> None:
    outer = Outer(Name(""), AT, Level.LOW, b"x", switch=False, inner=Inner(AT.date()), texts={})
    assert read(Outer, {**plain(outer), "name": None}) == outer


@pytest.mark.parametrize("odd", [{"day": "yesterday", "colour": "red"}, {"day": "2031-05-17", "colour": "loud"}])
def test_what_is_no_such_value_is_not_read_as_one(odd: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=odd["day"] if odd["day"] == "yesterday" else "loud"):
        read(Inner, odd)


def test_what_no_field_is_called_is_left_aside() -> None:
    assert read(Inner, {"pk": "P", "sk": "S", "day": "2031-05-17", "colour": "red"}) == Inner(AT.date())


@dataclass(frozen=True, slots=True)
class Sailor:
    name: Name
    rank: int


@dataclass(frozen=True, slots=True)
class Storm:
    force: Level


@dataclass(frozen=True, slots=True)
class Sinking:
    by: Sailor | Storm
    saved_by: Sailor | Storm | None = None


WHO = st.builds(Sailor, st.text().map(Name), st.integers(0, 9)) | st.builds(Storm, st.sampled_from(Level))


@given(st.builds(Sinking, WHO, st.none() | WHO))
def test_of_several_records_the_one_that_was_written_is_read(value: Sinking) -> None:
    assert read(Sinking, untyped(typed(plain(value)))) == value


def test_what_is_none_of_several_records_is_not_read_as_one() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        read(Sinking, {"by": {"iceberg": "large"}})
