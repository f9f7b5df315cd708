"""Messages that are not what they should be, at every SAML address: one plain page, and nothing changed."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from chalicelib.errors import Unavailable
from chalicelib.wiring import Wiring
from local.digid.answers import Issuer, Outcome, response, signed_in
from local.digid.requests import Asked
from provisioning.keys import KeyPair, new_key_pair
from tests.fakes import Clock
from tests.http.client import DIGID, DIGID_KEYS, Person, at_digid
from tests.http.client import digid as pinned
from tests.process import current
from tests.saml.provider import NAMES, FakeProvider, found, written

PROVIDER = FakeProvider()
STRANGER = FakeProvider(new_key_pair("stranger"))


def _written(step: timedelta) -> str:
    return written(datetime.now(UTC) + step)


@pytest.mark.parametrize("index", ["1", "99"])
def test_a_service_that_is_not_the_providers_is_not_found(henk: Person, index: str) -> None:
    request = PROVIDER.request(AttributeConsumingServiceIndex=index)
    assert henk.post("/saml/sso", PROVIDER.post_form(request)).status == 404


def test_a_provider_that_is_not_connected_is_not_found(henk: Person) -> None:
    unknown = FakeProvider(entity_id="https://unknown.example")
    assert henk.post("/saml/sso", unknown.post_form(unknown.request())).status == 404


def test_a_request_with_a_strangers_signature_is_refused(henk: Person) -> None:
    assert henk.post("/saml/sso", STRANGER.post_form(STRANGER.request())).status == 400
    assert henk.get(f"/saml/sso?{STRANGER.query(STRANGER.request())}").status == 400


def test_a_request_counts_once(henk: Person) -> None:
    form = PROVIDER.post_form(PROVIDER.request())
    assert [henk.post("/saml/sso", form).status for _ in range(2)] == [200, 400]


def test_consent_is_information_that_every_sender_may_give(henk: Person) -> None:
    """SAML core 3.2.1; mod_auth_mellon always sends one."""
    request = PROVIDER.request(Consent="urn:oasis:names:tc:SAML:2.0:consent:current-implicit")
    assert henk.post("/saml/sso", PROVIDER.post_form(request)).status == 200


def test_a_request_without_an_index_is_for_the_first_service(henk: Person) -> None:
    request = PROVIDER.request(AttributeConsumingServiceIndex="")
    assert henk.post("/saml/sso", PROVIDER.post_form(request)).status == 200


def test_a_service_may_be_named_by_its_uuid(henk: Person) -> None:
    attributes = "".join(
        f'<a:Attribute Name="urn:nl-eid-gdi:1.0:{name}"><a:AttributeValue>{value}</a:AttributeValue></a:Attribute>'
        for name, value in (
            ("IntendedAudience", PROVIDER.entity_id),
            ("ServiceUUID", "22222222-2222-4222-8222-222222222222"),
        )
    )
    request = PROVIDER.request(inside=f"<p:Extensions>{attributes}</p:Extensions>", AttributeConsumingServiceIndex="")
    assert henk.post("/saml/sso", PROVIDER.post_form(request)).status == 200


@pytest.mark.parametrize("path", ["/saml/sso", "/saml/digid/acs", "/saml/slo"])
@pytest.mark.parametrize(
    "form", [{}, {"SAMLRequest": "x"}, {"SAMLResponse": "x"}, {"SAMLRequest": "", "SAMLResponse": ""}]
)
def test_nonsense_gets_the_plain_page(henk: Person, path: str, form: dict[str, str]) -> None:
    assert henk.post(path, form).status == 400


@pytest.mark.parametrize("body", [b"", b"<a/>", b"\xff", b"<Envelope/>"])
def test_nonsense_at_artifact_resolution_gets_a_fault(henk: Person, body: bytes) -> None:
    answer = henk.client.http.post("/saml/artifact", headers={"content-type": "text/xml"}, body=body)
    assert answer.status_code == 400
    assert _fault(answer.body) == "soap:Client"


def _fault(body: bytes) -> str:
    return etree.fromstring(body).findtext(".//s:Fault/faultcode", "", NAMES)


@pytest.mark.parametrize(("error", "status"), [(Unavailable("kms"), 503), (RuntimeError("a bug"), 500)])
def test_whatever_fails_at_artifact_resolution_is_told_by_soap(
    henk: Person, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr(current().artifacts, "find", failing)
    body = PROVIDER.resolve("AAQAAA==")
    answer = henk.client.http.post("/saml/artifact", headers={"content-type": "text/xml"}, body=body)
    assert (answer.status_code, _fault(answer.body)) == (status, "soap:Server")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"


@pytest.mark.parametrize(("method", "media", "status"), [("GET", "text/xml", 405), ("POST", "text/plain", 415)])
def test_what_artifact_resolution_does_not_take_is_told_by_soap(
    henk: Person, method: str, media: str, status: int
) -> None:
    answer = henk.client.http.request(method, "/saml/artifact", headers={"content-type": media}, body=b"x")
    assert (answer.status_code, _fault(answer.body)) == (status, "soap:Client")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"


def test_an_unknown_sender_at_artifact_resolution_gets_a_fault(henk: Person) -> None:
    unknown = FakeProvider(entity_id="https://unknown.example")
    answer = henk.client.http.post(
        "/saml/artifact", headers={"content-type": "text/xml"}, body=unknown.resolve("AAQAAA==")
    )
    assert (answer.status_code, _fault(answer.body)) == (404, "soap:Client")


def test_an_artifact_resolve_counts_once_and_only_with_the_providers_signature(henk: Person) -> None:
    def send(message: bytes) -> int:
        answer = henk.client.http.post("/saml/artifact", headers={"content-type": "text/xml"}, body=message)
        return int(answer.status_code)

    genuine = PROVIDER.resolve("AAQAAA==")
    assert [send(STRANGER.resolve("AAQAAA==")), send(genuine), send(genuine)] == [400, 200, 400]
    assert send(PROVIDER.resolve("AAQAAA==", IssueInstant=_written(timedelta(minutes=-7)))) == 400
    assert send(PROVIDER.resolve("AAQAAA==", Destination="https://elsewhere.example/")) == 400


class Digid:
    """DigiD's answer to one login, which a test may spoil before it is sent."""

    def __init__(self, person: Person, clock: Clock) -> None:
        self.person = person
        self.asked = person.ask_digid("/login")
        self.raw = base64.b64decode(self.answer(clock.now))

    def answer(self, at: datetime, keys: KeyPair = DIGID_KEYS, asked: Asked | None = None) -> str:
        outcome = signed_in(asked or self.asked, self.person.bsn.digits, "20")
        return response(outcome, Issuer(f"{DIGID}/metadata", keys), at)

    def send(self, message: bytes | str) -> int:
        text = base64.b64encode(message).decode() if isinstance(message, bytes) else message
        return self.person.answer(self.asked, text).status


