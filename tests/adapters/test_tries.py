from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chalicelib.errors import RateLimited
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.register.ports import Tried, Tries
from chalicelib.people.pseudonym import ClaimId
from tests.builders import NOW

SUBJECT, CLAIM = "pair:henk:vera", ClaimId("vera")


def _allowed(tries: Tries, now: object = NOW) -> bool:
    try:
        tries.spend(SUBJECT, now)  # type: ignore[arg-type]
    except RateLimited:
        return False
    return True


def test_a_window_allows_its_number_of_tries_and_then_names_its_end(tries: Tries) -> None:
    left = [tries.spend(SUBJECT, NOW + timedelta(minutes=minute)).left for minute in range(5)]
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(RateLimited) as limited:
        tries.spend(SUBJECT, NOW + timedelta(minutes=59))
    assert limited.value.until == NOW + timedelta(hours=1)
    assert tries.spend(SUBJECT, NOW + timedelta(hours=1)) == Tried(left=4, in_all=6)


def test_a_network_has_a_hundred_tries_an_hour(tries: Tries) -> None:
    for _ in range(100):
        tries.spend("network:192.0.2.1", NOW)
    with pytest.raises(RateLimited):
        tries.spend("network:192.0.2.1", NOW + timedelta(minutes=59))
    assert tries.spend("network:192.0.2.1", NOW + timedelta(hours=1)).left == 99


@pytest.mark.parametrize("other", ["pair:mina:vera", "pair:henk:gerda"])
def test_one_pair_does_not_spend_anothers_tries(tries: Tries, other: str) -> None:
    for _ in range(5):
        tries.spend(SUBJECT, NOW)
    assert tries.spend(other, NOW).left == 4


def test_fifty_simultaneous_tries_get_five(tries: Tries) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(lambda _: _allowed(tries), range(50))) == 5


def test_a_try_that_was_right_is_given_back(tries: Tries) -> None:
    for _ in range(20):
        assert tries.spend(SUBJECT, NOW) == Tried(left=4, in_all=1)
        tries.refund(SUBJECT)


def test_every_guess_at_a_claim_has_a_number_of_its_own(tries: Tries) -> None:
    with ThreadPoolExecutor(16) as pool:
        counted = list(pool.map(lambda number: tries.add(CLAIM, NOW, wears=number % 2 == 0), range(50)))
    assert sorted(guesses.made for guesses in counted) == list(range(1, 51))
    assert max(guesses.wearing for guesses in counted) == 25
    assert tries.total(CLAIM) == Guesses(made=50, wearing=25)


@pytest.mark.parametrize("wears", [True, False])
def test_a_guess_that_was_right_is_not_counted(tries: Tries, wears: bool) -> None:  # noqa: FBT001 - a parameter of the test
    tries.add(CLAIM, NOW, wears=wears)
    for _ in range(2):
        tries.forgive(CLAIM, wears=wears)
    assert tries.total(CLAIM) == Guesses()
    assert tries.total(ClaimId("nobody")) == Guesses()
