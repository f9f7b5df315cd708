"""The start page, the state of the service, and files for the browser."""

import json
from pathlib import Path

from chalicelib.errors import NotFound, Unavailable
from chalicelib.people.brp import HaalCentraal
from chalicelib.web.http import Caller, Routes, sessions
from chalicelib.web.pages import page
from chalicelib.web.visit import SESSION_COOKIE, Cookie, Reply, Visit, redirect
from chalicelib.wiring import Wiring, current

routes = Routes(__name__)

_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@routes.get("/", Caller.ANYONE)
def start_page(visit: Visit) -> Reply:
    return page("start.html", visit)


@routes.post("/logout", Caller.SIGNED_IN)
def log_out(visit: Visit) -> Reply:
    sessions().end(visit.cookies[SESSION_COOKIE])
    return redirect("/", Cookie(SESSION_COOKIE, "", max_age=0))


@routes.get("/health", Caller.ANYONE)
def health(_: Visit) -> Reply:
    """Say how each dependency is: 200 when all answer, 503 otherwise."""
    found = {name: _answers(name, current()) for name in ("register", "letter_queue", "secrets", "brp")}
    status = "ok" if all(found.values()) else "degraded"
    body = {"status": status, "dependencies": {name: "ok" if alive else "down" for name, alive in found.items()}}
    return Reply(json.dumps(body), 200 if status == "ok" else 503, "application/json")


@routes.get("/static/{name}", Caller.ANYONE)
def static_file(_: Visit, name: str) -> Reply:
    known = {path.name: path for path in _STATIC.iterdir() if path.suffix in _TYPES}
    if name not in known:
        raise NotFound("file")
    return Reply(known[name].read_text(encoding="utf-8"), 200, _TYPES[known[name].suffix], cacheable=True)


@routes.get("/{page_name}", Caller.ANYONE)
def unknown_page(_: Visit, **_name: str) -> Reply:
    raise NotFound("page")


def _answers(name: str, wiring: Wiring) -> bool:
    try:
        match name:
            case "register":
                wiring.register.get("HEALTH", "HEALTH")
            case "letter_queue":
                wiring.client("sqs").get_queue_attributes(
                    QueueUrl=wiring.settings.letter_queue, AttributeNames=["QueueArn"]
                )
            case "secrets":
                wiring.read_secret("person-key")
            case _:
                return not isinstance(wiring.people, HaalCentraal) or wiring.people.alive()
    except Unavailable:
        return False
    except Exception:  # noqa: BLE001 - whatever is wrong, it does not answer
        return False
    return True
