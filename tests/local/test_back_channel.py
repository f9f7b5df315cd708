"""Artifact resolution over real TLS: who shows a certificate of their metadata is answered, nobody else."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from chalicelib.wiring import Wiring
from local.gateway import Gateway
from local.serving import mutual_tls, server
from provisioning.keys import KeyPair, new_key_pair
from tests.fakes import Clock
from tests.http.client import BASE, Person
from tests.http.combiconnect import DIRECT, artifact_in, asked, connect, start
from tests.http.conftest import client, clock, henk, someone, wired
from tests.process import app
from tests.saml.national import SIGNING

__all__ = ["client", "clock", "henk", "someone", "wired"]

SERVER = new_key_pair("localhost", host="localhost")
STRANGER = new_key_pair("stranger")


@pytest.fixture
def address(wired: Wiring) -> Iterator[str]:
    """Serve the application as the laptop stack does for partners, on a free port."""
    import threading  # noqa: PLC0415

    connect(wired, DIRECT)
    running = server(Gateway(app, BASE), 0, mutual_tls(SERVER, [SIGNING.certificate]))
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{running.port}/saml/artifact"
    running.shutdown()
    running.server_close()
    thread.join(5)


def _post(address: str, body: bytes, shown: KeyPair | None, folder: Path) -> int:
    context = ssl.create_default_context(cadata=SERVER.certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if shown is not None:
        (folder / "pair.pem").write_text(shown.key + shown.certificate)
        context.load_cert_chain(folder / "pair.pem")
    with urllib3.PoolManager(ssl_context=context, retries=False) as pool:
        return pool.request("POST", address, body=body, headers={"content-type": "text/xml"}).status


def _artifact(person: Person, clock: Clock) -> str:
    return artifact_in(person.pass_digid(start(person, DIRECT, asked(DIRECT, clock)), "25"))


def test_who_shows_their_certificate_is_answered(address: str, henk: Person, clock: Clock, tmp_path: Path) -> None:
    assert _post(address, DIRECT.resolve(_artifact(henk, clock)), SIGNING, tmp_path) == 200


def test_who_shows_none_is_refused(address: str, henk: Person, clock: Clock, tmp_path: Path) -> None:
    assert _post(address, DIRECT.resolve(_artifact(henk, clock)), None, tmp_path) == 400


def test_a_certificate_that_is_not_known_does_not_come_through(address: str, tmp_path: Path) -> None:
    with pytest.raises(urllib3.exceptions.HTTPError):
        _post(address, b"<x/>", STRANGER, tmp_path)
