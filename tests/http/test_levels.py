"""Either side confirms a mandate at a higher level, on a page that their sign-in at that level leads to."""

from dataclasses import replace

import pytest

from chalicelib.mandates.model.mandates import Mandate
from chalicelib.people.actor import Citizen
from chalicelib.wiring import Wiring
from tests.builders import SERVICE_ID, revoke_in
from tests.fakes import FakeRegister
from tests.http.client import Person
from tests.http.journey import mandate
from tests.http.provider import PROVIDER, choose


@pytest.fixture
def case_id(vera: Person, henk: Person) -> str:
    return mandate(vera, henk)


def _better_protected(wired: Wiring) -> None:
    wired.catalogue.put_service(replace(wired.catalogue.service(SERVICE_ID), level=25))


def _kept(wired: Wiring, case_id: str) -> Mandate:
    made = wired.mandates.mandate(case_id)
    assert made is not None
    return made


def test_both_confirm_and_the_mandate_counts_for_more(vera: Person, henk: Person, wired: Wiring, case_id: str) -> None:
    address = f"/mandates/{case_id}/confirm-level"
    for person, level in ((vera, "25"), (henk, "25")):
        person.sign_in(level, address)
        page = person.get(address).body
        assert "You are signed in now with" in page
        assert ("can confirm it as well" in page) is (person is vera)
        assert person.submit(address, {}).location == f"/mandates/{case_id}?confirmed=1"
    made = _kept(wired, case_id)
    assert (made.level, made.consent.level, made.activated_level) == (25, 25, 25)


def test_who_is_signed_in_too_low_for_the_service_is_led_to_a_higher_level_and_back(
    vera: Person, wired: Wiring, case_id: str
) -> None:
    _better_protected(wired)
    address = f"/mandates/{case_id}/confirm-level"
    page = vera.get(address)
    assert page.status == 403
    assert f"/login?level=25&amp;next={address}" in page.body
    assert vera.pass_digid(vera.get(f"/login?level=25&next={address}"), "25").location == address
    assert vera.submit(address, {}).status == 303
    assert _kept(wired, case_id).consent.level == 25


def test_where_nothing_is_gained_the_mandate_itself_is_shown(vera: Person, wired: Wiring, case_id: str) -> None:
    address = f"/mandates/{case_id}/confirm-level"
    assert vera.get(address).location == f"/mandates/{case_id}"
    vera.post(address, {"csrf": vera.token(f"/mandates/{case_id}/revoke")})
    assert _kept(wired, case_id).version == 2


def test_the_mandate_tells_who_has_to_confirm_it_and_how(
    vera: Person, henk: Person, wired: Wiring, case_id: str
) -> None:
    address = f"/mandates/{case_id}"
    assert "has to be confirmed" not in vera.get(address).body
    _better_protected(wired)
    for person, other, told in (
        (vera, "Henk Helper", "Henk Helper may act for you once"),
        (henk, "Vera van der Gever", "You may act for Vera van der Gever once"),
    ):
        page = person.get(address).body
        assert f'<h1 class="utrecht-heading-1">{told} this mandate is confirmed</h1>' in page
        assert "To be confirmed first" in person.get("/mandates").body
        assert "signed in with the DigiD app with ID check" in page
        assert f"{other} did not do so yet." in page
        assert f'href="/login?level=25&amp;next={address}/confirm-level"' in page
    vera.sign_in("25")
    assert f'href="{address}/confirm-level"' in vera.get(address).body
    vera.submit(f"{address}/confirm-level", {})
    page = vera.get(f"{address}?confirmed=1").body
    assert "You confirmed the mandate at a higher level." in page
    assert "Medium (20): the lower counts. Yours: Substantial (25). That of Henk Helper: Medium (20)." in page
    assert f"{address}/confirm-level" not in page
    assert "Vera van der Gever did not do so yet." not in henk.get(address).body
    henk.sign_in("25")
    henk.submit(f"{address}/confirm-level", {})
    for person in (vera, henk):
        assert "has to be confirmed" not in person.get(address).body
    assert "Vera van der Gever" in henk.get(address).body


def test_who_looks_at_a_higher_level_may_confirm_at_that(vera: Person, case_id: str) -> None:
    link = f'href="/mandates/{case_id}/confirm-level"'
    assert link not in vera.get(f"/mandates/{case_id}").body
    vera.sign_in("30")
    assert link in vera.get(f"/mandates/{case_id}").body


def test_at_the_provider_somebody_hears_that_confirming_helps(
    vera: Person, henk: Person, wired: Wiring, case_id: str
) -> None:
    _better_protected(wired)
    choice = choose(henk, PROVIDER.on_behalf())
    page = henk.get(choice).body
    assert "Your mandate has to be confirmed first" in page
    way = f"/login?level=25&amp;next=/mandates/{case_id}/confirm-level"
    assert f'href="{way}"' in page
    for person in (vera, henk):
        person.sign_in("25")
        person.submit(f"/mandates/{case_id}/confirm-level", {})
    assert "Vera van der Gever" in henk.get(choose(henk, PROVIDER.on_behalf())).body


def test_confirmed_twice_it_is_confirmed_once(vera: Person, wired: Wiring, case_id: str) -> None:
    address = f"/mandates/{case_id}/confirm-level"
    vera.sign_in("25", address)
    token = vera.token(address)
    assert vera.post(address, {"csrf": token}).location == vera.post(address, {"csrf": token}).location
    assert _kept(wired, case_id).version == 3


def test_what_is_over_is_not_confirmed(vera: Person, wired: Wiring, case_id: str) -> None:
    address = f"/mandates/{case_id}/confirm-level"
    vera.sign_in("25", address)
    token = vera.token(address)
    made = _kept(wired, case_id)
    revoke_in(wired.mandates, made, Citizen(made.representative, 20), wired.clock())
    assert vera.get(address).status == vera.post(address, {"csrf": token}).status == 409
    assert "This mandate has ended" in vera.get(address).body


def test_a_stranger_finds_no_such_page(mina: Person, case_id: str) -> None:
    mina.sign_in("30")
    token = mina.token("/activate")
    address = f"/mandates/{case_id}/confirm-level"
    assert mina.get(address).status == mina.post(address, {"csrf": token}).status == 404


def test_the_page_is_there_in_dutch_and_while_the_register_is_down(vera: Person, wired: Wiring, case_id: str) -> None:
    assert isinstance(wired.people, FakeRegister)
    wired.people.down = True
    vera.language = "nl"
    vera.sign_in("25")
    page = vera.get(f"/mandates/{case_id}/confirm-level").body
    assert "Deze machtiging op een hoger niveau bevestigen?" in page
    assert "Naam nu niet beschikbaar" in page
