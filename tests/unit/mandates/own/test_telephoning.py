"""The represented asks by telephone: what is theirs is as if they had signed in, and staff see no code."""

from datetime import timedelta

import pytest

from chalicelib.audit.trail import Happening
from chalicelib.errors import DomainError, NotFound, Refused, TooManyLetters, Unavailable
from chalicelib.letters.contract.letter import LetterKind
from chalicelib.mandates.model.cases import VisitId
from chalicelib.mandates.model.codes import typed_code
from chalicelib.mandates.model.guesses import PER_CODE
from chalicelib.mandates.model.mandates import Consent, Way
from chalicelib.mandates.model.requests import OptOut, Request, RequestState
from chalicelib.mandates.own.activating import Guess, WrongCombination, activate, recognise
from chalicelib.mandates.own.requesting import AlreadyRequested, withdraw
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.actor import Citizen
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import Standing
from tests.builders import (
    HENK,
    NOW,
    PORTAL_ID,
    SECRETS,
    SERVICE_ID,
    STAFF,
    VERA,
    VERA_BORN,
    a_call,
    a_period,
    a_person,
    a_service,
    a_wish,
    claim_of,
    signed_in,
)
from tests.unit.mandates.own.desk import Desk

BOTH = tuple(WantedService(a_service(service_id=one), a_period()) for one in (SERVICE_ID, PORTAL_ID))
DAY = timedelta(days=1)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def _code_of(desk: Desk, request: Request) -> str:
    (letter,) = (one for one in desk.store.letters if one.letter_id == request.letter_id)
    return letter.code


def test_a_letter_to_their_home_has_the_code_and_says_that_they_called(desk: Desk) -> None:
    (request,) = desk.call(a_call(language="en"))
    (letter,) = desk.store.letters
    assert desk.letters.sent == [letter.letter_id] == [request.letter_id]
    assert (letter.kind, letter.language, letter.address) == (
        LetterKind.TELEPHONE,
        "en",
        ("Lindelaan 12", "1234 AB  Voorbeeld"),
    )
    (stored,) = desk.store.codes(claim_of(request))
    assert SECRETS.peppers.recognise(typed_code(letter.code), claim_of(request))(stored.fingerprint)
    assert VERA.digits not in letter.to_json()


def test_staff_hear_of_no_code_and_no_address(desk: Desk) -> None:
    made = desk.call(a_call())
    told = repr(made)
    assert _code_of(desk, made[0]) not in told
    assert not [secret for secret in ("Lindelaan", VERA.digits, VERA_BORN.iso, "Gever") if secret in told]


def test_it_says_of_a_request_that_the_helpdesk_asked_for_who_called_and_at_no_level(desk: Desk) -> None:
    (request,) = desk.call(a_call())
    assert (request.requester, request.staff, request.level) == (Citizen(signed_in(VERA).person, 0), STAFF, None)
    assert request.is_own
    (event,) = desk.store.history(request.case_id, request.sides)
    assert (event.what, event.by) == (Happening.REQUESTED, STAFF)


def test_whoever_they_give_the_code_activates_it_at_the_level_that_the_service_says_of_a_letters_code(
    desk: Desk,
) -> None:
    service = a_service(letter_level=20)
    (request,) = desk.call(a_call(wanted=(WantedService(service, a_period()),)))
    guess = Guess(signed_in(HENK, 25), VERA, VERA_BORN, typed_code(_code_of(desk, request)), "192.0.2.7")
    stored = recognise(guess, store=desk.store, tries=desk.tries, secrets=SECRETS, now=NOW)
    (made,) = activate(
        stored.represented,
        stored.code_id,
        by=guess.by,
        bsn=HENK,
        services={service.service_id: service},
        store=desk.store,
        secrets=SECRETS,
        now=NOW,
    )
    assert (made.consent, made.activated_level, made.level) == (Consent(Way.TELEPHONE, 20), 25, 20)
    assert made.representative == signed_in(HENK).person
    ended = desk.store.request(made.represented, made.case_id)
    assert ended is not None
    assert ended.ended is RequestState.ACTIVATED


def test_several_services_have_one_letter_and_one_code(desk: Desk) -> None:
    made = desk.call(a_call(wanted=BOTH))
    assert [one.service_id for one in made] == [SERVICE_ID, PORTAL_ID]
    assert len({one.code for one in made}) == len(desk.store.letters) == 1


def test_the_same_call_sent_twice_is_asked_once(desk: Desk) -> None:
    assert desk.call(a_call()) == desk.call(a_call())
    assert len(desk.store.letters) == 1


@pytest.mark.parametrize("first", ["signed in", "by telephone"])
def test_what_waits_already_is_told_and_not_asked_again_however_it_was_asked(desk: Desk, first: str) -> None:
    if first == "signed in":
        desk.ask(a_wish())
    else:
        desk.call(a_call())
    with pytest.raises(AlreadyRequested) as refused:
        desk.call(a_call(visit_id=VisitId("be" * 15 + "00"), wanted=BOTH))
    assert refused.value.services == (SERVICE_ID,)
    assert len(desk.store.letters) == 1


