"""One question to the register over HTTP, with its second try. An answer is told from an outage by its status."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import urllib3

from chalicelib.deadline import whole
from chalicelib.errors import Unavailable
from chalicelib.observe import log
from chalicelib.people.brp.access import Access, Credentials
from chalicelib.people.brp.query import query

_LARGEST_ANSWER = 2 * 1024 * 1024
_AGAIN = (429, 500, 502, 503, 504)
"""Statuses after which the same question may be answered a moment later (brp.md sections 2 and 12)."""

_PAUSE = 0.2
"""Seconds before the second try, unless the register says longer."""

_WORD = re.compile(r"[A-Za-z]{1,40}")


class Doubled(Exception):
    """Two live records have one of the numbers; the register does not say which, and answers none of them."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: object
    """What the JSON of the body holds; `None` if it is not the JSON that it should be."""
    retry_after: float
    header: str
    """How we said who we are."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Where and as whom to ask, and how long: `ends` on the monotonic clock, `connect` and `read` in seconds."""

    url: str
    access: Access
    shown: Credentials = field(repr=False)
    ends: float
    connect: float
    read: float

    def records(self, numbers: Sequence[str]) -> list[object]:
        """Return the people of an answer. Raises `Doubled`, or `Unavailable` without a cause that holds a number."""
        answer = self._ask(query(numbers))
        body = answer.body
        if answer.status == 200 and isinstance(body, dict) and isinstance(body.get("personen"), list):  # noqa: PLR2004
            return list(body["personen"])
        codes = _codes(body)
        if answer.status == 400 and "unique" in codes:  # noqa: PLR2004 - a wrong question
            raise Doubled
        log().error("register_not_answering", status=answer.status, reason=" ".join(codes))
        raise Unavailable("brp")

    def _ask(self, body: str) -> _Answer:
        """Ask, and once more if that may help: after a moment, or with another token. Raises `Unavailable`."""
        pause = _PAUSE
        try:
            answer = self._post(body)
            if answer.status == 401 and answer.header.startswith("Bearer "):  # noqa: PLR2004 - not authenticated
                return self._post(body, refused=answer.header)
            if answer.status not in _AGAIN:
                return answer
            pause = max(pause, answer.retry_after)
        except urllib3.exceptions.ReadTimeoutError:
            # It is busy with our question: another would only keep it busier.
            raise Unavailable("brp") from None
        except urllib3.exceptions.HTTPError:
            answer = None
        if time.monotonic() + pause >= self.ends:
            if answer is not None:
                return answer
            raise Unavailable("brp")
        time.sleep(pause)
        try:
            return self._post(body)
        except urllib3.exceptions.HTTPError:
            # The cause is dropped on purpose: its text may hold the question, and so a BSN.
            raise Unavailable("brp") from None

    def _post(self, body: str, *, refused: str = "") -> _Answer:
        if (left := self.ends - time.monotonic()) <= 0:
            raise Unavailable("brp")
        timeout = urllib3.Timeout(connect=min(self.connect, left), read=min(self.read, left))
        said = self.access.header(self.shown, timeout, self.ends, refused=refused)
        sent = {"content-type": "application/json", "accept": "application/json", **said}
        answer = self.access.pool(self.shown).request(
            "POST", self.url, body=body, headers=sent, timeout=timeout, redirect=False, preload_content=False
        )
        try:
            held = whole(answer, _LARGEST_ANSWER, self.ends, "brp")
        except BaseException:
            answer.close()
            raise
        finally:
            answer.release_conn()
        pause = _seconds(answer.headers.get("retry-after", ""))
        return _Answer(answer.status, _json(answer, held), pause, said.get("authorization", ""))


def _json(answer: urllib3.BaseHTTPResponse, held: bytes) -> object:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", "application/problem+json"):
        return None
    try:
        return json.loads(held)
    except (ValueError, RecursionError):
        return None


def _codes(body: object) -> list[str]:
    """Return the codes of a refusal: words of the register, nothing of the question."""
    if not isinstance(body, dict):
        return []
    inside = body.get("invalidParams")
    rows = [body, *(inside if isinstance(inside, list) else [])]
    codes = [row.get("code") for row in rows if isinstance(row, dict)]
    return [code for code in codes if isinstance(code, str) and _WORD.fullmatch(code)]


def _seconds(text: str) -> float:
    """Read `Retry-After` in seconds; as a date it is further away than we wait."""
    return float(text) if text.isascii() and text.isdigit() else 0.0
