"""The register's refusals: `application/problem+json` (brp.md section 2)."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from werkzeug.wrappers import Response

_SECTIONS = {
    400: "rfc7231#section-6.5.1",
    401: "rfc7235#section-3.1",
    403: "rfc7231#section-6.5.3",
    404: "rfc7231#section-6.5.4",
    405: "rfc7231#section-6.5.5",
    406: "rfc7231#section-6.5.6",
    415: "rfc7231#section-6.5.13",
    500: "rfc7231#section-6.6.1",
    502: "rfc7231#section-6.6.4",
    503: "rfc7231#section-6.6.4",
}
_TITLES = {
    400: "Een of meerdere parameters zijn niet correct.",
    401: "Niet correct geauthenticeerd.",
    403: "U bent niet geautoriseerd voor het gebruik van deze API.",
    404: "Opgevraagde resource bestaat niet.",
    405: "Gebruikte bevragingsmethode is niet toegestaan.",
    406: "Gevraagde content type wordt niet ondersteund.",
    415: "Media Type wordt niet ondersteund.",
    429: "Too many request",
    500: "Internal Server error.",
    502: "Bronservice is tijdelijk niet beschikbaar.",
    503: "Bronservice BRP is tijdelijk niet beschikbaar.",
}
_CODES = {
    400: "paramsValidation",
    401: "authentication",
    403: "unauthorized",
    405: "methodNotAllowed",
    406: "notAcceptable",
    415: "unsupportedMediaType",
    429: "tooManyRequests",
    503: "notAvailable",
}
_ONLY_JSON = "Ondersteunde content type: application/json; charset=utf-8."
_DETAILS = {406: _ONLY_JSON, 415: _ONLY_JSON}


@dataclass(frozen=True, slots=True)
class InvalidParam:
    name: str
    code: str
    reason: str


def problem(status: int, path: str, **members: object) -> Response:
    """Return a refusal; `members` replace those of the status, and `None` takes one away."""
    told = {
        "type": f"https://datatracker.ietf.org/doc/html/{_SECTIONS[status]}" if status in _SECTIONS else None,
        "title": _TITLES[status],
        "status": status,
        "detail": _DETAILS.get(status),
        "instance": path,
        "code": _CODES.get(status),
        **members,
    }
    body = {name: value for name, value in told.items() if value is not None}
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/problem+json")


def no_json(path: str) -> Response:
    title, detail = "De bevraging bevat een fout.", "Request body is geen geldige JSON."
    return problem(400, path, title=title, detail=detail, code=None)


def wrong_parameters(path: str, wrong: Iterable[InvalidParam]) -> Response:
    rows = [asdict(one) for one in wrong]
    names = ", ".join(row["name"] for row in rows)
    return problem(400, path, detail=f"De foutieve parameter(s) zijn: {names}.", invalidParams=rows)


def not_unique(path: str) -> Response:
    reason = "De opgegeven persoonidentificatie is niet uniek."
    return wrong_parameters(path, [InvalidParam("burgerservicenummer", "unique", reason)])


def parameter_not_authorised(path: str, name: str) -> Response:
    title = "U bent niet geautoriseerd voor de gebruikte parameter(s)."
    detail = f"U bent niet geautoriseerd voor het gebruik van parameter(s): {name}."
    return problem(403, path, title=title, detail=detail, code="unauthorizedParameter")


def fields_not_authorised(path: str, fields: Iterable[str]) -> Response:
    title = "U bent niet geautoriseerd voor één of meerdere opgegeven field waarden."
    asked = ", ".join(sorted(fields))
    detail = f"U bent niet geautoriseerd om de volgende gegevens op te vragen met fields: {asked}"
    return problem(403, path, title=title, detail=detail, code="unauthorizedField")
