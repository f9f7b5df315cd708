"""What an engineer finds in the log when a message was refused: one WARNING, by the reference that the page shows."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.digid.answers import signed_in
from provisioning.keys import new_key_pair
from tests.http.client import Answer, Person, at_digid
from tests.saml.provider import ENTITY_ID, FakeProvider

Told = Callable[[Answer], dict[str, Any]]
PROVIDER = FakeProvider()
STRANGER = FakeProvider(new_key_pair("stranger"))
UNKNOWN = FakeProvider(entity_id="https://unknown.example/metadata")
SSO = "https://machtigen.example/saml/sso"


@pytest.fixture
def refused(caplog: pytest.LogCaptureFixture) -> Told:
    def line(answer: Answer) -> dict[str, Any]:
        """Return what the one line says, after comparing its reference with the page's."""
        lines = [vars(record) for record in caplog.records if record.levelname == "WARNING"]
        assert [line["message"] for line in lines] == ["message_refused"]
        (shown,) = re.findall(r"<code>([^<]+)</code>", answer.body)
        assert lines[0]["reference"] == shown != ""
        return lines[0]

    return line


def _said(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line[name] for name in ("entity_id", "reason", "received", "expected"))


def test_a_wrong_destination_is_told_with_the_right_one(henk: Person, refused: Told) -> None:
    answer = henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request(Destination="https://old.example/sso")))
    assert _said(refused(answer)) == (ENTITY_ID, "Destination", "https://old.example/sso", SSO)


def test_a_destination_that_is_missing_is_nothing(henk: Person, refused: Told) -> None:
    answer = henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request(Destination="")))
    assert _said(refused(answer)) == (ENTITY_ID, "Destination", "nothing", SSO)


def test_an_instant_of_the_past_is_told_with_the_minutes_that_are_allowed(henk: Person, refused: Told) -> None:
    old = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    line = refused(henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request(IssueInstant=old))))
    assert (line["reason"], line["received"]) == ("IssueInstant", old)
    assert re.fullmatch(r"\S+Z to \S+Z", line["expected"])


def test_an_unknown_sender_is_named_as_it_claims_to_be(henk: Person, refused: Told) -> None:
    line = refused(henk.post("/saml/sso", UNKNOWN.post_form(UNKNOWN.request())))
    assert _said(line) == (UNKNOWN.entity_id, "unknown or not open: connection", UNKNOWN.entity_id, None)


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
    assert _said(refused(answer))[1:3] == ("unknown or not open: service", "AttributeConsumingServiceIndex 99")


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
    (line,) = [vars(record) for record in caplog.records if record.message == "sign_on_failed"]
    return line


def test_a_lost_cookie_is_told_with_the_reference_that_the_page_shows(
    henk: Person, mina: Person, caplog: pytest.LogCaptureFixture
) -> None:
    asked = at_digid(henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request())))
    page = mina.answer(asked, signed_in(asked, henk.bsn.digits, "20"))
    line = _failed(caplog)
    assert (line["entity_id"], line["failure"]) == (ENTITY_ID, "cookies_off")
    assert f"<code>{line['reference']}</code>" in page.body


def test_a_failure_that_a_provider_hears_is_told_with_its_reason(
    henk: Person, caplog: pytest.LogCaptureFixture
) -> None:
    scoping = "<p:Scoping><p:RequesterID>urn:nobody</p:RequesterID></p:Scoping>"
    assert henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request(scoping=scoping))).status == 200
    line = _failed(caplog)
    assert (line["failure"], line["reason"]) == (
        "not_supported",
        "Scoping asks neither for DigiD nor for DigiD Machtigen",
    )


def test_an_answer_of_digid_that_is_refused_tells_the_provider_what_was_expected(
    henk: Person, caplog: pytest.LogCaptureFixture
) -> None:
    asked = at_digid(henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request())))
    henk.post("/saml/digid/acs", {"SAMLResponse": "PHg+PC94Pg==", "RelayState": asked.relay_state})
    line = _failed(caplog)
    assert (line["failure"], line["reason"]) == ("failed", "another message")
    assert (line["received"], line["expected"]) == ("x of no namespace", "samlp:Response")
