"""What a letter's code proves too little for: a letter without one tells that somebody asks, and only that."""

import re
from dataclasses import replace

import pytest

from chalicelib.letters.contract.statuses import Mishap, VendorStep
from chalicelib.mandates.model.requests import RequestState
from chalicelib.wiring import Wiring
from tests.builders import SERVICE_ID, VERA
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.journey import check, deliver, printed, settle, tell, text_of
from tests.http.test_asking import ask_for


@pytest.fixture
def asked(henk: Person, wired: Wiring) -> str:
    """Let Henk ask for a service that wants more than a letter's code; return the case, which is being checked."""
    wired.catalogue.put_service(replace(wired.catalogue.service(SERVICE_ID), level=25))
    henk.sign_in("25", path="/ask")
    return ask_for(henk)


def _state(wired: Wiring, case_id: str) -> RequestState:
    request = wired.mandates.request(wired.secrets.pseudonyms.person(VERA), case_id)
    assert request is not None
    return request.state(wired.clock())


def test_who_is_asked_hears_by_letter_that_they_can_sign_in_to_decide(asked: str, vera: Person, henk: Person) -> None:
    before = henk.get(f"/asked/{asked}").body
    check()
    deliver()
    text = text_of(asked)
    assert [words for words in ("Henk Helper", "Sluizen", "met uw DigiD") if words not in text] == []
    assert not re.search(r"\b[B-DF-HJ-NP-TV-XZ2-9]{4}-[B-DF-HJ-NP-TV-XZ2-9]{4}\b", text)
    assert VERA.digits not in text
    assert henk.get(f"/asked/{asked}").body == before, "who asked sees nothing of it"
    vera.sign_in("25")
    page = vera.get(f"/approvals/{asked}").body
    assert "The letter was printed on" in page
    assert "The code" not in page


def test_what_is_taken_back_before_it_is_printed_is_never_printed(
    asked: str, henk: Person, wired: Wiring, clock: Clock
) -> None:
    check()
    henk.submit(f"/asked/{asked}/withdraw", {})
    assert _state(wired, asked) is RequestState.WITHDRAWN
    settle(clock)
    assert printed(asked) == []


@pytest.mark.parametrize("reason", [Mishap.MOVED, Mishap.REFUSED_BY_RECEIVER])
def test_one_that_comes_back_ends_nothing_for_nothing_waits_for_it(
    asked: str, vera: Person, wired: Wiring, reason: Mishap
) -> None:
    check()
    deliver()
    tell(asked, VendorStep.POSTED)
    tell(asked, VendorStep.RETURNED, reason)
    assert _state(wired, asked) is RequestState.WAITING
    vera.sign_in("25")
    assert "The letter came back on" in vera.get(f"/approvals/{asked}").body