def test_what_was_asked_by_telephone_is_not_asked_again_signed_in_until_it_is_withdrawn(desk: Desk) -> None:
    (request,) = desk.call(a_call())
    again = a_wish(visit_id=VisitId("be" * 15 + "00"))
    with pytest.raises(AlreadyRequested):
        desk.ask(again)
    withdraw(request.represented, request.case_id, by=signed_in(VERA), store=desk.store, now=NOW)
    assert desk.store.codes(claim_of(request)) == []
    desk.ask(again)


def test_a_code_that_was_guessed_at_too_often_gives_way_to_a_new_one(desk: Desk) -> None:
    (request,) = desk.call(a_call())
    for _ in range(PER_CODE):
        desk.tries.add(claim_of(request), NOW, wears=True)
    (new,) = desk.call(a_call(visit_id=VisitId("be" * 15 + "00")))
    gone = desk.store.request(request.represented, request.case_id)
    assert gone is not None
    assert (gone.ended, new.state(NOW, desk.tries.total(claim_of(new)))) == (RequestState.BLOCKED, RequestState.WAITING)


def test_somebody_who_calls_with_another_persons_number_uses_up_no_letter_of_theirs(desk: Desk) -> None:
    """Whoever knows number and birth date can call: an ex-husband, say (invariant 8)."""
    for number in range(5):
        (request,) = desk.call(a_call(visit_id=VisitId(f"{number:02}" * 15 + "00")), later=number * DAY)
        withdraw(request.represented, request.case_id, by=signed_in(), store=desk.store, now=NOW + number * DAY)
    with pytest.raises(TooManyLetters):
        desk.call(a_call(), later=5 * DAY)
    desk.ask(a_wish(), later=4 * DAY)
    assert len(desk.store.letters) == 6


def test_of_a_service_who_calls_gets_one_letter_a_day(desk: Desk) -> None:
    (request,) = desk.call(a_call())
    withdraw(request.represented, request.case_id, by=signed_in(), store=desk.store, now=NOW)
    with pytest.raises(TooManyLetters):
        desk.call(a_call(visit_id=VisitId("be" * 15 + "00")))


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (None, "not_known"),
        (a_person(born=BirthDate("1948-03-13")), "not_known"),
        (a_person(standing=Standing.NO_ADDRESS, address=()), "no_letter"),
        (a_person(standing=Standing.DECEASED, address=()), "no_letter"),
        (a_person(name=""), "no_letter"),
    ],
)
def test_who_cannot_ask_is_told_to_staff_and_nothing_is_asked(desk: Desk, person: object, reason: str) -> None:
    desk.people.people.pop(VERA)
    if person is not None:
        desk.people.people[VERA] = person  # type: ignore[assignment]
    with pytest.raises(Refused, match=reason):
        desk.call(a_call())
    assert desk.store.requests(signed_in().person) == []
    assert desk.store.letters == []


def test_who_is_too_young_gives_no_mandate_by_telephone_either(desk: Desk) -> None:
    desk.people.people[VERA] = a_person(born=BirthDate("2020-01-01"))
    service = a_service(minimum_age_represented=16)
    with pytest.raises(Refused, match="too_young_to_give") as refused:
        desk.call(a_call(born=BirthDate("2020-01-01"), wanted=(WantedService(service, a_period()),)))
    assert refused.value.values == {"years": 16}


def test_who_wants_no_mandates_is_told_so_only_with_the_right_birth_date(desk: Desk) -> None:
    desk.store.opt_out(signed_in().person, OptOut(NOW))
    with pytest.raises(Refused, match="opted_out"):
        desk.call(a_call())
    with pytest.raises(Refused, match="not_known"):
        desk.call(a_call(born=BirthDate("1948-03-13")))
    assert desk.store.letters == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"level": 25, "letter_level": 20}, Refused("letter_not_enough")),
        ({"mandatable": False}, NotFound("service")),
    ],
)
def test_for_some_services_nobody_can_ask_by_telephone(
    desk: Desk, changes: dict[str, object], error: DomainError
) -> None:
    wanted = (*BOTH[1:], WantedService(a_service(**changes), a_period()))
    with pytest.raises(type(error), match=str(error)):
        desk.call(a_call(wanted=wanted))


def test_without_an_answer_of_the_register_nothing_is_asked(desk: Desk) -> None:
    desk.people.down = True
    with pytest.raises(Unavailable):
        desk.call(a_call())
    assert desk.store.letters == []


def test_a_wrong_birth_date_finds_no_code_of_who_called(desk: Desk) -> None:
    (request,) = desk.call(a_call())
    code = typed_code(_code_of(desk, request))
    guess = Guess(signed_in(HENK), VERA, BirthDate("1948-03-13"), code, "192.0.2.7")
    with pytest.raises(WrongCombination):
        recognise(guess, store=desk.store, tries=desk.tries, secrets=SECRETS, now=NOW)


def test_a_call_shows_nothing_of_who_called() -> None:
    told = repr(a_call())
    assert VERA.digits not in told
    assert VERA_BORN.iso not in told
