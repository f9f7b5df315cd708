import base64
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from pypdf import PdfReader

from chalicelib.days import midnight_after
from chalicelib.errors import Unavailable
from chalicelib.letters.books import LetterBooks
from chalicelib.letters.contract.letter import Letter, Reader
from chalicelib.letters.contract.messages import LetterCancel
from chalicelib.letters.contract.objects import object_key
from chalicelib.letters.contract.states import COPY, LetterState
from chalicelib.letters.life import LetterRow, journey, move
from chalicelib.letters.posting import LETTERS, VendorQueue, letter_items
from chalicelib.letters.receivers import receiver_of
from chalicelib.mandates.register.counted import Sealing, Tables
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.observe import correlation_id, follow
from chalicelib.outbox.sending import Outbox
from chalicelib.people.actor import Citizen
from chalicelib.people.vault import KmsVault
from chalicelib.storage.table import ALL, Condition, Item, Some
from local import aws
from print_vendor.bucket import Bucket
from print_vendor.inhouse import Printer
from print_vendor.opening import Keys, Opener
from print_vendor.rows import LetterRows
from print_vendor.sealed import VaultOpener
from tests.adapters.conftest import askers_of
from tests.builders import NOW, VERA, a_letter, a_request, an_opening, closing
from tests.vendor import SEAL, VENDOR_KEY, key_file, sealed_message

FIELDS = "alias/digid-machtigen-fields"


