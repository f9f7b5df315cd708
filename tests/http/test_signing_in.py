"""A provider signs people in, for themselves and for others, by every binding (combiconnect.md sections 2 to 4)."""

import base64
from dataclasses import replace

import pytest

from chalicelib.catalogue.model import Connection, EntityId, Representation
from chalicelib.errors import Unavailable
from chalicelib.wiring import Wiring
from local.digid.answers import Outcome, signed_in
from local.identities import COMBICONNECT, MACHTIGEN
from provisioning.keys import new_key_pair
from tests.builders import HENK, PORTAL_ID, SERVICE_ID, VERA
from tests.fakes import Clock
from tests.http.client import Person, at_digid, digid
from tests.http.journey import ask_for_mandate, mandate
from tests.http.provider import PROVIDER, artifact_in, begin, choose, our_certificate, posted, resolved
from tests.process import current
from tests.saml.provider import ACS, ARTIFACT_ACS, ENTITY_ID, FakeProvider, written


@pytest.mark.parametrize("binding", ["post", "redirect"])
def test_someone_signs_in_for_themself(henk: Person, binding: str) -> None:
    request = PROVIDER.request()
    if binding == "post":
        start = begin(henk, request, "relay & 100%")
    else:
        start = henk.get(f"/saml/sso?{PROVIDER.query(request, 'relay & 100%')}")
    page = henk.pass_digid(start, "30")
    result = posted(page, henk)
    assert page.hidden["RelayState"] == "relay & 100%"
    assert result.status == ["Success"]
    assert result.attributes == {"ServiceUUID": SERVICE_ID, "ActingSubjectID": HENK.digits}
    assert result.level == "http://eidas.europa.eu/LoA/high"
    assert (result.audience, result.destination) == (ENTITY_ID, ACS)
    assert result.in_response_to == request.get("ID")
    assert result.lifetime == 120


def test_a_query_right_behind_the_host_of_a_provider_keeps_nobody_from_going_back(henk: Person, wired: Wiring) -> None:
    location = "https://ominous.example?tenant=1;sandbox"
    known = wired.catalogue.connection(ENTITY_ID)
    wired.catalogue.put_connection(replace(known, metadata=known.metadata.replace(ACS.encode(), location.encode())))
    page = henk.pass_digid(begin(henk, PROVIDER.request()))
    assert page.action == location
    policy = str(page.headers["Content-Security-Policy"])
    assert "form-action 'self' https://ominous.example; " in policy
    assert "sandbox" not in policy


def test_no_citizen_number_leaves_in_the_clear(henk: Person) -> None:
    page = henk.pass_digid(begin(henk, PROVIDER.request()), "25")
    assert HENK.digits.encode() not in base64.b64decode(page.hidden["SAMLResponse"])


