"""Single sign-on within one provider's domain, and logout (combiconnect.md 5.5, 5.6)."""

import base64
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import xmlsec
from lxml import etree

from chalicelib.catalogue.model import Profile
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from local.digid.encrypting import encrypt
from local.identities import COMBICONNECT, MACHTIGEN
from tests.builders import HENK, MINA, VERA
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.federation import (
    ONE,
    SERVICES,
    TWO,
    begin_at,
    goes_to_digid,
    logout_by,
    logout_response,
    naming,
    statuses,
    told_to,
)
from tests.http.journey import mandate
from tests.saml.provider import NAMES, SAML, certificate_in, found, verify


@pytest.mark.usefixtures("domain")
def test_a_second_provider_of_the_domain_needs_no_sign_in(henk: Person, clock: Clock) -> None:
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    assert told_to(begin_at(henk, TWO, clock), TWO, henk)[0] == HENK.digits


@pytest.mark.usefixtures("domain")
def test_who_forces_a_sign_in_gets_one(henk: Person, clock: Clock) -> None:
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    assert goes_to_digid(begin_at(henk, TWO, clock, ForceAuthn="true"))


@pytest.mark.usefixtures("domain")
def test_another_browser_shares_nothing(henk: Person, mina: Person, clock: Clock) -> None:
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    assert goes_to_digid(begin_at(mina, TWO, clock))
    mina.cookies["__Host-shared"] = "f" * 32
    assert goes_to_digid(begin_at(mina, TWO, clock))


@pytest.mark.usefixtures("domain")
def test_the_cookie_is_new_at_each_sign_in_and_never_taken_over(henk: Person, mina: Person, clock: Clock) -> None:
    planted = "f" * 32
    henk.cookies["__Host-shared"] = planted
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    first = henk.cookies["__Host-shared"]
    henk.pass_digid(begin_at(henk, ONE, clock, ForceAuthn="true"), "20")
    assert len({planted, first, henk.cookies["__Host-shared"]}) == 3
    for value in (planted, first):
        mina.cookies["__Host-shared"] = value
        assert goes_to_digid(begin_at(mina, TWO, clock))
    assert begin_at(henk, TWO, clock).status == 200


@pytest.mark.usefixtures("domain")
def test_what_was_told_before_signing_in_again_is_still_part_of_it(henk: Person, clock: Clock) -> None:
    one = told_to(henk.pass_digid(begin_at(henk, ONE, clock), "20"), ONE, henk)[1]
    henk.pass_digid(begin_at(henk, TWO, clock, ForceAuthn="true"), "20")
    henk.post("/saml/slo", ONE.post_form(logout_by(ONE, naming(one), clock)))
    assert goes_to_digid(begin_at(henk, TWO, clock))


def test_a_sign_in_at_one_domain_leaves_that_of_another_alone(
    henk: Person, domain: Callable[..., None], clock: Clock
) -> None:
    domain(sso_domain="else")
    for provider in (ONE, TWO):
        henk.pass_digid(begin_at(henk, provider, clock), "20")
    for provider in (ONE, TWO):
        assert begin_at(henk, provider, clock).status == 200


@pytest.mark.usefixtures("domain")
def test_after_a_logout_nothing_is_told_of_what_waited(henk: Person, clock: Clock) -> None:
    one = told_to(henk.pass_digid(begin_at(henk, ONE, clock), "20"), ONE, henk)[1]
    sent = henk.pass_digid(begin_at(henk, TWO, clock, ForceAuthn="true", AssertionConsumerServiceIndex="1"), "20")
    artifact = parse_qs(urlsplit(sent.location).query)["SAMLart"][0]
    henk.post("/saml/slo", ONE.post_form(logout_by(ONE, naming(one), clock)))
    answer = henk.client.http.post("/saml/artifact", headers={"content-type": "text/xml"}, body=TWO.resolve(artifact))
    assert statuses(found(etree.fromstring(answer.body), ".//p:Response")) == ["Responder", "AuthnFailed"]
    # Who signs in again is signed in, and the same logout once more ends nothing of that.
    henk.pass_digid(begin_at(henk, TWO, clock), "20")
    henk.post("/saml/slo", ONE.post_form(logout_by(ONE, naming(one), clock)))
    assert begin_at(henk, ONE, clock).status == 200


