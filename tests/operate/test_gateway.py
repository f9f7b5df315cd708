"""What API Gateway and the firewall are told to show when no function answers."""

from typing import Any

from chalicelib.web.failures import BUSY
from chalicelib.web.headers import FIXED
from operate.deploy.gateway import with_pages
from provisioning.gateway import HEADERS, html


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
