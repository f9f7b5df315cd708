"""Steps of the journey over HTTP, for tests that begin where others end."""

import re
from collections.abc import Hashable, Iterator
from functools import cache
from io import BytesIO

from chalice.app import CloudWatchEvent, SQSEvent
from pypdf import PdfReader

from chalicelib.jobs import checking, hearing_of_letters, sweeping
from chalicelib.letters.contract.statuses import LetterStatus, Mishap, VendorStep
from local import aws
from local.events import _schedule_event
from local.invocation import call_of
from print_vendor.function import Vendor, printing
from tests import inside
from tests.builders import SERVICE_ID, VERA
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.moments import Moment
from tests.http.setting import untouched
from tests.process import current, now

_CODE = re.compile(r"\b[B-DF-HJ-NP-TV-XZ2-9]{4}(?:-[B-DF-HJ-NP-TV-XZ2-9]{4}){2}\b")
_REFUSAL = re.compile(r"(?<![\w-])[B-DF-HJ-NP-TV-XZ2-9]{4}-[B-DF-HJ-NP-TV-XZ2-9]{4}(?![\w-])")


def ask_for_mandate(person: Person, service_id: str = SERVICE_ID, **dates: str) -> str:
    """Ask for a mandate and return the id of the case."""
    if "__Host-session" not in person.cookies:
        person.sign_in()
    review = person.submit(f"/request/{service_id}", {"start": "today", "end": "max", **dates})
    assert review.status == 303, review.body
    made = person.submit(review.location, {})
    assert made.status == 303, made.body
    return made.location.removeprefix("/requests/").partition("?")[0]


def deliver() -> None:
    """Let the print vendor take every letter from the queue."""
    for body in taken():
        _print(body, _warm())


def taken(queue: str = "letters") -> Iterator[str]:
    """Yield the messages in a queue; each is gone afterwards."""
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{aws.NAME}-{queue}")["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            yield message["Body"]
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def check() -> None:
    """Let every check that can be taken from its queue be made."""
    for body in taken("checks"):
        check_one(body)


def check_one(body: str) -> None:
    """Make the check of one message of the queue."""
    checking(SQSEvent({"Records": [{"body": body, "receiptHandle": "x"}]}, call_of("check_request")), current())


def sweep(clock: Clock) -> None:
    """Let the sweeper send what was left for it a minute ago."""
    clock.forward(minutes=1)
    sweeping(CloudWatchEvent(_schedule_event("sweep_outbox"), None), current())


def settle(clock: Clock) -> None:
    """Let what is due be told, and printed."""
    sweep(clock)
    check()
    deliver()


def tell(case_id: str, step: VendorStep, reason: Mishap | None = None) -> None:
    """Let the print vendor tell what became of the letter of a case."""
    (key,) = printed(case_id)
    letter_id = key.removeprefix("letters/").removesuffix(".pdf")
    told_one(LetterStatus(letter_id, step, now(), reason).to_json())


def told_one(body: str) -> None:
    """Take one message of the queue of statuses."""
    call = call_of("take_letter_status")
    hearing_of_letters(SQSEvent({"Records": [{"body": body, "receiptHandle": "x"}]}, call), current())


def print_one(body: str) -> None:
    """Print the letter of one message of the queue, in a function that just began: no key is open yet."""
    _print(body, _begun())


def _print(body: str, vendor: Vendor) -> None:
    printing(SQSEvent({"Records": [{"body": body, "receiptHandle": "x"}]}, call_of("print_letter")), vendor)


def _begun() -> Vendor:
    return Vendor.of(current().settings.environment, now, _sleep, aws.session())


_warm = cache(_begun)
"""The vendor of this process: its clients of AWS cost more than a letter."""


def _sleep(seconds: float) -> None:
    current().patience.sleep(seconds)


def printed(case_id: str) -> list[str]:
    """Return the keys of the letters of a case that were printed."""
    listed = aws.client("s3").list_objects_v2(Bucket=aws.BUCKET, Prefix=f"letters/{case_id}")
    return [entry["Key"] for entry in listed.get("Contents", ()) if entry["Key"].endswith(".pdf")]


def pdf_of(letter_id: str) -> PdfReader:
    """Open a letter that was printed."""
    (key,) = printed(letter_id)
    return PdfReader(BytesIO(aws.client("s3").get_object(Bucket=aws.BUCKET, Key=key)["Body"].read()))


def text_of(letter_id: str) -> str:
    """Read a letter that was printed, as one line."""
    return " ".join(" ".join(page.extract_text() for page in pdf_of(letter_id).pages).split())


def code_of(case_id: str) -> str:
    """Read the code of a case from the letter, as its receiver does."""
    return _read(_CODE, case_id)


def refusal_of(case_id: str) -> str:
    """Read from a letter the code by which what somebody else asked is refused."""
    return _read(_REFUSAL, case_id)


def _read(code: re.Pattern[str], case_id: str) -> str:
    deliver()
    found = code.search(pdf_of(case_id).pages[0].extract_text())
    assert found
    return found[0]


def mandate(represented: Person, representative: Person, service_id: str = SERVICE_ID, **dates: str) -> str:
    """Let somebody be mandated, with request, letter and activation; return the id of the case.

    Where nobody has done anything yet, the way is walked once for all tests of a process that have the same services.
    """
    if not untouched():
        return walk_to_mandate(represented, representative, service_id, **dates)
    people = (represented, representative)
    speaking = [(one.bsn, one.language) for one in people]
    way = (inside.kept("catalogue")["catalogue"], *speaking, service_id, *sorted(dates.items()))
    if way in _WALKED:
        moment, case_id = _WALKED[way]
        moment.back(*people)
    else:
        case_id = walk_to_mandate(represented, representative, service_id, **dates)
        _WALKED[way] = Moment(*people), case_id
    return case_id


_WALKED: dict[Hashable, tuple[Moment, str]] = {}


def walk_to_mandate(represented: Person, representative: Person, service_id: str = SERVICE_ID, **dates: str) -> str:
    """Go through request, letter and activation; return the id of the case."""
    case_id = ask_for_mandate(represented, service_id, **dates)
    review = recognised(representative, case_id)
    assert representative.submit(review, {}).location == f"/mandates/{case_id}?activated=1"
    return case_id


def recognised(representative: Person, case_id: str) -> str:
    """Sign in, fill in the code of Vera's case, and return where both names are shown."""
    representative.sign_in()
    return representative.submit("/activate", of_vera(code_of(case_id))).location


def of_vera(code: str) -> dict[str, str]:
    """Return what somebody fills in who knows Vera's number and birth date, and a code."""
    return {"bsn": VERA.digits, "born": "12-03-1948", "code": code}
