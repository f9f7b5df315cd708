"""The stand-in takes and refuses what DigiD's engine takes and refuses (digid.md)."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from local.digid.answers import signed_in
from local.digid.engine import Engine, new_artifact
from local.digid.names import NAMES, SAML, declared, key_name, signed, verifies
from local.digid.requests import Asked, NobodyKnown
from provisioning.keys import KeyPair, new_key_pair
from tests.fakes import Clock

US, CONSUMER, SINGLE_SIGN_ON = "https://us.example/metadata", "https://us.example/acs", "https://digid.example/sso"
OURS, NEXT, STRANGER = (new_key_pair(name) for name in ("ours", "next", "stranger"))
OVER = new_key_pair("over", days=1, now=datetime(2026, 1, 1, tzinfo=UTC))


def _descriptor(pair: KeyPair, use: str = "signing") -> str:
    return (
        f'<md:KeyDescriptor use="{use}"><ds:KeyInfo><ds:KeyName>{key_name(pair.certificate)}</ds:KeyName><ds:X509Data>'
        f"<ds:X509Certificate>{pair.certificate_body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def _metadata(*keys: KeyPair, more: str = "") -> bytes:
    endpoints = "".join(
        f'<md:AssertionConsumerService Binding="{SAML}:bindings:HTTP-{binding}" index="{index}" Location="{CONSUMER}"/>'
        for index, binding in enumerate(("Artifact", "POST"))
    )
    role = "".join(_descriptor(pair) for pair in keys) + more + endpoints
    return (
        f'<md:EntityDescriptor{declared("md", "ds")} entityID="{US}">'
        f'<md:SPSSODescriptor protocolSupportEnumeration="{NAMES["p"]}">{role}</md:SPSSODescriptor>'
        "</md:EntityDescriptor>"
    ).encode()


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC))


@pytest.fixture
def engine(clock: Clock) -> Engine:
    return Engine(
        "https://digid.example/metadata", SINGLE_SIGN_ON, new_key_pair("digid"), lambda: _metadata(OURS, NEXT), clock
    )


def _message(name: str, clock: Clock, inside: str = "", **attributes: str) -> etree._Element:
    facts = {"ID": "_q", "Version": "2.0", "IssueInstant": f"{clock.now:%Y-%m-%dT%H:%M:%SZ}", **attributes}
    written = " ".join(f'{name}="{value}"' for name, value in facts.items() if value)
    space = declared("samlp", "saml")
    return etree.fromstring(f"<samlp:{name}{space} {written}><saml:Issuer>{US}</saml:Issuer>{inside}</samlp:{name}>")


_CLASS = f"<saml:AuthnContextClassRef>{SAML}:ac:classes:MobileTwoFactorContract</saml:AuthnContextClassRef>"


def _context(comparison: str = "minimum", classes: str = _CLASS) -> str:
    return f'<samlp:RequestedAuthnContext Comparison="{comparison}">{classes}</samlp:RequestedAuthnContext>'


def _request(clock: Clock, inside: str | None = None, **attributes: str) -> etree._Element:
    facts = {"Destination": SINGLE_SIGN_ON, "AssertionConsumerServiceURL": CONSUMER, "ForceAuthn": "true", **attributes}
    return _message("AuthnRequest", clock, _context() if inside is None else inside, **facts)


def _form(root: etree._Element, keys: KeyPair = OURS, name: str | None = None) -> dict[str, str]:
    named = key_name(keys.certificate) if name is None else name
    info = f"<ds:KeyInfo><ds:KeyName>{named}</ds:KeyName></ds:KeyInfo>" if named else ""
    message = etree.tostring(signed(root, keys, key_info=info))
    return {"SAMLRequest": base64.b64encode(message).decode(), "RelayState": "state"}


def test_a_request_is_taken_and_its_answer_fetched_once(engine: Engine, clock: Clock) -> None:
    asked = engine.take_form(_form(_request(clock)))
    assert asked == Asked("_q", US, CONSUMER, "state", "20")
    artifact = engine.keep(signed_in(asked, "900100084", "20"))
    answers = [_resolved(engine, clock, artifact) for _ in range(2)]
    assert [_statuses(one) for one in answers] == [["Success", "Success"], ["Requester", "RequestDenied"]]
    assert all(verifies(one, engine.keys.certificate) for one in answers)


def _resolved(engine: Engine, clock: Clock, artifact: str, **attributes: str) -> etree._Element:
    root = _message("ArtifactResolve", clock, f"<samlp:Artifact>{artifact}</samlp:Artifact>", **attributes)
    info = f"<ds:KeyInfo><ds:KeyName>{key_name(OURS.certificate)}</ds:KeyName></ds:KeyInfo>"
    envelope = etree.Element("{http://www.w3.org/2003/05/soap-envelope}Envelope")
    envelope.append(signed(root, OURS, key_info=info))
    answer = engine.resolve(etree.tostring(envelope))
    found = etree.fromstring(answer).find(".//p:ArtifactResponse", NAMES)
    assert found is not None
    return found


def _statuses(root: etree._Element) -> list[str]:
    return [code.get("Value", "").rpartition(":")[2] for code in root.iterfind(".//p:StatusCode", NAMES)]


INVALID: dict[str, tuple[str | None, dict[str, str]]] = {
    "of SAML 1.1": (None, {"Version": "1.1"}),
    "for another address": (None, {"Destination": "https://digid.example.evil/sso"}),
    "for no address": (None, {"Destination": ""}),
    "an index beside an address": (None, {"AssertionConsumerServiceIndex": "0"}),
    "an index beside a binding": (
        None,
        {
            "AssertionConsumerServiceURL": "",
            "AssertionConsumerServiceIndex": "0",
            "ProtocolBinding": f"{SAML}:bindings:HTTP-Artifact",
        },
    ),
    "two levels": (_context(classes=_CLASS * 2), {}),
    "no level in a context": (_context(classes=""), {}),
    "exactly a level": (_context("exact"), {}),
    "a NameIDPolicy": ("<samlp:NameIDPolicy/>" + _context(), {}),
    "passively": (None, {"IsPassive": "true"}),
}


@pytest.mark.parametrize("what", INVALID)
def test_an_invalid_request_is_answered_with_a_refusal(engine: Engine, clock: Clock, what: str) -> None:
    inside, attributes = INVALID[what]
    assert engine.take_form(_form(_request(clock, inside, **attributes))).refused


@pytest.mark.parametrize(("minutes", "refused"), [(-3, True), (-1, False), (1, False), (3, True)])
def test_a_request_of_another_moment_is_refused(engine: Engine, clock: Clock, minutes: int, *, refused: bool) -> None:
    root = _request(clock)
    clock.now += timedelta(minutes=minutes)
    assert bool(engine.take_form(_form(root)).refused) is refused


def _at(engine: Engine, clock: Clock, *keys: KeyPair, more: str = "") -> Engine:
    return Engine(engine.entity_id, SINGLE_SIGN_ON, engine.keys, lambda: _metadata(*keys, more=more), clock)


def test_whom_it_does_not_know_it_tells_nothing(engine: Engine, clock: Clock) -> None:
    fine = _request(clock)
    forms: dict[str, Callable[[], dict[str, str]]] = {
        "a stranger's key": lambda: _form(_request(clock), STRANGER),
        "a stranger's key under our name": lambda: _form(_request(clock), STRANGER, key_name(OURS.certificate)),
        "unsigned": lambda: {"SAMLRequest": base64.b64encode(etree.tostring(fine)).decode()},
        "no base64": lambda: {"SAMLRequest": "%"},
        "nothing": dict,
    }
    for form in forms.values():
        with pytest.raises(NobodyKnown):
            engine.take_form(form())


def test_by_post_every_key_counts_by_name_and_without_a_name_the_first(engine: Engine, clock: Clock) -> None:
    assert not engine.take_form(_form(_request(clock), NEXT)).refused
    assert not engine.take_form(_form(_request(clock), OURS, "")).refused
    with pytest.raises(NobodyKnown):
        engine.take_form(_form(_request(clock), NEXT, ""))


@pytest.mark.parametrize("where", ["signing", "encryption"])
def test_nobody_is_known_by_a_first_certificate_that_is_over(engine: Engine, clock: Clock, where: str) -> None:
    late = (
        _at(engine, clock, OVER, OURS)
        if where == "signing"
        else _at(engine, clock, OURS, more=_descriptor(OVER, "encryption"))
    )
    with pytest.raises(NobodyKnown):
        late.take_form(_form(_request(clock)))


def test_an_artifact_is_for_two_minutes(engine: Engine, clock: Clock) -> None:
    asked = engine.take_form(_form(_request(clock)))
    artifact = engine.keep(signed_in(asked, "900100084", "20"))
    clock.forward(minutes=2, seconds=1)
    late = _resolved(engine, clock, artifact)
    assert (_statuses(late), late.find("p:Response", NAMES)) == (["Success"], None)


def test_a_question_that_is_invalid_is_refused_without_saying_which(engine: Engine, clock: Clock) -> None:
    moment = f"{clock.now - timedelta(minutes=3):%Y-%m-%dT%H:%M:%SZ}"
    refused = _resolved(engine, clock, new_artifact(engine.entity_id), IssueInstant=moment)
    assert (_statuses(refused), refused.get("InResponseTo")) == (["Requester", "RequestDenied"], None)


def test_its_copy_of_our_metadata_is_replaced_by_hand(engine: Engine, clock: Clock) -> None:
    known = [_metadata(STRANGER)]
    engine = Engine(engine.entity_id, SINGLE_SIGN_ON, engine.keys, lambda: known[0], clock)
    with pytest.raises(NobodyKnown):
        engine.take_form(_form(_request(clock)))
    known[0] = _metadata(OURS)
    with pytest.raises(NobodyKnown):
        engine.take_form(_form(_request(clock)))
    engine.replace_copy()
    assert not engine.take_form(_form(_request(clock))).refused
