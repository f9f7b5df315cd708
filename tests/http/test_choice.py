"""For whom do you sign in? One click for one person, and a search for an accountant with two thousand clients."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from chalicelib.wiring import Wiring
from tests.fakes import FakeRegister
from tests.http.client import Person
from tests.http.journey import mandate
from tests.http.provider import PROVIDER, choose, posted

CLIENTS = 12


def _shown(body: str) -> list[str]:
    return re.findall(r'type="radio" name="person" value="(\w+)"', body)


def test_one_person_is_one_click(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    page = henk.get(choose(henk, PROVIDER.on_behalf()))
    assert _shown(page.body) == []
    assert page.hidden["person"] == case_id
    assert "Vera van der Gever" in page.body


def test_many_are_found_by_name(henk: Person, clients: Callable[[int], dict[str, str]]) -> None:
    names = clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    page = henk.get(choice).body
    assert len(_shown(page)) == 10
    assert "You see 10 of 12 people." in page
    found = henk.get(f"{choice}?q=boer+0009").body
    assert [names[case_id] for case_id in _shown(found)] == ["Client 0009 de Boer"]
    assert "1 person found" in found
    nobody = henk.get(f"{choice}?q=piet").body
    assert "Nobody found for “piet”" in nobody
    assert _shown(nobody) == []


def test_whoever_was_found_can_be_chosen(henk: Person, clients: Callable[[int], dict[str, str]]) -> None:
    names = clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    (case_id,) = _shown(henk.get(f"{choice}?q=0011").body)
    assert names[case_id].startswith("Client 0011")
    assert "LegalSubjectID" in posted(henk.post(choice, {"person": case_id, "q": "0011"}), henk).attributes


def test_names_are_fetched_once_and_kept_sealed(
    henk: Person, wired: Wiring, clients: Callable[[int], dict[str, str]]
) -> None:
    clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    assert "Client 0000" in henk.get(choice).body
    cast("FakeRegister", wired.people).down = True
    assert "Client 0009" in henk.get(f"{choice}?q=0009").body


def test_without_a_choice_the_search_is_kept(henk: Person, clients: Callable[[int], dict[str, str]]) -> None:
    clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    page = henk.post(choice, {"q": "boer"})
    assert page.status == 422
    assert 'value="boer"' in page.body


def test_what_is_typed_is_shown_as_text(henk: Person, clients: Callable[[int], dict[str, str]]) -> None:
    clients(CLIENTS)
    choice = choose(henk, PROVIDER.on_behalf())
    assert "<script>" not in henk.get(f"{choice}?q=%3Cscript%3E").body


def test_what_is_no_choice_is_asked_again(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    choice = choose(henk, PROVIDER.on_behalf())
    assert henk.post(choice, {"person": "x" * 3000}).status == 422
    assert posted(henk.post(choice, {"person": case_id}), henk).attributes["LegalSubjectID"] == vera.bsn.digits


def test_more_names_than_can_be_kept_are_still_searched(
    clients: Callable[[int], dict[str, str]], henk: Person, wired: Wiring
) -> None:
    wanted = next(iter(clients(CLIENTS)))
    register = cast("FakeRegister", wired.people)
    for bsn, person in register.people.items():
        register.people[bsn] = replace(person, name=f"{person.name} {'x' * 40_000}")
    choice = choose(henk, PROVIDER.on_behalf())
    assert _shown(henk.get(f"{choice}?q=0000").body) == [wanted]
