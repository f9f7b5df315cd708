"""The limits of letters, on every backend: counted with the request or not at all, also by many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chalicelib.catalogue.model import ServiceId
from chalicelib.days import midnight_after, today
from chalicelib.errors import Conflict, TooManyLetters
from chalicelib.letters.limits import Limits
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.requests import Request
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.transactions import Mailing, Opening
from chalicelib.people.pseudonym import AddressId, PersonId
from tests.adapters.conftest import REAL, store_of
from tests.builders import NOW, STAFF, a_letter, a_request, an_opening


@pytest.fixture(params=["fake", *REAL])
def limited(request: pytest.FixtureRequest) -> MandateStore:
    return store_of(request.param, request, Limits())


def _opening(number: int, *, days: int = 0, person: str = "vera", address: str = "home", **facts: object) -> Opening:
    request = a_request(
        case_id=CaseId(f"case {number}"),
        letter_id=f"{number:036}",
        represented=PersonId(person),
        service_id=ServiceId(f"service {number}"),
        requested_at=NOW + timedelta(days=days),
        expires_at=NOW + timedelta(days=days + 42),
        **facts,
    )
    return an_opening(request, mailing=_to(address, request))


def _to(address: str, request: Request) -> Mailing:
    return Mailing(a_letter(letter_id=request.letter_id), AddressId(address))


def _allowed(store: MandateStore, opening: Opening) -> bool:
    try:
        store.open_requests(opening)
    except TooManyLetters:
        return False
    return True


def test_the_sixth_letter_of_a_person_is_refused_until_the_first_counts_no_longer(limited: MandateStore) -> None:
    assert [_allowed(limited, _opening(number, days=number)) for number in range(5)] == [True] * 5
    with pytest.raises(TooManyLetters) as refused:
        limited.open_requests(_opening(5, days=29))
    assert refused.value.until == midnight_after(today(NOW) + timedelta(days=29))
    assert limited.request(PersonId("vera"), "case 5") is None
    assert _allowed(limited, _opening(5, days=30))
    assert not _allowed(limited, _opening(6, days=30))


def test_what_somebody_who_called_asked_for_takes_no_letter_of_who_signs_in(limited: MandateStore) -> None:
    calls = [_opening(number, staff=STAFF, level=None) for number in range(6)]
    assert [_allowed(limited, call) for call in calls] == [True] * 5 + [False]
    assert [_allowed(limited, _opening(number)) for number in range(10, 16)] == [True] * 5 + [False]


def test_of_fifty_at_once_a_person_gets_five(limited: MandateStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(lambda number: _allowed(limited, _opening(number)), range(50)))
    assert sum(won) == len(limited.requests(PersonId("vera"))) == 5


def test_an_address_gets_ten_of_all_who_live_there(limited: MandateStore) -> None:
    def ask(number: int) -> bool:
        return _allowed(limited, _opening(number, person=f"person {number // 2}"))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(24))) == 10
    assert _allowed(limited, _opening(50, person="elsewhere", address="elsewhere"))


def test_what_was_refused_for_another_reason_counts_for_nothing(limited: MandateStore) -> None:
    limited.open_requests(_opening(0))
    for _ in range(9):
        with pytest.raises(Conflict):
            limited.open_requests(_opening(0, days=1))
    assert [_allowed(limited, _opening(number)) for number in range(1, 6)] == [True] * 4 + [False]


def test_a_letter_whose_code_became_void_is_not_counted(limited: MandateStore) -> None:
    openings = [_opening(number) for number in range(5)]
    for opening in openings:
        limited.open_requests(opening)
    again = _opening(9)
    same = a_request(
        case_id=again.requests[0].case_id,
        letter_id=again.requests[0].letter_id,
        represented=PersonId("vera"),
        service_id=openings[0].requests[0].service_id,
    )
    limited.open_requests(an_opening(same, mailing=_to("home", same), instead_of=openings[0].requests))
    assert not _allowed(limited, _opening(10))
