"""Guessing and activating at the same time, through the use cases, on every backend (security.md section 2)."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from stdnum.nl.bsn import is_valid

from chalicelib.errors import RateLimited, Refused
from chalicelib.mandates.model.codes import Code, generate
from chalicelib.mandates.model.guesses import PER_CODE, Guesses
from chalicelib.mandates.model.requests import Request
from chalicelib.mandates.own.activating import Guess, WrongCombination, recognise
from chalicelib.mandates.own.requesting import ask
from chalicelib.mandates.register.ports import MandateStore, Tries
from chalicelib.people.bsn import Bsn
from tests.builders import NOW, SECRETS, VERA, VERA_BORN, a_person, a_wish, activated, claim_of, signed_in
from tests.fakes import FakeRegister, FakeSender

RIGHT, WRONG = (generate(random.Random(seed).randrange) for seed in (5, 6))
CROWD = [Bsn(digits) for number in range(900200000, 900201000) if is_valid(digits := f"{number:09}")]


@pytest.fixture
def request_made(store: MandateStore, tries: Tries) -> Request:
    pick, people = random.Random(5).randrange, FakeRegister({VERA: a_person()})
    ports = {"store": store, "people": people, "tries": tries, "letters": FakeSender(), "secrets": SECRETS}
    return ask(a_wish(), **ports, pick=pick, now=NOW).requests[0]  # type: ignore[arg-type]


def _guess(code: Code, number: int, store: MandateStore, tries: Tries) -> str:
    guess = Guess(signed_in(CROWD[number]), VERA, VERA_BORN, code, f"192.0.2.{number}")
    try:
        return recognise(guess, store=store, tries=tries, secrets=SECRETS, now=NOW).code_id
    except (WrongCombination, RateLimited):
        return ""


def test_of_many_simultaneous_guesses_the_fiftieth_is_the_last_that_is_checked(
    store: MandateStore, tries: Tries, request_made: Request
) -> None:
    """Forty-nine wrong guesses leave one check; many at once use it up, and the right code comes too late."""
    for _ in range(PER_CODE - 1):
        tries.add(claim_of(request_made), NOW, wears=True)
    assert _guess(RIGHT, 49, store, tries) == request_made.case_id
    with ThreadPoolExecutor(16) as pool:
        assert not any(pool.map(lambda number: _guess(WRONG, number, store, tries), range(16)))
    assert tries.total(claim_of(request_made)) == Guesses(65, 65)
    assert not _guess(RIGHT, 60, store, tries)


def test_of_twenty_simultaneous_guesses_of_one_person_five_are_checked(
    store: MandateStore, tries: Tries, request_made: Request
) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert not any(pool.map(lambda _: _guess(WRONG, 0, store, tries), range(20)))
    assert tries.total(claim_of(request_made)) == Guesses(5, 5)
    assert _guess(RIGHT, 1, store, tries) == request_made.case_id


def test_eight_people_who_know_the_code_activate_it_once(
    store: MandateStore, tries: Tries, request_made: Request
) -> None:
    def go(number: int) -> bool:
        if not _guess(RIGHT, number, store, tries):
            return False
        try:
            activated(request_made.case_id, CROWD[number], store)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(go, range(8))) == 1
    assert len(store.given(request_made.represented)) == 1