@pytest.fixture
def digid(henk: Person, clock: Clock) -> Digid:
    return Digid(henk, clock)


def test_digids_answer_signs_in_once(digid: Digid) -> None:
    assert [digid.send(digid.raw), digid.send(digid.raw)] == [303, 400]


@pytest.mark.parametrize(
    "changes",
    [
        {"request_id": "_another"},
        {"consumer": "https://machtigen.example/elsewhere"},
        {"issuer": "https://another.example"},
    ],
    ids=["InResponseTo", "Destination and Recipient", "Audience"],
)
def test_an_answer_for_another_is_refused_and_the_genuine_one_still_works(
    digid: Digid, clock: Clock, changes: dict[str, str]
) -> None:
    another = replace(digid.asked, **changes)
    assert digid.send(digid.answer(clock.now, asked=another)) == 400
    assert digid.send(digid.raw) == 303


@pytest.mark.parametrize(("seconds", "status"), [(179, 303), (181, 400), (-179, 400)])
def test_an_answer_is_good_for_its_own_minutes_and_one_of_skew(
    digid: Digid, clock: Clock, seconds: int, status: int
) -> None:
    assert digid.send(digid.answer(clock.now - timedelta(seconds=seconds))) == status


def test_an_answer_of_a_stranger_or_of_a_provider_is_refused(digid: Digid, clock: Clock) -> None:
    for keys in (STRANGER.keys, PROVIDER.keys):
        assert digid.send(digid.answer(clock.now, keys)) == 400
    assert digid.send(digid.raw) == 303


