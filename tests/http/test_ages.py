"""Who may be too young for a service hears so in their own language, before anything is written."""

from dataclasses import replace

import pytest

from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from tests.builders import HENK, SERVICE_ID, VERA, a_person
from tests.fakes import FakeRegister
from tests.http.client import Person
from tests.http.journey import ask_for_mandate, recognised


def _ages(wired: Wiring, *, represented: int = 0, representative: int = 0) -> None:
    service = wired.catalogue.service(SERVICE_ID)
    wired.catalogue.put_service(
        replace(service, minimum_age_represented=represented, minimum_age_representative=representative)
    )


def _born(wired: Wiring, bsn: Bsn, iso: str) -> None:
    assert isinstance(wired.people, FakeRegister)
    wired.people.people[bsn] = replace(wired.people.people.get(bsn, a_person()), born=BirthDate(iso))


@pytest.mark.parametrize(
    ("language", "born", "said"),
    [
        ("en", "0000-00-00", "you have to be 18 years or older. The population register does not have your whole"),
        ("nl", "0000-00-00", "moet u 18 jaar of ouder zijn. In de Basisregistratie Personen staat niet uw hele"),
        ("en", "2020-01-01", "you have to be 18 years or older to let someone act for you"),
        ("nl", "2020-01-01", "moet u 18 jaar of ouder zijn om iemand te machtigen"),
    ],
)
def test_who_asks_and_may_be_too_young_hears_it_before_anything_is_sent(
    vera: Person, wired: Wiring, language: str, born: str, said: str
) -> None:
    _ages(wired, represented=18)
    vera.language = language
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "month"}).location
    token = vera.token(review)
    _born(wired, VERA, born)
    for page in (vera.get(review), vera.post(review, {"csrf": token})):
        assert page.status == 403
        assert said in page.body
    assert wired.mandates.requests(wired.secrets.pseudonyms.person(VERA)) == []


def test_the_lowest_ages_stand_where_the_period_is_chosen(vera: Person, wired: Wiring) -> None:
    vera.sign_in()
    assert "years or older" not in vera.get(f"/request/{SERVICE_ID}").body
    _ages(wired, represented=16, representative=18)
    page = vera.get(f"/request/{SERVICE_ID}").body
    assert ">You have to be 16 years or older for this.<" in page
    assert ">Who acts for you has to be 18 years or older.<" in page


def test_who_activates_and_may_be_too_young_hears_it_and_the_code_stays_good(
    vera: Person, henk: Person, mina: Person, wired: Wiring
) -> None:
    case_id = ask_for_mandate(vera)
    _ages(wired, representative=18)
    review = recognised(henk, case_id)
    token = henk.token(review)
    _born(wired, HENK, "2020-00-00")
    for page in (henk.get(review), henk.post(review, {"csrf": token})):
        assert page.status == 403
        assert "you have to be 18 years or older to act for someone" in page.body
        assert "Vera" not in page.body
    assert wired.mandates.mandate(case_id) is None
    assert mina.submit(recognised(mina, case_id), {}).location == f"/mandates/{case_id}?activated=1"


def test_what_is_asked_for_often_stands_first_under_its_own_heading(vera: Person, wired: Wiring) -> None:
    vera.sign_in()
    assert "Often asked for" not in vera.get("/request").body
    wired.catalogue.put_service(replace(wired.catalogue.service(SERVICE_ID), popular=True))
    page = vera.get("/request").body
    assert page.index("Often asked for") < page.index("Locks") < page.index("All other services")
    assert "Often asked for" not in vera.get("/request?q=lock").body
