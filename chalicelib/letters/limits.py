"""How many letters a person and an address get (design.md section 4). Pure: it counts in days of the Netherlands."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAYS = timedelta(days=30)
"""How long a letter counts: from its own day on."""


class Asker(StrEnum):
    """Who asked for a letter, the surest to be its receiver first. Counted apart: no stranger takes what is theirs."""

    OWNER = "owner"
    """Its receiver, signed in."""
    CALLER = "caller"
    """Who called the helpdesk, and said that they are."""
    OTHER = "other"


_SUREST = tuple(Asker)


@dataclass(frozen=True, slots=True)
class Limits:
    """Letters of one asker for one service on one day, and in any 30 days: by asker, and to one address by asker.

    `owner` goes for who is signed in, and once more for who calls.
    """

    service_and_day: int = 1
    owner: int = 5
    other: int = 3
    address: int = 10


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter that was asked for, about a service. A letter about several is one that is told several times."""

    letter_id: str
    day: date
    service_id: str
    by: Asker = Asker.OWNER


def lately(sent: Iterable[Sent], day: date) -> tuple[Sent, ...]:
    """Return the letters that still count on a day, oldest first."""
    return tuple(sorted((one for one in sent if one.day > day - DAYS), key=lambda one: one.day))


def possible_from(new: Sequence[Sent], to_person: Iterable[Sent], to_address: Iterable[Sent], limits: Limits) -> date:
    """Return the first day on which a letter may be asked for: its own day, if nothing is in the way."""
    day = new[0].day
    return max(day, *_days(new, lately(to_person, day), lately(to_address, day), limits))


def _days(new: Sequence[Sent], person: tuple[Sent, ...], address: tuple[Sent, ...], limits: Limits) -> Iterator[date]:
    by, day = new[0].by, new[0].day
    mine = tuple(one for one in person if one.by is by)
    # What strangers ask for takes nothing from who asks for themselves (invariant 8); what these ask for counts always.
    there = tuple(one for one in address if _SUREST.index(one.by) <= _SUREST.index(by))
    for service_id in {one.service_id for one in new}:
        if (
            len(_letters(one for one in mine if (one.service_id, one.day) == (service_id, day)))
            >= limits.service_and_day
        ):
            yield day + timedelta(days=1)
    most = limits.other if by is Asker.OTHER else limits.owner
    for counted, limit in ((_letters(mine), most), (_letters(there), limits.address)):
        # The day on which so many of them count no longer that one more may be sent.
        yield counted[-limit] + DAYS if len(counted) >= limit else day


def _letters(sent: Iterable[Sent]) -> list[date]:
    """Return the day of each letter, in order."""
    return list({one.letter_id: one.day for one in sent}.values())
