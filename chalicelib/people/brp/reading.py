"""From a record to a person, and from an answer to who is found. One odd record is one person's matter."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.observe import Metric, count, log
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.address import home
from chalicelib.people.brp.names import names
from chalicelib.people.brp.person import Found, Person, Standing
from chalicelib.people.brp.record import Group, OddRecord, group
from chalicelib.people.brp.standing import standing
from chalicelib.people.bsn import Bsn

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_answer(asked: Sequence[str], records: Sequence[object]) -> Found:
    """Return who was found of those asked for. The order of an answer means nothing, so the number tells who is who.

    A record without a number may be anybody's: then who is missing is not unknown, but cannot be told now.
    """
    numbers = [_number(record) for record in records]
    times = Counter(numbers)
    people: dict[Bsn, Person] = {}
    odd: set[str] = set()
    for number, record in zip(numbers, records, strict=True):
        if number not in asked or not isinstance(record, Mapping):
            not_read("burgerservicenummer")
        elif times[number] > 1:
            not_read("burgerservicenummer")
            odd.add(number)
        else:
            try:
                people[Bsn(number)] = read_person(record)
            except OddRecord as error:
                not_read(str(error))
                odd.add(number)
    if "" in times:
        odd |= {number for number in asked if number not in times}
    return Found(people, frozenset(Bsn(number) for number in odd))


def read_person(record: Group) -> Person:
    """Read one `Persoon` of the API. Raises `OddRecord` when it breaks the register's rules, or has no birth date."""
    called, how = names(record), standing(record)
    return Person(
        name=called.full,
        addressee=called.addressee,
        form_of_address=called.form_of_address,
        salutation=called.salutation,
        born=_birth_date(group(group(record, "geboorte"), "datum")),
        address=home(record) if how is Standing.CURRENT else (),
        standing=how,
    )


def _number(record: object) -> str:
    found = record.get("burgerservicenummer") if isinstance(record, Mapping) else None
    return found if isinstance(found, str) else ""


def not_read(part: str) -> None:
    """Write down that somebody's record could not be read, and by which part; not whose."""
    log().warning("record_not_read", reason=part)
    count(Metric.RECORD_NOT_READ)


def _birth_date(value: Group) -> BirthDate:
    """Read a date of any kind (brp.md section 4)."""
    try:
        match value.get("type"):
            case "Datum" if _DAY.fullmatch(value["datum"]):
                return BirthDate(value["datum"])
            case "JaarMaandDatum":
                return BirthDate(f"{_whole(value['jaar']):04}-{_whole(value['maand']):02}-00")
            case "JaarDatum":
                return BirthDate(f"{_whole(value['jaar']):04}-00-00")
            case "DatumOnbekend":
                return BirthDate("0000-00-00")
    except (KeyError, TypeError, ValueError):
        pass
    raise OddRecord("geboorte.datum")


def _whole(value: Any) -> int:  # noqa: ANN401 - whatever JSON holds
    if type(value) is not int or value < 1:
        raise TypeError
    return value
