"""Pages from templates, in Dutch and English. Imported by name only where pages are made: workers do without."""

import gettext
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.mandates.period import NETHERLANDS
from chalicelib.web.texts import ERRORS
from chalicelib.web.visit import Cookie, Reply, Visit

_HERE = Path(__file__).parent


def page(
    template: str,
    visit: Visit | None,
    *,
    status: int = 200,
    cookies: tuple[Cookie, ...] = (),
    form_target: str = "",
    **values: Any,  # noqa: ANN401 - what the template needs
) -> Reply:
    """Render a page in the visitor's language."""
    language = visit.language if visit else "nl"
    shown = {"visit": visit, "session": visit.session if visit else None, "language": language, **values}
    body = _environment(language).get_template(template).render(shown)
    return Reply(body=body, status=status, cookies=cookies, form_target=form_target)


@cache
def _translations(language: str) -> gettext.NullTranslations:
    """English is the language of the message ids; every other language must have been compiled at set-up."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("messages", _HERE / "translations", [language])


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(_translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals["error_texts"] = ERRORS
    environment.filters["day"] = lambda day: _day(day, language)
    environment.filters["moment"] = lambda moment: _moment(moment, language)
    return environment


def _day(day: date, language: str) -> str:
    return format_date(day, "d MMMM y", locale=language)


def _moment(moment: datetime, language: str) -> str:
    pattern = "d MMMM y 'om' HH:mm" if language == "nl" else "d MMMM y 'at' HH:mm"
    return format_datetime(moment.astimezone(NETHERLANDS), pattern, locale=language)
