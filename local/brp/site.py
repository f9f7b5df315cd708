"""POST /personen, with the register's checks in the register's order (brp.md section 1); and who dies meanwhile."""

import json
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from werkzeug.wrappers import Request, Response

from local.brp import problems
from local.brp.deaths import PATHS, deaths_site, with_deaths
from local.brp.fields import LEAST, beyond
from local.brp.records import MUNICIPALITY, handed_out, live
from local.brp.validating import TYPE, wrong_in
from local.persons import TestPerson, records
from local.serving import as_json

PATH = "/haalcentraal/api/brp/personen"
_SENT = ("", "application/json", "application/json;charset=utf-8")
_TAKEN = (*_SENT, "*/*", "*/*;charset=utf-8")
_SLOW = 6.0
"""Seconds: longer than our client waits."""

Knows = Callable[[Request], bool]
"""Whether the register knows who asks."""


def brp_site(
    knows: Knows, *, decision: frozenset[str] = LEAST, people: Sequence[TestPerson] | None = None
) -> Callable[..., Any]:
    """Make the register. Who asks is authorised by a `decision`: elements, or `EVERYTHING`."""
    known = records() if people is None else people
    told: list[str] = []
    deaths = deaths_site(told, known)

    @Request.application
    def register(request: Request) -> Response:
        refused = _refused(request, knows)
        if refused is not None:
            return refused
        question = _json(request.get_data())
        if not isinstance(question, dict):
            return problems.no_json(request.path)
        if wrong := wrong_in(question):
            return problems.wrong_parameters(request.path, wrong)
        return _answer(question, request.path, decision, with_deaths(known, told, date.today))

    def site(environ: dict[str, Any], start_response: Any) -> Any:  # noqa: ANN401 - WSGI
        path = environ.get("PATH_INFO", "")
        of_deaths = path in PATHS or path.startswith("/static/")
        return (deaths if of_deaths else register)(environ, start_response)

    return site


def key_holder(key: str) -> Knows:
    """Know who has the key of the gateway before the register."""
    return lambda request: request.headers.get("x-api-key") == key


def _refused(request: Request, knows: Knows) -> Response | None:
    path, headers = request.path, request.headers
    if not knows(request):
        return problems.problem(401, path)
    if request.method != "POST":
        return problems.problem(405, path)
    if _plain(headers.get("accept", "")) not in _TAKEN:
        return problems.problem(406, path)
    if _plain(headers.get("content-type", "")) not in _SENT:
        return problems.problem(415, path)
    return None if path == PATH else problems.problem(404, path)


def _answer(question: dict[str, Any], path: str, decision: frozenset[str], known: Sequence[TestPerson]) -> Response:
    fields = question["fields"]
    municipality = question.get("gemeenteVanInschrijving")
    if municipality is not None and "80910" not in decision and "*" not in decision:
        return problems.parameter_not_authorised(path, "gemeenteVanInschrijving")
    if refused := beyond(decision, fields):
        return problems.fields_not_authorised(path, refused)
    asked = dict.fromkeys(question["burgerservicenummer"])
    found = [person for person in live(known) if person.bsn in asked]
    if municipality is not None:
        found = [person for person in found if municipality == MUNICIPALITY and not person.country]
    if fault := _fault(found, path):
        return fault
    if len({person.bsn for person in found}) < len(found):
        return problems.not_unique(path)
    # The order of an answer is nobody's promise: this one is that of the register's own rows.
    return as_json({"type": TYPE, "personen": [handed_out(person, fields) for person in found]})


def _fault(found: Sequence[TestPerson], path: str) -> Response | None:
    faults = {person.fault for person in found if person.fault}
    if "slow" in faults:
        time.sleep(_SLOW)
    status = next((int(fault) for fault in sorted(faults) if fault.isdigit()), None)
    return None if status is None else problems.problem(status, path)


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _plain(value: str) -> str:
    return "".join(value.lower().split())
