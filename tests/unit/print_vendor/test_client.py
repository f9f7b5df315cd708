"""An outside vendor's rounds: what is printed, told and deleted, in which order, also when one is cut off."""

import base64
import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.letters.contract.letter import Letter
from chalicelib.letters.contract.messages import LetterCancel
from chalicelib.letters.contract.statuses import LetterStatus, Mishap, VendorStep
from print_vendor.client import Client
from print_vendor.journal import Journal
from print_vendor.outside import FolderShop, FolderTaken, opened
from print_vendor.queues import Taken
from tests.builders import NOW, a_letter
from tests.vendor import FOREIGN_SEAL, VENDOR_KEY, an_opener, sealed_message

NAMES = [f"{number:036x}" for number in range(1, 9)]
BEFORE = NOW - timedelta(hours=1)
"""`sealed_message` is to be printed before `NOW`."""


class Killed(BaseException):
    """What nobody catches."""


class FakeQueues:
    """Both queues; `fuse` is how many calls are answered before the process is killed, before or after the last."""

    def __init__(self, *messages: str) -> None:
        self.messages = list(messages)
        self.told: list[LetterStatus] = []
        self.fuse, self.after = 10_000, False
        self.back: list[str] = []
        self.hidden: list[str] = []

    def _burn(self, *, after: bool) -> None:
        if after is self.after:
            self.fuse -= 1
            if self.fuse < 0:
                raise Killed

    def take(self, wait: int, most: int = 10) -> list[Taken]:  # noqa: ARG002
        self._burn(after=False)
        found = [Taken(one, one) for one in self.messages if one not in self.hidden][: min(most, 10)]
        self.hidden += [one.body for one in found]
        self._burn(after=True)
        return found

    def look(self, wait: int) -> list[Taken]:  # noqa: ARG002
        return [Taken(one, one) for one in self.messages[:10]]

    def give_back(self, taken: Sequence[Taken]) -> None:
        self.back += [one.body for one in taken]

    def done(self, taken: Sequence[Taken]) -> None:
        self._burn(after=False)
        gone = {one.receipt for one in taken}
        self.messages = [one for one in self.messages if one not in gone]
        self._burn(after=True)

    def tell(self, statuses: Sequence[LetterStatus]) -> None:
        self._burn(after=False)
        self.told += statuses
        self._burn(after=True)

    def steps(self, letter_id: str) -> list[str]:
        return [one.step for one in self.told if one.letter_id == letter_id]


