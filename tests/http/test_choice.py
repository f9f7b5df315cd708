"""For whom do you sign in? One click for one person; pages and a search for an accountant with two thousand clients."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import cast

import pytest

from chalicelib.mandates.model.cases import Party
from chalicelib.paging import Place
from chalicelib.people.brp.person import Found
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from tests.builders import MINA, PORTAL_ID, SERVICE_ID, VERA
from tests.fakes import Clock, FakeRegister
from tests.http.client import Answer, Person
from tests.http.clientele import hold
from tests.http.journey import mandate
from tests.http.provider import PROVIDER, choose, posted

CLIENTS = 42
Clients = Callable[[int], dict[str, str]]


def _shown(page: Answer) -> list[str]:
    return re.findall(r'type="radio" name="person" value="(\w+)"', page.body)


def _beside(page: Answer, which: str) -> str:
    """Return where the `next` or `prev` page is; empty where there is none."""
    found = re.search(rf'rel="{which}" href="([^"]+)"', page.body)
    return found[1] if found else ""


def _searched(person: Person, choice: str, words: str) -> Answer:
    return person.post(choice, {"search": "1", "q": words})


def _register(wired: Wiring) -> FakeRegister:
    return cast("FakeRegister", wired.people)


def _asked(wired: Wiring, monkeypatch: pytest.MonkeyPatch) -> list[Bsn]:
    """Return the numbers for which the register is asked from now on."""
    asked, find = list[Bsn](), wired.people.find

    def noting(numbers: Iterable[Bsn]) -> Found:
        asked.extend(some := list(numbers))
        return find(some)

    monkeypatch.setattr(wired.people, "find", noting)
    return asked


def _number_of(wired: Wiring, name: str) -> Bsn:
    return next(bsn for bsn, person in _register(wired).people.items() if person.name == name)


def test_one_person_is_one_click(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    page = henk.get(choose(henk, PROVIDER.on_behalf()))
    assert _shown(page) == []
    assert page.hidden["person"] == case_id
    assert "Vera van der Gever" in page.body


@pytest.mark.parametrize("first", [SERVICE_ID, PORTAL_ID])
def test_one_person_with_two_mandates_is_one_click(first: str, vera: Person, henk: Person) -> None:
    made = {one: mandate(vera, henk, one) for one in sorted((SERVICE_ID, PORTAL_ID), key=lambda one: one != first)}
    page = henk.get(choose(henk, PROVIDER.on_behalf()))
    assert _shown(page) == []
    assert page.hidden["person"] == made[SERVICE_ID]


def test_a_page_of_them_needs_no_search(henk: Person, clients: Clients) -> None:
    names = clients(20)
    page = henk.get(choose(henk, PROVIDER.on_behalf()))
    assert [names[case_id] for case_id in _shown(page)] == sorted(names.values())
    assert "search" not in page.body
    assert _beside(page, "next") == ""


def test_many_are_seen_page_by_page_further_and_back(
    henk: Person, wired: Wiring, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, asked = clients(CLIENTS), _asked(wired, monkeypatch)
    choice = choose(henk, PROVIDER.on_behalf())
    first = henk.get(choice)
    assert "You see 20 people. More are on other pages." in first.body
    assert _beside(first, "prev") == ""
    second = henk.get(_beside(first, "next"))
    third = henk.get(_beside(second, "next"))
    assert _beside(third, "next") == ""
    assert [len(_shown(page)) for page in (first, second, third)] == [20, 20, 2]
    assert len(asked) == 42, "of nobody else a name is asked for"
    assert {case_id for page in (first, second, third) for case_id in _shown(page)} == set(names)
    for page in (first, second, third):
        assert (shown := [names[case_id] for case_id in _shown(page)]) == sorted(shown)
    back = henk.get(_beside(third, "prev"))
    assert _shown(back) == _shown(second)
    assert _shown(henk.get(_beside(back, "prev"))) == _shown(first)


def test_a_page_is_filled_with_those_that_can_be_used(
    henk: Person, wired: Wiring, clock: Clock, clients: Clients
) -> None:
    clients(70)
    made = wired.mandates.held_page(wired.secrets.pseudonyms.person(henk.bsn), limit=None).rows
    of_low_level = [replace(one, level=10) for one in made[:25]]
    revoked = [replace(one, ended_at=clock(), ended_by=Party.REPRESENTED) for one in made[30:45]]
    hold(wired.register, [*of_low_level, *revoked])
    first = henk.get(choose(henk, PROVIDER.on_behalf()))
    second = henk.get(_beside(first, "next"))
    assert len(_shown(first)) == 20
    assert {*_shown(first), *_shown(second)} == {one.case_id for one in (*made[25:30], *made[45:])}
    assert _beside(second, "next") == ""


def test_someone_on_another_page_can_be_chosen(henk: Person, clients: Clients) -> None:
    clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    page = henk.get(_beside(henk.get(choice), "next"))
    unchosen = henk.post(choice, {"page": page.hidden["page"]})
    assert unchosen.status == 422
    assert _shown(unchosen) == _shown(page)
    dutch = henk.post(choice, {"page": page.hidden["page"], "language": "nl"})
    assert "Volgende pagina" in dutch.body
    assert _shown(dutch) == _shown(page)
    assert "LegalSubjectID" in posted(henk.post(choice, {"person": _shown(page)[3]}), henk).attributes


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "%3Cscript%3E",
        "a" * 2000,
        "%00",
        "Pg",
        str(Place("\0")),
        str(Place(f"{SERVICE_ID}#")),
        str(Place("zzz", backwards=True)),
        str(Place("zzz")),
        str(Place("#" * 250)),
    ],
)
def test_a_place_that_somebody_made_up_shows_ones_own_people_or_the_first_page(
    henk: Person, clients: Clients, place: str
) -> None:
    names = clients(22)
    page = henk.get(f"{choose(henk, PROVIDER.on_behalf())}?page={place}")
    assert page.status == 200
    assert len(_shown(page)) == 20
    assert set(_shown(page)) <= set(names)
    assert "<script>" not in page.body


def test_a_place_of_somebody_else_leads_to_nobody_of_theirs(
    henk: Person, mina: Person, vera: Person, clients: Clients
) -> None:
    clients(22)
    of_vera = mandate(vera, mina)
    theirs = _beside(henk.get(choose(henk, PROVIDER.on_behalf())), "next").partition("?")[2]
    assert henk.get(f"/saml/choice/{'0' * 32}?{theirs}").status >= 400
    page = mina.get(f"{choose(mina, PROVIDER.on_behalf())}?{theirs}")
    assert _shown(page) == [of_vera]


def test_many_are_found_by_name(henk: Person, clients: Clients) -> None:
    names = clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    found = _searched(henk, choice, "boer 0009")
    assert [names[case_id] for case_id in _shown(found)] == ["Client 0009 de Boer"]
    assert "1 person found" in found.body
    many = _searched(henk, choice, "jansen")
    assert "You see 20 of 28 people." in many.body
    assert [names[case_id] for case_id in _shown(many)] == sorted(one for one in names.values() if "Jan" in one)[:20]
    nobody = _searched(henk, choice, "piet")
    assert "Nobody found for “piet”" in nobody.body
    assert _shown(nobody) == []


def test_somebody_is_found_by_number_and_no_other_name_is_asked_for(
    henk: Person, wired: Wiring, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, asked = clients(CLIENTS), _asked(wired, monkeypatch)
    number = _number_of(wired, "Client 0031 Jansen")
    choice = choose(henk, PROVIDER.on_behalf())
    for typed in (number.digits, f" {number.digits[:4]}.{number.digits[4:7]} {number.digits[7:]} "):
        found = _searched(henk, choice, typed)
        assert [names[case_id] for case_id in _shown(found)] == ["Client 0031 Jansen"]
    assert set(asked) == {number}
    dutch = henk.post(choice, {"q": number.digits, "language": "nl"})
    assert "1 persoon gevonden" in dutch.body
    assert "LegalSubjectID" in posted(henk.post(choice, {"person": _shown(found)[0]}), henk).attributes


def test_nobody_is_found_by_number_who_gave_somebody_else_a_mandate(
    henk: Person, mina: Person, vera: Person, clients: Clients
) -> None:
    clients(CLIENTS)
    mandate(vera, mina)
    choice = choose(henk, PROVIDER.on_behalf())
    mandated, unknown = (_searched(henk, choice, bsn.digits) for bsn in (VERA, MINA))
    for page, bsn in ((mandated, VERA), (unknown, MINA)):
        assert page.status == 200
        assert _shown(page) == []
        assert f"Nobody found for “{bsn.digits}”" in page.body
    same = mandated.anonymous.replace(VERA.digits, "typed")
    assert same == unknown.anonymous.replace(MINA.digits, "typed")


@pytest.mark.parametrize("typed", ["900100085", "12345678901", "1234 5678", "--------"])
def test_a_number_that_is_none_is_told_beside_the_field_and_asks_nobody(
    henk: Person, wired: Wiring, clients: Clients, typed: str
) -> None:
    clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    _register(wired).down = True
    page = _searched(henk, choice, typed)
    assert page.status == 422
    assert 'id="q-error"' in page.body
    assert "Show everyone" in page.body


def test_a_number_stands_in_no_address_and_no_log(
    henk: Person, wired: Wiring, clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    clients(CLIENTS)
    number = _number_of(wired, "Client 0031 Jansen").digits
    choice = choose(henk, PROVIDER.on_behalf())
    page = _searched(henk, choice, number)
    assert not re.search(rf'(?:href|action)="[^"]*{number}', page.body)
    assert "Location" not in page.headers
    assert 'method="get"' not in page.body
    by_address = henk.get(f"{choice}?q={number}&search=1")
    assert len(_shown(by_address)) == 20
    assert number not in by_address.body
    assert number not in "".join(capsys.readouterr())


def test_a_search_from_another_site_is_refused(henk: Person, clients: Clients) -> None:
    clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    refused = henk.post(choice, {"search": "1", "q": "boer"}, **{"sec-fetch-site": "cross-site"})
    assert refused.status == 403
    assert _shown(refused) == []


def test_whoever_was_found_can_be_chosen(henk: Person, clients: Clients) -> None:
    names = clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    (case_id,) = _shown(_searched(henk, choice, "0011"))
    assert names[case_id].startswith("Client 0011")
    assert "LegalSubjectID" in posted(henk.post(choice, {"person": case_id, "q": "0011"}), henk).attributes


def test_names_are_fetched_once_for_a_search_and_kept_sealed(henk: Person, wired: Wiring, clients: Clients) -> None:
    clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    assert "Client 0000" in _searched(henk, choice, "0000").body
    _register(wired).down = True
    assert "Client 0009" in _searched(henk, choice, "0009").body


def test_while_no_name_can_be_told_people_are_found_by_number(henk: Person, wired: Wiring, clients: Clients) -> None:
    clients(CLIENTS)
    number = _number_of(wired, "Client 0031 Jansen").digits
    choice = choose(henk, PROVIDER.on_behalf())
    _register(wired).down = True
    assert "Names are not available now." in _searched(henk, choice, "jansen").body
    (found,) = _shown(_searched(henk, choice, number))
    _register(wired).down = False
    assert posted(henk.post(choice, {"person": found}), henk).attributes["LegalSubjectID"] == number


def test_without_a_choice_the_search_is_kept(henk: Person, clients: Clients) -> None:
    clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    page = henk.post(choice, {"q": "boer"})
    assert page.status == 422
    assert 'value="boer"' in page.body
    assert len(_shown(page)) == 14


def test_what_is_typed_is_shown_as_text(henk: Person, clients: Clients) -> None:
    clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    page = _searched(henk, choice, "<script>")
    assert "<script>" not in page.body
    assert "Nobody found for “&lt;script&gt;”" in page.body


def test_what_is_no_choice_is_asked_again(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    choice = choose(henk, PROVIDER.on_behalf())
    assert henk.post(choice, {"person": "x" * 3000}).status == 422
    assert posted(henk.post(choice, {"person": case_id}), henk).attributes["LegalSubjectID"] == vera.bsn.digits


def test_more_names_than_can_be_kept_are_still_searched(clients: Clients, henk: Person, wired: Wiring) -> None:
    wanted = next(iter(clients(CLIENTS)))
    register = _register(wired)
    for bsn, person in register.people.items():
        register.people[bsn] = replace(person, name=f"{person.name} {'x' * 10_000}")
    choice = choose(henk, PROVIDER.on_behalf())
    assert _shown(_searched(henk, choice, "0000")) == [wanted]
