"""Pages of the simulators: the look of the application, and a banner that says what they are."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from local.serving import Site

_STATIC = Path(__file__).parent.parent / "chalicelib" / "web" / "static"
_LANGUAGES = ("nl", "en")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language(request: Request) -> str:
    """Return `nl` or `en`, from `?lang=`, a cookie, or what the browser prefers."""
    wished = request.values.get("lang") or request.cookies.get("local-language", "")
    return wished if wished in _LANGUAGES else request.accept_languages.best_match(_LANGUAGES, default=_LANGUAGES[0])


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
    """Render a template; in it `t("nederlands", "english")` gives the text in the visitor's language."""
    chosen = language(request)
    name = template.removesuffix(".html")
    shown = {"page": name, "language": chosen, "t": lambda nl, en: en if chosen == "en" else nl, **values}
    body = _environment.get_template(template).render(shown)
    response = Response(body, status, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})
    if "lang" in request.values:
        response.set_cookie("local-language", chosen)
    return response


def serve_static(site: Site) -> None:
    """Add the style sheets and scripts of the application to a site."""

    @site.route("/static/<name>")
    def static(_: Request, name: str) -> Response:
        known = {path.name: path for path in _STATIC.iterdir()}
        if name not in known or known[name].suffix not in _TYPES:
            raise NotFound
        return Response(known[name].read_bytes(), content_type=f"{_TYPES[known[name].suffix]}; charset=utf-8")
