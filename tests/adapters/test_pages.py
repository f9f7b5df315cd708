"""Pages of a partition, as an address names them: on moto and on DynamoDB Local."""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import pytest

from chalicelib.paging import Page, Place
from chalicelib.storage.kinds import FOR_GOOD, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition
from chalicelib.storage.tables import TransientTable
from local import aws


class Book(NamedTuple):
    owner: str
    shelf: str
    number: int
    read: bool


BOOK = Kind("A book.", TransientTable, Book, pk="OWNER#{owner}", sk="BOOK#{shelf}#{number:03}", kept=FOR_GOOD)
MINE = [Book("me", shelf, number, read=number % 2 == 0) for shelf, number in product("abc", range(10))]


@pytest.fixture
def books(dynamodb: Any) -> Rows[Book]:
    table = TransientTable(dynamodb, f"{aws.NAME}-transient")
    kept = Rows(table, BOOK)
    writes = [kept.putting(book) for book in (*MINE, Book("other", "b", 5, read=True))]
    table.write_together(writes)
    table.put({"pk": "OWNER#me", "sk": "BINDER#1"})
    table.put({"pk": "OWNER#me", "sk": "CARD#1"})
    return kept


def _through(books: Rows[Book], **asked: Any) -> Iterator[Page[Book]]:
    page = books.page(owner="me", **asked)
    yield page
    while page.further:
        page = books.page(page.further, owner="me", **asked)
        yield page


def _seen(pages: list[Page[Book]]) -> list[Book]:
    return [book for page in pages for book in page.rows]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, MINE),
        ({"among": [{"shelf": "c"}, {"shelf": "a"}, {"shelf": "x"}]}, [book for book in MINE if book.shelf != "b"]),
        ({"among": []}, []),
        ({"shelf": "b"}, MINE[10:20]),
        ({"where": Condition("#read = :yes", {"#read": "read"}, {":yes": True})}, MINE[::2]),
        ({"fits": lambda book: book.number == 9}, MINE[9::10]),
        ({"where": Condition("#shelf = :no", {"#shelf": "shelf"}, {":no": "x"})}, []),
    ],
    ids=["all", "two shelves", "no shelf", "one shelf", "filtered there", "filtered here", "nothing"],
)
@pytest.mark.parametrize("limit", [1, 4, 7, None])
def test_every_page_is_full_and_together_they_have_all(
    books: Rows[Book], asked: dict[str, Any], expected: list[Book], limit: int | None
) -> None:
    pages = list(_through(books, **asked, limit=limit))
    assert _seen(pages) == expected
    assert all(len(page.rows) == limit for page in pages[:-1])
    assert bool(pages[-1].rows) == bool(expected)
    page = pages[-1]
    for before in reversed(pages[:-1]):
        page = books.page(page.back, owner="me", **asked, limit=limit)
        assert page.rows == before.rows
    assert page.back == ""


@pytest.mark.parametrize(
    "key",
    ["", "a", "zzz", "b#005", "..", "c#999#", "x" * 250, "#", "é\0", "b#", "OWNER#other"],
)
@pytest.mark.parametrize("backwards", [True, False])
@pytest.mark.parametrize("among", [({},), ({"shelf": "b"}, {"shelf": "c"})])
def test_a_place_that_somebody_made_up_shows_nothing_of_anybody_else(
    books: Rows[Book], key: str, among: Any, *, backwards: bool
) -> None:
    page = books.page(str(Place(key, backwards=backwards)), 5, among=among, owner="me")
    assert len(page.rows) == 5
    assert {book.owner for book in page.rows} == {"me"}
    assert {book.shelf for book in page.rows} <= ({"b", "c"} if len(among) == 2 else {"a", "b", "c"})


def test_a_place_of_one_partition_is_only_a_place_in_another(books: Rows[Book]) -> None:
    further = books.page(limit=3, owner="me").further
    assert books.page(further, owner="other").rows == (Book("other", "b", 5, read=True),)
    assert books.page(further, owner="nobody").rows == ()


def test_a_page_of_a_few_looks_at_a_few_and_a_search_for_one_at_all_in_three_questions(
    books: Rows[Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int | None] = []
    query = books._table.query

    def counting(*args: Any) -> Any:
        asked.append(args[3].looked_at)
        return query(*args)

    monkeypatch.setattr(books._table, "query", counting)
    books.page(limit=1, owner="me")
    assert asked == [2]
    asked.clear()
    assert books.page(limit=1, fits=lambda book: book == MINE[-1], owner="me").rows == (MINE[-1],)
    assert asked == [2, 20, None]
