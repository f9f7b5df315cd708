"""What the frame itself serves: files for the browser, and the page of addresses that lead nowhere."""

from pathlib import Path

from chalicelib.errors import NotFound
from chalicelib.web.http import Caller, Routes
from chalicelib.web.unserved import UNKNOWN
from chalicelib.web.visit import Reply, Visit

routes = Routes[None](__name__)

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_BINARY = (".png",)


@routes.get("/static/{name}", Caller.ALIKE)
def static_file(_ports: None, _: Visit, name: str) -> Reply:
    known = {path.name: path for path in _STATIC.iterdir() if path.suffix in _TYPES}
    if name not in known:
        raise NotFound("file")
    path = known[name]
    body = path.read_bytes() if path.suffix in _BINARY else path.read_text(encoding="utf-8")
    return Reply(body, 200, _TYPES[path.suffix], cacheable=True)


@routes.get(UNKNOWN, Caller.ANYONE)
def unknown_page(_ports: None, _: Visit, **_name: str) -> Reply:
    raise NotFound("page")
