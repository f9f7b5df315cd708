"""POST /personen, as far as our questions go, with the answers to wrong questions that the real one gives."""

import re
import time
from typing import Any

from werkzeug.wrappers import Request, Response

from local.persons import TestPerson, haal_centraal, persons
from local.serving import Site, as_json

_BSN = re.compile(r"[0-9]{9}", re.ASCII)
_MOST_NUMBERS, _MOST_FIELDS = 20, 130
_SLOW = 6.0
"""Seconds: longer than our client waits."""


def brp_site(api_key: str) -> Site:
    """Make the register; questions need the key in `x-api-key`."""
    site = Site()

    @site.route("/haalcentraal/api/brp/personen", "POST")
    def people(request: Request) -> Response:
        if request.headers.get("x-api-key") != api_key:
            return _problem(401, "authentication", "Niet correct geauthenticeerd.")
        question = request.get_json(silent=True)
        if not isinstance(question, dict):
            return _problem(400, "paramsValidation", "De foutieve parameter(s) zijn: body.")
        if wrong := _wrong(question):
            return _problem(400, "paramsValidation", f"De foutieve parameter(s) zijn: {', '.join(wrong)}.")
        found = [persons()[bsn] for bsn in question["burgerservicenummer"] if bsn in persons()]
        if fault := _fault(found):
            return fault
        answer = [_chosen(haal_centraal(person), question["fields"]) for person in found]
        return as_json({"type": question["type"], "personen": answer})

    return site


def _wrong(question: dict[str, Any]) -> list[str]:
    """Return the parameters of a question that the real register refuses."""
    numbers, fields = question.get("burgerservicenummer"), question.get("fields")
    checks = {
        "type": question.get("type") == "RaadpleegMetBurgerservicenummer",
        "burgerservicenummer": isinstance(numbers, list)
        and 1 <= len(numbers) <= _MOST_NUMBERS
        and all(isinstance(number, str) and _BSN.fullmatch(number) for number in numbers),
        "fields": isinstance(fields, list) and 1 <= len(fields) <= _MOST_FIELDS,
    }
    return [name for name, right in checks.items() if not right]


def _fault(found: list[TestPerson]) -> Response | None:
    faults = {person.fault for person in found}
    if "slow" in faults:
        time.sleep(_SLOW)
    return (
        _problem(503, "serverUnavailable", "De service is op dit moment niet beschikbaar.")
        if "error" in faults
        else None
    )


def _chosen(record: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """Keep what was asked for: whole groups, or single fields by dotted path."""
    chosen: dict[str, Any] = {}
    for path in fields:
        source: Any = record
        target = chosen
        *groups, last = path.split(".")
        for group in groups:
            source = source.get(group, {})
            target = target.setdefault(group, {})
        if last in source:
            target[last] = source[last]
    return {name: value for name, value in chosen.items() if value != {}}


def _problem(status: int, code: str, detail: str) -> Response:
    response = as_json({"status": status, "code": code, "detail": detail, "title": detail}, status)
    response.content_type = "application/problem+json"
    return response