@pytest.mark.usefixtures("domain")
def test_several_sessions_of_one_request_end_together(henk: Person, clock: Clock) -> None:
    one = told_to(henk.pass_digid(begin_at(henk, ONE, clock), "20"), ONE, henk)[1]
    again = told_to(begin_at(henk, ONE, clock), ONE, henk)[1]
    index = f"<p:SessionIndex>{again}</p:SessionIndex>"
    assert statuses(
        logout_response(henk.post("/saml/slo", ONE.post_form(logout_by(ONE, naming(one) + index, clock))))
    ) == ["Success"]
    assert goes_to_digid(begin_at(henk, ONE, clock))


@pytest.mark.parametrize(
    "apart",
    [{"organisation": "00000009999999990002"}, {"sso_domain": "else"}, {"sso_domain": None}, {"organisation": ""}],
)
def test_nothing_is_shared_beyond_one_organisations_domain(
    henk: Person, domain: Callable[..., None], clock: Clock, apart: dict[str, str]
) -> None:
    domain(**apart)
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    assert goes_to_digid(begin_at(henk, TWO, clock))


def test_from_substantial_on_everyone_signs_in_each_time(
    henk: Person, domain: Callable[..., None], clock: Clock
) -> None:
    domain(level=25)
    henk.pass_digid(begin_at(henk, ONE, clock), "30")
    assert goes_to_digid(begin_at(henk, TWO, clock))


@pytest.mark.usefixtures("domain")
def test_a_level_that_was_not_reached_is_asked_for(henk: Person, wired: Wiring, clock: Clock) -> None:
    service = wired.catalogue.service(SERVICES[ONE.entity_id])
    wired.catalogue.put_service(replace(service, level=10))
    henk.pass_digid(begin_at(henk, ONE, clock), "10")
    assert goes_to_digid(begin_at(henk, TWO, clock))


@pytest.mark.usefixtures("domain")
def test_a_shared_sign_in_ends_after_a_quarter_of_an_hour_without_use(henk: Person, clock: Clock) -> None:
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    clock.forward(minutes=14)
    assert begin_at(henk, TWO, clock).status == 200
    clock.forward(minutes=14)
    assert begin_at(henk, ONE, clock).status == 200
    clock.forward(minutes=15)
    assert goes_to_digid(begin_at(henk, TWO, clock))


@pytest.mark.usefixtures("domain")
def test_a_shared_sign_in_ends_after_three_hours_however_busy(henk: Person, clock: Clock) -> None:
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    for _ in range(17):
        clock.forward(minutes=10)
        assert begin_at(henk, TWO, clock).status == 200
    clock.forward(minutes=10)
    assert goes_to_digid(begin_at(henk, TWO, clock))


@pytest.mark.usefixtures("domain")
def test_a_later_sign_in_at_a_lower_level_does_not_prolong_the_higher_one(
    henk: Person, wired: Wiring, clock: Clock
) -> None:
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    wired.catalogue.put_service(replace(wired.catalogue.service(SERVICES[ONE.entity_id]), level=10))
    for _ in range(17):
        clock.forward(minutes=10)
        begin_at(henk, ONE, clock)
    henk.pass_digid(begin_at(henk, ONE, clock, ForceAuthn="true"), "10")
    clock.forward(minutes=11)
    assert goes_to_digid(begin_at(henk, TWO, clock))


@pytest.mark.usefixtures("domain")
def test_only_what_a_provider_was_told_is_shared(henk: Person, clock: Clock) -> None:
    sent = henk.pass_digid(begin_at(henk, ONE, clock, AssertionConsumerServiceIndex="1"), "20")
    assert goes_to_digid(begin_at(henk, TWO, clock))
    artifact = parse_qs(urlsplit(sent.location).query)["SAMLart"][0]
    henk.client.http.post("/saml/artifact", headers={"content-type": "text/xml"}, body=ONE.resolve(artifact))
    assert begin_at(henk, TWO, clock).status == 200


