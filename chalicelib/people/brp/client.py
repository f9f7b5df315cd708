"""A client of Haal Centraal "BRP Personen bevragen", version 2."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import partial

from chalicelib.budget import budget
from chalicelib.deadline import at_once
from chalicelib.errors import Unavailable
from chalicelib.people.brp.access import Access, Credentials
from chalicelib.people.brp.exchange import Doubled, Exchange
from chalicelib.people.brp.person import Found
from chalicelib.people.brp.query import NOBODY, parts
from chalicelib.people.brp.reading import not_read, read_answer
from chalicelib.people.bsn import Bsn

_AT_A_TIME = 8

LONGEST = 6.0
"""Seconds that all questions of a call have together."""


class HaalCentraal:
    """Asks the register with the credentials of the day.

    `connect` and `read` bound one step of a question, `within` all questions of a call; in seconds.
    """

    def __init__(
        self,
        url: str,
        credentials: Callable[[], Credentials],
        *,
        connect: float = 1.0,
        read: float = 3.0,
        within: float = LONGEST,
    ) -> None:
        self._url, self._credentials, self._access = f"{url.rstrip('/')}/personen", credentials, Access()
        self._connect, self._read, self._within = connect, read, within

    def find(self, numbers: Iterable[Bsn]) -> Found:
        """Ask for people, many at a time. Raises `Unavailable` when no question was answered.

        When some were, whoever was in another cannot be told now: a list of two thousand names lacks twenty.
        """
        asked = list(parts(sorted({bsn.digits for bsn in numbers})))
        if not asked:
            return Found()
        exchange = self._exchange()
        # An accountant's two thousand clients are a hundred questions: several at a time, or the page would not come.
        questions = [partial(_find, part, exchange) for part in asked]
        answers = [_brought(one) for one in at_once(exchange.ends - time.monotonic(), _AT_A_TIME, questions)]
        if not any(answers):
            raise Unavailable("brp")
        found = Found()
        for part, answer in zip(asked, answers, strict=True):
            found |= answer or Found(unreadable=frozenset(Bsn(number) for number in part))
        return found

    def check(self) -> None:
        """Ask our real question, about nobody: it is answered as one about people is."""
        if self._exchange().records([NOBODY]):
            raise Unavailable("brp")

    def _exchange(self) -> Exchange:
        # Here, and not in a thread: both belong to the request that is being answered.
        ends = time.monotonic() + budget().patience("brp", self._within)
        return Exchange(self._url, self._access, self._credentials(), ends, self._connect, self._read)


def _find(numbers: Sequence[str], exchange: Exchange) -> Found:
    """Ask one question; where two records have one number, in halves, so that only that number goes without."""
    try:
        return read_answer(numbers, exchange.records(numbers))
    except Doubled:
        if len(numbers) == 1:
            not_read("unique")
            return Found(unreadable=frozenset({Bsn(numbers[0])}))
        half = len(numbers) // 2
        return _find(numbers[:half], exchange) | _find(numbers[half:], exchange)


def _brought(question: Future[Found]) -> Found | None:
    """Return what a question brought; `None` if it is late or failed. A bug is raised."""
    if question.cancelled() or not question.done():
        return None
    try:
        return question.result()
    except Unavailable:
        return None
