"""My mandates over HTTP: what somebody sees of what they asked, and of what others ask of them."""

from chalicelib.mandates.model import RequestState
from chalicelib.people.actor import Citizen
from chalicelib.wiring import Wiring
from tests.builders import closing
from tests.http.asked import asked_by
from tests.http.client import Person


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