class Post:
    """A request whose letter waits in the outbox, the queue, and the vendor."""

    def __init__(self, dynamodb: Any, tables: Tables, books: LetterBooks) -> None:
        self.table, self.sqs, self.s3, kms = tables.letters, aws.client("sqs"), aws.client("s3"), aws.client("kms")
        self.vault = KmsVault(kms, FIELDS)
        for kind in ("pdf", "json"):
            self.s3.delete_object(Bucket=aws.BUCKET, Key=object_key(a_letter().letter_id, kind))
        self.url = self.sqs.create_queue(QueueName=f"letters-{uuid.uuid4()}")["QueueUrl"]
        self.checks = self.sqs.create_queue(QueueName=f"checks-{uuid.uuid4()}")["QueueUrl"]
        self.outbox = self.outbox_to(self.sqs)
        self.letters = self.outbox.of(LETTERS)
        self.rows = LetterRows(dynamodb, self.table.name, time.sleep)
        opener = Opener(Keys(lambda: key_file(VENDOR_KEY)), VaultOpener(kms, FIELDS))
        self.printer = Printer(opener, self.rows, Bucket(self.s3, aws.BUCKET))
        self.letter: Letter = a_letter()
        self.request = a_request(letter_id=self.letter.letter_id)
        self.mandates = DynamoMandates(tables, Sealing(self.vault, SEAL), books, askers_of(dynamodb))
        self.mandates.open_requests(an_opening(self.request))

    def outbox_to(self, sqs: Any) -> Outbox:
        return Outbox(self.table, {LETTERS: VendorQueue(self.table, sqs, self.url, self.checks)})

    def messages(self) -> list[str]:
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in found]

    def asked(self) -> list[str]:
        """Return of which letters the register is to be asked."""
        found = self.sqs.receive_message(QueueUrl=self.checks, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"])["letter_id"] for message in found]

    def found(self) -> LetterRow:
        letter = self.mandates.letter(self.letter.letter_id)
        assert letter is not None
        return letter

    def row(self) -> Item:
        found = self.table.get(f"LETTER#{self.letter.letter_id}", "LETTER")
        assert found is not None
        return found

    def awaited(self) -> list[Item]:
        return [item for shard in range(8) for item in self.table.query(f"AWAITED#{shard}", "", None)[0]]

    def printed(self) -> bool:
        """Whether there is paper."""
        return "Contents" in self.s3.list_objects_v2(Bucket=aws.BUCKET, Prefix=object_key(self.letter.letter_id))

    def pdf(self) -> BytesIO:
        found = self.s3.get_object(Bucket=aws.BUCKET, Key=object_key(self.letter.letter_id))
        return BytesIO(found["Body"].read())


@pytest.fixture
def followed() -> Iterator[None]:
    """Let all that happens belong to one request."""
    follow("the request")
    yield
    follow(None)


class BrokenQueue:
    def send_message(self, **_: object) -> None:
        raise EndpointConnectionError(endpoint_url="gone")


@pytest.fixture
def post(dynamodb: Any, tables: Tables, books: LetterBooks) -> Post:
    return Post(dynamodb, tables, books)


def test_a_letter_goes_from_outbox_to_queue_to_paper(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    (message,) = post.messages()
    post.printer.print(message, NOW)
    text = PdfReader(post.pdf()).pages[0].extract_text()
    for expected in (post.letter.code, post.letter.addressee, *(line.split()[0] for line in post.letter.address)):
        assert expected in text
    reached = {"requested", "checked", "queued", "accepted", "printed"}
    assert set(journey(post.table, post.letter.letter_id).reached) == reached


def test_the_message_shows_neither_code_nor_address(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    (message,) = post.messages()
    told = json.loads(message)
    assert set(told) == {"schema", "letter_id", "content", "print_before", "correlation_id"}
    assert told["schema"] == "sealed-letter/1"
    assert datetime.fromisoformat(told["print_before"]) == NOW + timedelta(days=1), "its address was looked up today"
    assert post.letter.code not in message
    assert "Lindelaan" not in message


def test_we_keep_a_copy_that_we_cannot_open_until_the_vendor_has_accepted_it(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    row = post.row()
    assert row["sealed"].startswith(b"eyJ")
    assert post.rows.begin(post.letter.letter_id, NOW)
    assert "sealed" not in post.row()


DAY = timedelta(days=1)


def test_what_nobody_accepted_in_a_day_is_sent_again_with_its_id_and_content_for_as_long_again(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    (first,) = map(json.loads, post.messages())
    due = NOW + DAY
    assert first["print_before"] == due.isoformat()
    post.outbox.sweep(due)
    assert (post.messages(), post.asked()) == ([], []), "it may be taken until then"
    for days in (1, 3):
        later = NOW + days * DAY + timedelta(minutes=1)
        post.outbox.sweep(later)
        assert (post.messages(), post.asked()) == ([], [post.letter.letter_id]), "the register is asked before"
        post.mandates.confirm_address(post.found(), later)
        post.letters.send(post.letter.letter_id, later)
        (again,) = map(json.loads, post.messages())
        assert again == {**first, "print_before": (later + DAY).isoformat()}
        post.outbox.sweep(later)
        assert (post.messages(), post.asked()) == ([], [])


def test_what_the_release_before_wrote_is_sent_again_without_asking_the_register(post: Post) -> None:
    """As what goes to nobody of the register: it does not say to whom it goes."""
    post.table.change(
        f"LETTER#{post.letter.letter_id}",
        "LETTER",
        "REMOVE receiver_case, receiver_side, head",
        Condition("", {}, {}),
    )
    post.letters.send(post.letter.letter_id, NOW)
    (first,) = map(json.loads, post.messages())
    later = NOW + DAY + timedelta(minutes=1)
    post.outbox.sweep(later)
    (again,) = map(json.loads, post.messages())
    assert again == {**first, "print_before": (later + DAY).isoformat()}
    assert post.asked() == []


def test_what_was_accepted_or_has_become_worthless_is_not_sent_again_and_not_awaited_any_more(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    (message,) = post.messages()
    post.printer.print(message, NOW)
    post.outbox.sweep(NOW + 2 * DAY)
    assert post.messages() == []
    assert post.awaited() == []


def test_what_nobody_accepted_and_was_withdrawn_is_not_sent_again(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    assert len(post.messages()) == len(post.awaited()) == 1
    _withdraw(post)
    post.outbox.sweep(NOW + 2 * DAY)
    assert (post.messages(), post.awaited()) == ([], [])
    assert "sealed" not in post.row()


def test_a_vendor_outside_is_told_that_a_letter_is_withdrawn_and_our_function_looks_by_itself(post: Post) -> None:
    for vendor, told in (("outside", [LetterCancel(post.letter.letter_id).to_json()]), ("function", [])):
        post.letters.send(post.letter.letter_id, NOW)
        post.messages()
        change = Condition("", {}, {":vendor": vendor})
        post.table.change(f"LETTER#{post.letter.letter_id}", "LETTER", "SET vendor = :vendor", change)
        post.table.write_together(LETTERS.stopping(post.table, post.letter.letter_id))
        assert post.outbox.sweep(NOW + timedelta(minutes=1)) == 1
        assert post.messages() == told
        told_of = journey(post.table, post.letter.letter_id)
        assert LetterState.CANCELLED in told_of.reached
        assert told_of.outside is (vendor == "outside"), "they may have printed it by then"
        assert post.outbox.sweep(NOW + timedelta(minutes=2)) == 0, "once"


def test_a_cancel_that_could_not_be_sent_is_sent_later(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    post.messages()
    change = Condition("", {}, {":vendor": "outside"})
    post.table.change(f"LETTER#{post.letter.letter_id}", "LETTER", "SET vendor = :vendor", change)
    _withdraw(post)
    assert post.outbox_to(BrokenQueue()).sweep(NOW + timedelta(minutes=1)) == 0
    assert post.outbox.sweep(NOW + timedelta(minutes=2)) == 1
    assert post.messages() == [LetterCancel(post.letter.letter_id).to_json()]


def test_what_is_withdrawn_while_it_is_being_sent_is_seen_to_by_the_sweeper(post: Post) -> None:
    class Slow:
        def send_message(self, **given: Any) -> Any:
            _withdraw(post)
            return post.sqs.send_message(**given)

    post.outbox_to(Slow()).of(LETTERS).send(post.letter.letter_id, NOW)
    assert len(post.messages()) == 1
    assert post.outbox.sweep(NOW + timedelta(minutes=1)) == 1
    assert LetterState.CANCELLED in journey(post.table, post.letter.letter_id).reached
    assert "sealed" not in post.row()


def test_what_could_not_be_sent_is_swept_later_and_once(post: Post) -> None:
    broken = post.outbox_to(BrokenQueue())
    with pytest.raises(Unavailable):
        broken.of(LETTERS).send(post.letter.letter_id, NOW)
    assert post.outbox.sweep(NOW) == 0
    later = NOW.replace(hour=NOW.hour + 1)
    assert [post.outbox.sweep(later) for _ in range(2)] == [1, 0]
    assert len(post.messages()) == 1


def test_a_letter_that_cannot_be_sent_holds_up_no_other(
    post: Post, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    marks: list[Item] = [
        {"pk": f"OUTBOX#{shard}", "sk": f"{shard:04x}", "since": NOW.isoformat()} for shard in range(8)
    ]
    marks += [{"pk": "OUTBOX#0", "sk": f"since {since!r}", "since": since} for since in ("never", "0", 5, b"5")]
    for mark in (*marks, {"pk": "OUTBOX#0", "sk": "no number"}):
        post.table.put(mark)
    later = NOW + timedelta(hours=1)
    assert post.outbox.sweep(later) == 1
    assert len(post.messages()) == 1
    measured = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    told = {name: one[name] for one in measured for name in one if name[0].isupper()}
    assert told == {"LettersUnsent": [14], "OldestUnsentLetter": [3600], "LettersNotSent": [13]}
    # They stay for somebody to look at.
    assert post.outbox.sweep(later) == 0
    assert post.table.query("OUTBOX#3", "", None)[0]


def test_a_part_of_the_outbox_that_cannot_be_read_holds_up_no_other(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, down = post.table.query, {f"OUTBOX#{shard}" for shard in range(8)}

    def partly(pk: str, prefix: str, start: str | None, some: Some = ALL) -> tuple[list[Item], str | None]:
        if pk in down:
            raise Unavailable("dynamodb")
        return query(pk, prefix, start, some)

    monkeypatch.setattr(post.table, "query", partly)
    later = NOW + timedelta(hours=1)
    with pytest.raises(Unavailable):
        post.outbox.sweep(later)
    down.remove(f"OUTBOX#{int(post.letter.letter_id[-4:], 16) % 8}")
    assert post.outbox.sweep(later) == 1


def test_a_letter_carries_the_id_of_the_request_that_asked_for_it(followed: None, post: Post) -> None:  # noqa: ARG001
    follow("another request")
    post.letters.send(post.letter.letter_id, NOW)
    (message,) = post.messages()
    follow(None)
    post.printer.print(message, NOW)
    slip = post.s3.get_object(Bucket=aws.BUCKET, Key=object_key(post.letter.letter_id, "json"))["Body"].read()
    assert json.loads(slip)["correlation_id"] == "the request"


def test_what_is_swept_belongs_to_its_own_request_and_what_is_measured_to_none(
    followed: None,  # noqa: ARG001
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    follow("another request")
    post.outbox.sweep(NOW.replace(hour=NOW.hour + 1))
    assert correlation_id() is None, "what comes after it belongs to no request"
    measured = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert {name: line[name] for line in measured for name in line if name[0].isupper()} == {
        "LettersUnsent": [1],
        "OldestUnsentLetter": [3600],
    }
    assert not any("correlation_id" in line for line in measured)
    assert json.loads(post.messages()[0])["correlation_id"] == "the request"


def test_a_letter_delivered_twice_is_printed_once(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    (message,) = post.messages()
    post.printer.print(message, NOW)
    post.printer.print(message, NOW.replace(year=2032))
    assert journey(post.table, post.letter.letter_id).reached[LetterState.PRINTED] == NOW
    assert move(post.table, post.letter.letter_id, LetterState.QUEUED, NOW) is False


def _withdraw(post: Post) -> datetime:
    post.mandates.close(closing(post.request, Citizen(post.request.represented, 20), NOW))
    return NOW


def _let_expire(post: Post) -> datetime:
    """Let the day pass that the letter names: its code may work longer, but nobody is to get it then."""
    assert post.letter.use_before
    return midnight_after(post.letter.use_before)


WORTHLESS = pytest.mark.parametrize("end", [_withdraw, _let_expire], ids=lambda step: step.__name__.strip("_"))


@WORTHLESS
def test_a_letter_whose_code_has_become_worthless_is_not_printed(post: Post, end: Callable[[Post], datetime]) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    (message,) = post.messages()
    now = end(post)
    for _ in range(2):
        post.printer.print(message, now)
    assert not post.printed()
    # What is too late it only leaves.
    post.outbox.sweep(now)
    assert LetterState.CANCELLED in journey(post.table, post.letter.letter_id).reached


@WORTHLESS
def test_a_letter_whose_code_has_become_worthless_is_not_sent_to_the_vendor(
    post: Post, end: Callable[[Post], datetime]
) -> None:
    now = end(post)
    assert post.outbox.sweep(now + timedelta(hours=1)) == 1
    assert post.messages() == []
    assert LetterState.CANCELLED in journey(post.table, post.letter.letter_id).reached
    row = post.table.get(f"LETTER#{post.letter.letter_id}", "LETTER")
    assert row is not None
    assert "sealed" not in row


def test_a_letter_is_printed_until_the_end_of_the_day_that_it_names(post: Post) -> None:
    last = _let_expire(post) - timedelta(microseconds=1)
    post.mandates.confirm_address(post.found(), last)
    post.letters.send(post.letter.letter_id, last)
    post.printer.print(post.messages()[0], last)
    assert post.printed()


def test_our_function_too_leaves_what_it_takes_too_late_and_goes_on_with_what_it_began_in_time(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    (message,) = post.messages()
    before = post.row()
    post.printer.print(message, NOW + DAY)
    assert not post.printed()
    assert post.row() == before, "it waits to be asked of, and to be sent again"
    assert post.rows.begin(post.letter.letter_id, NOW + DAY - timedelta(seconds=1))
    post.printer.print(message, NOW + 2 * DAY)
    assert post.printed()


def test_once_its_vendor_has_it_a_row_does_not_say_any_more_for_whom_a_letter_is(post: Post) -> None:
    assert post.row().keys() >= set(COPY)
    post.letters.send(post.letter.letter_id, NOW)
    assert post.row().keys() >= set(COPY)
    assert post.rows.begin(post.letter.letter_id, NOW)
    assert not post.row().keys() & set(COPY)


def test_neither_number_nor_name_nor_address_can_be_read_in_a_row_and_no_two_are_alike(post: Post) -> None:
    other = replace(post.letter, letter_id="b" * 36)
    heads = [
        receiver_of(one, post.request.case_id, Reader.REPRESENTED, post.vault).head for one in (post.letter, other)
    ]
    assert heads[0] != heads[1]
    row = str(post.row())
    assert not any(word in row for word in ("Lindelaan", "Gever", VERA.digits))
    opened = [
        post.vault.open(head, f"letter-head:{one}")
        for head, one in zip(heads, (post.letter.letter_id, "b" * 36), strict=True)
    ]
    assert opened[0] != opened[1], "whoever opens both does not see either that they go to one home"


def test_what_was_begun_and_withdrawn_is_not_begun_again(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    (message,) = post.messages()
    assert post.rows.begin(post.letter.letter_id, NOW)
    post.mandates.close(closing(post.request, Citizen(post.request.represented, 20), NOW))
    post.printer.print(message, NOW)
    assert not post.printed()
    # Somebody else's crash may have come after the paper: the page says that it may still come.
    assert {LetterState.ACCEPTED, LetterState.CANCELLED} <= set(journey(post.table, post.letter.letter_id).reached)


def test_a_letter_that_nobody_asked_for_goes_back_to_the_queue(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    (message,) = post.messages()
    post.table.delete(f"LETTER#{post.letter.letter_id}", "LETTER")
    with pytest.raises(ValueError, match="never asked for"):
        post.printer.print(message, NOW)


def test_a_sealed_letter_opens_under_its_own_id_only(post: Post) -> None:
    post.letters.send(post.letter.letter_id, NOW)
    values = json.loads(post.messages()[0])
    with pytest.raises(ValueError, match="another than its message says"):
        post.printer.print(json.dumps({**values, "letter_id": "f" * 36}), NOW)


def test_a_letter_that_the_release_before_sealed_and_wrote_down_is_sent_and_printed(post: Post) -> None:
    letter = a_letter(letter_id="0" * 36)
    sealed = LETTERS.seal(post.vault, letter.letter_id, letter)
    post.table.write_together(letter_items(post.table, letter.letter_id, sealed, NOW, NOW + timedelta(days=42)))
    post.letters.send(letter.letter_id, NOW)
    (message,) = post.messages()
    assert set(json.loads(message)) == {"letter_id", "sealed", "correlation_id"}, "the function of before reads it too"
    post.printer.print(message, NOW)
    assert LetterState.PRINTED in journey(post.table, letter.letter_id).reached


def test_a_letter_that_this_release_sealed_and_the_one_before_sent_is_printed(post: Post) -> None:
    """As after rolling back, and forward again: what lies among the dead letters is sent on."""
    told = json.loads(sealed_message(post.letter))
    sealed = base64.b64encode(told["content"].encode()).decode()
    post.printer.print(json.dumps({"letter_id": told["letter_id"], "sealed": sealed, "correlation_id": None}), NOW)
    assert post.printed()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("", "Expecting value"),
        ("[]", "no message of a letter"),
        ("{}", "no message of a letter"),
        ('{"letter_id": 1, "sealed": ""}', "no message of a letter"),
        ('{"letter_id": "x", "sealed": "%"}', "base64"),
        ('{"letter_id": "c", "sealed": ""}', "unknown version"),
        ('{"letter_id": "c", "sealed": "AgAA"}', "unknown version"),
    ],
)
def test_a_message_that_is_no_letter_fails_and_goes_back_to_the_queue(post: Post, message: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        post.printer.print(message, NOW)
