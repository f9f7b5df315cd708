"""Telling API Gateway and the firewall what to show when no function of ours answers, and what to let through."""

from typing import Any

from chalicelib.web.failures import BUSY
from chalicelib.web.headers import FIXED
from provisioning.gateway import HEADERS, PAGES, html

_INTEGRATION = "x-amazon-apigateway-integration"

_BASE_URL = "$stageVariables.BaseUrl"
"""API Gateway fills it in. What CloudFormation fills in would stay as it was until a route changes."""


def with_pages(template: dict[str, Any]) -> dict[str, Any]:
    """Return a packaged template whose API and firewall show our pages."""
    resources = template["Resources"]
    resources["RestAPI"]["Properties"]["GatewayResponses"] = {kind: _response(kind) for kind in PAGES}
    for rule in resources["Firewall"]["Properties"].get("Rules", []):
        _add_headers(rule.get("Action", {}))
    busy = {"ContentType": "TEXT_HTML", "Content": {"Fn::Sub": html(BUSY, "${BaseUrl}")}}
    resources["Firewall"]["Properties"]["CustomResponseBodies"] = {"Busy": busy}
    return template


def with_every_method(template: dict[str, Any]) -> dict[str, Any]:
    """Return a packaged template in which a method that an address does not take reaches the application too.

    API Gateway would call it a missing token; the application says 405, and what it takes.
    """
    for methods in template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"].values():
        one = next(iter(methods.values()))
        methods["x-amazon-apigateway-any-method"] = {
            name: value for name, value in one.items() if name in ("parameters", "responses", _INTEGRATION)
        }
    return template


def _add_headers(action: dict[str, Any]) -> None:
    """Let what the firewall answers by itself carry our headers. Its type of content is that of its body."""
    if (answer := action.get("Block", {}).get("CustomResponse")) is None:
        return
    ours = {**FIXED, "Cache-Control": "no-store", "X-Frame-Options": "DENY"}
    answer["ResponseHeaders"] = [
        *answer.get("ResponseHeaders", []),
        *({"Name": n, "Value": v} for n, v in ours.items()),
    ]


def _response(kind: str) -> dict[str, Any]:
    # API Gateway takes this template whatever the browser accepts; the header says what it is.
    response = {
        "ResponseTemplates": {"application/json": html(PAGES[kind], _BASE_URL)},
        "ResponseParameters": {"Headers": dict(HEADERS)},
    }
    return response if kind.startswith("DEFAULT") else {"StatusCode": PAGES[kind].status, **response}
