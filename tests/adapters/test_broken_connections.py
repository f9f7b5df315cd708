"""AWS at the other end of a line that breaks, or of something that is not AWS: an outage, at every client."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config

from chalicelib.budget import Budget, within
from chalicelib.errors import Unavailable
from chalicelib.letters.posting import LETTERS, VendorQueue
from chalicelib.outbox.sending import Outbox
from chalicelib.people.vault import KmsVault
from chalicelib.settings import Settings
from chalicelib.storage.table import NEW, Table
from chalicelib.storage.tables import LettersTable
from chalicelib.wiring import Wiring
from local import aws
from tests.builders import NOW

_PAGE = b"<html>Please sign in to the network</html>"
ANSWERS = {
    "nothing, and closes": b"",
    "something that is not HTTP": b"220 mail.example ESMTP\r\n",
    "half an answer": b'HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{"Item": {',
    "a page of a network": b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n%b"
    % (len(_PAGE), _PAGE),
    "an empty answer": b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    "a list": b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 2\r\n\r\n[]",
    "an error without a word": b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n",
    "a failing gateway": b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 5\r\n\r\n<p>no",
}


@contextmanager
def _listening(answer: bytes | None) -> Iterator[str]:
    """Answer every call with the same octets and close; None never answers. Yields the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                held.append(caller)
                if answer is not None:
                    caller.recv(65536)
                    caller.sendall(answer)
                    caller.close()

        serving = threading.Thread(target=serve)
        serving.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        serving.join()
        for caller in held:
            caller.close()


def _client(service: str, address: str) -> Any:
    quick = Config(
        connect_timeout=1, read_timeout=0.3, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}
    )
    return boto3.client(
        service,
        region_name=aws.REGION,
        endpoint_url=address,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=quick,
    )


class _Elsewhere(Wiring):
    """A wiring whose AWS is at an address of ours."""

    def __init__(self, address: str) -> None:
        super().__init__(Settings({"SECRETS_PREFIX": "x"}), lambda: NOW)
        self._address = address

    def client(self, service: str) -> Any:
        return _client(service, self._address)


def _send(address: str) -> None:
    class OneLetter(LettersTable):
        def get(self, pk: str, sk: str) -> dict[str, Any]:
            return {"pk": pk, "sk": sk, "sealed": b"x", "useful_until": "9999-12-31T00:00:00+00:00"}

    table = OneLetter(None, "letters")
    queue = VendorQueue(table, _client("sqs", address), f"{address}/queue", f"{address}/checks")
    Outbox(table, {LETTERS: queue}).of(LETTERS).send("1" * 36, NOW)


CALLS: dict[str, Callable[[str], object]] = {
    "get": lambda address: Table(_client("dynamodb", address), "T").get("P", "S"),
    "query": lambda address: Table(_client("dynamodb", address), "T").query("P", "", None),
    "put": lambda address: Table(_client("dynamodb", address), "T").put({"pk": "P", "sk": "S"}, NEW),
    "seal": lambda address: KmsVault(_client("kms", address), "key").seal("text", "context"),
    "secret": lambda address: _Elsewhere(address).read_secret("x"),
    "send": _send,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.usefixtures("cloud")
def test_what_is_no_answer_of_aws_is_an_outage(call: Callable[[str], object], answer: bytes) -> None:
    with _listening(answer) as address, pytest.raises(Unavailable):
        call(address)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.usefixtures("cloud")
def test_one_that_never_answers_is_an_outage(call: Callable[[str], object]) -> None:
    with _listening(None) as address, pytest.raises(Unavailable):
        call(address)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.usefixtures("cloud")
def test_nobody_at_home_is_an_outage(call: Callable[[str], object]) -> None:
    with _listening(None) as address:
        pass
    with pytest.raises(Unavailable):
        call(address)


@pytest.mark.usefixtures("cloud")
def test_a_request_that_has_no_time_left_asks_nobody() -> None:
    table = Table(Wiring(Settings({"AWS_REGION": aws.REGION}), lambda: NOW).client("dynamodb"), f"{aws.NAME}-register")
    assert table.get("P", "S") is None
    with within(Budget(1.0, lambda: 0.0)), pytest.raises(Unavailable, match="dynamodb"):
        table.get("P", "S")
