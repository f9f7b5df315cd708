"""What was asked by telephone, over HTTP: who called sees it as theirs, and whoever has the code activates it."""

from chalicelib.days import today
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.own.telephoning import ask_by_telephone
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.wiring import Wiring
from tests.builders import SERVICE_ID, a_call, a_period
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.journey import code_of, deliver, printed, recognised


def called(wired: Wiring) -> CaseId:
    """Let Vera call, and the helpdesk ask for her; return the case."""
    wanted = WantedService(wired.catalogue.service(SERVICE_ID), a_period(today(wired.clock())))
    (made,) = ask_by_telephone(
        a_call(wanted=(wanted,)),
        store=wired.mandates,
        people=wired.people,
        tries=wired.tries,
        letters=wired.letters,
        secrets=wired.secrets,
        pick=wired.pick,
        now=wired.clock(),
    )
    return made.case_id


def test_who_called_sees_that_it_was_asked_by_telephone_and_what_to_do_if_not_by_them(
    vera: Person, wired: Wiring
) -> None:
    case_id = called(wired)
    vera.sign_in()
    assert "requested by telephone on" in vera.get("/mandates?view=asked").body
    page = vera.get(f"/requests/{case_id}").body
    assert "It was asked by telephone on" in page
    assert "Was that not you? Then withdraw this request" in page
    assert "medewerker" not in page
    deliver()
    assert "printed on" in vera.get(f"/requests/{case_id}").body


def test_no_page_shows_the_code_of_who_called(vera: Person, wired: Wiring) -> None:
    case_id = called(wired)
    code = code_of(case_id)
    vera.sign_in()
    for path in (f"/requests/{case_id}", f"/requests/{case_id}/code", "/mandates"):
        assert code not in vera.get(path).body


def test_they_withdraw_it_and_the_letter_does_not_come(vera: Person, wired: Wiring) -> None:
    case_id = called(wired)
    vera.sign_in()
    vera.submit(f"/requests/{case_id}/withdraw", {})
    page = vera.get(f"/requests/{case_id}").body
    assert "You withdrew it on" in page
    assert "Was that not you?" not in page
    deliver()
    assert not printed(case_id)


def test_somebody_else_neither_sees_nor_withdraws_it(henk: Person, wired: Wiring) -> None:
    case_id = called(wired)
    henk.sign_in()
    assert henk.get(f"/requests/{case_id}").status == 404
    form = {"csrf": henk.token("/activate")}
    assert henk.post(f"/requests/{case_id}/withdraw", form).status == 404


def test_what_waits_by_telephone_is_not_asked_again_signed_in(vera: Person, wired: Wiring) -> None:
    called(wired)
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    assert vera.submit(review, {}).status == 409


def test_whoever_has_the_code_activates_it_and_both_see_how_it_was_given(
    vera: Person, henk: Person, wired: Wiring, clock: Clock
) -> None:
    case_id = called(wired)
    deliver()
    clock.forward(days=1)
    assert henk.submit(recognised(henk, case_id), {}).location == f"/mandates/{case_id}?activated=1"
    vera.sign_in()
    for person, words in ((vera, "You asked for it by telephone"), (henk, "asked for it by telephone, and gave you")):
        page = person.get(f"/mandates/{case_id}").body
        assert words in page
        assert "Requested by the helpdesk" in page
        assert "medewerker" not in page
