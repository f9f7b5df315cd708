"""Pages for when no function of ours answers: API Gateway shows them, and the firewall. Made from our own texts."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from chalicelib.web.failures import BUSY, NO_ANSWER, NOT_FOUND, TOO_LARGE, Words
from chalicelib.web.headers import FIXED
from chalicelib.web.templating import environment

PAGES: Mapping[str, Words] = {
    "MISSING_AUTHENTICATION_TOKEN": NOT_FOUND,
    "DEFAULT_4XX": NOT_FOUND,
    "REQUEST_TOO_LARGE": TOO_LARGE,
    "THROTTLED": BUSY,
    "DEFAULT_5XX": NO_ANSWER,
}
"""By what API Gateway calls a failure. No route, or no such method of it, is a missing token to it."""

HEADERS: Mapping[str, str] = {
    **{name: f"'{value}'" for name, value in FIXED.items()},
    "Cache-Control": "'no-store'",
    "Content-Type": "'text/html; charset=utf-8'",
    "X-Correlation-Id": "context.requestId",
    "X-Frame-Options": "'DENY'",
}
"""As API Gateway writes them: texts between quotes, or what it knows itself. The content policy is in the page."""

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


def html(words: Words, base_url: str) -> str:
    """Return a page in Dutch and English that needs nothing but itself; its links begin with an address."""
    style = environment("nl").get_template("gateway.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sections = [
        environment(language)
        .get_template("gateway_part.html")
        .render(language=language, level=level, words=words, root=base_url)
        for level, language in ((1, "nl"), (2, "en"))
    ]
    whole = environment("nl").get_template("gateway.html")
    return whole.render(words=words, root=base_url, style=style, digest=digest, sections=sections)


def _response(kind: str) -> dict[str, Any]:
    # API Gateway takes this template whatever the browser accepts; the header says what it is.
    response = {
        "ResponseTemplates": {"application/json": html(PAGES[kind], _BASE_URL)},
        "ResponseParameters": {"Headers": dict(HEADERS)},
    }
    return response if kind.startswith("DEFAULT") else {"StatusCode": PAGES[kind].status, **response}
