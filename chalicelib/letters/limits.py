"""How many letters a person and an address get (design.md section 4). Pure: it counts in days of the Netherlands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAYS = timedelta(days=30)
"""How long a letter counts: from its own day on."""


class Asker(StrEnum):
    """Who asked for a letter. Counted apart, so that no stranger uses up what is the receiver's."""

    OWNER = "owner"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Limits:
    """Letters of one asker for one service on one day, and in any 30 days: by asker, and to one address."""

    service_and_day: int = 1
    owner: int = 5
    other: int = 3
    address: int = 10


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter that was asked for."""

    letter_id: str
    day: date
    service_id: str
    by: Asker = Asker.OWNER


def lately(sent: Iterable[Sent], day: date) -> tuple[Sent, ...]:
    """Return the letters that still count on a day, oldest first."""
    return tuple(sorted((one for one in sent if one.day > day - DAYS), key=lambda one: one.day))


def possible_from(new: Sent, to_person: Iterable[Sent], to_address: Iterable[Sent], limits: Limits) -> date:
    """Return the first day on which a letter may be asked for: its own day, if nothing is in the way."""
    return max(new.day, *_days(new, lately(to_person, new.day), lately(to_address, new.day), limits))


def _days(new: Sent, person: tuple[Sent, ...], address: tuple[Sent, ...], limits: Limits) -> Iterator[date]:
    alike = [one for one in person if one.by is new.by]
    today = [one for one in alike if (one.service_id, one.day) == (new.service_id, new.day)]
    if len(today) >= limits.service_and_day:
        yield new.day + timedelta(days=1)
    most = limits.owner if new.by is Asker.OWNER else limits.other
    for counted, limit in ((alike, most), (list(address), limits.address)):
        # The day on which so many of them count no longer that one more may be sent.
        yield counted[-limit].day + DAYS if len(counted) >= limit else new.day
