"""Whoever goes from page to page sees every row once, and comes back the same way; no place leads anywhere else."""

import re
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.paging import PER_PAGE, Page, Place, one_page, page_of

KEYS = st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=30).map(sorted)


def _page(keys: Sequence[str], place: str = "", limit: int | None = 3) -> Page[str]:
    def run(at: Place) -> Iterator[tuple[str, str]]:
        if at.backwards:
            return ((key, f"row {key}") for key in reversed(keys) if key < at.key)
        return ((key, f"row {key}") for key in keys if key > at.key)

    return one_page(run, place, limit)


@given(keys=KEYS, limit=st.integers(1, 7))
def test_page_after_page_shows_every_row_once_and_back_the_same_way(keys: list[str], limit: int) -> None:
    page = _page(keys, limit=limit)
    assert page.back == ""
    seen = [page]
    while page.further:
        page = _page(keys, page.further, limit)
        seen.append(page)
    assert [row for one in seen for row in one.rows] == [f"row {key}" for key in keys]
    assert all(len(one.rows) == limit for one in seen[:-1])
    for before in reversed(seen[:-1]):
        page = _page(keys, page.back, limit)
        assert page.rows == before.rows
    assert page.further == seen[0].further
    assert page.back == ""


@given(keys=KEYS)
def test_without_a_limit_all_are_on_one_page(keys: list[str]) -> None:
    assert _page(keys, limit=None) == Page(tuple(f"row {key}" for key in keys))


@given(keys=KEYS, place=st.text(max_size=500) | st.from_regex(r"[A-Za-z0-9_-]{0,500}"))
def test_whatever_stands_in_an_address_shows_rows_of_the_list(keys: list[str], place: str) -> None:
    page = _page(keys, place)
    assert bool(page.rows) == bool(keys)
    assert {row.removeprefix("row ") for row in page.rows} <= set(keys)


@pytest.mark.parametrize(
    "place",
    ["x", "%", "é", "PA", "Pg", str(Place("d", backwards=True))[1:], str(Place("z" * 400)), "=", "PGE=="],
)
def test_what_is_no_place_is_the_beginning(place: str) -> None:
    first = _page("abcdefgh")
    assert _page("abcdefgh", place) == first
    assert first.rows == ("row a", "row b", "row c")


def test_a_place_needs_no_quoting_in_an_address() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]+", str(Place("HELD#é ?&=+/#", backwards=True)))


def test_where_the_rows_of_a_page_are_gone_its_neighbour_is_shown() -> None:
    further = _page("abcdef").further
    assert _page("abc", further) == _page("abc")
    back = _page("abcdef", further).back
    assert _page("cdef", back) == _page("cdef")


@given(count=st.integers(0, 70), new=st.integers(0, 30))
def test_a_list_that_grows_at_its_beginning_shows_on_later_pages_what_it_did(count: int, new: int) -> None:
    grown = list(range(count + new, 0, -1))
    rows, seen = grown[new:], list[int]()
    page = first = page_of(rows, "")
    while page.rows:
        seen += page.rows
        assert page_of(grown, page_of(rows, page.further).back).rows == page.rows or not page.further
        if not page.further:
            break
        page = page_of(grown, page.further)
    assert seen == rows
    assert len(first.rows) == min(count, PER_PAGE)


@pytest.mark.parametrize("key", ["x", "-1", "0", "99", "\u0664", "1.0"])
def test_a_place_that_is_in_no_such_list_is_its_beginning(key: str) -> None:
    for backwards in (False, True):
        shown = page_of([3, 2, 1], str(Place(key, backwards)))
        assert shown.rows == (3, 2, 1)
