"""What lies in the queue of statuses is read or refused, and counted; nothing of it is quoted."""

import json
from datetime import timedelta

import pytest

from chalicelib.errors import Unavailable
from chalicelib.letters.contract.states import VendorKind
from chalicelib.letters.contract.statuses import LetterStatus, Mishap, VendorStep
from chalicelib.mandates.delivery.status_queue import StatusTaker
from chalicelib.mandates.delivery.taking import Taken
from tests.builders import NOW, a_request, an_opening
from tests.fakes import FakeMandates, FakePrinted

ID = a_request().letter_id or ""
FUNCTION, OUTSIDE = "AROAFUNCTION00000000", "AROAOUTSIDE000000000"
ROLES = {"function": FUNCTION, "outside": OUTSIDE}
POSTED = LetterStatus(ID, VendorStep.POSTED, NOW).to_json()


@pytest.fixture
def store() -> FakeMandates:
    store = FakeMandates()
    store.open_requests(an_opening(a_request()))
    return store


def _counted(capsys: pytest.CaptureFixture[str]) -> list[str]:
    measured = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    return [name for one in measured for name in one if name[0].isupper()]


@pytest.mark.parametrize(
    ("sender", "taken"),
    [
        (f"{FUNCTION}:print_letter", Taken.MOVED),
        (FUNCTION, Taken.MOVED),
        (f"{OUTSIDE}:vendor", Taken.STRANGER),
        ("AROASOMEBODY00000000:x", Taken.STRANGER),
        (f"x{FUNCTION}:x", Taken.STRANGER),
        ("", Taken.STRANGER),
    ],
)
def test_only_who_prints_a_letter_tells_of_it(store: FakeMandates, sender: str, taken: Taken) -> None:
    before = dict(store.rows)
    assert StatusTaker(store, ROLES, FakePrinted()).take(POSTED, sender, NOW) is taken
    assert (store.rows == before) is (taken is Taken.STRANGER)


def test_where_nobody_can_be_told_from_another_anybody_tells(store: FakeMandates) -> None:
    assert StatusTaker(store, {}, FakePrinted()).take(POSTED, "", NOW) is Taken.MOVED


@pytest.mark.parametrize("step", VendorStep)
def test_what_nobody_has_to_post_any_more_is_emptied_though_that_fails_at_first(
    store: FakeMandates, step: VendorStep
) -> None:
    printed = FakePrinted()
    reason = Mishap.OTHER if step in (VendorStep.RETURNED, VendorStep.FAILED) else None
    text = LetterStatus(ID, step, NOW, reason).to_json()
    taker = StatusTaker(store, ROLES, printed)
    if step in (VendorStep.ACCEPTED, VendorStep.PRINTED):
        taker.take(text, FUNCTION, NOW)
        assert printed.emptied == []
        return
    printed.down = True
    with pytest.raises(Unavailable):
        taker.take(text, FUNCTION, NOW)
    printed.down = False
    assert taker.take(text, FUNCTION, NOW) is Taken.REPEATED
    assert printed.emptied == [ID]


def test_who_does_not_print_a_letter_has_nothing_of_it_emptied(store: FakeMandates) -> None:
    printed = FakePrinted()
    taker = StatusTaker(store, ROLES, printed)
    taker.take(POSTED, OUTSIDE, NOW)
    taker.take(POSTED.replace(ID, "f" * 36), FUNCTION, NOW)
    assert printed.emptied == []
    taker.take(LetterStatus(ID, VendorStep.CANCELLED, NOW).to_json(), FUNCTION, NOW)
    printed.emptied.clear()
    taker.take(LetterStatus(ID, VendorStep.FAILED, NOW, Mishap.OTHER).to_json(), FUNCTION, NOW)
    assert printed.emptied == []


def test_of_what_is_printed_outside_nothing_is_put_in_our_bucket(store: FakeMandates) -> None:
    """It would say there that our function printed it."""
    printed = FakePrinted()
    store.rows[ID] = store.rows[ID]._replace(vendor=VendorKind.OUTSIDE)
    taker = StatusTaker(store, ROLES, printed)
    assert taker.take(POSTED, OUTSIDE, NOW) is Taken.MOVED
    assert taker.take(POSTED, OUTSIDE, NOW) is Taken.REPEATED
    assert StatusTaker(store, {}, printed).take(POSTED, "", NOW) is Taken.REPEATED, "whoever tells it"
    assert taker.take(POSTED, FUNCTION, NOW) is Taken.STRANGER
    assert printed.emptied == []


@pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(minutes=5, microseconds=1)])
def test_what_is_still_to_come_is_no_status(store: FakeMandates, ahead: timedelta) -> None:
    text = LetterStatus(ID, VendorStep.POSTED, NOW + ahead).to_json()
    if ahead <= timedelta(minutes=5):
        assert StatusTaker(store, {}, FakePrinted()).take(text, "", NOW) is Taken.MOVED
        return
    with pytest.raises(ValueError, match="still to come"):
        StatusTaker(store, {}, FakePrinted()).take(text, "", NOW)
    assert store.rows[ID].posted_at is None


def test_each_kind_of_what_is_told_is_counted_by_itself(
    store: FakeMandates, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    taker = StatusTaker(store, ROLES, FakePrinted())

    def told(step: VendorStep, by: str = FUNCTION, letter_id: str = ID) -> list[str]:
        reason = "moved" if step is VendorStep.RETURNED else None
        values = json.loads(LetterStatus(letter_id, VendorStep.POSTED, NOW).to_json()) | {"status": step}
        taker.take(json.dumps(values | ({"reason": reason} if reason else {})), by, NOW)
        return _counted(capsys)

    assert told(VendorStep.POSTED) == ["LetterStatusTaken", "LetterPosted"]
    assert told(VendorStep.POSTED) == ["LetterStatusRepeated"]
    assert told(VendorStep.PRINTED) == ["LetterStatusLate"]
    assert told(VendorStep.RETURNED) == ["RequestUndeliverable", "LetterStatusTaken", "LetterReturned"]
    assert told(VendorStep.DELIVERED) == ["LetterStatusAfterEnd"]
    assert told(VendorStep.DELIVERED, letter_id="0" * 36) == ["LetterStatusOfUnknownLetter"]
    assert told(VendorStep.DELIVERED, by=OUTSIDE) == ["LetterStatusOfStranger"]
    assert told(VendorStep.DELIVERED, by="somebody") == ["LetterStatusOfStranger"]
    with pytest.raises(ValueError, match="no status"):
        taker.take("poison", FUNCTION, NOW)
    assert _counted(capsys) == ["LetterStatusNotRead"]


@pytest.mark.parametrize("poison", ["900100084", '{"letter_id": "900100084", "status": "V. van der Gever"}'])
def test_poison_is_told_without_what_it_says(
    store: FakeMandates, caplog: pytest.LogCaptureFixture, poison: str
) -> None:
    """Lambda writes what a function raises, with the trace and its causes, into the log."""
    with pytest.raises(ValueError, match=r"^no status of a letter$") as error:
        StatusTaker(store, ROLES, FakePrinted()).take(poison, FUNCTION, NOW)
    told = f"{error.getrepr(style='native')} {[vars(one) for one in caplog.records]}"
    assert not [secret for secret in ("900100084", "Gever") if secret in told]
    assert set(caplog.messages) == {"letter_status_not_read"}
