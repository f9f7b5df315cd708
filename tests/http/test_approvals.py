"""Deciding over HTTP what others ask: by the represented, signed in; and nothing of it leaks to who asked."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from chalicelib.audit.trail import Happening
from chalicelib.catalogue.model import EntityId
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.mandates import Consent, Mandate, Way
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.people.actor import Citizen
from chalicelib.people.brp.person import Standing
from chalicelib.wiring import Wiring
from tests.asked import VISIT, asked_and_passed_on
from tests.builders import (
    HENK,
    MINA,
    PORTAL_ID,
    SERVICE_ID,
    a_mandate,
    a_service,
    an_opening,
    claim_of,
    making,
)
from tests.fakes import Clock, FakeRegister
from tests.http.client import Answer, Person
from tests.http.journey import check, code_of, of_vera, refusal_of
from tests.http.test_asking import ask_for
from tests.saml.provider import ENTITY_ID

PAGE = f"/approvals/{VISIT}"
SECOND = "b0" * 15 + "00"

Ask = Callable[..., tuple[Request, ...]]


@pytest.fixture
def ask(wired: Wiring, clock: Clock) -> Ask:
    """Return what writes down what Henk asks of Vera, checked and passed on."""

    def asking(*services: str, **what: object) -> tuple[Request, ...]:
        return asked_and_passed_on(
            wired.mandates,
            *services,  # type: ignore[arg-type]
            **{"now": clock(), "secrets": wired.secrets, "level": 20, **what},  # type: ignore[arg-type]
        )

    return asking


@pytest.fixture
def signed_in(vera: Person) -> Person:
    vera.sign_in()
    return vera


def _choosing(*requests: Request) -> dict[str, str]:
    return {f"case_{one.case_id}": "1" for one in requests}


def _state(wired: Wiring, request: Request) -> RequestState:
    now = wired.mandates.request(request.represented, request.case_id)
    assert now is not None
    return now.state(wired.clock())


def _by_letter(wired: Wiring, request: Request) -> Mandate:
    """Let who asked take the mandate with the letter's code."""
    now, person = wired.clock(), request.requester.person
    consent = Consent(Way.LETTER, 20)
    sealed = wired.vault.seal(HENK.digits, f"case:{request.case_id}")
    made = a_mandate(
        request, representative=person, representative_bsn=sealed, consent=consent, activated_at=now, version=3
    )
    wired.mandates.make(making(request, made), Citizen(person, 20))
    return made


def _register(wired: Wiring) -> FakeRegister:
    return cast("FakeRegister", wired.people)


def test_who_is_asked_sees_who_asks_what_and_since_when_and_both_names(signed_in: Person, ask: Ask) -> None:
    (request,) = ask()
    page = signed_in.get(PAGE).body
    assert "May Henk Helper act for you?" in page
    for told in ("Vera van der Gever", "Henk Helper", "Locks", "Gemeente Ominous", "About locks."):
        assert told in page
    assert "Without your yes nothing happens" in page
    assert f'name="case_{request.case_id}" value="1"' in page
    assert HENK.digits not in page
    assert str(request.requester.person) not in page


def test_approving_gives_the_mandate_and_kills_the_code(
    signed_in: Person, henk: Person, wired: Wiring, ask: Ask
) -> None:
    (request,) = ask()
    answer = signed_in.submit(PAGE, _choosing(request))
    assert (answer.status, answer.location) == (303, f"{PAGE}?done=approved")
    assert "You mandated Henk Helper" in signed_in.get(answer.location).body
    assert f'href="/mandates/{request.case_id}"' in signed_in.last.body  # type: ignore[union-attr]
    assert wired.mandates.codes(claim_of(request)) == []
    assert "Henk Helper" in signed_in.get(f"/mandates/{request.case_id}").body
    henk.sign_in()
    assert "Vera van der Gever" in henk.get(f"/mandates/{request.case_id}").body


