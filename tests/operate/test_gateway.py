"""Pages for when no function answers: what API Gateway and the firewall are told to show."""

import re
from typing import Any

import pytest

from chalicelib.web.failures import BUSY
from chalicelib.web.headers import FIXED
from operate.deploy.gateway import HEADERS, PAGES, html, with_pages

BASE = "https://machtigen.example.nl"


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_speaks_both_languages_and_needs_nothing_but_itself(kind: str) -> None:
    page = html(PAGES[kind], BASE)
    assert page.count('<section lang="nl">') == page.count('<section lang="en">') == 1
    assert PAGES[kind].title in page
    assert PAGES[kind].text in page
    assert page.count("088\N{NO-BREAK SPACE}123\N{NO-BREAK SPACE}00\N{NO-BREAK SPACE}00") == 2
    assert set(re.findall(r'(?:href|src|action)="([^"]+)"', page)) == {
        f"{BASE}/",
        f"{BASE}/?lang=nl",
        f"{BASE}/?lang=en",
    }
    assert "$" not in page, "nothing that CloudFormation or API Gateway would fill in"


def test_the_firewalls_page_is_as_small_as_a_firewall_wants_it() -> None:
    assert len(html(BUSY, BASE).encode()) < 4096 - 250, "with room for a long address"


def test_a_template_gets_a_page_for_every_failure_with_our_headers() -> None:
    action = {"Block": {"CustomResponse": {"ResponseHeaders": [{"Name": "Retry-After", "Value": "300"}]}}}
    firewall = {"Properties": {"Rules": [{"Action": action}, {"OverrideAction": {"None": {}}}]}}
    template: dict[str, Any] = {"Resources": {"RestAPI": {"Properties": {}}, "Firewall": firewall}}
    resources = with_pages(template)["Resources"]
    responses = resources["RestAPI"]["Properties"]["GatewayResponses"]
    assert {kind: one.get("StatusCode") for kind, one in responses.items()} == {
        "MISSING_AUTHENTICATION_TOKEN": 404,
        "REQUEST_TOO_LARGE": 413,
        "THROTTLED": 429,
        "DEFAULT_4XX": None,
        "DEFAULT_5XX": None,
    }
    for one in responses.values():
        headers = one["ResponseParameters"]["Headers"]
        assert headers == HEADERS
        assert {name: value.strip("'") for name, value in headers.items() if name in FIXED} == FIXED
    busy = {one["Name"]: one["Value"] for one in action["Block"]["CustomResponse"]["ResponseHeaders"]}
    assert busy == {"Retry-After": "300", "Cache-Control": "no-store", "X-Frame-Options": "DENY", **FIXED}
    assert resources["Firewall"]["Properties"]["CustomResponseBodies"]["Busy"]["Content"] == {
        "Fn::Sub": html(BUSY, "${BaseUrl}")
    }
