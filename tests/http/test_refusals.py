"""What an engineer finds in the log when a message was refused: one WARNING, by the reference that the page shows."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.catalogue.model import EntityId
from chalicelib.wiring import Wiring
from local.digid.answers import Outcome, signed_in
from local.identities import MACHTIGEN
from provisioning.keys import new_key_pair
from tests.builders import HENK, a_service
from tests.fakes import Clock
from tests.http.client import DIGID, Answer, Person, at_digid, digid
from tests.http.refused import told
from tests.http.setting import pin_digid
from tests.saml.provider import ENTITY_ID, FakeProvider, written

Told = Callable[[Answer], dict[str, Any]]
PROVIDER = FakeProvider()
STRANGER = FakeProvider(new_key_pair("stranger"))
UNKNOWN = FakeProvider(entity_id="https://unknown.example/metadata")
SSO = "https://machtigen.example/saml/sso"


@pytest.fixture
def refused(caplog: pytest.LogCaptureFixture) -> Told:
    return partial(told, caplog)


def _said(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line[name] for name in ("entity_id", "reason", "received", "expected"))


def test_a_wrong_destination_is_told_with_the_right_one(henk: Person, refused: Told) -> None:
    answer = henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request(Destination="https://old.example/sso")))
    assert _said(refused(answer)) == (ENTITY_ID, "Destination", "https://old.example/sso", SSO)


def test_a_destination_that_is_missing_is_nothing(henk: Person, refused: Told) -> None:
    answer = henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request(Destination="")))
    assert _said(refused(answer)) == (ENTITY_ID, "Destination", "nothing", SSO)


def test_an_instant_of_the_past_is_told_with_the_minutes_that_are_allowed(henk: Person, refused: Told) -> None:
    old = written(datetime.now(UTC) - timedelta(hours=1))
    line = refused(henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request(IssueInstant=old))))
    assert (line["reason"], line["received"]) == ("IssueInstant", old)
    assert re.fullmatch(r"\S+Z to \S+Z", line["expected"])


def test_an_unknown_sender_is_named_as_it_claims_to_be(henk: Person, refused: Told) -> None:
    line = refused(henk.post("/saml/sso", UNKNOWN.post_form(UNKNOWN.request())))
    expected = "an entityID that is registered"
    assert _said(line) == (UNKNOWN.entity_id, "unknown connection", UNKNOWN.entity_id, expected)


def test_what_a_stranger_claims_to_be_cannot_write_lines_of_its_own(henk: Person, refused: Told) -> None:
    faking = FakeProvider(entity_id="https://x.example/900100084\n{&quot;level&quot;:&quot;INFO&quot;}&lt;a>")
    line = refused(henk.post("/saml/sso", faking.post_form(faking.request())))
    assert line["entity_id"] == 'https://x.example/[number]{"level":"INFO"}[markup]'


def test_a_forged_signature_is_told_with_whose_it_claims_to_be(henk: Person, refused: Told) -> None:
    assert refused(henk.get(f"/saml/sso?{STRANGER.query(STRANGER.request())}"))["entity_id"] == ENTITY_ID


def test_an_unsigned_request_is_told_with_its_sender(henk: Person, refused: Told) -> None:
    unsigned = re.sub("&SigAlg=.*", "", PROVIDER.query(PROVIDER.request()))
    assert _said(refused(henk.get(f"/saml/sso?{unsigned}")))[:2] == (ENTITY_ID, "not one SigAlg")


def test_a_message_of_another_shape_is_told_with_its_sender(henk: Person, refused: Told) -> None:
    request = PROVIDER.request(inside="<p:Elsewhere/>")
    assert refused(henk.post("/saml/sso", PROVIDER.post_form(request)))["entity_id"] == ENTITY_ID


def test_a_service_that_is_not_there_is_told_with_what_was_asked(henk: Person, refused: Told) -> None:
    answer = henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request(AttributeConsumingServiceIndex="99")))
    assert _said(refused(answer))[1:] == ("unknown service", "AttributeConsumingServiceIndex 99", "2, 3")


def test_an_address_that_is_not_registered_is_told_with_those_that_are(henk: Person, refused: Told) -> None:
    request = PROVIDER.request(AssertionConsumerServiceURL="https://ominous.example/new")
    line = refused(henk.post("/saml/sso", PROVIDER.post_form(request)))
    assert (line["received"], "https://ominous.example/acs" in line["expected"]) == (
        "https://ominous.example/new",
        True,
    )


def test_the_sender_of_one_message_is_not_that_of_the_next(henk: Person, caplog: pytest.LogCaptureFixture) -> None:
    henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request(Destination="")))
    caplog.clear()
    henk.post("/saml/sso", {"SAMLRequest": "no message"})
    assert [vars(record)["entity_id"] for record in caplog.records if record.levelname == "WARNING"] == [None]


def test_what_a_citizen_does_wrong_is_no_warning(henk: Person, caplog: pytest.LogCaptureFixture) -> None:
    assert henk.get("/nowhere").status == 404
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == []


def _failed(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (line,) = [vars(record) for record in caplog.records if record.message == "login_failed"]
    assert all(line[name] for name in ("entity_id", "login_id", "failure", "reason", "received", "expected"))
    return line


def _scoping(inside: str) -> str:
    return f"<p:Scoping>{inside}</p:Scoping>"


def _level(name: str) -> str:
    named = f"<a:AuthnContextClassRef>{name}</a:AuthnContextClassRef>"
    return f"<p:RequestedAuthnContext>{named}</p:RequestedAuthnContext>"


@pytest.mark.parametrize(
    ("asked", "failure", "received", "expected"),
    [
        ({"scoping": _scoping("<p:RequesterID>urn:nobody</p:RequesterID>")}, "not_supported", "urn:nobody", MACHTIGEN),
        ({"scoping": _scoping("")}, "not_supported", "nothing", MACHTIGEN),
        ({"inside": _level("urn:unheard-of")}, "level_not_supported", "urn:unheard-of", "PasswordProtectedTransport"),
        ({"IsPassive": "true"}, "passive", "true", "false"),
        ({}, "function_not_supported", "self", "represented"),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_can(
    henk: Person,
    wired: Wiring,
    caplog: pytest.LogCaptureFixture,
    asked: dict[str, str],
    failure: str,
    received: str,
    expected: str,
) -> None:
    wired.catalogue.put_service(a_service(entity_id=EntityId(ENTITY_ID), digid=failure != "function_not_supported"))
    assert henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request(**asked))).status == 200
    line = _failed(caplog)
    assert (line["entity_id"], line["failure"], line["received"]) == (ENTITY_ID, failure, received)
    assert expected in line["expected"]


@pytest.mark.parametrize(
    ("name_id", "level", "status", "said"),
    [
        ("", "", ("Responder", "AuthnFailed"), ("cancelled", "AuthnFailed", "status:Success")),
        ("", "", ("Requester", "RequestDenied"), ("failed", "RequestDenied", "status:Success")),
        ("", "", ("Responder", "NoAuthnContext"), ("level_too_low", "NoAuthnContext", "status:Success")),
        (f"s00000000:{HENK.digits}", "10", ("Success",), ("level_too_low", "10", "20")),
        ("s00000001:123456782", "20", ("Success",), ("failed", "19 characters, with a sector", "a BSN")),
    ],
)
def test_what_digid_says_of_who_did_not_sign_in_is_told(
    henk: Person,
    caplog: pytest.LogCaptureFixture,
    name_id: str,
    level: str,
    status: tuple[str, ...],
    said: tuple[str, str, str],
) -> None:
    asked = at_digid(henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request())))
    henk.answer(asked, Outcome(asked, name_id, level, status))
    line = _failed(caplog)
    failure, received, expected = said
    assert line["failure"] == failure
    assert (received in line["received"], expected in line["expected"]) == (True, True), line
    assert "123456782" not in repr(line)


@pytest.mark.parametrize(
    ("choice", "minutes", "failure", "received"),
    [
        ({"cancel": "1"}, 0, "cancelled", "cancel"),
        ({"person": "nobody"}, 0, "denied", "nobody"),
        ({"person": "nobody"}, 11, "failed", "Z"),
    ],
)
def test_what_comes_of_a_choice_is_told(
    henk: Person,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    choice: dict[str, str],
    minutes: int,
    failure: str,
    received: str,
) -> None:
    page = henk.pass_digid(henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.on_behalf())))
    clock.forward(minutes=minutes)
    henk.post(page.location, choice)
    line = _failed(caplog)
    assert (line["failure"], received in line["received"]) == (failure, True), line


def test_a_lost_cookie_is_told_with_the_reference_that_the_page_shows(
    henk: Person, mina: Person, caplog: pytest.LogCaptureFixture
) -> None:
    asked = at_digid(henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request())))
    page = mina.answer(asked, signed_in(asked, henk.bsn.digits, "20"))
    line = _failed(caplog)
    assert (line["entity_id"], line["failure"]) == (ENTITY_ID, "cookies_off")
    assert f"<code>{line['reference']}</code>" in page.body


def test_an_answer_of_digid_that_is_refused_tells_the_provider_what_was_expected(
    henk: Person, caplog: pytest.LogCaptureFixture
) -> None:
    asked = at_digid(henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request())))
    henk.post("/saml/digid/acs", {"SAMLResponse": "PHg+PC94Pg==", "RelayState": asked.relay_state})
    line = _failed(caplog)
    assert (line["failure"], line["reason"]) == ("failed", "another message")
    assert (line["received"], line["expected"]) == ("x of no namespace", "samlp:Response")


def test_an_answer_to_a_sign_in_that_we_do_not_know_is_told(henk: Person, wired: Wiring, refused: Told) -> None:
    pin_digid(wired, by_artifact=False)
    asked = henk.ask_digid("/login")
    message = digid().engine.response(signed_in(asked, henk.bsn.digits, "20"))
    page = henk.post("/saml/digid/acs", {"SAMLResponse": message, "RelayState": "0" * 32})
    assert (page.status, _said(refused(page))) == (
        410,
        (
            f"{DIGID}/metadata",
            "login_over",
            "a sign-in that we do not know",
            "a sign-in under way that waits for this step",
        ),
    )