def test_what_is_asked_on_our_pages_is_approved_there_and_the_letters_codes_are_dead(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    case_id = ask_for(henk)
    check()
    refusal, code = refusal_of(case_id), code_of(case_id)
    vera.sign_in()
    where = re.search(r'href="(/approvals/\w+)"', vera.get("/mandates").body)
    assert where
    assert vera.submit(where[1], {f"case_{case_id}": "1"}).status == 303
    assert vera.submit("/refuse", {"refusal": refusal}).status == 422
    assert henk.submit("/activate", of_vera(code)).status == 422
    assert "Vera van der Gever" in henk.get(f"/mandates/{case_id}").body
    (made,) = wired.mandates.held(wired.secrets.pseudonyms.person(HENK))
    assert (made.consent, made.level) == (Consent(Way.APPROVED, 20), 20)


def test_a_double_click_on_approve_is_one_mandate(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    (request,) = ask()
    form = {"csrf": signed_in.token(PAGE), **_choosing(request)}
    assert signed_in.post(PAGE, form).location == signed_in.post(PAGE, form).location == f"{PAGE}?done=approved"
    happened = [one.what for one in wired.mandates.history(request.case_id, request.sides)]
    assert happened.count(Happening.APPROVED) == 1


def test_of_several_services_only_what_is_chosen_is_approved(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    requests = ask(SERVICE_ID, PORTAL_ID)
    page = signed_in.get(PAGE)
    assert page.body.count('type="checkbox"') == 2
    assert " checked>" not in page.body, "nobody has said yes yet"
    nothing = signed_in.submit(PAGE, {})
    assert nothing.status == 422
    assert "Choose what you approve, or refuse." in nothing.body
    assert 'href="#services"' in nothing.body
    signed_in.submit(PAGE, _choosing(requests[1]))
    assert [_state(wired, one) for one in requests] == [RequestState.WAITING, RequestState.APPROVED]
    assert "Below is what still waits" in signed_in.get(f"{PAGE}?done=approved").body
    assert signed_in.last is not None
    assert f'name="case_{requests[0].case_id}"' in signed_in.last.body
    assert f'name="case_{requests[1].case_id}"' not in signed_in.last.body


def test_what_was_asked_without_a_letter_is_approved_and_refused_as_well(
    signed_in: Person, wired: Wiring, ask: Ask
) -> None:
    (first,), (second,) = ask(letter=False), ask(letter=False, visit_id=SECOND, by=MINA)
    assert "code" not in signed_in.get(PAGE).body
    signed_in.submit(PAGE, _choosing(first))
    assert "code" not in signed_in.get(f"/approvals/{SECOND}/refuse").body
    signed_in.submit(f"/approvals/{SECOND}/refuse", {})
    assert "code" not in signed_in.get(f"/approvals/{SECOND}?done=refused").body
    assert (_state(wired, first), _state(wired, second)) == (RequestState.APPROVED, RequestState.REFUSED)


def test_whose_sign_in_is_too_low_signs_in_again_and_comes_back(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    wired.catalogue.put_service(a_service(entity_id=EntityId(ENTITY_ID), level=25))
    (request,) = ask(level=25)
    assert "you have to sign in again with the DigiD app with ID check" in signed_in.get(PAGE).body
    answer = signed_in.submit(PAGE, _choosing(request))
    assert answer.status == 403
    assert f"level=25&amp;next={PAGE}" in answer.body
    assert _state(wired, request) is RequestState.WAITING
    signed_in.sign_in(level="25", path=PAGE)
    assert signed_in.submit(PAGE, _choosing(request)).status == 303
    (made,) = wired.mandates.given(request.represented)
    assert (made.level, made.consent.level) == (25, 25)


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/refuse"])
def test_nobody_else_sees_or_decides_it(henk: Person, mina: Person, wired: Wiring, ask: Ask, path: str) -> None:
    (request,) = ask()
    for other in (henk, mina):
        assert other.get(path).status == 401
        other.sign_in()
        assert other.get(path).status == 404
        token = other.token("/blocked") or other.token("/activate")
        assert other.post(path, {"csrf": token, **_choosing(request)}).status == 404
    assert _state(wired, request) is RequestState.WAITING


def test_what_is_being_checked_or_came_to_nothing_is_not_there(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    (request,) = ask(letter=False)
    unchecked = replace(request, case_id=CaseId(f"{SECOND[:-4]}ff00"), checked_at=None, version=1, service_id=PORTAL_ID)
    wired.mandates.open_requests(an_opening(unchecked))
    there = signed_in.get(f"/approvals/{unchecked.visit}")
    assert there.status == signed_in.get("/approvals/nothing").status == 404
    assert there.anonymous == signed_in.last.anonymous  # type: ignore[union-attr]


@pytest.mark.parametrize(("tell", "block"), [(False, False), (True, False), (False, True), (True, True)])
def test_refusing_tells_and_blocks_only_what_was_ticked(
    signed_in: Person,
    henk: Person,
    wired: Wiring,
    ask: Ask,
    tell: bool,  # noqa: FBT001
    block: bool,  # noqa: FBT001
) -> None:
    (request,) = ask()
    henk.sign_in()
    before = _seen_by(henk)
    ticked = {name: "1" for name, chosen in (("tell", tell), ("block", block)) if chosen}
    answer = signed_in.submit(f"{PAGE}/refuse", ticked)
    assert answer.location == f"{PAGE}?done=refused"
    page = signed_in.get(answer.location).body
    assert "You refused what Henk Helper asked" in page
    assert ("You blocked Henk Helper" in page) is block
    assert _state(wired, request) is RequestState.REFUSED
    assert wired.mandates.codes(claim_of(request)) == []
    assert bool(wired.mandates.blocked(request.represented)) is block
    asked = wired.mandates.asking(request.requester.person, request.case_id)
    assert asked is not None
    assert asked.ended == (RequestState.REFUSED if tell else None)
    if not tell:
        assert _seen_by(henk) == before


def _seen_by(asker: Person) -> list[str]:
    """Return all that who asked can look at."""
    paths = ("/mandates", f"/asked/{VISIT}", PAGE, f"/requests/{VISIT}", f"/mandates/{VISIT}")
    return [_timeless(asker.get(path)) for path in paths]


def _timeless(page: Answer) -> str:
    return re.sub(r'name="csrf" value="\w+"', "", page.anonymous)


def test_a_double_click_on_refuse_is_one_refusal(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    (request,) = ask()
    form = {"csrf": signed_in.token(f"{PAGE}/refuse"), "block": "1"}
    for _ in range(2):
        assert signed_in.post(f"{PAGE}/refuse", form).location == f"{PAGE}?done=refused"
    happened = [one.what for one in wired.mandates.history(request.case_id, request.sides)]
    assert happened.count(Happening.REFUSED) == 1


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/refuse"])
def test_who_is_too_late_sees_how_things_are_now(signed_in: Person, wired: Wiring, ask: Ask, path: str) -> None:
    (request,) = ask()
    form = {"csrf": signed_in.token(path), **_choosing(request)}
    _by_letter(wired, request)
    answer = signed_in.post(path, form)
    assert answer.location == f"{PAGE}?done=changed"
    page = signed_in.get(answer.location).body
    assert "Something changed before you answered" in page
    assert "Activated" in page
    assert f'href="/mandates/{request.case_id}"' in page
    assert "Yes, approve" not in page
    assert len(wired.mandates.given(request.represented)) == 1


def test_what_the_asker_withdrew_is_told_so(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    (request,) = ask()
    asked = wired.mandates.asking(request.requester.person, request.case_id)
    assert asked is not None
    wired.mandates.take_back(asked, request.requester, wired.clock())
    assert "Withdrawn" in signed_in.get(PAGE).body


def test_what_the_address_says_was_done_is_said_only_if_it_was(signed_in: Person, ask: Ask) -> None:
    ask()
    for done in ("approved", "refused"):
        page = signed_in.get(f"{PAGE}?done={done}").body
        assert "You mandated" not in page
        assert "You refused" not in page


def test_without_the_register_one_can_refuse_and_not_approve(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    (request,) = ask()
    form = {"csrf": signed_in.token(PAGE), **_choosing(request)}
    _register(wired).down = True
    page = signed_in.get(PAGE).body
    assert "You cannot approve this now" in page
    assert "Yes, approve" not in page
    assert signed_in.post(PAGE, form).status == 503
    assert _state(wired, request) is RequestState.WAITING
    assert signed_in.submit(f"{PAGE}/refuse", {}).status == 303
    assert "this person" in signed_in.get(PAGE).body
    assert _state(wired, request) is RequestState.REFUSED


def test_that_who_asked_died_is_not_told(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    (request,) = ask()
    people = _register(wired).people
    people[HENK] = replace(people[HENK], standing=Standing.DECEASED, address=())
    answer = signed_in.submit(PAGE, _choosing(request))
    assert answer.status == 409
    assert "This person cannot act for you in this." in answer.body
    assert not any(word in answer.body for word in ("deceased", "died", "passed away"))
    people[HENK] = replace(people[HENK], standing=Standing.CURRENT)
    wired.catalogue.put_service(a_service(entity_id=EntityId(ENTITY_ID), mandatable=False))
    assert signed_in.submit(PAGE, _choosing(request)).anonymous == answer.anonymous


def test_a_service_that_has_left_the_catalogue_can_be_refused(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    (request,) = ask("99999999-9999-4999-8999-999999999999")
    assert "a service that no longer exists" in signed_in.get(PAGE).body
    assert signed_in.submit(PAGE, _choosing(request)).status == 409
    assert signed_in.submit(f"{PAGE}/refuse", {}).status == 303
    assert _state(wired, request) is RequestState.REFUSED


def test_who_is_blocked_is_listed_and_can_be_let_in_again(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    (request,) = ask()
    assert 'href="/blocked"' in signed_in.get("/mandates?view=asked-of-me").body
    assert "You blocked nobody." in signed_in.get("/blocked").body
    signed_in.submit(f"{PAGE}/refuse", {"block": "1"})
    page = signed_in.get("/blocked")
    assert "Henk Helper" in page.body
    assert str(request.requester.person) not in page.body
    assert HENK.digits not in page.body
    assert signed_in.submit("/blocked", {"who": "somebody"}).status == 303
    assert len(wired.mandates.blocked(request.represented)) == 1
    form = {"csrf": page.hidden["csrf"], "who": page.hidden["who"]}
    for _ in range(2):
        assert signed_in.post("/blocked", form).location == "/blocked?unblocked=1"
    assert "This person can ask you again" in signed_in.get("/blocked?unblocked=1").body
    assert wired.mandates.blocked(request.represented) == []


def test_of_who_is_blocked_nothing_is_approved_and_the_page_says_so(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    (request,) = ask()
    _by_letter(wired, request)
    assert "Do not let Henk Helper ask again?" in signed_in.get(f"{PAGE}/refuse").body
    signed_in.submit(f"{PAGE}/refuse", {"block": "1"})
    assert "You blocked Henk Helper" in signed_in.get(PAGE).body
    assert len(wired.mandates.given(request.represented)) == 1, "what was given before goes on"


def test_forms_come_from_our_own_pages(signed_in: Person, wired: Wiring, ask: Ask) -> None:
    (request,) = ask()
    for path in (PAGE, f"{PAGE}/refuse", "/blocked"):
        assert signed_in.post(path, _choosing(request)).status == 403
        form = {"csrf": signed_in.token(PAGE), **_choosing(request)}
        assert signed_in.post(path, form, origin="https://evil.example").status == 403
    assert _state(wired, request) is RequestState.WAITING


def test_what_was_ticked_is_kept_when_the_session_ran_out(signed_in: Person, clock: Clock, ask: Ask) -> None:
    requests = ask(SERVICE_ID, PORTAL_ID)
    form = {"csrf": signed_in.token(PAGE), **_choosing(requests[1])}
    clock.forward(minutes=20)
    assert signed_in.post(PAGE, form).status == 401
    signed_in.sign_in(path=PAGE)
    page = signed_in.get(PAGE).body
    assert re.findall(r'name="case_(\w+)" value="1" id="[^"]*" aria-describedby="[^"]*" checked', page) == [
        requests[1].case_id
    ]


def test_the_pages_are_in_dutch_as_well(signed_in: Person, ask: Ask) -> None:
    ask(SERVICE_ID, PORTAL_ID)
    signed_in.language = "nl"
    assert "Mag Henk Helper voor u handelen?" in signed_in.get(PAGE).body
    assert "Weigeren wat Henk Helper vraagt?" in signed_in.get(f"{PAGE}/refuse").body
    assert signed_in.submit(PAGE, {"language": "en"}).location == PAGE
    assert signed_in.submit(f"{PAGE}/refuse", {"language": "en"}).location == f"{PAGE}/refuse"
    assert signed_in.submit("/blocked", {"language": "en"}).location == "/blocked"
