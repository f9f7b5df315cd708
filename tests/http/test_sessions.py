"""Sessions, cookies, CSRF and headers (security.md section 3)."""

import re
from html import unescape

import pytest

from local.digid.answers import signed_in
from tests.builders import SERVICE_ID
from tests.fakes import Clock
from tests.http.client import BASE, Person
from tests.http.journey import ask_for_mandate
from tests.saml.provider import FakeProvider

PROVIDER = FakeProvider()


def test_signing_in_gives_a_new_session_and_takes_the_login_cookie_away(vera: Person) -> None:
    vera.sign_in()
    first = vera.cookies["__Host-session"]
    assert "__Host-saml" not in vera.cookies
    vera.sign_in()
    assert vera.cookies["__Host-session"] != first


def test_signing_in_again_ends_the_session_before(vera: Person) -> None:
    vera.sign_in()
    before = dict(vera.cookies)
    vera.sign_in()
    assert vera.get("/mandates").status == 200
    vera.cookies = before
    assert vera.get("/mandates").status == 401


def test_signing_in_again_ends_the_session_before_also_where_its_cookie_does_not_come_along(vera: Person) -> None:
    """A browser sends it (SameSite=Lax) when someone leaves for DigiD, and not with the form of another site."""
    vera.sign_in()
    before = dict(vera.cookies)
    asked = vera.ask_digid("/login")
    session = vera.cookies.pop("__Host-session")
    vera.answer(asked, signed_in(asked, vera.bsn.digits, "20"))
    assert vera.cookies["__Host-session"] != session
    vera.cookies = before
    assert vera.get("/mandates").status == 401


def test_no_value_of_the_login_cookie_is_taken_over(henk: Person, mina: Person) -> None:
    planted = "f" * 32
    henk.cookies["__Host-saml"] = planted
    asked = [henk.ask_digid("/login") for _ in range(2)]
    mina.cookies["__Host-saml"] = planted
    assert [mina.cancel(one).status for one in asked] == [400, 400]
    assert len(set(henk.cookies["__Host-saml"].split("."))) == 3


def test_many_sign_ins_under_way_leave_a_cookie_of_bounded_size(henk: Person) -> None:
    asked = [henk.ask_digid("/login") for _ in range(20)]
    assert len(henk.cookies["__Host-saml"]) < 600
    assert henk.cancel(asked[0]).status == 400
    assert henk.cancel(asked[-1]).status == 200


def test_signing_in_here_leaves_another_tabs_sign_in_for_a_provider_alone(henk: Person) -> None:
    start = henk.post("/saml/sso", PROVIDER.post_form(PROVIDER.request()))
    henk.sign_in()
    assert "SAMLResponse" in henk.pass_digid(start).hidden
    assert "__Host-saml" not in henk.cookies


def test_signing_out_ends_the_session_on_the_server(vera: Person) -> None:
    vera.sign_in()
    stolen = dict(vera.cookies)
    vera.submit("/mandates", {})  # any page has the form
    token = vera.token("/mandates")
    assert vera.post("/logout", {"csrf": token}).location == "/"
    vera.cookies = stolen
    assert vera.get("/mandates").status == 401


@pytest.mark.parametrize("minutes", [14, 15])
def test_a_session_ends_after_fifteen_idle_minutes(vera: Person, clock: Clock, minutes: int) -> None:
    vera.sign_in()
    clock.forward(minutes=minutes)
    assert vera.get("/mandates").status == (200 if minutes < 15 else 401)


def test_a_session_ends_after_two_hours_however_busy(vera: Person, clock: Clock) -> None:
    vera.sign_in()
    for _ in range(11):
        clock.forward(minutes=10)
        assert vera.get("/mandates").status == 200
    clock.forward(minutes=10)
    assert vera.get("/mandates").status == 401


def test_a_form_whose_session_ran_out_is_kept_for_its_own_person_only(vera: Person, henk: Person, clock: Clock) -> None:
    vera.sign_in()
    token = vera.token("/activate")
    clock.forward(minutes=20)
    page = vera.post("/activate", {"csrf": token, "bsn": "900100758", "born": "02-11-1979", "code": "bcdf"})
    assert page.status == 401
    assert "What you filled in is kept" in page.body
    assert "/login?next=/activate" in page.body
    henk.sign_in()
    assert "900100758" not in henk.get("/activate").body
    vera.sign_in(path="/activate")
    kept = vera.get("/activate").body
    assert 'value="900100758"' in kept
    assert 'value="bcdf"' in kept
    assert "900100758" not in vera.get("/activate").body


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/activate", {"bsn": "x" * 50_000}),
        ("/activate", {"x" * 20_000: "1"}),
        (f"/requests/{'x' * 1100}/withdraw", {}),
    ],
)
def test_a_form_that_is_too_large_to_keep_is_said_not_to_be_kept(
    vera: Person, clock: Clock, path: str, form: dict[str, str]
) -> None:
    vera.sign_in()
    clock.forward(minutes=20)
    page = vera.post(path, form)
    assert page.status == 401
    assert "We could not keep what you filled in" in page.body


