"""The start page, and files for the browser."""

from pathlib import Path

from chalicelib.errors import NotFound
from chalicelib.web.http import Caller, Routes, sessions
from chalicelib.web.pages import page
from chalicelib.web.unserved import UNKNOWN
from chalicelib.web.visit import SESSION_COOKIE, Cookie, Reply, Visit, redirect

routes = Routes(__name__)

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_BINARY = (".png",)


@routes.get("/", Caller.ANYONE)
def start_page(visit: Visit) -> Reply:
    return page("start.html", visit)


@routes.post("/logout", Caller.SIGNED_IN)
def log_out(visit: Visit) -> Reply:
    sessions().end(visit.cookies[SESSION_COOKIE])
    return redirect("/", Cookie(SESSION_COOKIE, "", max_age=0))


@routes.get("/static/{name}", Caller.ALIKE)
def static_file(_: Visit, name: str) -> Reply:
    known = {path.name: path for path in _STATIC.iterdir() if path.suffix in _TYPES}
    if name not in known:
        raise NotFound("file")
    path = known[name]
    body = path.read_bytes() if path.suffix in _BINARY else path.read_text(encoding="utf-8")
    return Reply(body, 200, _TYPES[path.suffix], cacheable=True)


@routes.get(UNKNOWN, Caller.ANYONE)
def unknown_page(_: Visit, **_name: str) -> Reply:
    raise NotFound("page")
