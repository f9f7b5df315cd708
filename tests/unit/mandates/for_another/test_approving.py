"""Approving what others ask: what is shown of it, who may, at which level, and what becomes of the code."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.catalogue.model import Service, ServiceId
from chalicelib.errors import LevelTooLow, NotFound, Refused, Unavailable
from chalicelib.mandates.for_another.approving import Approval, approve, asked_in, asked_of_me, asker_number
from chalicelib.mandates.model.guesses import PER_CODE, Guesses
from chalicelib.mandates.model.mandates import Consent, Mandate, Way
from chalicelib.mandates.model.requests import Blocked, OptOut, Request, RequestState
from chalicelib.people.actor import Citizen
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import Standing
from chalicelib.people.bsn import Bsn
from tests.asked import VISIT, asked_and_passed_on
from tests.builders import (
    HENK,
    MINA,
    NOW,
    PORTAL_ID,
    SECRETS,
    SERVICE_ID,
    VERA,
    a_bare_request,
    a_mandate,
    a_person,
    a_request,
    a_service,
    an_opening,
    claim_of,
    closing,
    making,
    signed_in,
)
from tests.fakes import FakeMandates, FakeRegister

PERSON = SECRETS.pseudonyms.person
LATER = NOW + timedelta(hours=5)


class Home:
    """Vera, at home, with what was asked of her."""

    def __init__(self, *services: ServiceId, letter: bool = True) -> None:
        self.store = FakeMandates()
        self.people = FakeRegister({VERA: a_person(), HENK: a_person(name="Henk Helper", born=BirthDate("1970-01-01"))})
        self.services = {one: a_service(service_id=one) for one in (SERVICE_ID, PORTAL_ID)}
        self.requests = asked_and_passed_on(self.store, *services, letter=letter)

    def approve(self, *chosen: Request, level: int = 20, by: Bsn = VERA, visit_id: str = VISIT) -> None:
        cases = frozenset(one.case_id for one in chosen or self.requests)
        approve(
            Approval(signed_in(by, level), by, visit_id, cases),
            store=self.store,
            service=self.service,
            people=self.people,
            vault=SECRETS.vault,
            now=LATER,
        )

    def service(self, service_id: ServiceId) -> Service:
        if service_id not in self.services:
            raise NotFound("service")
        return self.services[service_id]

    def state(self, number: int = 0) -> RequestState:
        request = self.store.request(PERSON(VERA), self.requests[number].case_id)
        assert request is not None
        return request.state(LATER)

    @property
    def given(self) -> list[Mandate]:
        return self.store.given(PERSON(VERA))

    def refused(self, **how: object) -> str:
        with pytest.raises(Refused) as refused:
            self.approve(**how)  # type: ignore[arg-type]
        assert self.given == []
        return refused.value.reason


@pytest.mark.parametrize("letter", [True, False], ids=["with a letter", "without one"])
def test_approving_makes_the_mandate_of_who_asked_and_kills_the_code(letter: bool) -> None:  # noqa: FBT001
    home = Home(letter=letter)
    (request,) = home.requests
    home.approve(level=20)
    (made,) = home.given
    assert made == home.store.held(PERSON(HENK))[0]
    assert (made.representative, made.service_id, made.period) == (PERSON(HENK), SERVICE_ID, request.period)
    assert made.consent == Consent(Way.APPROVED, 20)
    assert (made.activated_level, made.level, made.activated_at) == (25, 20, LATER)
    assert SECRETS.vault.open(made.representative_bsn, f"case:{made.case_id}") == HENK.digits
    assert SECRETS.vault.open(made.represented_bsn, f"case:{made.case_id}") == VERA.digits
    assert home.state() is RequestState.APPROVED
    assert home.store.codes(SECRETS.pseudonyms.claim(VERA, a_person().born)) == []
    told = home.store.asking(PERSON(HENK), request.case_id)
    assert told is not None
    assert told.ended is RequestState.APPROVED


def test_a_mandate_counts_for_the_lower_level_of_both() -> None:
    home = Home()
    home.approve(level=30)
    assert (home.given[0].consent.level, home.given[0].level) == (30, 25)


def test_sent_twice_it_is_once() -> None:
    home = Home()
    home.approve()
    home.approve()
    assert len(home.given) == 1


def test_what_is_not_chosen_goes_on_waiting_with_its_code() -> None:
    home = Home(SERVICE_ID, PORTAL_ID)
    home.approve(home.requests[1])
    assert [home.state(0), home.state(1)] == [RequestState.WAITING, RequestState.APPROVED]
    assert [made.service_id for made in home.given] == [PORTAL_ID]
    assert len(home.store.codes(claim_of(home.requests[0]))) == 1
    home.approve(home.requests[0])
    assert home.store.codes(claim_of(home.requests[0])) == []


def test_a_level_that_is_too_low_for_one_of_the_services_is_too_low() -> None:
    home = Home(SERVICE_ID, PORTAL_ID)
    home.services[PORTAL_ID] = a_service(service_id=PORTAL_ID, level=25)
    with pytest.raises(LevelTooLow) as too_low:
        home.approve(level=20)
    assert too_low.value.required == 25
    home.approve(home.requests[0], level=20)
    home.approve(home.requests[1], level=25)
    assert len(home.given) == 2


def test_nobody_approves_what_was_asked_of_another() -> None:
    home = Home()
    for by in (HENK, MINA):
        with pytest.raises(NotFound):
            home.approve(by=by)
    with pytest.raises(NotFound):
        home.approve(visit_id="")
    assert home.given == []


def test_of_who_asked_is_told_no_more_than_that_they_cannot_act() -> None:
    for standing in (Standing.DECEASED, Standing.SUSPENDED):
        home = Home()
        home.people.people[HENK] = replace(home.people.people[HENK], standing=standing)
        assert home.refused() == "not_with_them"
    home = Home()
    del home.people.people[HENK]
    assert home.refused() == "not_with_them"


def test_both_have_to_be_old_enough_at_the_moment_of_approval() -> None:
    home = Home()
    home.services[SERVICE_ID] = a_service(minimum_age_representative=100)
    assert home.refused() == "not_with_them"
    home.services[SERVICE_ID] = a_service(minimum_age_represented=100)
    assert home.refused() == "too_young_to_give"


def test_a_service_that_nobody_can_be_mandated_for_any_more_is_not_approved() -> None:
    home = Home()
    home.services[SERVICE_ID] = a_service(mandatable=False)
    assert home.refused() == "not_with_them"
    del home.services[SERVICE_ID]
    assert home.refused() == "not_with_them"


def test_without_the_register_nothing_is_approved() -> None:
    home = Home()
    home.people.down = True
    with pytest.raises(Unavailable):
        home.approve()
    assert home.given == []


def test_who_opted_out_and_who_blocked_the_other_make_no_mandate() -> None:
    home = Home()
    home.store.opt_out(PERSON(VERA), OptOut(NOW))
    assert home.refused() == "not_with_them"
    home.store.opt_out(PERSON(VERA), None)
    home.store.block(PERSON(VERA), Blocked(PERSON(HENK), b"sealed", NOW))
    assert home.refused() == "not_with_them"
    home.store.unblock(PERSON(VERA), PERSON(HENK))
    home.approve()


def test_who_is_too_late_hears_that_it_was_decided() -> None:
    withdrawn, activated, refused = Home(), Home(), Home()
    henk, (request,) = Citizen(PERSON(HENK), 25), withdrawn.requests
    asked = withdrawn.store.asking(PERSON(HENK), request.case_id)
    assert asked is not None
    withdrawn.store.take_back(asked, henk, NOW)
    refused.store.close(closing(request, signed_in(), NOW, RequestState.REFUSED))
    by_letter = a_mandate(request, representative=PERSON(HENK), consent=Consent(Way.LETTER, 20), version=3)
    activated.store.make(making(request, by_letter), henk)
    assert withdrawn.refused() == refused.refused() == "decided_already"
    with pytest.raises(Refused, match="decided_already"):
        activated.approve()
    assert len(activated.given) == 1


def test_what_was_asked_is_decided_on_until_its_time_is_up() -> None:
    home = Home()
    (request,) = home.requests
    asked = asked_in(PERSON(VERA), VISIT, store=home.store)
    assert asked.waiting(request.expires_at - timedelta(microseconds=1)) == (request,)
    assert asked.waiting(request.expires_at) == ()


def test_wrong_codes_that_others_tried_keep_nobody_from_approving() -> None:
    home = Home()
    (request,) = home.requests
    assert request.state(LATER, Guesses(PER_CODE, PER_CODE)) is RequestState.BLOCKED
    home.approve()
    assert len(home.given) == 1


def test_what_others_ask_is_shown_by_visit_newest_first_and_only_what_passed_its_check() -> None:
    store = FakeMandates()
    first = asked_and_passed_on(store, SERVICE_ID, PORTAL_ID)
    second = asked_and_passed_on(store, visit_id="b0" * 16, by=MINA, letter=False, now=LATER)
    store.open_requests(an_opening(a_request(represented=PERSON(VERA))))
    unchecked = a_bare_request(case_id="c0" * 16, represented=PERSON(VERA), checked_at=None)
    store.open_requests(an_opening(unchecked))
    store.close(closing(unchecked, signed_in(HENK), LATER, RequestState.UNDELIVERABLE))
    shown = asked_of_me(store.requests(PERSON(VERA)))
    assert [one.requests for one in shown] == [second, first]
    assert [one.asker for one in shown] == [PERSON(MINA), PERSON(HENK)]
    assert [one.asked_at for one in shown] == [LATER, NOW]
    with pytest.raises(NotFound):
        asked_in(PERSON(VERA), unchecked.visit, store=store)


def test_ones_own_request_has_no_asker() -> None:
    with pytest.raises(ValueError, match="the represented asks"):
        asker_number(a_request(), SECRETS.vault)
