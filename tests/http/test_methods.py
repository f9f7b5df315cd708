"""Methods and media types: what browsers, monitors and other clients may expect of any address."""

import pytest

from tests.builders import SERVICE_ID
from tests.http.client import Person

_FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "path", ["/", "/health", "/saml/metadata", "/saml/digid/metadata", "/static/site.css", "/nothing"]
)
def test_head_answers_as_get_does_without_a_body(vera: Person, path: str) -> None:
    got, head = vera.get(path), vera.ask("HEAD", path)
    assert head.body == ""
    assert head.status == got.status
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert head.headers["Content-Security-Policy"] == got.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/saml/sso", "/saml/slo", "/saml/digid/acs"])
def test_head_delivers_no_message(vera: Person, path: str) -> None:
    assert vera.ask("HEAD", path).status == 405


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/activate", "GET, HEAD, POST"),
        ("DELETE", "/", "GET, HEAD"),
        ("PUT", f"/request/{SERVICE_ID}", "GET, HEAD, POST"),
        ("GET", "/logout", "POST"),
        ("PATCH", "/saml/sso", "GET, POST"),
    ],
)
def test_a_method_that_an_address_does_not_take_gets_a_page_and_hears_what_it_takes(
    vera: Person, method: str, path: str, allowed: str
) -> None:
    answer = vera.ask(method, path)
    assert (answer.status, answer.headers["Allow"]) == (405, allowed)
    assert "This is not possible here" in answer.body
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_address_that_leads_nowhere_stays_unknown_whatever_the_method(vera: Person) -> None:
    answer = vera.ask("PUT", "/nothing")
    assert answer.status == 404
    assert "Allow" not in answer.headers
    assert "We cannot find this page" in answer.body


@pytest.mark.parametrize("sent", ["application/json", "text/plain", "", "multipart/form-data; boundary=x"])
def test_a_media_type_that_is_none_of_ours_gets_a_page(vera: Person, sent: str) -> None:
    vera.sign_in()
    answer = vera.ask("POST", "/activate", b"{}", {"content-type": sent})
    assert answer.status == 415
    assert "Nothing was changed" in answer.body
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "sent", [_FORM, f"{_FORM}; charset=UTF-8", _FORM.upper(), "Application/X-WWW-Form-URLEncoded;CHARSET=utf-8"]
)
def test_a_media_type_is_read_without_its_case(vera: Person, sent: str) -> None:
    vera.sign_in()
    token = vera.token("/activate")
    answer = vera.ask("POST", "/activate", f"csrf={token}&bsn=1".encode(), {"content-type": sent})
    assert answer.status == 422


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("PUT", "/mandates")])
def test_a_page_that_sends_people_to_the_start_page_leads_there(vera: Person, method: str, path: str) -> None:
    vera.sign_in()
    answer = vera.ask(method, path)
    assert "go to the start page" in answer.body.lower()
    assert 'href="/">To the start page</a>' in answer.body