class House:
    """A vendor who may be started again and again in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now, self.stopped = folder, BEFORE, False

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def round(self, queues: FakeQueues, journal: Journal, most: int = 100, **options: bool) -> str:
        """Go round once, as a process that begins; return what it did."""
        queues.hidden = []
        shop = FolderShop(self.folder, journal, **options)
        client = Client(queues, an_opener(), shop, journal, self.clock, lambda: self.stopped)  # type: ignore[arg-type]
        client.resume()
        tally = client.round(most)
        return json.dumps({name: value for name, value in vars(tally).items() if value and name != "batch"})

    def pdfs(self) -> dict[str, bytes]:
        """Return what lies there by letter; fails for a letter that lies there twice."""
        found = [(path.stem.partition("-")[2], path.read_bytes()) for path in self.folder.rglob("*.pdf")]
        assert not [name for name, number in Counter(name for name, _ in found).items() if number > 1]
        return dict(found)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "out")


@pytest.fixture
def journal(house: House) -> Iterator[Journal]:
    with opened(house.folder) as made:
        yield made


def _message(letter_id: str, addressee: str = "V. van der Gever") -> str:
    return sealed_message(a_letter(letter_id=letter_id, addressee=addressee))


def _headed(header: str) -> str:
    """Return a message whose content has another header."""
    message = json.loads(_message(NAMES[2]))
    sealed = base64.urlsafe_b64encode(header.encode()).decode().rstrip("=")
    return json.dumps(message | {"content": ".".join([sealed, *message["content"].split(".")[1:]])})


def _cancel(letter_id: str) -> str:
    return LetterCancel(letter_id).to_json()


def test_a_batch_is_printed_listed_and_told_and_then_deleted(house: House, journal: Journal) -> None:
    queues = FakeQueues(*map(_message, NAMES[:3]))
    assert house.round(queues, journal) == '{"printed": 3}'
    assert queues.messages == []
    pdfs = house.pdfs()
    assert pdfs.keys() == set(NAMES[:3])
    (manifest,) = house.folder.rglob("manifest.json")
    told = json.loads(manifest.read_text())
    assert (told["schema"], told["batch"], told["count"]) == ("batch/1", manifest.parent.name, 3)
    for number, (one, name) in enumerate(zip(told["letters"], NAMES, strict=False), start=1):
        sha256 = hashlib.sha256(pdfs[name]).hexdigest()
        assert one == {
            "sequence": number,
            "letter_id": name,
            "file": f"{number:05d}-{name}.pdf",
            "bytes": len(pdfs[name]),
            "sha256": sha256,
        }
    for name in NAMES[:3]:
        assert queues.steps(name) == [VendorStep.ACCEPTED, VendorStep.PRINTED]
    assert {one.batch for one in queues.told} == {told["batch"]}


def test_nothing_of_a_letter_is_readable_but_in_its_pdf(house: House, journal: Journal) -> None:
    letter = a_letter()
    house.round(FakeQueues(sealed_message(letter)), journal)
    others = [path.read_bytes() for path in house.folder.rglob("*") if path.is_file() and path.suffix != ".pdf"]
    assert others
    for secret in (letter.code, "Lindelaan", "Gever"):
        assert not [one for one in others if secret.encode() in one]
    assert {oct(path.stat().st_mode & 0o777) for path in house.folder.rglob("*.pdf")} == {"0o600"}


def test_who_asks_for_slips_gets_them_and_who_posts_at_once_tells_so(house: House, journal: Journal) -> None:
    queues = FakeQueues(_message(NAMES[0]))
    house.round(queues, journal, posted=True, slips=True)
    (slip,) = [path for path in house.folder.rglob("*.json") if path.name != "manifest.json"]
    assert json.loads(slip.read_text())["address"] == list(a_letter().address)
    assert queues.steps(NAMES[0]) == ["accepted", "printed", "posted"]


def test_a_letter_that_comes_again_is_not_printed_or_told_again(house: House, journal: Journal) -> None:
    queues = FakeQueues(_message(NAMES[0]), _message(NAMES[0]))
    assert house.round(queues, journal) == '{"printed": 1, "left": 1}'
    queues.messages.append(_message(NAMES[0]))
    assert house.round(queues, journal) == '{"left": 1}'
    assert queues.steps(NAMES[0]) == ["accepted", "printed"]
    assert queues.messages == []


@pytest.mark.parametrize("first", ["the letter", "the cancel", "the cancel, a round before"])
def test_what_is_cancelled_is_not_printed_whichever_comes_first(house: House, journal: Journal, first: str) -> None:
    letter, cancel = _message(NAMES[0]), _cancel(NAMES[0])
    queues = FakeQueues(*((letter, cancel) if first == "the letter" else (cancel, letter)))
    if "round" in first:
        queues.messages.remove(letter)
        assert house.round(queues, journal) == '{"cancelled": 1}'
        queues.messages.append(letter)
    house.round(queues, journal)
    assert house.pdfs() == {}
    assert queues.steps(NAMES[0]) == ["cancelled"]
    assert queues.messages == []


def test_a_cancel_that_comes_after_printing_changes_nothing(house: House, journal: Journal) -> None:
    queues = FakeQueues(_message(NAMES[0]))
    house.round(queues, journal)
    queues.messages.append(_cancel(NAMES[0]))
    house.round(queues, journal)
    assert queues.steps(NAMES[0]) == ["accepted", "printed"]
    assert queues.messages == []


def test_what_is_taken_too_late_is_dropped_and_nothing_told_and_printed_when_it_is_sent_again(
    house: House, journal: Journal
) -> None:
    queues = FakeQueues(_message(NAMES[0]))
    house.now = NOW
    assert house.round(queues, journal) == '{"left": 1}'
    assert (queues.messages, queues.told, house.pdfs()) == ([], [], {})
    house.now = BEFORE
    queues.messages.append(_message(NAMES[0]))
    assert house.round(queues, journal) == '{"printed": 1}'


def test_what_was_accepted_in_time_is_printed_also_when_it_comes_again_late(house: House, journal: Journal) -> None:
    journal.accept(NAMES[0], "a batch", BEFORE)
    house.now = NOW
    assert house.round(FakeQueues(_message(NAMES[0])), journal) == '{"printed": 1}'


def test_what_cannot_be_opened_or_read_stays_in_the_queue_and_holds_up_no_other(house: House, journal: Journal) -> None:
    odd = ["", "{}", '{"letter_id": "900100084"}', sealed_message(a_letter(letter_id=NAMES[1]), FOREIGN_SEAL)]
    odd += ["[" * 100_000, '{"letter_id": "\\ud800", "sealed": "eyJh"}', '{"letter_id": "../../x", "sealed": "eyJh"}']
    odd += [_headed('{"kid": ' + "[" * 50_000), _headed(f'{{"kid": "{VENDOR_KEY["kid"]}", "crit": 5}}')]
    queues = FakeQueues(*odd, _message(NAMES[0]))
    told = json.loads(house.round(queues, journal))
    assert (told["printed"], told["unreadable"]) == (1, len(odd))
    assert queues.messages == odd
    assert not [line for line in told["errors"] if "900100084" in line or ".." in line or not line.isascii()]
    assert f"{NAMES[1]}: a sealed letter names a key that we do not have" in told["errors"]
    assert queues.steps(NAMES[1]) == [], "the key may come: nobody's code is void for that"


def test_what_cannot_be_set_has_failed_and_is_told_so_once(house: House, journal: Journal) -> None:
    queues = FakeQueues(_message(NAMES[0], addressee="日本 van Dijk"))
    for _ in range(2):
        house.round(queues, journal)
    assert [(one.step, one.reason) for one in queues.told if one.step is not VendorStep.ACCEPTED] == [
        (VendorStep.FAILED, Mishap.CANNOT_PRINT)
    ]
    assert queues.messages == []


def test_who_stops_finishes_the_letter_that_was_begun_and_gives_the_others_back(
    house: House, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues = FakeQueues(*map(_message, NAMES[:3]))
    printed = journal.printed

    def stopping(*given: object, **more: bool) -> None:
        printed(*given, **more)  # type: ignore[arg-type]
        house.stopped = True

    monkeypatch.setattr(journal, "printed", stopping)
    assert house.round(queues, journal) == '{"printed": 1}'
    assert len(queues.back) == 2
    assert queues.steps(NAMES[0]) == ["accepted", "printed"]


def test_a_rehearsal_changes_nothing(house: House, journal: Journal) -> None:
    queues = FakeQueues(_message(NAMES[0]), sealed_message(a_letter(letter_id=NAMES[1]), FOREIGN_SEAL))
    shop = FolderShop(house.folder, journal)
    tally = Client(queues, an_opener(), shop, journal, house.clock, lambda: False).rehearse(0)  # type: ignore[arg-type]
    assert (tally.printed, tally.unreadable) == (1, 1)
    assert (len(queues.messages), queues.told, house.pdfs()) == (2, [], {})


def test_one_folder_has_one_client(house: House, journal: Journal) -> None:  # noqa: ARG001 - holds the folder
    with pytest.raises(FolderTaken, match="another client prints into"), opened(house.folder):
        pass


@pytest.mark.parametrize("seed", range(12))
def test_killed_at_any_call_it_loses_nothing_and_prints_and_tells_nothing_twice(house: House, seed: int) -> None:
    """But what was told and is not yet known to be: that is told once more, and changes nothing."""
    pick = random.Random(seed)
    letters = {name: a_letter(letter_id=name) for name in NAMES}
    queues = FakeQueues(*map(sealed_message, letters.values()), *map(_message, NAMES[:2]), _cancel(NAMES[-1]))
    kills = 0
    for _ in range(60):
        queues.fuse, queues.after = (pick.randrange(4), pick.random() < 0.5) if kills < 12 else (10_000, False)
        pick.shuffle(queues.messages)
        try:
            with opened(house.folder) as journal:
                house.round(queues, journal, pick.randrange(1, 6))
        except Killed:
            kills += 1
        if not queues.messages:
            break
    assert kills
    assert queues.messages == []
    _is_right(house, queues, letters)


def _is_right(house: House, queues: FakeQueues, letters: dict[str, Letter]) -> None:
    ends = {name: set(queues.steps(name)) for name in letters}
    pdfs = house.pdfs()
    for name, steps in ends.items():
        assert steps in ({"accepted", "printed"}, {"cancelled"}, {"accepted", "cancelled"}), name
        assert ("printed" in steps) is (name in pdfs), name
    assert all("printed" in ends[name] for name in NAMES[:-1])
    listed = [
        one["letter_id"]
        for manifest in house.folder.rglob("manifest.json")
        for one in json.loads(manifest.read_text())["letters"]
    ]
    assert sorted(listed) == sorted(pdfs)


def test_a_letter_that_was_begun_and_is_cancelled_before_it_is_written_down_leaves_nothing_in_the_folder(
    house: House, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(Journal, "printed", _killed)
        with pytest.raises(Killed):
            house.round(FakeQueues(_message(NAMES[0])), journal, slips=True)
    assert list(house.folder.glob("*/*.pdf")), "it was killed with the letter on the disk"
    queues = FakeQueues(_cancel(NAMES[0]), _message(NAMES[0]))
    house.round(queues, journal, slips=True)
    assert queues.steps(NAMES[0]) == [VendorStep.ACCEPTED, VendorStep.CANCELLED]
    assert not [path for path in house.folder.glob("*/*") if path.is_file()]


def test_a_letter_whose_writing_was_cut_off_and_that_is_cancelled_leaves_nothing_readable(
    house: House, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(Path, "replace", _killed)
        with pytest.raises(Killed):
            house.round(FakeQueues(_message(NAMES[0])), journal)
    assert list(house.folder.glob("*/.*.unfinished")), "it was killed with half a letter on the disk"
    house.round(FakeQueues(_cancel(NAMES[0])), journal)
    assert not [path for path in house.folder.glob("*/*") if path.is_file()]


def _killed(*_: object, **__: object) -> None:
    raise Killed
