"""What somebody asked: for themselves and for others, and nothing that others asked of them."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.requests import RequestState
from chalicelib.mandates.register.requests import as_asking
from chalicelib.mandates.seeing.asked import asked_by_me, is_open
from chalicelib.people.actor import Citizen
from chalicelib.people.pseudonym import PersonId
from tests.builders import NOW, PORTAL_ID, SERVICE_ID, a_bare_request, a_request

DAY = timedelta(days=1)


def test_what_somebody_asked_for_themselves_and_for_others_is_one_list_without_what_others_ask() -> None:
    own = a_request(requested_at=NOW + DAY)
    asked_of_me = a_bare_request()
    askings = [
        as_asking(a_bare_request(case_id=CaseId(one), service_id=service, requester=Citizen(PersonId("vera"), 20)))
        for one, service in (("aa", PORTAL_ID), ("bb", SERVICE_ID))
    ]
    expected = [own, askings[0], askings[1]]
    assert asked_by_me([asked_of_me, own], askings) == asked_by_me([own], askings[::-1]) == expected


def test_something_asked_is_open_until_its_time_is_up_or_it_ended() -> None:
    for one in (a_request(), as_asking(a_bare_request())):
        assert is_open(one, NOW)
        assert not is_open(one, one.expires_at)
        assert not is_open(replace(one, ended=RequestState.WITHDRAWN), NOW)