def test_an_answer_that_was_tampered_with_is_refused(digid: Digid) -> None:
    for before, after in ((b"900100758", b"900100084"), (b"Contract<", b"Contract <"), (b":Success", b":Succes")):
        assert before in digid.raw
        assert digid.send(digid.raw.replace(before, after)) == 400
    assert digid.send(digid.raw) == 303


def test_an_assertion_borrowed_from_another_answer_is_refused(digid: Digid, mina: Person, clock: Clock) -> None:
    other = Digid(mina, clock)
    ours, theirs = etree.fromstring(digid.raw), etree.fromstring(other.raw)
    ours.replace(found(ours, "a:Assertion"), found(theirs, "a:Assertion"))
    assert digid.send(etree.tostring(ours)) == 400


@pytest.mark.parametrize("level", ["10", "20"])
def test_a_level_below_what_was_asked_signs_nobody_in(henk: Person, level: str) -> None:
    asked = henk.ask_digid("/login?level=20")
    message = signed_in(asked, henk.bsn.digits, level)
    assert henk.answer(asked, message).status == (200 if level == "10" else 303)
    assert ("__Host-session" in henk.cookies) == (level != "10")


def test_a_bare_bsn_is_a_name_too(henk: Person) -> None:
    asked = henk.ask_digid("/login")
    assert henk.answer(asked, Outcome(asked, henk.bsn.digits, "20")).status == 303


def test_a_login_cannot_be_finished_in_another_browser(henk: Person, mina: Person) -> None:
    asked = henk.ask_digid("/login")
    message = signed_in(asked, henk.bsn.digits, "20")
    mina.ask_digid("/login")
    assert mina.answer(asked, message).status == 400
    assert henk.answer(asked, message).status == 303


def test_logout_answers_the_provider_once(henk: Person) -> None:
    start = henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request()))
    asked = at_digid(start)
    message = signed_in(asked, henk.bsn.digits, "20")
    page = henk.answer(asked, message)
    response = etree.fromstring(base64.b64decode(page.hidden["SAMLResponse"]))
    assertion = PROVIDER._decrypted(found(response, "a:EncryptedAssertion"))
    name_id = assertion.findtext(".//a:NameID", "", NAMES)
    assert henk.bsn.digits not in name_id
    statuses = [henk.post("/saml/slo", PROVIDER.post_form(_logout(name_id))).status for _ in range(2)]
    assert statuses == [200, 200]
    assert henk.post("/saml/slo", STRANGER.post_form(_logout(name_id))).status == 400


def _logout(name_id: str) -> etree._Element:
    return etree.fromstring(
        f'<p:LogoutRequest xmlns:p="{NAMES["p"]}" xmlns:a="{NAMES["a"]}" ID="_{datetime.now(UTC).timestamp()}" '
        f'Version="2.0" IssueInstant="{_written(timedelta())}" Destination="https://machtigen.example/saml/slo">'
        f"<a:Issuer>{PROVIDER.entity_id}</a:Issuer><a:NameID>{name_id}</a:NameID></p:LogoutRequest>"
    )


def test_an_identity_provider_that_takes_no_forms_gets_our_request_by_redirect(henk: Person, wired: Wiring) -> None:
    root = etree.fromstring(pinned().metadata)
    role = found(root, "{*}IDPSSODescriptor")
    role.remove(found(role, "{*}SingleSignOnService"))
    root.remove(found(root, "d:Signature"))
    wired.catalogue.put_identity_provider(etree.tostring(root))
    start = henk.get("/login")
    assert start.location.startswith(f"{DIGID}/sso?SAMLRequest=")
    asked = at_digid(start)
    assert henk.answer(asked, signed_in(asked, henk.bsn.digits, "20")).status == 303


def test_digid_gets_our_request_by_post(henk: Person) -> None:
    page = henk.get("/login")
    assert page.action == f"{DIGID}/sso"
    assert f"form-action 'self' {DIGID};" in str(page.headers["Content-Security-Policy"])
