"""What DigiD and other identity providers answer, in every form in which they write it (combiconnect.md 3.9)."""

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from lxml import etree

from chalicelib.wiring import Wiring
from local.digid.answers import Outcome, cancelled, signed_in
from local.digid.engine import new_artifact
from local.digid.forms import FORMS, Form
from local.digid.requests import Asked
from tests.fakes import Clock
from tests.http.client import Person, at_digid, digid
from tests.http.provider import PROVIDER, posted
from tests.http.setting import pin_digid
from tests.saml.provider import found

BINDINGS = {"by Artifact": True, "by POST": False}
FAILED = ["Responder", "AuthnFailed"]


@pytest.fixture(params=BINDINGS)
def by_artifact(request: pytest.FixtureRequest) -> bool:
    return BINDINGS[request.param]


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> Form:
    return FORMS[request.param]


def _asked_for_provider(person: Person) -> Asked:
    return at_digid(person.post("/saml/sso", PROVIDER.post_form(PROVIDER.request())))


def test_someone_signs_in_by_an_answer_of_any_form(
    henk: Person, wired: Wiring, form: Form, *, by_artifact: bool
) -> None:
    pin_digid(wired, by_artifact=by_artifact, form=form)
    assert henk.sign_in().location == "/mandates"
    asked = _asked_for_provider(henk)
    told = posted(henk.answer(asked, signed_in(asked, henk.bsn.digits, "20")), henk)
    assert (told.status, told.attributes["ActingSubjectID"]) == (["Success"], henk.bsn.digits)


def test_cancelling_is_read_in_any_form(henk: Person, wired: Wiring, form: Form, *, by_artifact: bool) -> None:
    pin_digid(wired, by_artifact=by_artifact, form=form)
    asked = _asked_for_provider(henk)
    assert posted(henk.answer(asked, cancelled(asked)), henk).message == "Authentication cancelled"


@pytest.mark.parametrize(("level", "status"), [("30", 303), ("20", 303), ("10", 200)])
def test_a_level_that_was_reached_is_enough_or_not(henk: Person, level: str, status: int) -> None:
    asked = henk.ask_digid("/login?level=20")
    assert henk.answer(asked, signed_in(asked, henk.bsn.digits, level)).status == status


@pytest.mark.parametrize("name_id", ["s00000001:900100084", "s00000001:12345678", "s00000000:12345678", "12345678"])
def test_whoever_has_another_number_than_a_bsn_is_not_signed_in_and_the_provider_hears_it(
    henk: Person, name_id: str, *, by_artifact: bool, wired: Wiring
) -> None:
    pin_digid(wired, by_artifact=by_artifact)
    asked = _asked_for_provider(henk)
    assert posted(henk.answer(asked, Outcome(asked, name_id, "20")), henk).status == FAILED
    asked = henk.ask_digid("/login")
    henk.answer(asked, Outcome(asked, name_id, "20"))
    assert "__Host-session" not in henk.cookies


def _too_late(asked: Asked, clock: Clock) -> str:
    location = digid().engine.way_back(signed_in(asked, "900100758", "20"))
    clock.forward(minutes=2, seconds=1)
    return location


def _unknown(asked: Asked, _: Clock) -> str:
    known = digid().engine.way_back(signed_in(asked, "900100758", "20"))
    return known.replace(known.partition("SAMLart=")[2].partition("&")[0], new_artifact(digid().engine.entity_id))


def _clocks_apart(asked: Asked, clock: Clock) -> str:
    location = digid().engine.way_back(signed_in(asked, "900100758", "20"))
    digid().engine.clock = lambda: clock() + timedelta(minutes=3)
    return location


@pytest.mark.parametrize("way_back", [_too_late, _unknown, _clocks_apart])
def test_an_artifact_for_which_digid_gives_nothing_is_a_failure_that_the_provider_hears(
    henk: Person, clock: Clock, way_back: Callable[[Asked, Clock], str]
) -> None:
    asked = _asked_for_provider(henk)
    assert posted(henk.get(way_back(asked, clock).replace("+", "%2B")), henk).status == FAILED


Edit = Callable[[etree._Element], None]


def _set(name: str, value: str | None) -> Edit:
    def edit(root: etree._Element) -> None:
        if value is None:
            del root.attrib[name]
        else:
            root.set(name, value)

    return edit


def _text(path: str, text: str) -> Edit:
    def edit(root: etree._Element) -> None:
        found(root, path).text = text

    return edit


def _status(value: str) -> Edit:
    def edit(root: etree._Element) -> None:
        found(root, "p:Status/p:StatusCode").set("Value", value)

    return edit


CONTRADICTIONS: dict[str, Edit] = {
    "another Destination": _set("Destination", "https://machtigen.example/saml/sso"),
    "no Destination": _set("Destination", None),
    "an empty Destination": _set("Destination", ""),
    "another request": _set("InResponseTo", "_another"),
    "no request": _set("InResponseTo", None),
    "another Version": _set("Version", "1.1"),
    "no Version": _set("Version", None),
    "no ID": _set("ID", None),
    "no IssueInstant": _set("IssueInstant", None),
    "no instant": _set("IssueInstant", "soon"),
    "of last year": _set("IssueInstant", "2025-01-01T00:00:00Z"),
    "of another century": _set("IssueInstant", "2125-01-01T00:00:00Z"),
    "the edge of the calendar": _set("IssueInstant", "9999-12-31T23:59:59Z"),
    "another Issuer": _text("a:Issuer", "https://ominous.example/metadata"),
    "a failure": _status("urn:oasis:names:tc:SAML:2.0:status:Responder"),
    "no status": _status(""),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_an_unsigned_response_that_contradicts_the_signed_assertion_in_it_is_refused(
    henk: Person, wired: Wiring, what: str
) -> None:
    pin_digid(wired, by_artifact=False, form=FORMS["only the assertion signed"])
    asked = henk.ask_digid("/login")
    genuine = base64.b64decode(digid().engine.response(signed_in(asked, henk.bsn.digits, "20")))
    spoilt = etree.fromstring(genuine)
    CONTRADICTIONS[what](spoilt)
    assert henk.answer(asked, base64.b64encode(etree.tostring(spoilt)).decode()).status == 400
    assert henk.answer(asked, base64.b64encode(genuine).decode()).status == 303


def test_an_unsigned_failure_is_not_told_as_digids(henk: Person, wired: Wiring) -> None:
    pin_digid(wired, by_artifact=False)
    asked = henk.ask_digid("/login")
    root = etree.fromstring(base64.b64decode(digid().engine.response(cancelled(asked))))
    root.remove(found(root, "d:Signature"))
    assert henk.answer(asked, base64.b64encode(etree.tostring(root)).decode()).status == 400


def test_what_digid_sends_declares_nothing_on_its_assertion(henk: Person) -> None:
    # Or these tests would say nothing about the form that a digest in its place is for.
    asked = henk.ask_digid("/login")
    engine = digid().engine
    seen: list[bytes] = []
    resolve = engine.resolve

    def watched(body: bytes) -> bytes:
        seen.append(resolve(body))
        return seen[-1]

    engine.resolve = watched  # type: ignore[method-assign]
    assert henk.answer(asked, signed_in(asked, henk.bsn.digits, "20")).status == 303
    (answer,) = seen
    assert b"<saml:Assertion ID=" in answer
    assert (
        answer.count(b'PrefixList="ds saml samlp xs"') == len(etree.fromstring(answer).findall(".//{*}Signature")) == 2
    )
    assert found(etree.fromstring(answer), ".//p:Response").get("Destination") is None
