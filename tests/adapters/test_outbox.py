"""The outbox carries anything: beside letters notices, a kind of these tests only, with contents of their own."""

import json
import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest

from chalicelib.budget import Budget, budget, within
from chalicelib.errors import Unavailable
from chalicelib.letters.contract.messages import sealing_context
from chalicelib.letters.posting import LETTERS, VendorQueue, letter_items
from chalicelib.mandates.register.counted import Tables
from chalicelib.observe import Metric
from chalicelib.outbox.parcels import Measured, ParcelKind
from chalicelib.outbox.sending import Carrier, Outbox
from chalicelib.people.vault import KmsVault
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.rows import Rows
from chalicelib.storage.table import Condition
from chalicelib.storage.tables import LettersTable
from local import aws
from tests.adapters.rows import ROWS
from tests.builders import NOW, a_letter
from tests.fakes import FakeVault

LATER = NOW + timedelta(hours=1)
UNTIL = NOW + timedelta(days=1)
SAID = {"to": "vera@example.nl", "text": "Henk has asked for a mandate."}


class Notice(NamedTuple):
    notice_id: str
    useful_until: datetime | None
    sealed: bytes | None
    correlation_id: str | None = None
    told_at: datetime | None = None
    dropped_at: datetime | None = None


NOTICE = Kind(
    "A notice.",
    LettersTable,
    Notice,
    pk="NOTICE#{notice_id}",
    sk="NOTICE",
    kept=Kept("further notice"),
    personal=("sealed",),
    sealed=("sealed",),
    keyed=("notice_id",),
)

NOTICES: ParcelKind[Mapping[str, str], Notice] = ParcelKind(
    "notice",
    NOTICE,
    json.dumps,
    # Any three that say nothing of letters.
    Measured(Metric.ANSWER_RELEASED, Metric.CERTIFICATE_DAYS_LEFT, Metric.ANSWER_REFUSED),
)


class Mailbox:
    """Receives notices, each once; `refused` are the ids that it fails at."""

    def __init__(self, table: LettersTable) -> None:
        self._rows = Rows(table, NOTICE)
        self.received: dict[str, bytes] = {}
        self.deliveries: list[tuple[str, bytes]] = []
        self.refused: set[str] = set()
        self.crash = False
        self.closed_until: datetime | None = None

    def deliver(self, notice_id: str, sealed: bytes, _row: Notice, now: datetime) -> datetime | None:
        if self.closed_until is not None and now < self.closed_until:
            return self.closed_until
        if notice_id in self.refused:
            raise ValueError("no such address")
        self.deliveries.append((notice_id, sealed))
        self.received.setdefault(notice_id, sealed)
        return None

    def left(self, notice_id: str, now: datetime) -> None:
        if self.crash:
            raise Unavailable("dynamodb")
        self._note("told_at", notice_id, now)

    def stopped(self, notice_id: str, now: datetime) -> None:
        self._note("dropped_at", notice_id, now)

    def _note(self, what: str, notice_id: str, now: datetime) -> None:
        self._rows.change(f"SET {what} = :now", Condition("", {}, {":now": now}), notice_id=notice_id)


class World:
    """Letters and notices in one outbox."""

    def __init__(self, table: LettersTable) -> None:
        self.table, self.sqs = table, aws.client("sqs")
        self.vault = KmsVault(aws.client("kms"), "alias/digid-machtigen-fields")
        self.url = self.sqs.create_queue(QueueName=f"letters-{uuid.uuid4()}")["QueueUrl"]
        self.mailbox = Mailbox(table)
        carriers: dict[ParcelKind[Any, Any], Carrier] = {
            LETTERS: VendorQueue(table, self.sqs, self.url, self.url),
            NOTICES: self.mailbox,
        }
        self.outbox = Outbox(table, carriers)
        self.older = Outbox(table, {LETTERS: carriers[LETTERS]})

    def ask(self, *, letter: str = "", notice: str = "") -> None:
        """Write down a letter, a notice or both in one transaction."""
        writes = []
        if letter:
            sealed = LETTERS.seal(self.vault, letter, a_letter(letter_id=letter))
            writes += letter_items(self.table, letter, sealed, NOW, UNTIL)
        if notice:
            row = Notice(notice, UNTIL, NOTICES.seal(self.vault, notice, SAID))
            writes += NOTICES.adding(self.table, row, NOW)
        self.table.write_together(writes)

    def notice(self, notice_id: str) -> Notice:
        found = NOTICES.find(self.table, notice_id)
        assert found is not None
        return found

    def letters(self) -> list[str]:
        """Return the ids of letters that came to the queue."""
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        return sorted(json.loads(message["Body"])["letter_id"] for message in found)

    def waiting(self) -> list[str]:
        """Return the keys of all marks."""
        return [str(item["sk"]) for shard in range(8) for item in self.table.query(f"OUTBOX#{shard}", "", None)[0]]


