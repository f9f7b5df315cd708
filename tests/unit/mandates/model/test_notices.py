from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.mandates import Consent, Way
from chalicelib.mandates.model.notices import Notice, NoticeKind, of_beginning, of_ending, of_posting
from chalicelib.people.actor import Cause
from tests.builders import NOW, a_bare_request, a_mandate, a_request

MANDATE = a_mandate()


@pytest.mark.parametrize("way", Way)
def test_of_what_begins_hears_the_side_that_did_not_make_it_begin(way: Way) -> None:
    made = [replace(MANDATE, case_id=CaseId(f"{number:032x}"), consent=Consent(way, 20)) for number in range(2)]
    told = [(one.kind, one.to) for one in of_beginning(made)]
    # Of what began without a code both have a letter anyway.
    direct = way in (Way.KNOWN, Way.RENEWED)
    approved = (NoticeKind.APPROVED, Party.REPRESENTATIVE)
    expected = approved if way is Way.APPROVED else (NoticeKind.ACTIVATED, Party.REPRESENTED)
    assert told == ([] if direct else [expected])
    assert [one.cases for one in of_beginning(made)] == ([] if direct else [tuple(one.case_id for one in made)])


@given(st.sampled_from(Party) | st.none(), st.sampled_from(["vera", "henk", "mina", None]))
def test_of_an_end_hears_who_did_not_make_it_and_nobody_who_died(by: Party | None, gone: str | None) -> None:
    ended = replace(MANDATE, ended_at=NOW, ended_by=by, cause=None if by else Cause.DEATH)
    told = {one.to for one in of_ending(ended, gone)}  # type: ignore[arg-type]
    assert told == {party for party, person in ended.sides.items() if party is not by and person != gone}


def test_what_has_not_ended_is_not_told_as_ended() -> None:
    assert of_ending(MANDATE) == ()


def test_what_happens_once_is_told_once_and_each_to_each_side_by_itself() -> None:
    kinds = product(NoticeKind, Party, (CaseId("a" * 32), CaseId("b" * 32)))
    notices = [Notice(kind, (case_id,), to, NOW) for kind, to, case_id in kinds]
    assert len({one.notice_id for one in notices}) == len(notices)
    for one in notices:
        assert replace(one, at=one.at.replace(year=2032)).notice_id == one.notice_id
        # Where it lies, the last four digits tell.
        assert len(one.notice_id) == 36
        int(one.notice_id, 16)


def test_who_asked_for_themselves_is_reminded_at_half_of_the_time_that_the_code_works() -> None:
    visit = [
        a_request(case_id=CaseId(f"{'5e7e' * 7}5e0{number}"), expires_at=NOW + timedelta(days=days))
        for number, days in enumerate((44, 9))
    ]
    (due,) = of_posting(visit, NOW + timedelta(days=2))
    assert due.at == NOW + timedelta(days=23)
    assert (due.kind, due.to, due.represented) == (NoticeKind.REMINDER, Party.REPRESENTED, visit[0].represented)
    assert due.cases == tuple(one.case_id for one in visit)


def test_to_whom_another_asks_something_silence_is_an_answer() -> None:
    asked = a_bare_request(code=a_request().code, letter_id=a_request().letter_id)
    assert of_posting([asked], NOW) == ()
    assert of_posting([], NOW) == ()
