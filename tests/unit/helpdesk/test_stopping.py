"""Stopping what a letter is about, for who calls: what waits, what came of it, on either side, and nothing else."""

from dataclasses import replace

import pytest

from chalicelib.audit.trail import Happening
from chalicelib.errors import Conflict, NotFound, Refused
from chalicelib.helpdesk.stopping import About, Stopping, cases_of_letter, stop
from chalicelib.letters.contract.letter import EndReason
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import MandateState
from chalicelib.mandates.model.notices import NoticeKind
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.register.transactions import Closing
from chalicelib.mandates.writing.telling import end_reason
from chalicelib.mandates.writing.wording import reference_of
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from tests.asked import asked_and_passed_on
from tests.builders import (
    GENEROUS,
    HENK,
    MINA,
    NOW,
    PORTAL_ID,
    SECRETS,
    SERVICE_ID,
    STAFF,
    VERA,
    VERA_BORN,
    a_bare_request,
    a_call,
    a_mandate,
    a_person,
    an_opening,
    making,
    signed_in,
)
from tests.fakes import FakeMandates, FakeRegister
from tests.unit.mandates.own.desk import Desk

PEOPLE = FakeRegister({VERA: a_person(), HENK: a_person(name="Henk Helper")})


@pytest.fixture
def store() -> FakeMandates:
    return FakeMandates(GENEROUS)


def _stopping(of: Request, caller: Bsn = VERA, **changes: object) -> Stopping:
    made = Stopping(STAFF, caller, VERA_BORN, reference_of(of.case_id))
    return replace(made, **changes)  # type: ignore[arg-type]


def _about(stopping: Stopping, store: FakeMandates) -> list[About]:
    return cases_of_letter(stopping, store=store, people=PEOPLE, pseudonyms=SECRETS.pseudonyms, now=NOW)


def _stop(stopping: Stopping, store: FakeMandates) -> list[About]:
    return stop(stopping, store=store, people=PEOPLE, pseudonyms=SECRETS.pseudonyms, now=NOW)


def test_what_they_asked_by_telephone_is_withdrawn_and_its_code_is_dead() -> None:
    desk = Desk()
    (request,) = desk.call(a_call())
    (told,) = _stop(_stopping(request), desk.store)
    assert told == About(request.case_id, RequestState.WITHDRAWN)
    assert next((event.what, event.by) for event in desk.store.history(request.case_id, request.sides)) == (
        Happening.WITHDRAWN,
        STAFF,
    )
    assert desk.store.codes(SECRETS.pseudonyms.claim(VERA, VERA_BORN)) == []


def test_all_that_another_asked_in_one_letter_is_refused_and_who_asked_hears_nothing(store: FakeMandates) -> None:
    first, second = asked_and_passed_on(store, SERVICE_ID, PORTAL_ID)
    before = store.askings(signed_in(HENK).person)
    assert _stop(_stopping(first), store) == [About(one.case_id, RequestState.REFUSED) for one in (first, second)]
    assert store.askings(signed_in(HENK).person) == before


@pytest.mark.parametrize(("caller", "party"), [(VERA, Party.REPRESENTED), (HENK, Party.REPRESENTATIVE)])
def test_a_mandate_that_came_of_it_is_revoked_from_either_side(store: FakeMandates, caller: Bsn, party: Party) -> None:
    (request,) = asked_and_passed_on(store)
    made = a_mandate(request, representative=signed_in(HENK).person, activated_at=NOW)
    store.make(making(request, made), signed_in(HENK))
    assert _stop(_stopping(request, caller), store) == [About(request.case_id, MandateState.REVOKED)]
    ended = store.mandate(request.case_id)
    assert ended
    assert (ended.ended_by, ended.ended_at) == (party, NOW)
    # That it was they who called nobody saw.
    told = [one for one in store.due if one.kind is NoticeKind.ENDED]
    assert {(one.to, end_reason(ended, one.to)) for one in told} == {
        (one, EndReason.REVOKED_BY_READER if one is party else EndReason.REVOKED_BY_OTHER) for one in Party
    }


def test_looking_changes_nothing_and_stopping_twice_changes_it_once(store: FakeMandates) -> None:
    (request,) = asked_and_passed_on(store)
    assert _about(_stopping(request), store) == [About(request.case_id, RequestState.WAITING)]
    assert [one.can_be_stopped for one in _about(_stopping(request), store)] == [True]
    once = _stop(_stopping(request), store)
    history = store.history(request.case_id, request.sides)
    assert _stop(_stopping(request), store) == once
    assert store.history(request.case_id, request.sides) == history
    assert [one.can_be_stopped for one in once] == [False]


def test_how_the_reference_is_typed_does_not_matter(store: FakeMandates) -> None:
    (request,) = asked_and_passed_on(store)
    typed = " ".join(reference_of(request.case_id).lower())
    assert _about(_stopping(request, reference=typed), store)


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"born": BirthDate.parse("01-01-1950")}, Refused),
        ({"caller": MINA}, Refused),
        ({"caller": HENK}, NotFound),
        ({"reference": "0123456789AB"}, NotFound),
    ],
    ids=["birth date", "nobody", "another's letter", "no letter"],
)
def test_for_who_is_not_its_reader_nothing_is_told_and_nothing_stopped(
    store: FakeMandates, changes: dict[str, object], refused: type[Exception]
) -> None:
    (request,) = asked_and_passed_on(store)
    for act in (_about, _stop):
        with pytest.raises(refused):
            act(_stopping(request, **changes), store)  # type: ignore[arg-type]
    assert _about(_stopping(request), store)[0].state is RequestState.WAITING


def test_what_nobody_has_a_letter_of_is_not_told(store: FakeMandates) -> None:
    """Somebody asked, and the check has not passed it on."""
    asker, vera = signed_in(HENK), signed_in(VERA)
    request = a_bare_request(represented=vera.person, requester=asker, checked_at=None)
    store.open_requests(an_opening(request))
    with pytest.raises(NotFound):
        _stop(_stopping(request), store)
    found = store.request(request.represented, request.case_id)
    assert found
    assert found.state(NOW) is RequestState.CHECKING


def test_what_is_activated_at_the_same_moment_is_revoked(store: FakeMandates) -> None:
    (request,) = asked_and_passed_on(store)
    made = a_mandate(request, representative=signed_in(HENK).person, activated_at=NOW)

    class Quick(FakeMandates):
        def close(self, _: Closing) -> None:
            store.make(making(request, made), signed_in(HENK))
            raise Conflict("condition")

    quick = Quick(GENEROUS)
    quick.__dict__ = store.__dict__
    assert _stop(_stopping(request), quick) == [About(request.case_id, MandateState.REVOKED)]