@pytest.mark.usefixtures("domain")
def test_another_person_at_the_same_browser_begins_anew(
    henk: Person, someone: Callable[[Bsn], Person], clock: Clock
) -> None:
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    mina = someone(MINA)
    mina.cookies.update(henk.cookies)
    mina.pass_digid(begin_at(mina, ONE, clock, ForceAuthn="true"), "20")
    assert told_to(begin_at(mina, TWO, clock), TWO, mina)[0] == MINA.digits


@pytest.mark.usefixtures("domain")
def test_for_whom_is_asked_each_time(vera: Person, henk: Person, clock: Clock) -> None:
    mandate(vera, henk, service_id=SERVICES[TWO.entity_id])
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    scoping = f"<p:Scoping><p:RequesterID>{MACHTIGEN}</p:RequesterID></p:Scoping>"
    choice = begin_at(henk, TWO, clock, scoping=scoping)
    assert "/saml/choice/" in choice.location
    page = henk.get(choice.location).body
    assert "Vera van der Gever" in page
    assert "You are already signed in at Gemeente" in page
    assert VERA.digits not in page


@pytest.mark.usefixtures("domain")
def test_a_passive_request_succeeds_where_nothing_need_be_asked(henk: Person, clock: Clock) -> None:
    henk.pass_digid(begin_at(henk, ONE, clock), "20")
    assert told_to(begin_at(henk, TWO, clock, IsPassive="true"), TWO, henk)[0] == HENK.digits


@pytest.mark.usefixtures("domain")
@pytest.mark.parametrize("by", ["NameID", "SessionIndex", "both"])
def test_logout_ends_all_that_shares_a_sign_in(henk: Person, clock: Clock, by: str) -> None:
    one = told_to(henk.pass_digid(begin_at(henk, ONE, clock), "20"), ONE, henk)[1]
    two = told_to(begin_at(henk, TWO, clock), TWO, henk)[1]
    index = f"<p:SessionIndex>{one}</p:SessionIndex>"
    inside = {"NameID": naming(one), "SessionIndex": index, "both": naming(one) + index}[by]
    request = logout_by(ONE, inside, clock)
    root = logout_response(henk.post("/saml/slo", ONE.post_form(request, "r")))
    assert statuses(root) == ["Success"]
    assert root.get("InResponseTo") == request.get("ID")
    assert root.get("Destination") == "https://ominous.example/slo"
    assert root.findtext("a:Issuer", "", NAMES) == COMBICONNECT
    verify(root, certificate_in(henk.client.http.get("/saml/metadata").body))
    assert goes_to_digid(begin_at(henk, TWO, clock))
    gone = henk.post("/saml/slo", TWO.post_form(logout_by(TWO, naming(two), clock)))
    assert statuses(logout_response(gone)) == ["Requester", "UnknownPrincipal"]


@pytest.mark.usefixtures("domain")
def test_logout_ends_an_answer_that_was_not_fetched(henk: Person, clock: Clock) -> None:
    one = told_to(henk.pass_digid(begin_at(henk, ONE, clock), "20"), ONE, henk)[1]
    waiting = begin_at(henk, TWO, clock, AssertionConsumerServiceIndex="1")
    artifact = parse_qs(urlsplit(waiting.location).query)["SAMLart"][0]
    henk.post("/saml/slo", ONE.post_form(logout_by(ONE, naming(one), clock)))
    answer = henk.client.http.post("/saml/artifact", headers={"content-type": "text/xml"}, body=TWO.resolve(artifact))
    response = etree.fromstring(answer.body).find(".//p:Response", NAMES)
    assert response is not None
    assert statuses(response) == ["Responder", "AuthnFailed"]


