"""Our client and the simulated register, talking HTTP; and servers that answer as none should."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from chalicelib.budget import Budget, within
from chalicelib.errors import Unavailable
from chalicelib.people.brp.client import HaalCentraal
from chalicelib.people.brp.query import FIELDS, MOST_NUMBERS
from chalicelib.people.bsn import Bsn
from local.brp.site import brp_site, key_holder
from local.persons import TestPerson, persons, records
from local.serving import serve_in_thread
from tests.builders import some_bsns

VERA, HENK, UNKNOWN = Bsn("900100084"), Bsn("900100758"), Bsn("123456782")
KEY = {"key": "right key"}
Site = Callable[..., object]


@contextmanager
def _serving(site: Site) -> Iterator[str]:
    server = serve_in_thread(site, 0)
    try:
        yield f"http://127.0.0.1:{server.server_port}/haalcentraal/api/brp"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with _serving(brp_site(key_holder("right key"))) as found:
        yield found


def _client(address: str, **seconds: float) -> HaalCentraal:
    return HaalCentraal(address, lambda: KEY, **seconds)


def _with_fault(fault: str) -> Bsn:
    return Bsn(next(person.bsn for person in records() if person.fault == fault))


def test_people_are_found_by_number_and_the_unknown_are_absent(address: str) -> None:
    found = _client(address).find([VERA, UNKNOWN])
    assert {bsn: person.name for bsn, person in found.people.items()} == {VERA: "Vera van der Gever"}
    assert found.get(UNKNOWN) is None


def test_more_people_than_one_question_may_hold_take_two_questions(address: str) -> None:
    doubled = Bsn(next(person.bsn for person in records() if person.name == "Dubbel Tweede"))
    gone = {person.bsn for person in records() if person.suspended == "F"}
    numbers = {Bsn(bsn) for bsn, person in persons().items() if not person.fault and bsn not in gone}
    assert len(numbers) > 2 * MOST_NUMBERS
    found = _client(address).find(numbers)
    assert set(found.people) == numbers - {doubled}, "one number of two records costs nobody else their name"
    assert found.unreadable == {doubled}


def test_asking_about_nobody_asks_nothing() -> None:
    assert not _client("http://127.0.0.1:1").find([]).people


def test_the_question_asks_for_nothing_that_comes_unasked() -> None:
    case = json.loads(Path(__file__).with_name("brp_question.json").read_text())
    assert "opschortingBijhouding" in case["fields"]
    assert not any("opschorting" in field or "inOnderzoek" in field for field in FIELDS)


@pytest.mark.parametrize("fault", ["slow", "502"])
def test_a_register_that_fails_or_is_late_is_unavailable_and_the_number_does_not_leak(address: str, fault: str) -> None:
    bsn = _with_fault(fault)
    with pytest.raises(Unavailable) as error:
        _client(address, read=0.3).find([bsn])
    assert error.value.__cause__ is None
    assert bsn.digits not in str(error.value)


def test_of_many_questions_one_without_an_answer_is_the_matter_of_whom_it_names() -> None:
    numbers = some_bsns(45)
    people = [TestPerson(bsn=bsn.digits, note="", born="1970-01-01", surname="Veel", given="A") for bsn in numbers]
    people[0] = replace(people[0], fault="503")
    with _serving(brp_site(key_holder("right key"), people=people)) as found_at:
        found = _client(found_at).find(numbers)
    assert found.unreadable == set(numbers[:MOST_NUMBERS])
    assert set(found.people) == set(numbers[MOST_NUMBERS:])
    with pytest.raises(Unavailable):
        found.get(numbers[0])


def test_a_wrong_key_or_no_answer_is_unavailable(address: str) -> None:
    with pytest.raises(Unavailable):
        HaalCentraal(address, lambda: {"key": "wrong key"}).find([VERA])
    with pytest.raises(Unavailable):
        _client("http://127.0.0.1:1").find([VERA])


class _Answers:
    """A register that gives the answers it is told to, one after the other, and the last for ever."""

    def __init__(self) -> None:
        self.answers: list[Response] = []
        self.asked = 0

    def will(self, *answers: Response) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> object:
        self.asked += 1
        Request(environ).get_data()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(environ, start_response)


@pytest.fixture(scope="module")
def odd() -> Iterator[tuple[_Answers, HaalCentraal]]:
    answers = _Answers()
    with _serving(answers) as found_at:
        yield answers, _client(found_at)


Odd = tuple[_Answers, HaalCentraal]


def _json(body: object, status: int = 200, kind: str = "application/json", **headers: str) -> Response:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return Response(text, status, {name.replace("_", "-"): value for name, value in headers.items()}, None, kind)


GOOD = {"type": "RaadpleegMetBurgerservicenummer", "personen": []}
PROBLEM = "application/problem+json"

NONSENSE = [
    _json("{"),
    _json("[" * 100_000),
    _json("[]"),
    _json({}),
    _json({"personen": {}}),
    _json({"personen": None}),
    _json(GOOD, kind="text/html"),
    _json(b'{"personen": ["\xff"]}'),
    _json(GOOD, 201),
    _json({"code": "authentication"}, 401),
    _json({"code": "unauthorizedField"}, 403, PROBLEM),
    _json({"code": "paramsValidation", "invalidParams": [{"code": "fields"}, 3, None]}, 400, PROBLEM),
    _json({"code": "paramsValidation", "invalidParams": "x"}, 400, PROBLEM),
    _json("", 302, location="http://127.0.0.1:1/"),
    _json("", 404),
    _json("x" * 3_000_000),
]


@pytest.mark.parametrize("answer", NONSENSE, ids=lambda answer: f"{answer.status_code} {answer.get_data()[:40]!r}")
def test_what_is_no_answer_is_an_outage(odd: Odd, answer: Response) -> None:
    register, client = odd
    register.will(answer)
    with pytest.raises(Unavailable) as error:
        client.find([VERA])
    assert error.value.dependency == "brp"
    assert register.asked == 1, "asking again would not help"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_once_more(odd: Odd, status: int) -> None:
    register, client = odd
    register.will(_json("", status), _json(GOOD))
    assert not client.find([VERA]).people
    assert register.asked == 2
    register.will(_json("", status))
    with pytest.raises(Unavailable):
        client.find([VERA])
    assert register.asked == 2


@pytest.mark.parametrize("wait", ["1", "Fri, 27 Nov 2026 16:00:00 GMT"])
def test_retry_after_is_kept_to(odd: Odd, wait: str) -> None:
    register, client = odd
    register.will(_json("", 429, retry_after=wait), _json(GOOD))
    started = time.monotonic()
    assert not client.find([VERA]).people
    assert register.asked == 2
    assert wait != "1" or time.monotonic() - started >= 1


@pytest.mark.parametrize("wait", ["60", "9" * 400])
def test_nobody_waits_for_a_register_that_wants_more_time_than_there_is(odd: Odd, wait: str) -> None:
    register, client = odd
    register.will(_json("", 429, retry_after=wait))
    with pytest.raises(Unavailable):
        client.find([VERA])
    assert register.asked == 1


@contextmanager
def _raw(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve something that is less than HTTP, until the end."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                held.append(connection)
                with connection, suppress(OSError):
                    connection.recv(65536)
                    talk(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    for connection in held:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    thread.join(5)


_LATE = 6.0
"""Seconds: longer than even a busy computer takes for one, and shorter than what does not end by itself."""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n"


def _drip(connection: socket.socket, byte: bytes) -> None:
    """Send a byte now and then, for ten times as long as anybody waits."""
    for _ in range(100):
        connection.sendall(byte)
        time.sleep(0.1)


def _drip_body(connection: socket.socket) -> None:
    connection.sendall(HEAD)
    _drip(connection, b" ")


def _drip_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 O")
    _drip(connection, b"K")


def _silence(connection: socket.socket) -> None:
    """Say nothing until the other side goes away."""
    connection.recv(1)


@pytest.mark.parametrize(
    "talk",
    [
        lambda _: None,
        lambda connection: connection.sendall(b"HTTP/1.1 200"),
        lambda connection: connection.sendall(b"SSH-2.0\r\n\r\n"),
        lambda connection: connection.sendall(HEAD + b'{"personen": []'),
        _silence,
        _drip_body,
        _drip_head,
    ],
    ids=["reset", "half a line", "no HTTP", "half an answer", "silence", "drips", "drips its head"],
)
def test_a_broken_or_dripping_answer_is_an_outage_within_the_time_given(
    talk: Callable[[socket.socket], None],
) -> None:
    started = time.monotonic()
    with _raw(talk) as found_at:
        with pytest.raises(Unavailable) as error:
            _client(found_at, read=0.4, within=1.0).find([VERA])
        assert time.monotonic() - started < _LATE
    assert error.value.__cause__ is None


def test_no_more_time_is_taken_than_the_request_has_left() -> None:
    with _raw(_silence) as found_at, within(Budget(time.monotonic() + 0.7)):
        started = time.monotonic()
        with pytest.raises(Unavailable):
            _client(found_at, read=20, within=20).find([VERA])
        assert time.monotonic() - started < _LATE


def test_health_asks_what_pages_ask_and_notices_a_refusal(address: str) -> None:
    _client(address).check()
    for wrong in (_client("http://127.0.0.1:1"), HaalCentraal(address, lambda: {"key": "wrong key"})):
        with pytest.raises(Unavailable):
            wrong.check()
    with (
        _serving(brp_site(key_holder("right key"), decision=frozenset({"10120"}))) as narrow,
        pytest.raises(Unavailable),
    ):
        _client(narrow).check()
