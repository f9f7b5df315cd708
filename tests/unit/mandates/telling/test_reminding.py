"""Who is reminded of a code that nobody used, of what of it, and who is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.catalogue.model import ServiceId
from chalicelib.days import day_before, midnight_after, today
from chalicelib.errors import Unavailable
from chalicelib.letters.contract.letter import Letter, LetterKind
from chalicelib.letters.contract.statuses import LetterStatus, Mishap, VendorStep
from chalicelib.mandates.delivery.taking import take_status
from chalicelib.mandates.living.leaving import lapse, leave
from chalicelib.mandates.model.cases import VisitId, case_of
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.register.transactions import Closing
from chalicelib.mandates.telling.reminding import IN_TIME
from chalicelib.mandates.telling.telling import Teller
from chalicelib.people.actor import Citizen
from chalicelib.people.brp.person import Standing
from tests.asking import FakeServices
from tests.builders import (
    GENEROUS,
    HENK,
    NOW,
    SECRETS,
    STAFF,
    VERA,
    a_mandate,
    a_person,
    a_request,
    a_service,
    an_opening,
    making,
    signed_in,
)
from tests.fakes import FakeMandates, FakeNotices, FakePrinted, FakeRegister, FakeSender, FakeTries

DAY = timedelta(days=1)
VISIT = VisitId("ab" * 15 + "00")
LETTER_ID = f"{VISIT}0001"
POSTED = NOW + 2 * DAY
ENDS = midnight_after(today(POSTED) + 42 * DAY)
HALF = POSTED + (ENDS - POSTED) / 2
BY = signed_in(VERA)


class Post:
    """Vera asked for two services with one letter, which was posted; `written` are the letters but for that."""

    def __init__(self, **changes: object) -> None:
        self.store, self.letters, self.tries = FakeMandates(GENEROUS), FakeSender(), FakeTries()
        self.people, self.services = FakeRegister({VERA: a_person(), HENK: a_person(name="H. Helper")}), FakeServices()
        first, second = (self._request(number, changes) for number in range(2))
        self.requests = (first, replace(second, code=first.code))
        self.store.open_requests(an_opening(first, requests=self.requests))
        self.told(VendorStep.POSTED, POSTED)

    def _request(self, number: int, changes: dict[str, object]) -> Request:
        case_id, service_id = case_of(VISIT, number), ServiceId(f"service {number}")
        self.services.known[service_id] = a_service(
            service_id=service_id, name={"nl": f"Sluis {number}", "en": f"Lock {number}"}
        )
        facts: dict[str, object] = {
            "case_id": case_id,
            "represented": BY.person,
            "represented_bsn": SECRETS.vault.seal(VERA.digits, f"case:{case_id}"),
            "service_id": service_id,
            "expires_at": ENDS + 12 * DAY,
            "valid_days": 42,
            "letter_id": LETTER_ID,
        }
        return a_request(**{**facts, **changes})

    def told(self, step: VendorStep, at: datetime, reason: Mishap | None = None) -> None:
        take_status(LetterStatus(LETTER_ID, step, at, reason), None, store=self.store, printed=FakePrinted(), now=at)

    def remind(self, now: datetime = HALF) -> None:
        asked = (FakeNotices(self.store), self.store, self.services, self.people, self.tries, self.letters)
        teller = Teller(*asked, SECRETS.vault, "machtigen.example.nl")
        for one in self.store.due:
            if one.represented is not None:
                teller.tell(one.notice_id, now)

    def now(self, number: int) -> Request:
        found = self.store.request(BY.person, self.requests[number].case_id)
        assert found is not None
        return found

    def withdraw(self, number: int) -> None:
        self.store.close(Closing((self.now(number),), RequestState.WITHDRAWN, BY, POSTED + DAY))

    def activate(self, number: int) -> None:
        made = a_mandate(self.now(number), activated_at=POSTED + DAY)
        self.store.make(making(self.now(number), made), signed_in(HENK))

    @property
    def written(self) -> list[Letter]:
        return [one for one in self.store.letters if one.kind is not LetterKind.CODE]


def test_it_is_due_at_half_of_the_time_that_the_code_works_and_points_to_the_letter_that_has_it() -> None:
    post = Post()
    assert [one.at for one in post.store.due] == [HALF]
    post.remind()
    (letter,) = post.written
    assert (letter.kind, letter.addressee) == (LetterKind.REMINDER, "V. van der Gever")
    assert (letter.happened_on, letter.use_before) == (today(NOW), day_before(ENDS))
    assert [one.name for one in letter.services] == ["Sluis 0", "Sluis 1"]
    assert letter.reference == LETTER_ID[:12].upper()
    assert letter.code == ""
    assert post.letters.sent == [letter.letter_id]


def test_it_changes_nothing_of_what_waits() -> None:
    post = Post()
    before = [post.now(0), post.now(1), post.store.codes(post.requests[0].code.claim)]  # type: ignore[union-attr]
    post.remind()
    assert [post.now(0), post.now(1), post.store.codes(post.requests[0].code.claim)] == before  # type: ignore[union-attr]


def test_who_asked_by_telephone_is_reminded_too() -> None:
    post = Post(requester=Citizen(BY.person, 0), level=None, staff=STAFF)
    post.remind()
    assert [one.kind for one in post.written] == [LetterKind.REMINDER]


def test_whom_another_asks_is_not() -> None:
    post = Post(requester=signed_in(HENK), requester_bsn=b"sealed henk", checked_at=NOW)
    assert post.now(0).valid_days is None
    assert post.store.due == []


def test_of_a_code_that_somebody_used_for_one_service_nobody_is_told_that_it_was_not_used() -> None:
    """As where the other service could not be mandated for at that moment."""
    post = Post()
    post.activate(0)
    post.remind()
    assert LetterKind.REMINDER not in {one.kind for one in post.written}


def test_it_lists_what_is_open_still() -> None:
    post = Post()
    post.withdraw(0)
    post.remind()
    assert [[line.name for line in one.services] for one in post.written] == [["Sluis 1"]]


def _both(act: Callable[[Post, int], object]) -> Callable[[Post], object]:
    return lambda post: [act(post, number) for number in range(2)]


def _void(post: Post) -> None:
    code = post.requests[0].code
    assert code is not None
    for _ in range(50):
        post.tries.add(code.claim, POSTED, wears=True)


NOTHING: dict[str, Callable[[Post], object]] = {
    "activated": _both(Post.activate),
    "withdrawn": _both(Post.withdraw),
    "returned": lambda post: post.told(VendorStep.RETURNED, POSTED + DAY, Mishap.MOVED),
    "void": _void,
    "opted out": lambda post: leave(BY.person, keep_mandates=False, store=post.store, now=POSTED + DAY),
    "death heard": lambda post: lapse(BY.person, store=post.store, now=POSTED + DAY),
    "died": lambda post: post.people.people.update({VERA: a_person(standing=Standing.DECEASED, address=())}),
    "moved": lambda post: post.people.people.update({VERA: a_person(standing=Standing.NO_ADDRESS, address=())}),
    "unknown": lambda post: post.people.people.pop(VERA),
    "services gone": lambda post: post.services.known.clear(),
    "services closed": lambda post: post.services.known.update(
        {name: replace(one, mandatable=False) for name, one in post.services.known.items()}
    ),
}


@pytest.mark.parametrize("case", NOTHING)
def test_where_there_is_nothing_to_remind_of_or_nobody_to_write_to_none_comes(case: str) -> None:
    post = Post()
    NOTHING[case](post)
    post.remind()
    assert LetterKind.REMINDER not in {one.kind for one in post.written}
    assert post.letters.sent == []


@pytest.mark.parametrize(("left", "comes"), [(IN_TIME, 1), (IN_TIME - timedelta(seconds=1), 0)])
def test_where_a_letter_would_come_too_late_none_does(left: timedelta, comes: int) -> None:
    post = Post()
    post.remind(ENDS - left)
    assert len(post.written) == comes


def test_of_several_days_it_says_the_last_of_what_it_lists() -> None:
    post = Post()
    early = replace(post.requests[1], expires_at=HALF + 9 * DAY, valid_days=None)
    post.store._requests[early.case_id] = early
    post.remind()
    assert [one.use_before for one in post.written] == [day_before(ENDS)]
    assert len(post.written[0].services) == 2


def test_told_twice_it_is_written_once_and_a_letter_that_is_posted_twice_reminds_once() -> None:
    post = Post()
    post.told(VendorStep.POSTED, POSTED + DAY)
    post.told(VendorStep.DELIVERED, POSTED + 2 * DAY)
    assert len(post.store.due) == 1
    post.remind()
    assert len(post.written) == 1


def test_while_the_register_is_away_nothing_is_written_and_afterwards_it_is() -> None:
    post = Post()
    post.people.down = True
    with pytest.raises(Unavailable):
        post.remind()
    post.people.down = False
    post.remind(HALF + DAY)
    assert len(post.written) == 1


def test_it_looks_as_who_gets_it_wishes() -> None:
    post = Post()
    post.store.state(BY.person, LetterWishes("en", large_print=True))
    post.remind()
    assert [(one.language, one.large_print, one.services[0].name) for one in post.written] == [("en", True, "Lock 0")]
