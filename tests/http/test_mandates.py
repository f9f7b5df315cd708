"""My mandates over HTTP: what somebody sees of what they asked, and of what others ask of them."""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.audit.trail import Event, Happening
from chalicelib.mandates.model import CaseId, Consent, Mandate, RequestState, Way
from chalicelib.mandates.using import note_refused_use, note_use
from chalicelib.people.actor import Cause, Citizen, Provider, System
from chalicelib.wiring import Wiring
from tests.builders import closing
from tests.fakes import Clock
from tests.http.asked import asked_by
from tests.http.client import Person
from tests.http.journey import mandate


def test_what_somebody_else_asks_of_me_is_no_request_of_mine(vera: Person, wired: Wiring) -> None:
    request = asked_by(wired)
    vera.sign_in()
    page = vera.get("/mandates").body
    assert f'href="/approvals/{request.visit}"' in page
    assert f"/requests/{request.case_id}" not in page
    assert "My open requests" not in page
    for path in (f"/requests/{request.case_id}", f"/requests/{request.case_id}/withdraw"):
        assert vera.get(path).location == f"/approvals/{request.visit}"
    token = {"csrf": vera.token("/request")}
    assert vera.post(f"/requests/{request.case_id}/withdraw", token).status == 404
    assert wired.mandates.request(request.represented, request.case_id) == request


def test_what_was_asked_of_me_and_has_ended_asks_me_nothing_any_more(vera: Person, wired: Wiring) -> None:
    request = asked_by(wired)
    by = Citizen(request.represented, 20)
    wired.mandates.close(closing(request, by, wired.clock(), RequestState.REFUSED))
    vera.sign_in()
    page = vera.get("/mandates").body
    assert "/approvals/" not in page
    assert f"/requests/{request.case_id}" not in page


def test_who_asked_for_another_cannot_see_their_request(henk: Person, wired: Wiring) -> None:
    request = asked_by(wired)
    henk.sign_in()
    assert henk.get(f"/requests/{request.case_id}").status == 404
    assert "/approvals/" not in henk.get("/mandates").body


def _history_of(page: str, name: str) -> str:
    return page.partition(f'id="{name}"')[2].partition("</dl>")[0]


def _use(wired: Wiring, made: Mandate, use_id: str, at: datetime, level: int = 25) -> None:
    by = Citizen(made.representative, level)
    note_use(made, use_id, by=by, where=Provider("Gemeente Ominous"), store=wired.mandates, now=at)


def test_a_mandate_tells_who_did_what_at_which_level_and_where_it_was_used(
    vera: Person, henk: Person, wired: Wiring, clock: Clock
) -> None:
    case_id = mandate(vera, henk)
    made = wired.mandates.mandate(case_id)
    assert made is not None
    assert "It was not used yet" in vera.get(f"/mandates/{case_id}").body
    _use(wired, made, "one", clock())
    by = Citizen(made.representative, 20)
    note_refused_use(case_id, "two", by=by, where=Provider("Kadaster"), store=wired.mandates, now=clock())
    for person, expected in ((vera, "Activated by Henk Helper"), (henk, "Activated by you")):
        page = person.get(f"/mandates/{case_id}").body
        uses, history = _history_of(page, "uses"), _history_of(page, "history")
        assert "Used to sign in at Gemeente Ominous" in uses
        assert "level Substantial (25)" in uses
        assert "Signing in was refused at Kadaster" in uses
        assert f'href="/mandates/{case_id}/revoke"' in page.partition('id="used"')[2]
        assert expected in history
        assert "level Medium (20)" in history
        assert "Kadaster" not in history
        assert "About locks." in page
    vera.submit(f"/mandates/{case_id}/revoke", {})
    page = henk.get(f"/mandates/{case_id}").body
    assert "/revoke" not in page
    assert "About locks." not in page
    assert "Gemeente Ominous" in _history_of(page, "uses")


def test_many_uses_come_by_pages_newest_first(vera: Person, henk: Person, wired: Wiring, clock: Clock) -> None:
    case_id = mandate(vera, henk)
    made = wired.mandates.mandate(case_id)
    assert made is not None
    for number in range(25):
        _use(wired, made, f"{number}", clock() + timedelta(minutes=number))
    page = vera.get(f"/mandates/{case_id}").body
    assert _history_of(page, "uses").count("Used to sign in") == 20
    further = page.partition(f'rel="next" href="/mandates/{case_id}')[2].partition('"')[0]
    second = vera.get(f"/mandates/{case_id}{further}").body
    assert _history_of(second, "uses").count("Used to sign in") == 5
    assert 'rel="prev"' in second


WORDS_OF_CONSENT = {
    Way.ASKED: ("You asked for it", "gave you the code"),
    Way.LETTER: ("you handed over the code in the letter", "gave you the code in the letter"),
    Way.APPROVED: ("and you agreed", "Vera van der Gever agreed"),
    Way.KNOWN: ("You chose Henk Helper", "chose you"),
    Way.RENEWED: ("You renewed an earlier mandate", "renewed an earlier mandate"),
}


def test_both_see_how_the_represented_consented(vera: Person, henk: Person, wired: Wiring, clock: Clock) -> None:
    case_id = mandate(vera, henk)
    for way, (given, held) in WORDS_OF_CONSENT.items():
        made = wired.mandates.mandate(case_id)
        assert made is not None
        changed = replace(made, consent=Consent(way, 30), version=made.version + 1)
        wired.mandates.change(made, changed, Event(Happening.RAISED, clock(), Citizen(made.represented, 30)))
        for person, words in ((vera, given), (henk, held)):
            page = person.get(f"/mandates/{case_id}").body
            assert words in page
            assert "(DigiD level High (30))" in page
    assert set(WORDS_OF_CONSENT) == set(Way)


def test_a_mandate_says_how_it_was_given_what_it_continues_and_that_it_is_stopped(
    vera: Person, henk: Person, wired: Wiring, clock: Clock
) -> None:
    case_id = mandate(vera, henk)
    made = wired.mandates.mandate(case_id)
    assert made is not None
    assert "You asked for it, and handed over the code" in vera.get(f"/mandates/{case_id}").body
    assert "Vera van der Gever asked for it, and gave you the code" in henk.get(f"/mandates/{case_id}").body
    operator = System(Cause.OPERATOR)
    renewed = replace(
        made, consent=Consent(Way.RENEWED, 20), previous=CaseId("beef" * 8), suspended_at=clock(), version=3
    )
    wired.mandates.change(made, renewed, Event(Happening.SUSPENDED, clock(), operator))
    page = vera.get(f"/mandates/{case_id}").body
    assert f'href="/mandates/{"beef" * 8}"' in page
    assert "Henk Helper may not act for you for now</h1>" in page
    assert "Stopped for now by us" in page
    assert "You renewed an earlier mandate" in page
    assert "/revoke" in page
    ended = replace(renewed, ended_at=clock(), cause=Cause.OPT_OUT, version=4)
    wired.mandates.change(renewed, ended, Event(Happening.ENDED, clock(), System(Cause.OPT_OUT)))
    assert "You told us that you want no mandates" in vera.get(f"/mandates/{case_id}").body
    page = henk.get(f"/mandates/{case_id}").body
    assert "We ended this mandate." in page
    assert "no mandates" not in page
