"""Our client shows itself to the register as the register wants: certificate, client and token."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.errors import Unavailable
from chalicelib.people.brp.client import HaalCentraal
from chalicelib.people.bsn import Bsn
from chalicelib.settings import ConfigurationError
from local.brp.site import brp_site
from local.serving import mutual_tls, serve_in_thread
from provisioning.keys import new_key_pair
from tests.adapters.token_desk import TokenDesk
from tests.builders import some_bsns

VERA = Bsn("900100084")
OURS, THEIRS, OTHER = new_key_pair("us"), new_key_pair("localhost", host="localhost"), new_key_pair("somebody else")


class Ticking:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Register:
    desk: TokenDesk
    clock: Ticking
    address: str

    def shown(self, **changes: str) -> dict[str, str]:
        return {
            "token_url": f"{self.address}/token",
            "client_id": "us",
            "client_secret": "hush",
            "scope": "990000-00000001234567890000",
            "resource_server": "ResourceServer02",
            "certificate": OURS.certificate,
            "private_key": OURS.key,
            "authority": THEIRS.certificate,
            **changes,
        }

    def client(self, **changes: str) -> HaalCentraal:
        shown = self.shown(**changes)
        return HaalCentraal(f"{self.address}/haalcentraal/api/brp", lambda: shown)


@pytest.fixture(scope="module")
def served() -> Iterator[Register]:
    clock = Ticking()
    scope, server_name = "990000-00000001234567890000", "ResourceServer02"
    desk = TokenDesk("us", "hush", scope, server_name, OURS.certificate, clock=clock)
    site = brp_site(desk.knows)

    def both(environ: dict[str, Any], start_response: Callable[..., Any]) -> object:
        return (desk if environ["PATH_INFO"] == "/token" else site)(environ, start_response)

    server = serve_in_thread(both, 0, mutual_tls(THEIRS, [OURS.certificate, OTHER.certificate]))
    yield Register(desk, clock, f"https://localhost:{server.server_port}")
    server.shutdown()
    server.server_close()


@pytest.fixture
def register(served: Register) -> Register:
    served.desk.forget()
    served.desk.given = 0
    return served


def test_one_token_serves_many_questions_until_it_ends(register: Register) -> None:
    client = register.client()
    for _ in range(3):
        assert client.find([VERA]).people[VERA].name == "Vera van der Gever"
    client.check()
    assert register.desk.given == 1


def test_a_token_that_is_refused_is_renewed_once(register: Register) -> None:
    client = register.client()
    client.check()
    register.desk.forget()
    assert client.find([VERA]).people
    assert register.desk.given == 2


def test_many_questions_at_a_time_renew_a_refused_token_once(register: Register) -> None:
    client = register.client()
    client.check()
    register.desk.forget()
    assert not client.find(some_bsns(100)).unreadable
    assert register.desk.given == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"client_secret": "wrong"},
        {"scope": "other"},
        {"resource_server": ""},
        {"certificate": OTHER.certificate, "private_key": OTHER.key},
        {"certificate": "", "private_key": ""},
        {"authority": ""},
        {"token_url": "https://localhost:1/token"},
    ],
    ids=" ".join,
)
def test_whoever_shows_something_else_gets_nothing_and_learns_nothing(
    register: Register, changes: dict[str, str]
) -> None:
    with pytest.raises(Unavailable) as error:
        register.client(**changes).find([VERA])
    assert error.value.__cause__ is None
    assert register.desk.given == 0


def test_a_token_without_the_certificate_opens_nothing(register: Register) -> None:
    client = register.client()
    client.check()
    stolen = register.client(certificate=OTHER.certificate, private_key=OTHER.key)
    stolen._access = client._access
    with pytest.raises(Unavailable):
        stolen.find([VERA])


def test_a_certificate_that_cannot_be_read_is_a_wrong_setting(register: Register) -> None:
    with pytest.raises(ConfigurationError, match="brp-key"):
        register.client(certificate="x").find([VERA])


def test_a_desk_that_drips_its_token_holds_up_no_later_question(register: Register) -> None:
    with socket.create_server(("127.0.0.1", 0)) as desk:
        threading.Thread(target=_drip, args=[desk], daemon=True).start()
        shown = register.shown(token_url=f"http://127.0.0.1:{desk.getsockname()[1]}")
        client = HaalCentraal(f"{register.address}/haalcentraal/api/brp", lambda: shown, read=0.4, within=1.0)
        with pytest.raises(Unavailable):
            client.find([VERA])
        shown = register.shown()
        time.sleep(0.2)
        assert client.find([VERA]).people


def test_a_desk_that_drips_leaves_nobody_waiting_behind_the_others(register: Register) -> None:
    with socket.create_server(("127.0.0.1", 0)) as desk:
        threading.Thread(target=_drip_to_all, args=[desk], daemon=True).start()
        shown = register.shown(token_url=f"http://127.0.0.1:{desk.getsockname()[1]}")
        client = HaalCentraal(f"{register.address}/haalcentraal/api/brp", lambda: shown, read=0.4, within=0.8)
        before = set(threading.enumerate())
        with pytest.raises(Unavailable):
            client.find(some_bsns(160))
        ends = time.monotonic() + 3.0
        while (left := _begun_since(before)) and time.monotonic() < ends:
            time.sleep(0.05)
        assert left == [], "eight that wait for each other would take six seconds"


def _begun_since(before: set[threading.Thread]) -> list[str]:
    return [one.name for one in threading.enumerate() if one not in before and one.name != "desk"]


def _drip_to_all(desk: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = desk.accept()
            threading.Thread(target=_drip_to, args=[connection], daemon=True, name="desk").start()


def _drip(desk: socket.socket) -> None:
    """Take a connection, and drip into it."""
    connection, _ = desk.accept()
    _drip_to(connection)


def _drip_to(connection: socket.socket) -> None:
    """Send a byte now and then, for five times as long as anybody waits."""
    with connection, suppress(OSError):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n")
        for _ in range(50):
            connection.sendall(b" ")
            time.sleep(0.1)