def test_a_request_under_way_survives_signing_in_again(vera: Person, clock: Clock) -> None:
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    clock.forward(minutes=20)
    assert vera.get(review).status == 401
    vera.sign_in(path=review)
    assert vera.submit(review, {}).status == 303


def test_a_draft_is_gone_after_an_hour(vera: Person, clock: Clock) -> None:
    vera.sign_in()
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    clock.forward(minutes=61)
    vera.sign_in()
    page = vera.get(review)
    assert page.status == 410
    assert "Your request is no longer here" in page.body


def test_without_cookies_signing_in_says_so(vera: Person) -> None:
    asked = vera.ask_digid("/login")
    vera.cookies.clear()
    page = vera.cancel(asked)
    assert page.status == 400
    assert "Your browser did not keep our cookie" in page.body


def test_cancelling_at_digid_offers_to_try_again(vera: Person) -> None:
    page = vera.cancel(vera.ask_digid("/login?next=/activate"))
    assert "You are not signed in" in page.body
    assert "/login?next=/activate" in page.body


def _way(page: str) -> str:
    """Return where a page leads to sign in."""
    return unescape(page.partition('--primary-action" href="')[2].partition('"')[0])


@pytest.mark.parametrize(
    "address",
    [
        "/mandates?view=held&state=past",
        "/mandates?view=given&q=a%2Fb+%C3%A9%25",
        "/mandates/end?case=ab&case=cd",
        "/ask",
    ],
)
def test_who_signs_in_again_comes_back_to_the_page_as_it_was(vera: Person, clock: Clock, address: str) -> None:
    vera.sign_in()
    clock.forward(minutes=20)
    page = vera.get(address)
    assert page.status == 401
    assert vera.pass_digid(vera.get(_way(page.body))).location == address
    clock.forward(minutes=20)
    switch = next(link for link in re.findall(r'href="([^"]*)lang=nl"', vera.get(address).body))
    dutch = vera.get(f"{address.partition('?')[0]}{unescape(switch)}lang=nl")
    assert "Inloggen met DigiD" in dutch.body
    assert vera.pass_digid(vera.get(_way(dutch.body))).location == address


def test_who_cancels_at_digid_can_still_come_back_to_the_page_as_it_was(vera: Person) -> None:
    cancelled = vera.cancel(vera.ask_digid(_way(vera.get("/mandates?view=held&state=past").body)))
    assert vera.pass_digid(vera.get(_way(cancelled.body))).location == "/mandates?view=held&state=past"


@pytest.mark.parametrize(
    "next_page",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:x",
        "/a?b=%0d",
        "//evil.example?view=held",
        "?view=held",
        "/a?b=%250d%0a",
        "/a?b=https://evil.example",
        "/a%3Fb%23c",
        f"/a?{'b' * 3000}",
        f"/{'a' * 3000}",
    ],
)
def test_signing_in_leads_to_our_own_pages_only(vera: Person, next_page: str) -> None:
    assert vera.sign_in(path=next_page).location == "/mandates"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": BASE},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_is_refused(vera: Person, headers: dict[str, str]) -> None:
    case_id = ask_for_mandate(vera)
    page = vera.submit(f"/requests/{case_id}/withdraw", {}, **headers)
    assert page.status == 403
    assert "This form is no longer valid" in page.body
    assert "Waiting for activation" in vera.get(f"/requests/{case_id}").body


@pytest.mark.parametrize("token", ["", "x" * 32])
def test_a_form_without_the_sessions_token_is_refused(vera: Person, token: str) -> None:
    case_id = ask_for_mandate(vera)
    assert vera.post(f"/requests/{case_id}/withdraw", {"csrf": token}).status == 403
    assert "Waiting for activation" in vera.get(f"/requests/{case_id}").body


def test_a_browser_that_sends_no_referrer_is_recognised_as_ours(vera: Person) -> None:
    case_id = ask_for_mandate(vera)
    headers = {"sec-fetch-site": "same-origin", "origin": "null"}
    assert vera.submit(f"/requests/{case_id}/withdraw", {}, **headers).status == 303


