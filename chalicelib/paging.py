"""Pages of a long list in order of its keys, and the places between them, which may stand in an address."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

PER_PAGE = 20
"""Rows of a page that people look at."""

_LONGEST = 400
"""Characters of a place. A longer one is none of ours."""

_AFTER, _BEFORE = ">", "<"


class Place(NamedTuple):
    """Where a page begins: behind a key, or before it and then backwards; at the beginning of all where there is none.

    As text it may stand in an address: letters, digits, `-` and `_`.
    """

    key: str = ""
    backwards: bool = False

    def __str__(self) -> str:
        side = _BEFORE if self.backwards else _AFTER
        return urlsafe_b64encode(f"{side}{self.key}".encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the places of the pages beside it; nothing where there is none."""

    rows: tuple[T, ...]
    back: str = ""
    further: str = ""


Run = Callable[[Place], Iterator[tuple[str, T]]]
"""Yields keys and rows from a place on, its own key left out."""


def one_page(run: Run[T], place: str, limit: int | None) -> Page[T]:
    """Return at most so many rows from a place on; all there are without a limit.

    What is no place leads to the first page. So does one behind which nothing is left; and who goes back beyond the
    beginning gets a whole first page.
    """
    at = _read(place)
    found = list(islice(run(at), None if limit is None else limit + 1))
    more = limit is not None and len(found) > limit
    if at.key and not (more if at.backwards else found):
        return one_page(run, "", limit)
    kept = found[:limit]
    if at.backwards:
        kept.reverse()
    return Page(
        tuple(row for _, row in kept),
        back=str(Place(kept[0][0], backwards=True)) if at.key else "",
        further=str(Place(kept[-1][0])) if at.backwards or more else "",
    )


def page_of(newest_first: Sequence[T], place: str, limit: int = PER_PAGE) -> Page[T]:
    """Return a page of a whole list that grows at its beginning only: a place in it counts from its end."""
    numbered = [(str(number), row) for number, row in zip(range(len(newest_first), 0, -1), newest_first, strict=True)]

    def run(at: Place) -> Iterator[tuple[str, T]]:
        edge = int(at.key) if at.key.isascii() and at.key.isdecimal() else len(numbered) + 1
        older, newer = numbered[max(len(numbered) - edge + 1, 0) :], numbered[: max(len(numbered) - edge, 0)]
        return iter(newer[::-1]) if at.backwards else iter(older)

    return one_page(run, place, limit)


def _read(place: str) -> Place:
    """Return the beginning for what we did not write."""
    if len(place) > _LONGEST:
        return Place()
    try:
        text = urlsafe_b64decode(f"{place}{'=' * (-len(place) % 4)}").decode()
    except ValueError:
        return Place()
    side, key = text[:1], text[1:]
    return Place(key, side == _BEFORE) if side in (_AFTER, _BEFORE) and key else Place()
