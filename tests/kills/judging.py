"""What must be true in the end: of each letter and request, of all together, and of every place but paper."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from chalicelib.days import today
from chalicelib.letters.contract.states import LetterState, VendorKind
from chalicelib.letters.life import LetterRow
from chalicelib.letters.reckoning import Reckoning
from chalicelib.mandates.model.codes import typed_code
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.model.validity import end_from_posting
from chalicelib.storage.table import Item, untyped
from chalicelib.wiring import Wiring
from local import aws
from local.stack import Stack, settings
from provisioning.tables import TABLES
from tests.kills.conducting import QUEUES, Cloud, Plan
from tests.kills.people import Caller, callers
from tests.kills.searching import Secret, codes_in
from tests.printed import lines_of

_SAMPLE = 20
"""Codes of so many letters are held against the register: each takes a twentieth of a second, on purpose."""

_CASE = 32
"""Characters at the beginning of a letter's id that are a case."""

_EVENTS = {RequestState.WAITING: {"requested", "posted"}, RequestState.WITHDRAWN: {"requested", "withdrawn"}}


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter as it lies in the letterbox."""

    letter_id: str
    vendor: VendorKind
    text: str

    @property
    def codes(self) -> list[str]:
        return codes_in(self.text)


class Judge:
    """Looks at everything when all has come to rest. Each `…_wrong` yields what is not as it must be."""

    def __init__(self, there: Cloud, plan: Plan) -> None:
        self._there, self._plan = there, plan
        self._wiring = Wiring(settings(Stack(1)), lambda: datetime.now(UTC))
        self._out = there.folder / "out"

    def wrong(self) -> Iterator[str]:
        yield from self._letterbox_wrong()
        yield from self._folder_wrong()
        for caller in callers(self._plan.letters):
            yield from (f"number {caller.number}: {one}" for one in self._caller_wrong(caller))
        yield from self._sums_wrong()
        yield from self._codes_wrong()
        yield from self._left_over()
        yield from self._readable()

    @cached_property
    def papers(self) -> list[Paper]:
        return [*self._brought(), *self._in_folder()]

    @cached_property
    def said(self) -> str:
        """All that the processes wrote: lines of log, metrics, and traces."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self._there.folder.glob("*.log")))

    @cached_property
    def sent(self) -> list[dict[str, str]]:
        """Every message that was ever in a queue, dead letters included."""
        return [json.loads(line) for line in self._there.book.read_text().splitlines()]

    @cached_property
    def _objects(self) -> dict[str, bytes]:
        """What lies in the bucket of our function, by key."""
        s3, name = aws.client("s3"), aws.BUCKET
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name)
        keys = [str(entry["Key"]) for page in pages for entry in page.get("Contents", ())]
        return {key: s3.get_object(Bucket=name, Key=key)["Body"].read() for key in keys}

    @cached_property
    def _items(self) -> dict[str, list[Item]]:
        pages = self._there.database.get_paginator("scan")
        return {
            table: [untyped(item) for page in pages.paginate(TableName=f"{aws.NAME}-{table}") for item in page["Items"]]
            for table in TABLES
        }

    @cached_property
    def _events(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for item in self._items["audit"]:
            if item["pk"].startswith("CASE#"):
                found.setdefault(item["pk"].removeprefix("CASE#"), Counter())[str(item.get("what"))] += 1
        return found

    @cached_property
    def _of_case(self) -> dict[str, list[Paper]]:
        found: dict[str, list[Paper]] = {}
        for one in self.papers:
            found.setdefault(one.letter_id[:_CASE], []).append(one)
        return found

    def _brought(self) -> Iterator[Paper]:
        """Yield what the postman took out of the bucket. Whatever lies there afterwards was printed once more."""
        for path in sorted((self._there.folder / "brought").glob("*.pdf")):
            yield Paper(path.stem, VendorKind.FUNCTION, "\n".join(lines_of(path.read_bytes())))

    def _in_folder(self) -> Iterator[Paper]:
        for path in sorted(self._out.rglob("*.pdf")):
            letter_id = path.stem.partition("-")[2]
            yield Paper(letter_id, VendorKind.OUTSIDE, "\n".join(lines_of(path.read_bytes())))

    def _letterbox_wrong(self) -> Iterator[str]:
        """See whether each is there once, with one code that no other letter has."""
        for letter_id, times in Counter(one.letter_id for one in self.papers).items():
            if times != 1:
                yield f"letter {letter_id} lies there {times} times"
        codes = Counter(code for one in self.papers for code in one.codes)
        if set(codes.values()) - {1} or any(len(one.codes) != 1 for one in self.papers):
            yield "a letter has no code, or that of another"
        printed = Counter(line["letter_id"] for line in self._lines("letter_printed"))
        yield from (f"letter {letter_id} was told printed {n} times" for letter_id, n in printed.items() if n > 1)

    def _lines(self, event: str) -> Iterator[dict[str, str]]:
        for line in self.said.splitlines():
            if f'"{event}"' in line:
                yield json.loads(line)

    def _folder_wrong(self) -> Iterator[str]:
        """Hold what lies in the vendor's folder against its lists, octet for octet; nothing is half done."""
        listed: Counter[str] = Counter()
        for path in self._out.glob("*/manifest.json"):
            for one in json.loads(path.read_text())["letters"]:
                listed[one["letter_id"]] += 1
                if hashlib.sha256((path.parent / one["file"]).read_bytes()).hexdigest() != one["sha256"]:
                    yield f"letter {one['letter_id']} is another than its list says"
        there = Counter(one.letter_id for one in self.papers if one.vendor is VendorKind.OUTSIDE)
        for letter_id in {*(listed - there), *(there - listed)}:
            yield f"letter {letter_id} is listed {listed[letter_id]} times, and lies there {there[letter_id]} times"
        yield from (f"left half done: {path.name}" for path in self._out.rglob("*.unfinished"))

    def _caller_wrong(self, caller: Caller) -> Iterator[str]:
        person = self._wiring.person(caller.bsn)
        requests = self._wiring.mandates.requests(person)
        if [one.case_id for one in requests] != [caller.case_id] or requests[0].letter_id is None:
            yield f"asked once, and there are {len(requests)} requests"
            return
        (request,) = requests
        row = self._wiring.mandates.letter(str(request.letter_id))
        papers = self._of_case.get(caller.case_id, [])
        if row is None or len(papers) > 1:
            yield f"{len(papers)} letters lie there, and its row is {row and row.state}"
            return
        yield from self._request_wrong(caller, request, row)
        if bool(papers) is not (row.state is LetterState.POSTED) or any(
            one.letter_id != request.letter_id for one in papers
        ):
            yield f"its row says {row.state}, and {len(papers)} letters lie there"
        if papers and caller.surname not in papers[0].text:
            yield "its letter goes to somebody else"

    def _request_wrong(self, caller: Caller, request: Request, row: LetterRow) -> Iterator[str]:
        state = RequestState.WITHDRAWN if caller.withdraws else RequestState.WAITING
        if request.state(datetime.now(UTC)) is not state:
            yield f"its request is {request.state(datetime.now(UTC))}"
        counted = self._events.get(caller.case_id, Counter())
        events = set(counted)
        if not _EVENTS[state] <= events <= {"requested", "posted", state.value} | _EVENTS[
            state
        ] or counted.total() > len(events):
            yield f"of it is written down: {dict(counted)}"
        ends = {LetterState.POSTED, LetterState.CANCELLED} if caller.withdraws else {LetterState.POSTED}
        if row.state not in ends or row.sealed is not None:
            yield f"its letter ended {row.state}, and what was sealed is {'gone' if row.sealed is None else 'kept'}"
        if not caller.withdraws and (row.posted_at is None or request.valid_days is not None):
            yield "its time does not count from posting"
        elif not caller.withdraws and row.posted_at:
            end = end_from_posting(row.posted_at, 42, request.expires_at + timedelta(days=1))
            if request.expires_at != end:
                yield f"it ends {request.expires_at}, not {end}"
        wanted = VendorKind.FUNCTION if caller.number < self._plan.half else VendorKind.OUTSIDE
        if row.vendor is not wanted:
            yield f"who prints it is {row.vendor}"

    def _sums_wrong(self) -> Iterator[str]:
        """See whether the equation of each day holds, and is of as many as asked."""
        reckoning = Reckoning(self._wiring.letters_table)
        days = [today(datetime.now(UTC)) - timedelta(days=before) for before in (0, 1)]
        told = [reckoning.of_day(day) for day in days]
        yield from (f"NOK: {one}" for one in told if not one.holds)
        if (number := sum(one.requested for one in told)) != self._plan.letters:
            yield f"{number} letters were requested, and {self._plan.letters} were asked for"
        yield from (f"NOK: {letter_id}: {why}" for letter_id, why in reckoning.strays().items())

    def _codes_wrong(self) -> Iterator[str]:
        """Hold the code on paper against the register."""
        for caller in callers(self._plan.letters)[:: max(1, self._plan.letters // _SAMPLE)]:
            for paper in self._of_case.get(caller.case_id, []) if not caller.withdraws else []:
                if not self._opens(caller, paper):
                    yield f"number {caller.number}: the code on paper is not that of the register"

    def _opens(self, caller: Caller, paper: Paper) -> bool:
        secrets = self._wiring.secrets
        claim = secrets.pseudonyms.claim(caller.bsn, caller.person.born)
        fits = secrets.peppers.recognise(typed_code(paper.codes[0]), claim)
        return any(fits(stored.fingerprint) for stored in self._wiring.mandates.codes(claim))

    def _left_over(self) -> Iterator[str]:
        for item in self._items["letters"]:
            # A reminder waits for its day: its key names its kind, and that of a letter none.
            reminder = item["pk"].startswith("AWAITED#") and "#" in item["sk"].partition("#")[2]
            if not reminder and (item["pk"].startswith(("OUTBOX#", "AWAITED#", "UNDERWAY#")) or "sealed" in item):
                yield f"left over: {item['pk']}"
        for queue in (*QUEUES, *(f"{name}-dead" for name in QUEUES)):
            if number := self._there.waiting(queue):
                yield f"{number} messages are left in {queue}"

    def _readable(self) -> Iterator[str]:
        """Look for codes, numbers, names and addresses everywhere but on paper. Slips say where it goes."""
        codes = {code.replace("-", "") for one in self.papers for code in one.codes}
        everybody = callers(self._plan.letters)
        words = {word.lower() for one in everybody for word in (one.surname, one.street)}
        secret = Secret(codes, {one.bsn.digits for one in everybody}, words)
        for found in secret.found_in(self._places()):
            yield f"readable in {found.where}: {found.what}"
        yield from (f"not empty after it was posted: {key}" for key, body in self._objects.items() if body)
        brought = (self._there.folder / "brought").glob("*.json")
        slips = ((path.name, path.read_text()) for path in brought)
        for found in secret.found_in(slips):
            if found.what in codes:
                yield f"readable in {found.where}: {found.what}"
        for needed in ("MandateRequested", "LetterPrinted", "letter_printed", "mandate_requested"):
            if needed not in self.said:
                yield f"what was searched is not what was said: there is no {needed}"

    def _places(self) -> Iterator[tuple[str, str]]:
        for table, items in self._items.items():
            yield from ((f"table {table}", _shown(item)) for item in items)
        yield from ((f"queue {one['queue']}", one["body"]) for one in self.sent)
        yield "what processes said", self.said
        yield "names of objects", "\n".join(self._objects)
        for path in self._out.rglob("*"):
            if path.is_file() and path.suffix != ".pdf":
                yield path.name, path.read_bytes().decode("latin-1")


def _shown(item: Item) -> str:
    """Return an item as text, with what is binary as the letters that it would be."""
    return "\n".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in item.values())
