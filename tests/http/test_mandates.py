"""My mandates over HTTP: what somebody sees of what they asked, and of what others ask of them."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import cast
from urllib.parse import quote, urlencode

import pytest

from chalicelib.audit.trail import Event, Happening
from chalicelib.catalogue.model import EntityId, Relation, RelationKind, Validity
from chalicelib.mandates.living.using import note_refused_use, note_use
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.mandates import Consent, Mandate, Way
from chalicelib.mandates.model.requests import RequestState
from chalicelib.mandates.register.transactions import Closing
from chalicelib.people.actor import Cause, Citizen, Provider, System
from chalicelib.people.brp.person import Found
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from tests import calls
from tests.builders import HENK, MINA, PORTAL_ID, SERVICE_ID, VERA, a_service, closing, some_bsns
from tests.fakes import Clock, FakeRegister
from tests.http.asked import asked_by
from tests.http.client import Answer, Person
from tests.http.clientele import some_clients
from tests.http.journey import mandate
from tests.saml.provider import ENTITY_ID


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
    Way.TELEPHONE: ("You asked for it by telephone", "asked for it by telephone, and gave you the code"),
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
            # Who asks by telephone signs in nowhere: the level is what a letter's code counts as.
            level = "; that counts as level High (30)" if way is Way.TELEPHONE else ", DigiD level High (30)"
            assert level in page
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


def _titles(page: str) -> list[str]:
    return re.findall(r'<h[23] class="utrecht-heading-3"[^>]*><a [^>]*>([^<]*)</a>', page)


def _further(page: str, which: str = "next") -> str:
    return unescape(page.partition(f'rel="{which}" href="')[2].partition('"')[0])


def _search(person: Person, words: str, view: str = "held", state: str = "now") -> Answer:
    token = person.token(f"/mandates?view={view}")
    return person.post("/mandates/search", {"csrf": token, "view": view, "state": state, "q": words})


def test_the_overview_has_a_few_of_each_and_leads_to_all(vera: Person, henk: Person, wired: Wiring) -> None:
    names = some_clients(wired, HENK, 30)
    henk.sign_in()
    page = henk.get("/mandates").body
    assert len(_titles(page)) == 5
    assert 'href="/mandates?view=held">Show all for whom I may act' in page
    assert "Nobody may act for you." in page
    first = henk.get("/mandates?view=held").body
    second = henk.get(_further(first)).body
    shown = _titles(first) + _titles(second)
    assert (len(_titles(first)), len(_titles(second))) == (20, 10)
    assert {title.partition(" – ")[0] for title in shown} == set(names.values())
    assert _titles(first) == sorted(_titles(first), key=str.casefold)
    assert _titles(henk.get(_further(second, "prev")).body) == _titles(first)
    vera.sign_in()
    assert _titles(vera.get(_further(first)).body) == []


def test_names_are_asked_of_the_shown_page_alone(henk: Person, wired: Wiring) -> None:
    some_clients(wired, HENK, 30)
    henk.sign_in()
    register, asked = cast("FakeRegister", wired.people), list[int]()
    find = register.find

    def counting(numbers: Iterable[Bsn]) -> Found:
        wanted = list(numbers)
        asked.append(len(wanted))
        return find(wanted)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(register, "find", counting)
        for path in ("/mandates?view=held", "/mandates", "/mandates?view=given", "/mandates?view=asked-of-me"):
            henk.get(path)
    assert asked == [20, 5]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_has_ended_stands_in_the_past(language: str, vera: Person, henk: Person) -> None:
    vera.language = henk.language = language
    case_id = mandate(vera, henk)
    link = f'href="/mandates/{case_id}"'
    for person, view in ((vera, "given"), (henk, "held")):
        assert link in person.get(f"/mandates?view={view}").body
        assert link not in person.get(f"/mandates?view={view}&state=past").body
    vera.submit(f"/mandates/{case_id}/revoke", {})
    for person, view in ((vera, "given"), (henk, "held")):
        assert link not in person.get(f"/mandates?view={view}").body
        past = person.get(f"/mandates?view={view}&state=past").body
        assert link in past
        assert 'type="checkbox"' not in past
        assert link not in person.get("/mandates").body


def test_chosen_mandates_are_ended_together(henk: Person, wired: Wiring) -> None:
    some_clients(wired, HENK, 3)
    henk.sign_in()
    page = henk.get("/mandates?view=held").body
    ticks = re.findall(r'type="checkbox" name="case" value="(\w+)" id="[^"]*" aria-labelledby="(\S+) (\S+)"', page)
    assert len(ticks) == 3
    assert all(f'id="{choose}"' in page and f'id="{title}"' in page for _, choose, title in ticks)
    query = urlencode([("case", case_id) for case_id, *_ in ticks[:2]])
    assert "Revoke 2 mandates?" in henk.get(f"/mandates/end?{query}").body


def test_a_service_is_searched_for_at_an_address_and_a_person_in_the_answer_alone(henk: Person, wired: Wiring) -> None:
    names = some_clients(wired, HENK, 30)
    henk.sign_in()
    found = _search(henk, "locks")
    assert found.location == "/mandates?view=held&q=locks"
    assert len(_titles(henk.get(found.location).body)) == 20
    assert "Nothing found for “canals”" in henk.get(_search(henk, "canals").location).body
    bsn = some_bsns(7)[-1]
    answer = _search(henk, f"{bsn.digits[:4]}.{bsn.digits[4:]}")
    assert answer.status == 200
    (title,) = _titles(answer.body)
    assert title.partition(" – ")[0] == list(names.values())[6]
    assert not [text for text in re.findall(r'(?:href|action)="([^"]*)"', answer.body) if bsn.digits[4:] in text]
    assert _titles(_search(henk, MINA.digits).body) == []


@pytest.mark.parametrize("words", ["123456789", "bsn 900100084", "90010008", "9001000845", "900100085"])
def test_what_may_be_a_number_stands_in_no_address_whatever_is_wrong_with_it(words: str, henk: Person) -> None:
    henk.sign_in()
    answer = _search(henk, words)
    assert answer.status in (200, 422)
    assert "Location" not in answer.headers
    assert (answer.status == 422) is ("This is not a citizen service number" in answer.body)
    digits = "".join(character for character in words if character.isdigit())
    shown = henk.get(f"/mandates?view=held&q={quote(words)}").body
    assert not [text for text in re.findall(r'(?:href|action)="([^"]*)"', answer.body + shown) if digits in text]


def test_a_list_is_filtered_by_one_service_whatever_words_others_share_with_it(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    names = some_clients(wired, HENK, 22)
    portal = wired.catalogue.service(PORTAL_ID)
    wired.catalogue.put_service(replace(portal, keywords=("locks",)))
    case_id = mandate(vera, henk, PORTAL_ID)
    page = henk.get("/mandates?view=held").body
    assert f'<option value="{PORTAL_ID}">All</option>' in page
    form = {"csrf": henk.token("/mandates?view=held"), "view": "held", "state": "now"}
    found = henk.post("/mandates/search", {**form, "q": "locks", "service": PORTAL_ID}).location
    assert found == f"/mandates?view=held&service={PORTAL_ID}&q=locks"
    for address in (found, f"/mandates?view=held&service={PORTAL_ID}"):
        page = henk.get(address).body
        assert re.findall(r'name="case" value="(\w+)"', page) == [case_id]
        assert f'<option value="{PORTAL_ID}" selected>' in page
        assert f'href="/mandates?view=held&amp;state=past&amp;service={PORTAL_ID}' in page
    first = henk.get(f"/mandates?view=held&service={SERVICE_ID}").body
    assert len(_titles(first)) == 20
    assert f"service={SERVICE_ID}&page=" in _further(first)
    assert len(_titles(henk.get(_further(first)).body)) == 2
    answer = henk.post("/mandates/search", {**form, "q": VERA.digits, "service": SERVICE_ID})
    assert _titles(answer.body) == []
    assert f'<option value="{SERVICE_ID}" selected>' in answer.body
    assert [title.partition(" – ")[0] for title in _titles(_search(henk, some_bsns(1)[0].digits).body)] == [
        next(iter(names.values()))
    ]


@pytest.mark.parametrize("service", ["x" * 20_000, "none\r\nSet-Cookie: a=b", "<script>", "https://evil.example"])
def test_whatever_is_sent_as_a_service_makes_no_address_that_is_not_ours(service: str, henk: Person) -> None:
    henk.sign_in()
    form = {"csrf": henk.token("/mandates?view=held"), "view": "held", "state": "now", "service": service}
    location = henk.post("/mandates/search", form).location
    assert location.startswith("/mandates?view=held&service=")
    assert len(location) < 1000
    assert location.isprintable()
    assert service not in henk.get(location).body


def test_a_service_that_the_catalogue_does_not_have_filters_nothing(henk: Person, wired: Wiring) -> None:
    some_clients(wired, HENK, 2)
    henk.sign_in()
    page = henk.get("/mandates?view=held&service=none").body
    assert len(_titles(page)) == 2
    assert "service=none" not in page


@pytest.mark.parametrize("view", ["asked", "asked-of-me"])
def test_what_was_asked_is_filtered_by_service_too(view: str, vera: Person, henk: Person, wired: Wiring) -> None:
    request = asked_by(wired)
    who, link = {"asked": (henk, f"/asked/{request.case_id}"), "asked-of-me": (vera, f"/approvals/{request.visit}")}[
        view
    ]
    who.sign_in()
    assert f'href="{link}"' in who.get(f"/mandates?view={view}&service={SERVICE_ID}").body
    page = who.get(f"/mandates?view={view}&service={PORTAL_ID}").body
    assert f'href="{link}"' not in page
    assert "Nothing found for “All”" in page
    assert f'href="/mandates?view={view}">Show everything' in page


def test_a_search_goes_on_after_signing_in_again(henk: Person, wired: Wiring, clock: Clock) -> None:
    names = some_clients(wired, HENK, 3)
    henk.sign_in()
    form = {"csrf": henk.token("/mandates?view=held"), "view": "held", "q": some_bsns(1)[0].digits}
    clock.forward(minutes=20)
    assert "is kept" in henk.post("/mandates/search", form).body
    henk.sign_in(path="/mandates/search")
    assert [title.partition(" – ")[0] for title in _titles(henk.get("/mandates/search").body)] == list(names.values())[
        :1
    ]
    assert henk.get("/mandates/search").location == "/mandates"


def test_what_somebody_asked_for_another_shows_what_they_did_and_nothing_else(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    request = asked_by(wired)
    henk.sign_in()
    before = henk.get("/mandates?view=asked").body
    assert f'href="/asked/{request.case_id}"' in before
    assert f", for BSN {VERA.digits}" in before
    assert "Vera" not in before
    assert f'href="/asked/{request.case_id}"' in henk.get("/mandates").body
    by = Citizen(request.represented, 20)
    wired.mandates.close(Closing((request,), RequestState.REFUSED, by, wired.clock(), told=False))
    assert henk.get("/mandates?view=asked").body == before
    assert "/asked/" not in henk.get("/mandates?view=asked&state=past").body
    vera.sign_in()
    assert f'href="/approvals/{request.visit}"' in vera.get("/mandates?view=asked-of-me&state=past").body


def test_what_was_asked_in_one_visit_stands_together_with_who_asks(vera: Person, wired: Wiring) -> None:
    visit = "a5ed" * 7 + "a5"
    first = asked_by(wired, case_id=f"{visit}00")
    asked_by(wired, case_id=f"{visit}01", service_id=PORTAL_ID)
    asked_by(wired, MINA, case_id="b5ed" * 7 + "b500", checked_at=None)
    vera.sign_in()
    for path in ("/mandates", "/mandates?view=asked-of-me"):
        page = vera.get(path).body
        assert page.count("/approvals/") == 1
        assert "Henk Helper asks to act for you" in page
        assert page.count("waits for your answer") == 2
        assert "Mina" not in page
    wired.people = FakeRegister({})
    assert "Somebody asks to act for you" in vera.get("/mandates").body
    assert f'href="/approvals/{first.visit}"' in vera.get(_search(vera, "locks", "asked-of-me").location).body
    assert "/approvals/" in _search(vera, HENK.digits, "asked-of-me").body
    assert "/approvals/" not in _search(vera, MINA.digits, "asked-of-me").body


def test_a_switch_of_language_stays_on_the_list(henk: Person, wired: Wiring) -> None:
    some_clients(wired, HENK, 3)
    henk.sign_in()
    page = henk.get("/mandates?view=held&state=past&q=sluis").body
    link = unescape(re.findall(r'href="(\?[^"]*lang=nl)"', page)[0])
    assert "Voor hen kon ik handelen</h1>" in henk.get(f"/mandates{link}").body
    number = some_bsns(1)[0].digits
    token = henk.token("/mandates?view=held")
    form = {"csrf": token, "view": "held", "state": "now", "q": number, "language": "en"}
    assert "I may act for them</h1>" in henk.post("/mandates/search", form).body


def test_nobody_is_asked_whether_to_revoke_what_has_ended(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    vera.submit(f"/mandates/{case_id}/revoke", {})
    assert henk.get(f"/mandates/{case_id}/revoke").location == f"/mandates/{case_id}"


def test_a_mandate_whose_service_has_ended_says_so(vera: Person, henk: Person, wired: Wiring) -> None:
    case_id = mandate(vera, henk)
    wired.catalogue.put_service(a_service(entity_id=EntityId(ENTITY_ID), mandatable=False))
    assert "Cannot be used any more" in henk.get("/mandates?view=held").body
    page = henk.get(f"/mandates/{case_id}").body
    assert "This mandate cannot be used any more." in page
    assert "may not act for Vera van der Gever any more</h1>" in page
    assert "/revoke" in page


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_mandate_for_a_set_of_which_nothing_is_left_is_closed_in_lists_and_by_itself(
    language: str, vera: Person, henk: Person, wired: Wiring, clock: Clock
) -> None:
    vera.language = henk.language = language
    closed = {"nl": "Niet meer te gebruiken", "en": "Cannot be used any more"}[language]
    part = wired.catalogue.service(SERVICE_ID)
    wired.catalogue.put_service(replace(part, behind=(Relation(PORTAL_ID, RelationKind.SET),)))
    case_id = mandate(vera, henk, PORTAL_ID)
    looks = ((vera, "given"), (henk, "held"))
    pages = [
        (who, path) for who, view in looks for path in ("/mandates", f"/mandates?view={view}", f"/mandates/{case_id}")
    ]
    assert not [path for who, path in pages if closed in who.get(path).body]
    ended = replace(part, behind=(Relation(PORTAL_ID, RelationKind.SET),), valid=(Validity(until=clock()),))
    wired.catalogue.put_service(ended)
    assert [path for who, path in pages if closed not in who.get(path).body] == []


@pytest.mark.parametrize(
    "path", ["/mandates?view=nothing", "/mandates?view=held&page=x&state=y", "/mandates?view=held&view=x"]
)
def test_an_address_that_is_none_of_ours_shows_something_of_ours(path: str, henk: Person) -> None:
    henk.sign_in()
    assert henk.get(path).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/mandates",
        "/mandates?view=held",
        "/mandates?view=given",
        "/mandates?view=asked",
        f"/mandates?view=held&service={SERVICE_ID}",
    ],
)
def test_a_page_costs_the_same_calls_with_few_and_with_many_mandates(path: str, henk: Person, wired: Wiring) -> None:
    henk.sign_in()
    some_clients(wired, HENK, 25)
    with calls.made(wired) as few:
        henk.get(path)
    some_clients(wired, HENK, 120)
    with calls.made(wired) as many:
        henk.get(path)
    assert few == many
    assert len(few) <= 6


@pytest.mark.parametrize("view", ["held", "given"])
def test_a_search_costs_no_more_calls_where_many_services_are_found_than_where_few_are(
    view: str, henk: Person, wired: Wiring
) -> None:
    henk.sign_in()
    some_clients(wired, HENK, 3)
    with calls.made(wired) as few:
        henk.get(f"/mandates?view={view}&q=locks")
    for number in range(120):
        wired.catalogue.put_service(a_service(service_id=f"like it {number}", index=100 + number))
    with calls.made(wired) as many:
        found = henk.get(f"/mandates?view={view}&q=locks").body
    assert len(_titles(found)) == (3 if view == "held" else 0)
    assert len(many) <= len(few)


def test_a_mandate_for_a_portal_says_what_it_opens_and_what_not_any_more(
    vera: Person, henk: Person, wired: Wiring, clock: Clock
) -> None:
    case_id = mandate(vera, henk, PORTAL_ID)
    for person in (vera, henk):
        what = person.get(f"/mandates/{case_id}").body.partition('id="what"')[2].partition("</section>")[0]
        assert "The same goes for these services:" in what
        assert "Locks, Gemeente Ominous: About locks." in what
    made = wired.mandates.mandate(case_id)
    assert made is not None
    less = replace(made, without=(SERVICE_ID,), version=made.version + 1)
    wired.mandates.change(made, less, Event(Happening.RESTRICTED, clock(), Citizen(made.represented, 20)))
    page = vera.get(f"/mandates/{case_id}").body
    assert "The same goes for" not in page
    assert "Locks" in page.partition("Not for these any more")[2]


def test_a_mandate_for_a_portal_says_what_it_opens_only_once_confirmed_higher(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    case_id = mandate(vera, henk, PORTAL_ID)
    for person in (vera, henk):
        assert "first have to confirm" not in person.get(f"/mandates/{case_id}").body
    wired.catalogue.put_service(replace(wired.catalogue.service(SERVICE_ID), level=25))
    for person in (vera, henk):
        what = person.get(f"/mandates/{case_id}").body.partition('id="what"')[2].partition("</section>")[0]
        assert "first have to confirm the mandate here, signed in with the DigiD app with ID check." in what


def test_who_is_asked_sees_how_far_it_is(vera: Person, wired: Wiring, clock: Clock) -> None:
    request = asked_by(wired)
    vera.sign_in()
    steps = vera.get(f"/approvals/{request.visit}").body.partition('id="progress"')[2].partition("</ol>")[0]
    for words in ("Henk Helper asked for it on", "We checked it on", "No letter is sent", "You can decide up to"):
        assert words in steps
    by = Citizen(request.represented, 20)
    wired.mandates.close(closing(request, by, clock(), RequestState.REFUSED))
    steps = vera.get(f"/approvals/{request.visit}").body.partition('id="progress"')[2].partition("</ol>")[0]
    assert "Refused on" in steps
    assert "You can decide" not in steps