def test_someone_signs_in_for_who_mandated_them(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    choice = choose(henk, PROVIDER.on_behalf())
    page = henk.get(choice)
    assert "Vera van der Gever" in page.body
    result = posted(henk.post(choice, {"person": case_id}), henk)
    assert result.attributes["ActingSubjectID"] == HENK.digits
    assert result.attributes["LegalSubjectID"] == VERA.digits
    assert "Used to sign in" in henk.get(f"/mandates/{case_id}").body


def test_a_mandate_for_the_portal_opens_the_service_behind_it(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk, service_id="33333333-3333-4333-8333-333333333333")
    choice = choose(henk, PROVIDER.on_behalf())
    assert posted(henk.post(choice, {"person": case_id}), henk).attributes["LegalSubjectID"] == VERA.digits


def test_a_mandate_for_a_service_does_not_open_its_portal(vera: Person, henk: Person) -> None:
    mandate(vera, henk)
    choice = choose(henk, PROVIDER.on_behalf(AttributeConsumingServiceIndex="3"))
    assert "You have no mandate for this service" in henk.get(choice).body


def test_without_a_mandate_the_way_back_gives_the_provider_its_status(henk: Person) -> None:
    choice = choose(henk, PROVIDER.on_behalf())
    assert "You have no mandate for this service" in henk.get(choice).body
    result = posted(henk.post(choice, {"cancel": "1"}), henk)
    assert (result.status, result.message) == (["Responder", "AuthnFailed"], "Authentication cancelled")


def test_cancelling_at_digid_gives_the_provider_its_status(henk: Person) -> None:
    asked = at_digid(begin(henk, PROVIDER.request()))
    result = posted(henk.cancel(asked), henk)
    assert (result.status, result.message) == (["Responder", "AuthnFailed"], "Authentication cancelled")


def test_revoked_between_choice_and_release_nothing_is_released(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    choice = choose(henk, PROVIDER.on_behalf())
    vera.submit(f"/mandates/{case_id}/revoke", {})
    result = posted(henk.post(choice, {"person": case_id}), henk)
    assert result.status == ["Responder", "RequestDenied"]
    assert result.attributes == {}
    assert "Signing in was refused" in vera.get(f"/mandates/{case_id}").body


def test_revoked_between_artifact_and_resolution_nothing_is_released(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    choice = choose(henk, PROVIDER.on_behalf(AssertionConsumerServiceIndex="1"))
    artifact = artifact_in(henk.post(choice, {"person": case_id}).location)
    vera.submit(f"/mandates/{case_id}/revoke", {})
    response = resolved(henk, PROVIDER.resolve(artifact))
    assert response is not None
    assert PROVIDER.read(response, our_certificate(henk)).status == ["Responder", "RequestDenied"]


@pytest.mark.parametrize("consumer", ["0", "1"])
def test_when_the_register_cannot_be_asked_the_provider_is_told_no(
    vera: Person, henk: Person, wired: Wiring, monkeypatch: pytest.MonkeyPatch, consumer: str
) -> None:
    case_id = mandate(vera, henk)
    choice = choose(henk, PROVIDER.on_behalf(AssertionConsumerServiceIndex=consumer))

    def down(_: str) -> None:
        raise Unavailable("dynamodb")

    with monkeypatch.context() as patched:
        patched.setattr(wired.mandates, "mandate", down)
        done = henk.post(choice, {"person": case_id})
        response = resolved(henk, PROVIDER.resolve(artifact_in(done.location))) if consumer == "1" else None
        result = posted(done, henk) if response is None else PROVIDER.read(response, our_certificate(henk))
        assert (result.status, result.attributes) == (["Responder", "RequestDenied"], {})
        assert result.message == "Temporarily unavailable"
    # Who asks again once it is over, has the answer.
    response = resolved(henk, PROVIDER.resolve(artifact_in(done.location))) if consumer == "1" else None
    if response is None:
        result = posted(henk.post(choice, {"person": case_id}), henk)
    else:
        result = PROVIDER.read(response, our_certificate(henk))
    assert result.attributes["LegalSubjectID"] == VERA.digits


def test_someone_elses_mandate_cannot_be_chosen(vera: Person, henk: Person, mina: Person) -> None:
    case_id = mandate(vera, henk)
    choice = choose(mina, PROVIDER.on_behalf())
    assert posted(mina.post(choice, {"person": case_id}), mina).status == ["Responder", "RequestDenied"]


def test_an_artifact_is_resolved_once(henk: Person) -> None:
    sent = henk.pass_digid(begin(henk, PROVIDER.request(AssertionConsumerServiceIndex="1"), "r"), "25")
    assert sent.location.startswith(f"{ARTIFACT_ACS}&SAMLart=")
    artifact = artifact_in(sent.location)
    assert len(base64.b64decode(artifact)) == 44
    response = resolved(henk, PROVIDER.resolve(artifact))
    assert response is not None
    assert PROVIDER.read(response, our_certificate(henk)).attributes["ActingSubjectID"] == HENK.digits
    assert resolved(henk, PROVIDER.resolve(artifact)) is None


def test_an_artifact_lives_two_minutes(henk: Person, clock: Clock) -> None:
    sent = henk.pass_digid(begin(henk, PROVIDER.request(AssertionConsumerServiceIndex="1")), "25")
    clock.forward(seconds=120)
    response = resolved(henk, PROVIDER.resolve(artifact_in(sent.location)))
    assert response is not None
    assert PROVIDER.read(response, our_certificate(henk)).status == ["Requester", "RequestDenied"]


def test_an_artifact_is_forgotten_after_a_quarter_of_an_hour(henk: Person, clock: Clock) -> None:
    sent = henk.pass_digid(begin(henk, PROVIDER.request(AssertionConsumerServiceIndex="1")), "25")
    clock.forward(minutes=15)
    question = PROVIDER.resolve(artifact_in(sent.location), IssueInstant=written(clock()))
    assert resolved(henk, question) is None


def test_an_artifact_that_another_provider_tries_stays_its_owners(henk: Person, wired: Wiring) -> None:
    other = FakeProvider(entity_id="https://other.example/metadata")
    wired.catalogue.put_connection(Connection(EntityId(other.entity_id), "Other", other.metadata()))
    sent = henk.pass_digid(begin(henk, PROVIDER.request(AssertionConsumerServiceIndex="1")), "25")
    assert resolved(henk, other.resolve(artifact_in(sent.location))) is None
    assert resolved(henk, PROVIDER.resolve(artifact_in(sent.location))) is not None


def test_an_answer_is_given_once(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    choice = choose(henk, PROVIDER.on_behalf())
    assert henk.post(choice, {"person": case_id}).status == 200
    again = henk.post(choice, {"person": case_id})
    assert again.status == 410
    assert "SAMLResponse" not in again.body


def test_a_choice_is_taken_only_when_it_is_due(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    asked = at_digid(begin(henk, PROVIDER.on_behalf()))
    choice = f"/saml/choice/{asked.relay_state}"
    for form in ({"person": case_id}, {"person": "self"}, {"cancel": "1"}, {}):
        assert henk.post(choice, form).status == 410
    assert henk.get(choice).status == 410
    assert posted(henk.post(choose(henk, PROVIDER.on_behalf()), {"person": case_id}), henk).status == ["Success"]


def test_who_was_asked_for_cannot_be_chosen_otherwise(
    vera: Person, henk: Person, wired: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = mandate(vera, henk)
    asked = at_digid(begin(henk, PROVIDER.request()))
    message = signed_in(asked, HENK.digits, "25")

    def down(*_: object) -> None:
        raise Unavailable("dynamodb")

    with monkeypatch.context() as patched:
        patched.setattr(current().logins, "decide", down)
        assert henk.answer(asked, message).status == 503
    assert wired
    choice = f"/saml/choice/{asked.relay_state}"
    assert henk.post(choice, {"person": case_id}).status == 410
    assert "LegalSubjectID" not in posted(henk.get(choice), henk).attributes


def test_a_double_click_on_a_choice_is_one_sign_in_and_another_choice_is_refused(
    vera: Person, henk: Person, mina: Person
) -> None:
    case_id = mandate(vera, henk)
    choice = choose(henk, PROVIDER.on_behalf())
    clicked = dict(henk.cookies)
    answers = []
    for _ in range(2):
        henk.cookies = dict(clicked)
        answers.append(posted(henk.post(choice, {"person": case_id}), henk))
    assert [one.attributes["LegalSubjectID"] for one in answers] == [VERA.digits] * 2
    assert henk.get(f"/mandates/{case_id}").body.count("Used to sign in") == 1
    henk.cookies = dict(clicked)
    assert henk.post(choice, {"person": "0" * 32}).status == 410
    assert henk.post(choice, {"cancel": "1"}).status == 410
    assert mina.post(choice, {"person": case_id}).status == 410


def test_a_refused_sign_in_stands_in_the_history_of_the_mandate_that_was_chosen_or_in_none(
    vera: Person, henk: Person, mina: Person
) -> None:
    refused = "Signing in was refused"
    chosen, newest = mandate(vera, henk), mandate(vera, henk, service_id=PORTAL_ID)
    choice = choose(henk, PROVIDER.on_behalf())
    vera.submit(f"/mandates/{chosen}/revoke", {})
    henk.post(choice, {"person": chosen})
    mina.get(choose(mina, PROVIDER.on_behalf()))
    mina.post(choose(mina, PROVIDER.on_behalf()), {"person": newest})
    vera.submit(f"/mandates/{newest}/revoke", {})
    assert "You have no mandate" in henk.get(choose(henk, PROVIDER.on_behalf())).body
    assert vera.get(f"/mandates/{chosen}").body.count(refused) == 1
    assert refused not in vera.get(f"/mandates/{newest}").body


def test_another_browser_cannot_go_on_with_a_login(henk: Person, mina: Person) -> None:
    choice = choose(henk, PROVIDER.on_behalf())
    assert mina.get(choice).status == 400
    mina.cookies["__Host-saml"] = "f" * 32
    assert mina.get(choice).status == 400
    assert mina.post(choice, {"cancel": "1"}).status == 400


def test_two_tabs_with_two_sign_ins_do_not_mix(vera: Person, henk: Person) -> None:
    case_id = mandate(vera, henk)
    one, two = PROVIDER.on_behalf(), PROVIDER.request()
    first, second = begin(henk, one), begin(henk, two)
    choice = henk.pass_digid(first, "25").location
    assert posted(henk.pass_digid(second, "25"), henk).in_response_to == two.get("ID")
    assert posted(henk.post(choice, {"person": case_id}), henk).in_response_to == one.get("ID")


def test_an_unsupported_scoping_is_answered_at_once(henk: Person) -> None:
    scoping = "<p:Scoping><p:RequesterID>urn:somebody:else</p:RequesterID></p:Scoping>"
    result = posted(begin(henk, PROVIDER.request(scoping=scoping)), henk)
    assert result.status == ["Requester", "NoSupportedIDP"]


@pytest.mark.parametrize("way", ["idp list", "connection"])
def test_the_user_chooses_when_the_provider_leaves_it_open(vera: Person, henk: Person, wired: Wiring, way: str) -> None:
    case_id = mandate(vera, henk)
    scoping = ""
    if way == "idp list":
        entries = "".join(f'<p:IDPEntry ProviderID="{entity}"/>' for entity in (COMBICONNECT, MACHTIGEN))
        scoping = f"<p:Scoping><p:IDPList>{entries}</p:IDPList></p:Scoping>"
    else:
        known = Connection(EntityId(ENTITY_ID), "Gemeente Ominous", PROVIDER.metadata(), Representation.CHOOSE)
        wired.catalogue.put_connection(known)
    choice = choose(henk, PROVIDER.request(scoping=scoping))
    assert "Myself" in henk.get(choice).body
    assert henk.post(choice, {"person": ""}).status == 422
    assert "LegalSubjectID" not in posted(henk.post(choice, {"person": "self"}), henk).attributes
    choice = choose(henk, PROVIDER.request(scoping=scoping))
    assert posted(henk.post(choice, {"person": case_id}), henk).attributes["LegalSubjectID"] == VERA.digits


def test_in_another_browser_nothing_is_answered_and_nothing_changed(henk: Person, mina: Person) -> None:
    asked = at_digid(begin(henk, PROVIDER.request()))
    message = signed_in(asked, HENK.digits, "25")
    page = mina.answer(asked, message)
    assert (page.status, page.hidden) == (400, {})
    assert "Your browser did not keep our cookie" in page.body
    assert posted(henk.answer(asked, message), henk).status == ["Success"]
    assert mina.answer(asked, message).status == 410


def test_an_answer_of_digid_that_is_refused_is_told_to_the_provider(henk: Person) -> None:
    asked = at_digid(begin(henk, PROVIDER.request(), "r"))
    outcome, genuine = signed_in(asked, HENK.digits, "25"), digid().engine.keys
    digid().engine.keys = new_key_pair("stranger")
    page = henk.answer(asked, outcome)
    result = posted(page, henk)
    assert (result.status, result.attributes) == (["Responder", "AuthnFailed"], {})
    assert page.hidden["RelayState"] == "r"
    digid().engine.keys = genuine
    assert henk.answer(asked, outcome).status == 410


@pytest.mark.parametrize("field", ["SAMLResponse", "SAMLart"])
@pytest.mark.parametrize("value", ["x", "AAQAAA==", base64.b64encode(b"<a/>").decode()])
def test_what_cannot_be_read_is_told_to_the_provider(henk: Person, field: str, value: str) -> None:
    asked = at_digid(begin(henk, PROVIDER.request()))
    page = henk.post("/saml/digid/acs", {field: value, "RelayState": asked.relay_state})
    assert posted(page, henk).status == ["Responder", "AuthnFailed"]


def test_the_answer_to_another_sign_in_signs_nobody_in(henk: Person) -> None:
    one, two = (at_digid(begin(henk, PROVIDER.request())) for _ in range(2))
    swapped = henk.answer(two, signed_in(replace(one, relay_state=two.relay_state), HENK.digits, "25"))
    assert posted(swapped, henk).status == ["Responder", "AuthnFailed"]
    assert posted(henk.answer(one, signed_in(one, HENK.digits, "25")), henk).status == ["Success"]


def test_a_stranger_in_another_browser_ends_nothing(henk: Person, mina: Person) -> None:
    asked = at_digid(begin(henk, PROVIDER.request()))
    outcome, genuine = signed_in(asked, HENK.digits, "25"), digid().engine.keys
    digid().engine.keys = new_key_pair("stranger")
    assert mina.answer(asked, outcome).status == 400
    digid().engine.keys = genuine
    assert posted(henk.answer(asked, outcome), henk).status == ["Success"]


DIGID_STATUSES = {
    "AuthnFailed": ["Responder", "AuthnFailed"],
    "NoAuthnContext": ["Responder", "NoAuthnContext"],
    "RequestDenied": ["Responder", "AuthnFailed"],
    "": ["Responder", "AuthnFailed"],
}


@pytest.mark.parametrize("status", DIGID_STATUSES)
def test_what_fails_at_digid_is_told_to_the_provider(henk: Person, status: str) -> None:
    asked = at_digid(begin(henk, PROVIDER.request()))
    outcome = Outcome(asked, status=("Responder", status) if status else ("Responder",))
    result = posted(henk.answer(asked, outcome), henk)
    assert result.status == DIGID_STATUSES[status]
    assert (result.message == "Authentication cancelled") == (status == "AuthnFailed")


def test_who_took_too_long_at_digid_is_told_to_the_provider(henk: Person, clock: Clock) -> None:
    start = begin(henk, PROVIDER.request())
    asked = at_digid(start)
    clock.forward(minutes=11)
    page = henk.answer(asked, signed_in(asked, HENK.digits, "25"))
    assert posted(page, henk).status == ["Responder", "AuthnFailed"]


def test_a_login_that_took_too_long_still_answers_the_provider(henk: Person, clock: Clock) -> None:
    choice = choose(henk, PROVIDER.on_behalf())
    clock.forward(minutes=11)
    assert "It took too long" in henk.get(choice).body
    assert posted(henk.post(choice, {"cancel": "1"}), henk).status == ["Responder", "AuthnFailed"]


def test_a_mandate_made_at_a_lower_level_does_not_open_a_service_that_was_raised(
    vera: Person, henk: Person, wired: Wiring
) -> None:
    mandate(vera, henk)
    service = wired.catalogue.service(SERVICE_ID)
    raised = type(service)(**{**{name: getattr(service, name) for name in service.__slots__}, "level": 25})
    wired.catalogue.put_service(raised)
    assert "Your mandate has to be confirmed first" in henk.get(choose(henk, PROVIDER.on_behalf())).body


def test_a_mandate_made_at_a_lower_level_is_not_offered_where_a_provider_asks_for_more(
    vera: Person, henk: Person
) -> None:
    case_id, level = mandate(vera, henk), "http://eidas.europa.eu/LoA/substantial"
    context = f"<a:AuthnContextClassRef>{level}</a:AuthnContextClassRef>"
    asked = f'<p:RequestedAuthnContext Comparison="minimum">{context}</p:RequestedAuthnContext>'
    choice = choose(henk, PROVIDER.on_behalf(inside=asked))
    page = henk.get(choice).body
    assert "Your mandate has to be confirmed first" in page
    assert f"/login?level=25&amp;next=/mandates/{case_id}/confirm-level" in page
    result = posted(henk.post(choice, {"person": case_id}), henk)
    assert (result.status, result.attributes) == (["Responder", "RequestDenied"], {})


def test_a_request_is_not_yet_a_mandate(vera: Person, henk: Person) -> None:
    ask_for_mandate(vera)
    assert "You have no mandate" in henk.get(choose(henk, PROVIDER.on_behalf())).body