@pytest.fixture
def world(tables: Tables) -> World:
    return World(tables.letters)


def test_letters_and_notices_leave_by_one_sweeper_each_to_its_receiver(world: World) -> None:
    world.ask(letter="a" * 36, notice="a" * 36)
    world.ask(notice="b" * 36)
    assert world.outbox.sweep(NOW) == 0, "who asked is sending them"
    assert [world.outbox.sweep(LATER) for _ in range(2)] == [3, 0]
    assert world.letters() == ["a" * 36]
    assert list(world.mailbox.received) == ["a" * 36, "b" * 36]
    assert world.waiting() == []
    assert world.notice("b" * 36) == Notice("b" * 36, UNTIL, None, told_at=LATER), "no copy is kept"


def test_a_notice_is_sent_at_once_like_a_letter(world: World) -> None:
    world.ask(notice="a" * 36)
    world.outbox.of(NOTICES).send("a" * 36, NOW)
    assert list(world.mailbox.received) == ["a" * 36]
    assert world.waiting() == []


def test_what_is_due_later_is_sent_then_and_not_before_and_goes_on_if_a_process_dies(world: World) -> None:
    row = Notice("a" * 36, UNTIL, NOTICES.seal(world.vault, "a" * 36, SAID))
    world.table.write_together(NOTICES.adding_for(world.table, row, LATER))
    world.outbox.sweep(LATER)
    assert world.mailbox.received == {}, "it is not yet past"
    world.mailbox.crash = True
    world.outbox.sweep(LATER + timedelta(seconds=1))
    assert world.notice("a" * 36).told_at is None
    world.mailbox.crash = False
    then = LATER + timedelta(minutes=1)
    for minutes in range(3):
        world.outbox.sweep(then + timedelta(minutes=minutes))
    assert world.mailbox.deliveries == [("a" * 36, world.mailbox.received["a" * 36])] * 2
    assert world.notice("a" * 36) == Notice("a" * 36, UNTIL, None, told_at=then)
    assert [item for shard in range(8) for item in world.table.query(f"AWAITED#{shard}", "", None)[0]] == []


def test_what_is_due_later_and_stopped_before_is_not_sent(world: World) -> None:
    row = Notice("a" * 36, UNTIL, NOTICES.seal(world.vault, "a" * 36, SAID))
    world.table.write_together(NOTICES.adding_for(world.table, row, LATER))
    world.table.write_together(NOTICES.stopping(world.table, "a" * 36))
    for minutes in range(3):
        world.outbox.sweep(LATER + timedelta(minutes=minutes))
    assert world.mailbox.received == {}
    assert world.waiting() == []


def test_contents_are_readable_nowhere_on_their_way_and_open_for_their_kind_and_id_only(world: World) -> None:
    world.ask(letter="a" * 36, notice="a" * 36)
    lying = str(world.table.query(f"NOTICE#{'a' * 36}", "", None))
    world.outbox.sweep(LATER)
    sealed = world.mailbox.received["a" * 36]
    for secret in SAID.values():
        assert secret not in lying
        assert secret.encode() not in sealed
    assert json.loads(world.vault.open(sealed, f"notice:{'a' * 36}")) == SAID
    for context in (f"letter:{'a' * 36}", f"notice:{'b' * 36}"):
        with pytest.raises(ValueError, match="does not open"):
            world.vault.open(sealed, context)


def test_letters_are_sealed_as_the_contract_with_the_print_vendor_has_it() -> None:
    letter = a_letter()
    sealed = LETTERS.seal(FakeVault(), letter.letter_id, letter)
    assert FakeVault().open(sealed, sealing_context(letter.letter_id)) == letter.to_json()


