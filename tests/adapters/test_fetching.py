"""Fetching partners' metadata from servers that do not do what they should, over real TLS."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from chalicelib.errors import Unavailable
from chalicelib.saml.craft.decoding import LARGEST_METADATA
from chalicelib.saml.partners.fetching import fetch_metadata
from local.serving import mutual_tls
from provisioning.keys import new_key_pair

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/samlmetadata+xml\r\n\r\n"
_DOCUMENT = b"<md:EntityDescriptor/>"
_LONGEST = 1.0
"""Seconds that a fetch may take in these tests."""

Serve = Callable[[Callable[[ssl.SSLSocket], None]], str]


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Return what starts a server that answers one connection in its own way; returns its address."""
    keys = new_key_pair("localhost", host="localhost")
    (tmp_path / "trusted.pem").write_text(keys.certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    listening: list[socket.socket] = []

    def start(answer: Callable[[ssl.SSLSocket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listening.append(listener)

        def run() -> None:
            # The other side goes away when it has waited long enough.
            with suppress(OSError):
                connection = mutual_tls(keys, []).wrap_socket(listener.accept()[0], server_side=True)
                with connection:
                    connection.recv(4096)
                    answer(connection)

        threading.Thread(target=run, daemon=True).start()
        return f"https://localhost:{listener.getsockname()[1]}/metadata"

    yield start
    for listener in listening:
        listener.close()


def _dripping(whole: bytes) -> Callable[[ssl.SSLSocket], None]:
    def answer(connection: ssl.SSLSocket) -> None:
        for byte in whole:
            connection.send(bytes([byte]))
            time.sleep(0.1)

    return answer


def test_a_document_is_fetched(serve: Serve) -> None:
    assert fetch_metadata(serve(lambda connection: connection.sendall(_HEAD + _DOCUMENT))) == _DOCUMENT


@pytest.mark.parametrize("sent", ["the head", "the body"])
def test_who_drips_is_waited_for_no_longer_than_for_anybody(serve: Serve, sent: str) -> None:
    def answer(connection: ssl.SSLSocket) -> None:
        if sent == "the body":
            connection.sendall(_HEAD)
        _dripping(_HEAD + _DOCUMENT)(connection)

    address, began = serve(answer), time.monotonic()
    with pytest.raises(Unavailable):
        fetch_metadata(address, _LONGEST)
    assert time.monotonic() - began < 6 * _LONGEST, "it would drip for longer"


WRONG = {
    "nothing": b"",
    "another place": b"HTTP/1.1 302 Found\r\nLocation: https://localhost/other\r\nContent-Length: 0\r\n\r\n",
    "too much": _HEAD + b" " * (LARGEST_METADATA + 1),
    "a failure": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "no HTTP": b"220 mail.example ESMTP\r\n",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_document_is_no_answer(serve: Serve, wrong: str) -> None:
    with pytest.raises(Unavailable):
        fetch_metadata(serve(lambda connection: connection.sendall(WRONG[wrong])), _LONGEST)
