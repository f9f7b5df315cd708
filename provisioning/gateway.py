"""Pages for when no function of ours answers: API Gateway shows them, and the firewall. Made from our own texts."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import FileSystemLoader

from chalicelib.web.failures import BUSY, NO_ANSWER, NOT_FOUND, TOO_LARGE, Words
from chalicelib.web.headers import FIXED
from chalicelib.web.templating import environment

_TEMPLATES = FileSystemLoader(Path(__file__).parent / "templates")

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


def html(words: Words, base_url: str) -> str:
    """Return a page in Dutch and English that needs nothing but itself; its links begin with an address."""
    dutch, english = (environment(language).overlay(loader=_TEMPLATES) for language in ("nl", "en"))
    style = dutch.get_template("gateway.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sections = [
        spoken.get_template("gateway_part.html").render(language=language, level=level, words=words, root=base_url)
        for level, language, spoken in ((1, "nl", dutch), (2, "en", english))
    ]
    return dutch.get_template("gateway.html").render(
        words=words, root=base_url, style=style, digest=digest, sections=sections
    )