def test_one_that_is_bad_stops_none_of_its_kind_or_another_and_each_kind_is_measured(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    for parcel_id in ("a" * 36, "b" * 36, "c" * 36):
        world.ask(letter=parcel_id, notice=parcel_id)
    world.table.delete(f"LETTER#{'a' * 36}", "LETTER")
    world.mailbox.refused.add("b" * 36)
    for odd in ("notice#", "notice#lost", "notice#odd#0000", "webhook#" + "a" * 36, "webhook#" + "b" * 36):
        world.table.put({"pk": "OUTBOX#2", "sk": odd, "since": 5})
    assert world.outbox.sweep(LATER) == 4
    assert world.letters() == ["b" * 36, "c" * 36]
    assert sorted(world.mailbox.received) == ["a" * 36, "c" * 36]
    measured = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert {name: one[name] for one in measured for name in one if name[0].isupper()} == {
        "LettersUnsent": [3],
        "OldestUnsentLetter": [3600],
        "LettersNotSent": [1],
        NOTICES.measured.unsent: [5],
        NOTICES.measured.oldest: [3600],
        NOTICES.measured.not_sent: [3],
        "ParcelsUnknown": [3],
    }
    assert Counter(caplog.messages) == {"parcel_swept": 4, "parcel_not_swept": 4, "parcel_of_unknown_kind": 3}
    assert len(world.waiting()) == 7, "they stay for somebody to look at"


def test_one_that_is_due_and_cannot_be_read_holds_up_no_other_and_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    for number in range(8):
        row = Notice(f"{number:036x}", UNTIL, NOTICES.seal(world.vault, f"{number:036x}", SAID))
        world.table.write_together(NOTICES.adding_for(world.table, row, LATER))
        for odd in ("2031", "2031#", "2031#webhook#0000", "2031-05-17T00:00:00#notice#", "2031#notice#lost"):
            world.table.put({"pk": f"AWAITED#{number}", "sk": odd, "correlation_id": 5})
    world.outbox.sweep(LATER + timedelta(minutes=1))
    assert len(world.mailbox.received) == 8
    measured = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [one["ParcelsUnknown"] for one in measured if "ParcelsUnknown" in one] == [[32]]
    assert Counter(caplog.messages) == {"parcel_sent_when_due": 8, "parcel_of_unknown_kind": 32}
    world.outbox.sweep(LATER + timedelta(minutes=2))
    assert len(world.mailbox.deliveries) == 8


def test_one_that_is_due_at_a_moment_that_nobody_can_read_is_sent_once(world: World) -> None:
    for number, due in enumerate(("2031-05-17T11:00:00Z", "2031-05-17", "2031-05-17T11:00:00", "2031-05-00")):
        row = Notice(f"{number:036x}", UNTIL, NOTICES.seal(world.vault, f"{number:036x}", SAID))
        write, _ = NOTICES.adding_for(world.table, row, LATER)
        world.table.write_together([write])
        world.table.put({"pk": f"AWAITED#{number}", "sk": f"{due}#notice#{number:036x}"})
    for minutes in (1, 2, 3):
        world.outbox.sweep(LATER + timedelta(minutes=minutes))
    assert sorted(one for one, _ in world.mailbox.deliveries) == [f"{number:036x}" for number in range(4)]
    assert [item for shard in range(8) for item in world.table.query(f"AWAITED#{shard}", "", None)[0]] == []


def test_a_release_that_knows_no_notices_sends_letters_and_leaves_notices_to_one_that_does(world: World) -> None:
    world.ask(letter="a" * 36, notice="a" * 36)
    assert world.older.sweep(LATER) == 1
    assert world.letters() == ["a" * 36]
    assert world.outbox.sweep(LATER) == 1
    assert list(world.mailbox.received) == ["a" * 36]


def test_what_comes_twice_because_a_process_died_is_known_by_its_id(world: World) -> None:
    world.ask(notice="a" * 36)
    world.mailbox.crash = True
    assert world.outbox.sweep(LATER) == 0
    world.mailbox.crash = False
    assert world.outbox.sweep(LATER) == 1
    assert world.mailbox.deliveries == [("a" * 36, world.mailbox.received["a" * 36])] * 2


def test_what_its_carrier_puts_off_waits_till_then_and_is_no_failure(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    world.ask(notice="a" * 36)
    world.mailbox.closed_until = LATER + timedelta(hours=3)
    assert world.outbox.sweep(LATER) == 1
    assert world.outbox.sweep(LATER + timedelta(minutes=170)) == 0, "it is not asked each minute"
    assert (world.mailbox.received, world.waiting()) == ({}, [f"notice#{'a' * 36}"])
    assert world.notice("a" * 36).sealed, "nothing is lost"
    assert world.outbox.sweep(LATER + timedelta(minutes=181)) == 1
    assert (list(world.mailbox.received), world.waiting()) == (["a" * 36], [])
    assert NOTICES.measured.not_sent not in capsys.readouterr().out


def test_what_is_stopped_while_it_is_put_off_is_stopped_at_once(world: World) -> None:
    world.ask(notice="a" * 36)
    world.mailbox.closed_until = LATER + timedelta(hours=3)
    world.outbox.sweep(LATER)
    world.table.write_together(NOTICES.stopping(world.table, "a" * 36))
    assert world.outbox.sweep(LATER + timedelta(minutes=1)) == 1
    assert world.notice("a" * 36).dropped_at == LATER + timedelta(minutes=1)
    assert world.waiting() == []


@pytest.mark.parametrize("ended", [False, True])
def test_what_has_become_worthless_is_not_sent(world: World, ended: bool) -> None:  # noqa: FBT001
    world.ask(letter="a" * 36, notice="a" * 36)
    if not ended:
        world.table.write_together(NOTICES.stopping(world.table, "a" * 36))
    assert world.outbox.sweep(UNTIL if ended else LATER) == 2
    assert world.mailbox.received == {}
    assert world.letters() == ([] if ended else ["a" * 36])
    assert world.notice("a" * 36).dropped_at == (UNTIL if ended else LATER)
    assert world.waiting() == []


def test_a_receiver_who_is_silent_leaves_other_kinds_their_time(world: World) -> None:
    clock = [0.0]

    class Silent(Mailbox):
        def deliver(self, *_: object) -> datetime | None:
            clock[0] += budget().patience("mail", 4.0, least=2.0)
            raise Unavailable("mail")

    for number in range(40):
        world.ask(letter=f"{number:036x}" if number == 0 else "", notice=f"{number:036x}")
    queue = VendorQueue(world.table, world.sqs, world.url, world.url)
    with within(Budget(45.0, lambda: clock[0])) as granted:
        assert Outbox(world.table, {NOTICES: Silent(world.table), LETTERS: queue}).sweep(LATER) == 1
        assert granted.left > 45 / 2 - 2
    assert len(world.letters()) == 1


def test_a_mark_of_a_moment_that_never_comes_is_sent(world: World) -> None:
    world.ask(letter="a" * 36, notice="a" * 36)
    for key in ("a" * 36, f"notice#{'a' * 36}"):
        world.table.put({"pk": f"OUTBOX#{0xAAAA % 8}", "sk": key, "since": "9999-12-31T23:59:59+00:00"})
    assert world.outbox.sweep(LATER) == 2
    assert (world.letters(), list(world.mailbox.received)) == (["a" * 36], ["a" * 36])


def test_receivers_who_are_silent_leave_what_is_due_later_its_time(world: World) -> None:
    clock = [0.0]

    class Silent(Mailbox):
        def deliver(self, notice_id: str, *others: Any) -> datetime | None:
            if int(notice_id, 16) == 0:
                return super().deliver(notice_id, *others)
            clock[0] += budget().patience("mail", 4.0, least=2.0)
            raise Unavailable("mail")

    row = Notice(f"{0:036x}", UNTIL, NOTICES.seal(world.vault, f"{0:036x}", SAID))
    world.table.write_together(NOTICES.adding_for(world.table, row, NOW))
    for number in range(1, 40):
        world.ask(notice=f"{number:036x}")
    mailbox = Silent(world.table)
    with within(Budget(45.0, lambda: clock[0])) as granted:
        Outbox(world.table, {NOTICES: mailbox}).sweep(LATER)
        assert granted.left > 45 / 2 - 2
    assert list(mailbox.received) == [f"{0:036x}"]


def test_letters_that_an_older_release_wrote_down_are_sent_or_stopped(world: World) -> None:
    """Rows and marks as they lay in the table before anything but letters was carried."""
    for row in ROWS["letters"]:
        world.table.put(row)
    assert world.outbox.sweep(LATER) == 4
    assert world.letters() == ["aa17" * 8 + "0001", "ca5e" * 8 + "0001"]
    assert world.waiting() == []
    states = {row["pk"]: world.table.get(str(row["pk"]), "LETTER") for row in ROWS["letters"] if row["sk"] == "LETTER"}
    assert Counter(str(row["state"]) for row in states.values() if row) == {"queued": 2, "cancelled": 2}
    assert [str(row["state"]) for row in states.values() if row and "sealed" in row] == ["queued"] * 2, "till accepted"