@pytest.mark.usefixtures("domain")
def test_logout_by_redirect_is_answered_by_redirect(henk: Person, wired: Wiring, clock: Clock) -> None:
    both = ONE.metadata().replace(
        b"<md:AssertionConsumerService",
        f'<md:SingleLogoutService Binding="{SAML}:bindings:HTTP-Redirect" Location="https://taxes.example/slo?x=1" '
        'ResponseLocation="https://taxes.example/done?x=1"/><md:AssertionConsumerService'.encode(),
        1,
    )
    wired.catalogue.put_connection(replace(wired.catalogue.connection(ONE.entity_id), metadata=both))
    one = told_to(henk.pass_digid(begin_at(henk, ONE, clock), "20"), ONE, henk)[1]
    request = logout_by(ONE, naming(one), clock)
    answer = henk.get(f"/saml/slo?{ONE.query(request, 'relay & 100%')}")
    assert answer.location.startswith("https://taxes.example/done?x=1&SAMLResponse=")
    root = logout_response(answer)
    assert (statuses(root), root.get("InResponseTo")) == (["Success"], request.get("ID"))
    assert root.find("d:Signature", NAMES) is None
    query = urlsplit(answer.location).query
    assert parse_qs(query)["RelayState"] == ["relay & 100%"]
    _check_query(query.partition("x=1&")[2], certificate_in(henk.client.http.get("/saml/metadata").body))


def _check_query(query: str, certificate: str) -> None:
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    signed, _, signature = query.partition("&Signature=")
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(base64.b64decode(parse_qs(f"s={signature}")["s"][0]), signed.encode(), PKCS1v15(), SHA256())


WRONG = {
    "nobody": {"inside": ""},
    "Version": {"Version": "1.1"},
    "Destination": {"Destination": "https://machtigen.example/saml/sso"},
    "over": {"NotOnOrAfter": "2020-01-01T00:00:00Z"},
}


@pytest.mark.usefixtures("domain")
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_logout_ends_nothing(henk: Person, clock: Clock, wrong: str) -> None:
    one = told_to(henk.pass_digid(begin_at(henk, ONE, clock), "20"), ONE, henk)[1]
    changes = dict(WRONG[wrong])
    request = logout_by(ONE, changes.pop("inside", naming(one)), clock, **changes)
    assert henk.post("/saml/slo", ONE.post_form(request)).status == 400
    assert begin_at(henk, TWO, clock).status == 200


@pytest.mark.usefixtures("domain")
def test_nobody_ends_the_session_of_another_provider(henk: Person, clock: Clock) -> None:
    one = told_to(henk.pass_digid(begin_at(henk, ONE, clock), "20"), ONE, henk)[1]
    foreign = henk.post("/saml/slo", TWO.post_form(logout_by(TWO, naming(one), clock)))
    assert statuses(logout_response(foreign)) == ["Requester", "UnknownPrincipal"]
    assert begin_at(henk, TWO, clock).status == 200


@pytest.mark.usefixtures("domain")
def test_the_national_profile_logs_out_by_post_and_gets_a_page_for_who_is_unknown(
    henk: Person, wired: Wiring, clock: Clock
) -> None:
    national = replace(wired.catalogue.connection(ONE.entity_id), profile=Profile.COMBICONNECT)
    wired.catalogue.put_connection(national)
    request = logout_by(ONE, naming("nobody"), clock)
    assert henk.post("/saml/slo", ONE.post_form(request)).status == 404
    assert henk.get(f"/saml/slo?{ONE.query(logout_by(ONE, naming('nobody'), clock))}").status == 400


@pytest.mark.usefixtures("domain")
def test_who_is_logged_out_may_be_named_under_encryption(henk: Person, clock: Clock) -> None:
    one = told_to(henk.pass_digid(begin_at(henk, ONE, clock), "20"), ONE, henk)[1]
    metadata = etree.fromstring(henk.client.http.get("/saml/metadata").body)
    reader = found(metadata, ".//{*}KeyDescriptor[@use='encryption']")
    request = logout_by(ONE, f"<a:EncryptedID>{naming(one)}</a:EncryptedID>", clock)
    encrypt(found(request, "a:EncryptedID")[0], certificate_in(etree.tostring(reader)), xmlsec.Transform.AES256)
    root = logout_response(henk.post("/saml/slo", ONE.post_form(request)))
    assert statuses(root) == ["Success"]
