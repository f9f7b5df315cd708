"""The test kit reads a recorded request, in every form, and tells all that is wrong at once."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import etree

from chalicelib.saml.craft.times import written
from local.kit.__main__ import judged, main
from local.kit.findings import Verdict
from provisioning.command import CannotGoOn
from provisioning.keys import new_key_pair
from tests.saml.national import NationalProvider
from tests.saml.provider import NAMES, SAML, FakeProvider

ROOT = Path(__file__).parent.parent.parent
PROVIDER, STRANGER = FakeProvider(), FakeProvider(new_key_pair("stranger"))
SSO = "https://machtigen.example/saml/sso"


def _form(**changes: str) -> str:
    return urlencode(PROVIDER.post_form(PROVIDER.request(**changes)))


def _address(**changes: str) -> str:
    return f"{SSO}?{PROVIDER.query(PROVIDER.request(**changes))}"


def _http(form: str, path: str = "/saml/sso") -> str:
    return f"POST {path} HTTP/1.1\r\nHost: machtigen.example\r\nCookie: a=b\r\n\r\n{form}"


def _har(*posted: str, at: datetime | None = None) -> str:
    entries = [
        {
            "startedDateTime": (at or datetime.now(UTC)).isoformat(),
            "request": {"method": "POST", "url": SSO, "postData": {"mimeType": "x", "text": text}},
        }
        for text in posted
    ]
    return json.dumps({"log": {"entries": entries}})


def _xml(**changes: str) -> str:
    return etree.tostring(PROVIDER.sign(PROVIDER.request(**changes))).decode()


FORMS: dict[str, Callable[[], str]] = {
    "an address": _address,
    "a request line alone": lambda: f"GET {_address().removeprefix('https://machtigen.example')} HTTP/1.1",
    "an HTTP request by POST": lambda: _http(_form()),
    "an HTTP request with plain line ends": lambda: _http(_form()).replace("\r\n", "\n"),
    "a query string": lambda: _address().partition("?")[2],
    "a form body": _form,
    "a HAR file": lambda: _har("x=y", _form()),
    "XML": _xml,
    "base64": lambda: base64.b64encode(_xml().encode()).decode(),
    "base64 in lines": lambda: base64.encodebytes(_xml().encode()).decode(),
    "SOAP": lambda: PROVIDER.resolve("AAQAAA==").decode(),
    "SOAP in an HTTP request": lambda: _http(PROVIDER.resolve("AAQAAA==").decode(), "/saml/artifact"),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_right_request_is_right_in_every_form(name: str) -> None:
    found = list(judged(FORMS[name]().encode(), PROVIDER.metadata()))
    assert [one.line for one in found if one.verdict is not Verdict.OK] == []
    assert any("the signature is right" in one.about for one in found)


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        (b"", "cannot be read"),
        (b"\xff\xfe\x00", "no text"),
        (b"hello there", "no message in base64"),
        (b"What is wrong?", "cannot be read"),
        (b"GET /saml/sso HTTP/1.1\r\nHost: x\r\n\r\n", "no SAMLRequest"),
        (b"POST /saml/sso HTTP/1.1\r\nHost: x\r\n\r\n", "body recorded too"),
        (b"https://machtigen.example/saml/sso", "no SAMLRequest"),
        (b"{}", "no HAR file"),
        (b'{"log": {"entries": []}}', "No request in the HAR file"),
        (b'{"log": {"entries": [{"request": 3}]}}', "no HAR file"),
    ],
)
def test_what_is_no_request_gets_one_line(recorded: bytes, said: str) -> None:
    with pytest.raises(CannotGoOn, match=said) as caught:
        list(judged(recorded, None))
    assert "\n" not in str(caught.value)


def _mended(recorded: str, document: bytes | None = None) -> dict[str, str]:
    found = judged(recorded.encode(), PROVIDER.metadata() if document is None else document)
    return {one.about: one.text for one in found if one.verdict is Verdict.MEND}


def test_everything_is_told_at_once_with_what_was_received_and_expected() -> None:
    wrong = {"Destination": "https://old.example/saml/sso", "Version": "1.1", "AttributeConsumingServiceIndex": "70000"}
    told = _mended(_address(AssertionConsumerServiceURL="https://new.example/acs", **wrong))
    assert told["Destination"] == f"received https://old.example/saml/sso; expected {SSO}"
    assert told["Version"] == "received 1.1; expected 2.0"
    assert told["index"].startswith("received 70000; expected ")
    assert told["AssertionConsumerService is not registered"].startswith(
        "received https://new.example/acs; expected 0 "
    )


SCOPED = "<p:Scoping><p:RequesterID>{}</p:RequesterID></p:Scoping>"
CONTEXT = (
    "<p:RequestedAuthnContext{}><a:AuthnContextClassRef>urn:none</a:AuthnContextClassRef></p:RequestedAuthnContext>"
)
EXTENSIONS = '<p:Extensions><a:Attribute Name="urn:x"/></p:Extensions>'
SOAP = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
RULES: list[tuple[str, Callable[[], str]]] = [
    ("Issuer", lambda: urlencode(FakeProvider(entity_id="https://other.example").post_form(_other()))),
    ("IssueInstant", lambda: _form(IssueInstant=written(datetime.now(UTC) + timedelta(hours=1)))),
    ("IssueInstant", lambda: _har(_form(), at=datetime.now(UTC) + timedelta(hours=1))),
    ("not an instant with a time zone", lambda: _form(IssueInstant="yesterday")),
    ("an instant at the edge of the calendar", lambda: _form(IssueInstant="9999-12-31T23:59:59Z")),
    ("ID", lambda: _address(ID="")),
    ("Version", lambda: _form(Version="")),
    ("Destination", lambda: _form(Destination="")),
    ("ProtocolBinding beside an index", lambda: _form(AssertionConsumerServiceIndex="0", ProtocolBinding="urn:x")),
    (
        "AssertionConsumerService by index and by URL",
        lambda: _form(AssertionConsumerServiceIndex="0", AssertionConsumerServiceURL="https://x.example"),
    ),
    ("AssertionConsumerService is not registered", lambda: _form(AssertionConsumerServiceIndex="7")),
    ("more than one RequesterID", lambda: _inside(SCOPED.replace("</p:S", "<p:RequesterID>x</p:RequesterID></p:S"))),
    ("Scoping is answered with NoSupportedIDP", lambda: _inside(SCOPED.format("urn:x"))),
    ("RequestedAuthnContext is answered with NoAuthnContext", lambda: _inside(CONTEXT.format(""))),
    ("Comparison", lambda: _inside(CONTEXT.format(' Comparison="worse"'))),
    ("Extensions", lambda: _inside(EXTENSIONS)),
    ("unknown element in samlp:AuthnRequest", lambda: _inside("<p:Elsewhere/>")),
    ("signature does not verify", lambda: urlencode(STRANGER.post_form(STRANGER.request()))),
    ("not one SigAlg", lambda: _address().partition("&SigAlg")[0]),
    ("not one ds:Signature", lambda: f"SAMLRequest={_plain()}"),
    ("address", lambda: _http(_form(), "/saml/slo")),
    ("binding", lambda: SOAP.format(_xml())),
    ("a space in SAMLRequest", lambda: f"SAMLRequest={_plain()[:40]}+{_plain()[41:]}"),
    ("SAMLRequest by Redirect", lambda: f"{SSO}?SAMLRequest={_plain()}&SigAlg=x&Signature=y"),
    ("SAMLRequest by POST", lambda: _address().partition("?")[2].partition("&")[0]),
    ("an answer where a request is expected", lambda: "SAMLResponse=PHg%2BPC94Pg%3D%3D"),
    ("another message", lambda: "<x/>"),
    ("not XML", lambda: "<x>"),
]


def _other() -> etree._Element:
    return FakeProvider(entity_id="https://other.example").request()


def _inside(part: str) -> str:
    return urlencode(PROVIDER.post_form(PROVIDER.request(inside=part)))


def _plain() -> str:
    return base64.b64encode(etree.tostring(PROVIDER.request())).decode().replace("+", "%2B")


@pytest.mark.parametrize(
    ("about", "recorded"), RULES, ids=[f"{about} {place}" for place, (about, _) in enumerate(RULES)]
)
def test_each_broken_rule_is_told_by_name(about: str, recorded: Callable[[], str]) -> None:
    assert about in _mended(recorded())


def test_a_strangers_certificate_is_told_beside_those_of_the_metadata() -> None:
    shown = STRANGER.sign(STRANGER.request())
    info = etree.SubElement(shown[1], f"{{{NAMES['d']}}}KeyInfo")
    data = etree.SubElement(info, f"{{{NAMES['d']}}}X509Data")
    etree.SubElement(data, f"{{{NAMES['d']}}}X509Certificate").text = STRANGER.keys.certificate_body
    told = _mended(etree.tostring(shown).decode())["certificate of the signature"]
    received, _, expected = told.removeprefix("received ").partition("; expected ")
    assert received != expected
    assert len(received) == len(expected) == 23


def test_without_metadata_it_says_what_it_did_not_look_at() -> None:
    found = {one.about for one in judged(_form().encode(), None) if one.verdict is Verdict.NOTE}
    assert found == {"the signature was not verified", "the address for the answer was not compared"}
    assert "not signed" in {one.about for one in judged(f"SAMLRequest={_plain()}".encode(), None)}


def test_a_message_alone_may_have_its_signature_beside_it() -> None:
    found = list(judged(etree.tostring(PROVIDER.request()), PROVIDER.metadata()))
    assert [one.about for one in found if one.verdict is Verdict.NOTE] == ["no signature in the message"]
    assert [one.about for one in found if one.verdict is Verdict.MEND] == []


def test_an_old_recording_is_judged_as_if_it_was_sent_at_once() -> None:
    old = written(datetime.now(UTC) - timedelta(days=30))
    found = list(judged(_form(IssueInstant=old).encode(), PROVIDER.metadata()))
    assert [one.about for one in found if one.verdict is not Verdict.OK] == [f"made at {old}"]


def test_the_national_profile_asks_by_post_alone() -> None:
    national = NationalProvider()
    recorded = f"{SSO}?{FakeProvider(entity_id=national.entity_id).query(PROVIDER.request())}"
    told = _mended(recorded, national.metadata())
    assert "CombiConnect asks and logs out by POST" in told


def test_logging_out_is_read_too() -> None:
    def logout(**changes: str) -> str:
        facts = {"ID": "_1", "Version": "2.0", "IssueInstant": written(datetime.now(UTC)), **changes}
        written_out = " ".join(f'{name}="{value}"' for name, value in facts.items())
        return (
            f'<p:LogoutRequest xmlns:p="{SAML}:protocol" xmlns:a="{SAML}:assertion" {written_out}>'
            f"<a:Issuer>{PROVIDER.entity_id}</a:Issuer><a:NameID>x</a:NameID></p:LogoutRequest>"
        )

    def sent(message: str, *, signed: bool = True) -> str:
        root = etree.fromstring(message)
        document = etree.tostring(PROVIDER.sign(root) if signed else root)
        return _http(urlencode({"SAMLRequest": base64.b64encode(document)}), "/saml/slo")

    there = "https://machtigen.example/saml/slo"
    assert _mended(sent(logout(Destination=there))) == {}
    assert set(_mended(sent(logout(Destination=SSO, Version="3"), signed=False))) == {
        "not one ds:Signature",
        "Version",
        "Destination",
    }


def test_the_command_takes_a_file_and_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "right").write_text(_form())
    (tmp_path / "wrong").write_text(_form(Version="3"))
    (tmp_path / "rubbish").write_text("What is wrong?")
    (tmp_path / "provider.xml").write_bytes(PROVIDER.metadata())
    metadata = str(tmp_path / "provider.xml")
    assert main([metadata, "--request", str(tmp_path / "right")]) == 0
    assert main([metadata, "--request", str(tmp_path / "wrong")]) == 1
    assert "1 to mend" in capsys.readouterr().out
    for given in (["--request", str(tmp_path / "rubbish")], ["--request", str(tmp_path / "absent")], []):
        assert main(given) == 1
        said, problem = capsys.readouterr()
        assert (said, problem.count("\n")) == ("", 1)
    command = [sys.executable, "-m", "local.kit", metadata, "--request", str(tmp_path / "right")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "0 to mend" in done.stdout) == (0, True)
