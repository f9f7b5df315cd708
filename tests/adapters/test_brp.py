"""Our client and the simulated register, talking HTTP."""

from collections.abc import Iterator

import pytest

from chalicelib.errors import Unavailable
from chalicelib.people.brp import HaalCentraal
from chalicelib.people.bsn import Bsn
from local.brp.site import brp_site
from local.persons import persons
from local.serving import serve_in_thread

VERA = Bsn("900100084")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = serve_in_thread(brp_site("right key"), 0)
    yield f"http://127.0.0.1:{server.server_port}/haalcentraal/api/brp"
    server.shutdown()
    server.server_close()


def _with_fault(fault: str) -> Bsn:
    return Bsn(next(person.bsn for person in persons().values() if person.fault == fault))


def test_people_are_found_by_number_and_the_unknown_are_absent(address: str) -> None:
    found = HaalCentraal(address, lambda: "right key").find([VERA, Bsn("123456782")])
    assert {bsn: person.name for bsn, person in found.items()} == {VERA: "Vera van der Gever"}


def test_more_people_than_one_question_may_hold_take_two_questions(address: str) -> None:
    numbers = [Bsn(bsn) for bsn, person in persons().items() if not person.fault]
    assert len(numbers) > 20
    assert len(HaalCentraal(address, lambda: "right key").find(numbers)) == len(numbers)


def test_asking_about_nobody_asks_nothing() -> None:
    assert HaalCentraal("http://127.0.0.1:1", lambda: "key").find([]) == {}


@pytest.mark.parametrize("fault", ["slow", "error"])
def test_a_register_that_fails_or_is_late_is_unavailable_and_the_number_does_not_leak(address: str, fault: str) -> None:
    bsn = _with_fault(fault)
    with pytest.raises(Unavailable) as error:
        HaalCentraal(address, lambda: "right key", read=0.3).find([bsn])
    assert error.value.__cause__ is None
    assert bsn.digits not in str(error.value)


def test_a_wrong_key_or_no_answer_is_unavailable(address: str) -> None:
    with pytest.raises(Unavailable):
        HaalCentraal(address, lambda: "wrong key").find([VERA])
    with pytest.raises(Unavailable):
        HaalCentraal("http://127.0.0.1:1", lambda: "key").find([VERA])


def test_health_tells_whether_the_register_answers(address: str) -> None:
    assert HaalCentraal(address, lambda: "right key").alive()
    assert not HaalCentraal("http://127.0.0.1:1", lambda: "key").alive()
