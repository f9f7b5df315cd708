"""Who hears by letter of what another did, or nobody, and how that letter looks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.errors import Unavailable
from chalicelib.letters.contract.letter import EndReason, Letter, LetterKind
from chalicelib.mandates.living.changing import end
from chalicelib.mandates.living.leaving import lapse
from chalicelib.mandates.living.revoking import revoke
from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.mandates import Consent, Mandate, Way
from chalicelib.mandates.model.notices import NoticeKind
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.register.notices import USEFUL
from chalicelib.mandates.register.tries import LIMITS
from chalicelib.mandates.telling.telling import Teller
from chalicelib.people.actor import Cause
from chalicelib.people.brp.person import Standing
from chalicelib.people.bsn import Bsn
from tests.asking import FakeServices
from tests.builders import HENK, NOW, SECRETS, SERVICE_ID, VERA, a_person, a_service, signed_in
from tests.fakes import FakeNotices
from tests.unit.mandates.town import EARLIER, Town

THEN = NOW + timedelta(days=1)


class Post:
    """Lets what is due be told, of a town; `written` holds what was, but for the letter with the code."""

    def __init__(self) -> None:
        self.town, self.services = Town(), FakeServices()
        self.services.known[SERVICE_ID] = a_service()
        self._notices = FakeNotices(self.town.store)

    @property
    def teller(self) -> Teller:
        town = self.town
        asked = (self._notices, town.store, self.services, town.people, town.tries, town.letters)
        return Teller(*asked, SECRETS.vault, "machtigen.example.nl")

    def tell(self, now: object = THEN) -> None:
        for one in list(self.town.store.due):
            self.teller.tell(one.notice_id, now)  # type: ignore[arg-type]

    @property
    def written(self) -> list[Letter]:
        return [one for one in self.town.store.letters if one.kind is not LetterKind.CODE]

    def revoked(self, by: Bsn, number: int = 0) -> Mandate:
        """Let a mandate have begun and be revoked, with only its end to be told."""
        case_id = CaseId(f"{number:032x}")
        self.town.represented_before(case_id=case_id)
        self.town.store.due.clear()
        return revoke(signed_in(by), case_id, store=self.town.store, now=THEN)


@pytest.fixture
def post() -> Post:
    return Post()


def test_who_gave_a_code_hears_that_it_was_activated_by_whom_and_for_what(post: Post) -> None:
    made = post.town.represented_before()
    post.tell()
    (letter,) = post.written
    assert (letter.kind, letter.addressee, letter.other) == (LetterKind.ACTIVATED, "V. van der Gever", "Henk Helper")
    assert letter.happened_on == made.activated_at.date()
    assert [(one.name, one.start) for one in letter.services] == [("Sluizen", made.period.start)]
    assert (letter.code, letter.refusal_code) == ("", "")
    assert post.town.letters.sent == [letter.letter_id]


def test_who_asked_hears_that_it_was_approved_and_what_they_still_have_to_confirm(post: Post) -> None:
    post.services.known[SERVICE_ID] = a_service(level=25)
    post.town.represented_before(consent=Consent(Way.APPROVED, 25), level=20, activated_level=20)
    post.tell()
    (letter,) = post.written
    assert (letter.kind, letter.addressee, letter.confirm_level) == (LetterKind.APPROVED, "H. Helper", 25)


@pytest.mark.parametrize(("by", "addressee"), [(VERA, "H. Helper"), (HENK, "V. van der Gever")])
def test_the_other_side_hears_of_a_revocation_and_who_revoked_does_not(post: Post, by: Bsn, addressee: str) -> None:
    post.revoked(by)
    post.tell()
    (letter,) = post.written
    assert (letter.kind, letter.addressee, letter.reason) == (LetterKind.ENDED, addressee, EndReason.REVOKED_BY_OTHER)


@pytest.mark.parametrize("died", [VERA, HENK])
def test_who_survives_hears_that_it_ended_and_not_that_somebody_died(post: Post, died: Bsn) -> None:
    post.town.represented_before()
    post.town.store.due.clear()
    lapse(signed_in(died).person, store=post.town.store, now=THEN)
    post.tell()
    (letter,) = post.written
    assert letter.addressee == ("H. Helper" if died == VERA else "V. van der Gever")
    assert letter.reason is EndReason.REGISTER


@pytest.mark.parametrize(
    ("cause", "represented", "representative"),
    [
        (Cause.OPT_OUT, EndReason.OPT_OUT, EndReason.OPERATOR),
        (Cause.OPERATOR, EndReason.OPERATOR, EndReason.OPERATOR),
    ],
)
def test_where_neither_side_ended_it_both_hear_and_each_no_more_than_is_theirs(
    post: Post, cause: Cause, represented: EndReason, representative: EndReason
) -> None:
    post.town.represented_before()
    post.town.store.due.clear()
    end(EARLIER, cause, store=post.town.store, now=THEN)
    post.tell()
    told = {str(one.reader): one.reason for one in post.written}
    assert told == {Party.REPRESENTED: represented, Party.REPRESENTATIVE: representative}


def test_told_twice_it_is_told_once(post: Post) -> None:
    post.town.represented_before()
    post.tell()
    post.tell()
    assert len(post.written) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"standing": Standing.DECEASED, "address": ()},
        {"standing": Standing.NO_ADDRESS, "address": ()},
        {"addressee": ""},
    ],
)
def test_who_died_or_has_no_address_gets_none_and_it_is_not_tried_again(post: Post, changes: dict[str, object]) -> None:
    post.town.represented_before()
    post.town.people.people[VERA] = a_person(**changes)
    post.tell()
    post.town.people.people[VERA] = a_person()
    post.tell()
    assert post.written == []


def test_while_the_register_is_away_nothing_is_told_and_afterwards_it_is(post: Post) -> None:
    post.town.represented_before()
    post.town.people.down = True
    with pytest.raises(Unavailable):
        post.tell()
    post.town.people.down = False
    post.tell(THEN + timedelta(days=2))
    assert len(post.written) == 1


def test_after_a_month_nobody_needs_to_hear_of_it(post: Post) -> None:
    made = post.town.represented_before()
    post.tell(made.activated_at + USEFUL)
    assert post.written == []


def test_it_is_told_also_when_the_name_of_the_other_cannot_be(post: Post) -> None:
    post.town.represented_before()
    post.town.people.unreadable.add(HENK)
    post.tell()
    assert [one.other for one in post.written] == ["Iemand van wie wij de naam nu niet hebben"]


def test_a_service_that_there_is_no_more_has_no_name_to_be_told_by(post: Post) -> None:
    post.town.represented_before()
    post.services.known.clear()
    post.tell()
    assert post.written == []


def test_the_letter_looks_as_who_gets_it_wishes_and_not_as_anybody_else_does(post: Post) -> None:
    post.town.store.state(signed_in(HENK).person, LetterWishes("en", large_print=True))
    post.town.represented_before()
    post.tell()
    (letter,) = post.written
    assert (letter.language, letter.large_print) == ("nl", False)
    post.town.store.state(signed_in(VERA).person, LetterWishes("en", large_print=True))
    post.revoked(HENK)
    post.tell()
    assert [(one.language, one.large_print, one.services[0].name) for one in post.written[1:]] == [
        ("en", True, "Locks")
    ]


def test_nobody_floods_the_letterbox_of_another_and_keeps_nothing_back_that_a_third_did(post: Post) -> None:
    most = LIMITS["notice"].tries
    for number in range(most + 3):
        post.revoked(VERA, number)
        post.tell()
    assert len(post.written) == most
    # Henk's letters to Vera are counted by themselves.
    post.revoked(HENK, 99)
    post.tell()
    assert [one.addressee for one in post.written[most:]] == ["V. van der Gever"]


def test_a_letter_that_cannot_be_sent_now_is_left_for_the_sweeper(post: Post) -> None:
    post.town.represented_before()
    post.town.letters.down = True
    post.tell()
    assert [one.kind for one in post.written] == [LetterKind.ACTIVATED]


def test_kinds_of_notices_are_kinds_of_letters() -> None:
    assert {kind.value for kind in NoticeKind} <= {kind.value for kind in LetterKind}


def test_a_notice_of_several_services_is_one_letter(post: Post) -> None:
    made = post.town.represented_before()
    second = replace(made, case_id=CaseId("eb" * 16))
    post.town.store._mandates[second.case_id] = second
    (due,) = post.town.store.due
    post.town.store.due[:] = [replace(due, cases=(made.case_id, second.case_id))]
    post.tell()
    assert [len(one.services) for one in post.written] == [2]
