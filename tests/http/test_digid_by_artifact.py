"""DigiD answers by Artifact: fetched over real TLS with both certificates, from the simulator's back channel."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from chalicelib.saml.wiring import saml
from chalicelib.wiring import Wiring
from local.digid.artifacts import BackChannel
from local.digid.messages import cancelled, certificate_in, metadata, new_artifact, success
from operate.keys import KeyPair, new_key_pair
from tests.http.client import DIGID, Answer, Person, at_digid
from tests.http.serving import free_port
from tests.saml.provider import FakeProvider

ENTITY_ID = f"{DIGID}/metadata"
KEYS = new_key_pair("digid with a host", host="localhost")
PROVIDER = FakeProvider()


@pytest.fixture
def pinned(wired: Wiring) -> Callable[..., BackChannel]:
    """Return what starts a back channel, and pins its metadata."""

    def start(ours: Callable[[], bytes], tls: KeyPair = KEYS, signs: KeyPair = KEYS) -> BackChannel:
        made = BackChannel(ENTITY_ID, free_port(), tls, ours)
        until = wired.clock() + timedelta(days=1)
        wired.catalogue.put_identity_provider(
            metadata(ENTITY_ID, f"{DIGID}/sso", signs, until, made.address), by_artifact=True
        )
        return made

    return start


@pytest.fixture
def channel(henk: Person, pinned: Callable[..., BackChannel]) -> BackChannel:
    return pinned(lambda: henk.client.http.get("/saml/digid/metadata").body)


def _back(person: Person, relay_state: str, artifact: str) -> Answer:
    return person.get(f"/saml/digid/acs?{urlencode({'SAMLart': artifact, 'RelayState': relay_state})}")


def test_someone_signs_in_to_our_own_site(henk: Person, wired: Wiring, channel: BackChannel) -> None:
    asked = henk.ask_digid("/login?level=20")
    assert asked.by_artifact
    artifact = channel.keep(success(asked, henk.bsn.digits, "20", ENTITY_ID, KEYS, wired.clock()))
    answer = _back(henk, asked.relay_state, artifact)
    assert answer.location == "/mandates"
    assert "__Host-session" in henk.cookies
    # The login is over, and with it the cookie by which the browser was known.
    assert _back(henk, asked.relay_state, artifact).status == 400


def test_someone_signs_in_at_a_provider(henk: Person, wired: Wiring, channel: BackChannel) -> None:
    start = henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request()))
    asked = at_digid(start.location, henk)
    artifact = channel.keep(success(asked, henk.bsn.digits, "20", ENTITY_ID, KEYS, wired.clock()))
    posted = henk.post("/saml/digid/acs", {"SAMLart": artifact, "RelayState": asked.relay_state})
    assert "SAMLResponse" in posted.hidden


def test_cancelling_reaches_the_provider(henk: Person, wired: Wiring, channel: BackChannel) -> None:
    start = henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request()))
    asked = at_digid(start.location, henk)
    artifact = channel.keep(cancelled(asked, ENTITY_ID, KEYS, wired.clock()))
    assert "SAMLResponse" in _back(henk, asked.relay_state, artifact).hidden


def test_an_artifact_that_stands_for_nothing_signs_nobody_in(henk: Person, channel: BackChannel) -> None:
    asked = henk.ask_digid("/login")
    channel.keep("")
    assert _back(henk, asked.relay_state, new_artifact(ENTITY_ID)).status == 200
    assert "__Host-session" not in henk.cookies


@pytest.mark.parametrize("artifact", ["", "x", "AAQAAA==", new_artifact("https://another.example")])
def test_an_artifact_of_somebody_else_is_not_even_asked_about(
    henk: Person, channel: BackChannel, artifact: str
) -> None:
    asked = henk.ask_digid("/login")
    assert channel.address
    assert _back(henk, asked.relay_state, artifact).status == 400


def test_another_browser_makes_us_ask_nothing(henk: Person, mina: Person, channel: BackChannel) -> None:
    asked = henk.ask_digid("/login")

    class Nobody:
        def ask(self, *_: object) -> bytes:
            raise AssertionError("asked")

    saml().back_channel = Nobody()
    assert _back(mina, asked.relay_state, new_artifact(ENTITY_ID)).status == 400
    assert channel.address


def test_a_server_that_is_not_in_the_metadata_is_not_believed(
    henk: Person, wired: Wiring, pinned: Callable[..., BackChannel]
) -> None:
    stranger = new_key_pair("stranger", host="localhost")
    channel = pinned(lambda: henk.client.http.get("/saml/digid/metadata").body, tls=stranger)
    asked = henk.ask_digid("/login")
    artifact = channel.keep(success(asked, henk.bsn.digits, "20", ENTITY_ID, KEYS, wired.clock()))
    assert _back(henk, asked.relay_state, artifact).status == 503


def test_an_answer_with_another_signature_is_not_believed(
    henk: Person, wired: Wiring, pinned: Callable[..., BackChannel], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = pinned(lambda: henk.client.http.get("/saml/digid/metadata").body)
    asked = henk.ask_digid("/login")
    artifact = channel.keep(success(asked, henk.bsn.digits, "20", ENTITY_ID, KEYS, wired.clock()))
    monkeypatch.setattr(channel, "_keys", new_key_pair("stranger"))
    assert _back(henk, asked.relay_state, artifact).status == 400
    assert "__Host-session" not in henk.cookies


def test_without_our_certificate_the_simulator_tells_nothing(henk: Person, wired: Wiring, channel: BackChannel) -> None:
    import urllib3  # noqa: PLC0415

    asked = henk.ask_digid("/login")
    channel.keep(success(asked, henk.bsn.digits, "20", ENTITY_ID, KEYS, wired.clock()))
    assert certificate_in(henk.client.http.get("/saml/digid/metadata").body)
    with urllib3.PoolManager(cert_reqs="CERT_NONE", retries=False) as pool:
        urllib3.disable_warnings()
        assert pool.request("POST", channel.address, body=b"<x/>").status == 403