def test_what_others_may_keep_sets_no_cookie(vera: Person) -> None:
    assert "Set-Cookie" not in vera.get("/static/site.css?lang=en").headers
    assert "Set-Cookie" in vera.get("/?lang=en").headers


@pytest.mark.parametrize("path", ["/", "/mandates", "/health", "/nothing", "/saml/metadata", "/static/site.css"])
def test_every_answer_carries_the_security_headers(vera: Person, path: str) -> None:
    headers = vera.get(path).headers
    policy = str(headers["Content-Security-Policy"])
    assert "default-src 'none'" in policy
    assert headers["X-Correlation-Id"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "max-age" in str(headers["Strict-Transport-Security"])
    assert headers["Cache-Control"] == ("public, max-age=3600" if "static" in path else "no-store")


@pytest.mark.parametrize(
    ("method", "content_type", "status"),
    [("PUT", "text/plain", 405), ("POST", "application/json", 415)],
)
def test_answers_that_chalice_makes_itself_carry_them_too(
    vera: Person, method: str, content_type: str, status: int
) -> None:
    answer = vera.client.http.request(method, "/activate", headers={"content-type": content_type}, body=b"{}")
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_that_cannot_be_read_gets_a_clear_answer(vera: Person) -> None:
    vera.sign_in()
    answer = vera.client.http.post(
        "/activate",
        headers={"content-type": "application/x-www-form-urlencoded", "accept-language": "nl"},
        body=b"&".join(b"a%d=1" % number for number in range(200)),
    )
    assert answer.status_code == 400
    assert b"Wij kunnen dit formulier niet lezen" in answer.body


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"a=" + b"%" * 9_000, 400, "We cannot read this form"),
        (b"a=%4", 400, "We cannot read this form"),
        (b"a=%ff", 400, "We cannot read this form"),
        (b"a=" + b"%41" * 20_000, 413, "This is too much at once"),
        (b"a=" + b"x" * 1_000_000, 413, "This is too much at once"),
    ],
)
def test_a_form_that_is_dear_to_read_is_not_read(vera: Person, body: bytes, status: int, told: str) -> None:
    vera.sign_in()
    typed = {"content-type": "application/x-www-form-urlencoded"}
    page = vera.ask("POST", "/activate", body, typed)
    assert (page.status, told in page.body) == (status, True)
    for address in ("/saml/sso", "/saml/slo", "/saml/digid/acs"):
        answer = vera.ask("POST", address, body.replace(b"a=", b"SAMLRequest="), typed)
        assert (answer.status, "You cannot sign in this way" in answer.body) == (400, True)


def test_health_names_every_dependency(vera: Person) -> None:
    answer = vera.client.http.get("/health")
    assert answer.status_code == 200
    names = ("register", "letters", "audit", "transient", "catalogue", "letter_queue", "kms", "secrets", "brp")
    assert answer.json_body["dependencies"] == dict.fromkeys(names, "ok")
    certificates = {"saml-key", "saml-digid-key", "saml-machtigen-key", "saml-encryption-key"}
    assert set(answer.json_body["days_left"]) == certificates
    assert all(300 < days < 366 for days in answer.json_body["days_left"].values())


@pytest.mark.parametrize(
    ("language", "kept", "cookies", "foreign", "draft", "again"),
    [
        (
            "nl",
            "Wat u heeft ingevuld bewaren wij",
            "Uw browser heeft onze cookie niet bewaard",
            "Dit formulier is niet meer geldig",
            "Uw aanvraag is hier niet meer",
            "U heeft dit al aangevraagd",
        ),
        (
            "en",
            "What you filled in is kept",
            "Your browser did not keep our cookie",
            "This form is no longer valid",
            "Your request is no longer here",
            "You already asked for this",
        ),
    ],
)
def test_what_goes_wrong_is_explained_in_both_languages(
    vera: Person, clock: Clock, language: str, kept: str, cookies: str, foreign: str, draft: str, again: str
) -> None:
    vera.language = language
    ask_for_mandate(vera)
    review = vera.submit(f"/request/{SERVICE_ID}", {"start": "today", "end": "max"}).location
    assert again in vera.submit(review, {}).body
    assert foreign in vera.post("/activate", {"csrf": "x"}).body
    assert draft in vera.get("/request/confirm/0000").body
    clock.forward(minutes=20)
    assert kept in vera.post("/activate", {"bsn": "1"}).body
    asked = vera.ask_digid("/login")
    vera.cookies.clear()
    assert cookies in vera.cancel(asked).body
