from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chalicelib.errors import RateLimited
from chalicelib.mandates.ports import Tries
from chalicelib.people.pseudonym import ClaimId
from tests.builders import NOW

SUBJECT, CLAIM = "representative:henk", ClaimId("vera")


def _allowed(tries: Tries, now: object = NOW) -> bool:
    try:
        tries.spend(SUBJECT, now)  # type: ignore[arg-type]
    except RateLimited:
        return False
    return True


def test_a_window_allows_its_number_of_tries_and_then_names_its_end(tries: Tries) -> None:
    assert [tries.spend(SUBJECT, NOW + timedelta(minutes=minute)) for minute in range(5)] == [4, 3, 2, 1, 0]
    with pytest.raises(RateLimited) as limited:
        tries.spend(SUBJECT, NOW + timedelta(minutes=59))
    assert limited.value.until == NOW + timedelta(hours=1)
    assert tries.spend(SUBJECT, NOW + timedelta(hours=1)) == 4


def test_one_subject_does_not_spend_anothers_tries(tries: Tries) -> None:
    for _ in range(5):
        tries.spend(SUBJECT, NOW)
    assert tries.spend("representative:mina", NOW) == 4


def test_fifty_simultaneous_tries_get_five(tries: Tries) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(lambda _: _allowed(tries), range(50))) == 5


def test_a_try_that_was_right_is_given_back(tries: Tries) -> None:
    for _ in range(20):
        assert tries.spend(SUBJECT, NOW) == 4
        tries.refund(SUBJECT)


def test_every_guess_at_a_claim_has_a_number_of_its_own(tries: Tries) -> None:
    with ThreadPoolExecutor(16) as pool:
        numbers = list(pool.map(lambda _: tries.add(CLAIM, NOW), range(50)))
    assert sorted(numbers) == list(range(1, 51))
    assert tries.total(CLAIM) == 50


def test_a_guess_that_was_right_is_not_counted(tries: Tries) -> None:
    tries.add(CLAIM, NOW)
    tries.forgive(CLAIM)
    tries.forgive(CLAIM)
    assert tries.total(CLAIM) == 0
    assert tries.total(ClaimId("nobody")) == 0
