"""DigiD's answer is fetched over real TLS, on which both sides show a certificate, from the stand-in's back channel."""

import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlencode

import pytest
import urllib3
from werkzeug.wrappers import Response

from chalicelib.budget import Budget, within
from chalicelib.errors import Unavailable
from chalicelib.saml.craft.keys import PrivateKey
from chalicelib.saml.digid.back_channel import LONGEST, MutualTls
from chalicelib.wiring import Wiring
from local.digid.answers import cancelled, signed_in
from local.digid.artifacts import BackChannel
from local.digid.direct import DirectDigid
from local.digid.engine import Engine, new_artifact
from provisioning.keys import KeyPair, new_key_pair
from tests.http.client import DIGID, Answer, Person, at_digid, digid
from tests.http.serving import free_port
from tests.process import current
from tests.saml.provider import FakeProvider

ENTITY_ID = f"{DIGID}/metadata"
PROVIDER = FakeProvider()


class DigidOverTls(DirectDigid):
    """DigiD whose back channel is asked as the application does where it is deployed."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.back_channel = BackChannel(engine, free_port())
        self.resolution = self.back_channel.address

    def ask(self, address: str, envelope: bytes, key: PrivateKey, trusted: Sequence[str]) -> bytes:
        return MutualTls().ask(address, envelope, key, trusted)


@pytest.fixture
def over_tls(wired: Wiring) -> Callable[..., DigidOverTls]:
    """Return what starts the back channel and pins DigiD with the roots that an operator has."""

    def start(roots: str | None = None) -> DigidOverTls:
        made = DigidOverTls(digid().engine)
        made.back_channel.serve()
        current().back_channel = made
        known = made.back_channel.root.certificate if roots is None else roots
        wired.catalogue.put_identity_provider(made.metadata, roots=known)
        return made

    return start


def _back(person: Person, relay_state: str, artifact: str) -> Answer:
    return person.get(f"/saml/digid/acs?{urlencode({'SAMLart': artifact, 'RelayState': relay_state})}")


def test_someone_signs_in_to_our_own_site(henk: Person, over_tls: Callable[..., DigidOverTls]) -> None:
    over_tls()
    asked = henk.ask_digid("/login?level=20")
    artifact = digid().engine.keep(signed_in(asked, henk.bsn.digits, "20"))
    answer = _back(henk, asked.relay_state, artifact)
    assert answer.location == "/mandates"
    assert "__Host-session" in henk.cookies
    # The login is over, and with it the cookie by which the browser was known.
    assert _back(henk, asked.relay_state, artifact).status == 400


def test_someone_signs_in_at_a_provider(henk: Person, over_tls: Callable[..., DigidOverTls]) -> None:
    over_tls()
    asked = at_digid(henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request())))
    artifact = digid().engine.keep(signed_in(asked, henk.bsn.digits, "20"))
    posted = henk.post("/saml/digid/acs", {"SAMLart": artifact, "RelayState": asked.relay_state})
    assert "SAMLResponse" in posted.hidden


def test_cancelling_reaches_the_provider(henk: Person, over_tls: Callable[..., DigidOverTls]) -> None:
    over_tls()
    asked = at_digid(henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request())))
    assert "SAMLResponse" in henk.get(digid().engine.way_back(cancelled(asked))).hidden


@pytest.mark.parametrize(
    "artifact", ["", "x", "AAQAAA==", pytest.param(new_artifact("https://another.example"), id="other")]
)
def test_an_artifact_of_somebody_else_is_not_even_asked_about(henk: Person, artifact: str) -> None:
    asked = henk.ask_digid("/login")
    current().back_channel = _Nobody()
    assert _back(henk, asked.relay_state, artifact).status == 400


def test_another_browser_makes_us_ask_nothing(henk: Person, mina: Person) -> None:
    asked = henk.ask_digid("/login")
    current().back_channel = _Nobody()
    assert _back(mina, asked.relay_state, new_artifact(ENTITY_ID)).status == 400


class _Nobody:
    def ask(self, *_: object) -> bytes:
        raise AssertionError("asked")


def _root(name: str) -> KeyPair:
    return new_key_pair(name, authority=True)


@pytest.mark.parametrize("roots", ["", _root("another root").certificate], ids=["no root", "another root"])
def test_a_server_for_which_nobody_vouches_whom_we_know_is_not_believed(
    henk: Person, over_tls: Callable[..., DigidOverTls], roots: str
) -> None:
    over_tls(roots)
    asked = henk.ask_digid("/login")
    assert henk.answer(asked, signed_in(asked, henk.bsn.digits, "20")).status == 503


def test_one_of_several_roots_is_enough(henk: Person, over_tls: Callable[..., DigidOverTls], wired: Wiring) -> None:
    made = over_tls()
    both = _root("another root").certificate + made.back_channel.root.certificate
    wired.catalogue.put_identity_provider(made.metadata, roots=both)
    assert henk.sign_in().status == 303


def test_a_server_that_shows_a_certificate_of_the_metadata_needs_no_root(henk: Person, wired: Wiring) -> None:
    made = DigidOverTls(digid().engine)
    made.engine.keys = new_key_pair("one key for all", host="localhost")
    made.back_channel.serve(made.engine.keys)
    current().back_channel = made
    wired.catalogue.put_identity_provider(made.metadata)
    assert henk.sign_in().status == 303


def test_an_answer_with_another_signature_is_not_believed(henk: Person, over_tls: Callable[..., DigidOverTls]) -> None:
    over_tls()
    asked = henk.ask_digid("/login")
    digid().engine.keys = new_key_pair("stranger")
    assert henk.answer(asked, signed_in(asked, henk.bsn.digits, "20")).status == 400
    assert "__Host-session" not in henk.cookies


@pytest.mark.parametrize("status", [403, 404])
def test_without_a_certificate_or_a_signature_the_stand_in_tells_nothing(
    over_tls: Callable[..., DigidOverTls], status: int
) -> None:
    made = over_tls()
    key = current().ourselves.to_digid(made.engine.clock()).key
    assert _post(made, key if status == 404 else None) == status


def _post(made: DigidOverTls, key: PrivateKey | None) -> int:
    context = ssl.create_default_context(cadata=made.back_channel.root.certificate)
    if key is not None:
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(key.key_pem + "\n" + key.certificate_pem)
            file.flush()
            context.load_cert_chain(file.name)
    with urllib3.PoolManager(ssl_context=context, retries=False) as pool:
        return int(pool.request("POST", made.resolution, body=b"<x/>").status)


def test_a_back_channel_that_drips_is_waited_for_no_longer_than_any(over_tls: Callable[..., DigidOverTls]) -> None:
    made = over_tls()
    made.back_channel._views["resolve"] = lambda _: Response(_dripping(), content_type="text/xml")
    began, key = time.monotonic(), current().ourselves.to_digid(made.engine.clock()).key
    with pytest.raises(Unavailable):
        MutualTls(longest=1.0).ask(made.resolution, b"<x/>", key, (made.back_channel.root.certificate,))
    assert time.monotonic() - began < 8, "it would drip for ten seconds"
    while (reads_on := [one for one in threading.enumerate() if one.name.endswith("(run)")]) and _time_left(began, 8):
        time.sleep(0.05)
    assert reads_on == [], "nobody reads on when nobody waits"


def _time_left(began: float, seconds: float) -> bool:
    return time.monotonic() - began < seconds


def test_a_back_channel_that_is_silent_is_waited_for_no_longer_than_the_request_has(wired: Wiring) -> None:
    """Its host takes the connection; nobody ever says anything on it."""
    root, key = new_key_pair("root"), current().ourselves.to_digid(wired.clock()).key
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address, began = f"https://localhost:{silent.getsockname()[1]}/artifact", time.monotonic()
        with within(Budget(began + 0.8)), pytest.raises(Unavailable) as raised:
            MutualTls().ask(address, b"<x/>", key, (root.certificate,))
    assert raised.value.dependency == "digid"
    assert time.monotonic() - began < LONGEST / 2


def _dripping() -> Iterator[bytes]:
    """Send a byte now and then: no read of the other side ever takes long."""
    for _ in range(100):
        time.sleep(0.1)
        yield b" "
