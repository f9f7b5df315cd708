"""Templates in Dutch and English: everything variable is escaped, and a value that is missing is an error.

Each room has the templates of its own pages; those here are what every page shares, and the failures.
"""

import gettext
from datetime import date, datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.days import NETHERLANDS

_HERE = Path(__file__).parent
_FOLDERS = sorted(_HERE.parent.rglob("templates"))
"""Of every room. No two templates have one name (tests/shape/test_looks.py)."""


@cache
def _translations(language: str) -> gettext.NullTranslations:
    """English is the language of the message ids; every other language must have been compiled at set-up."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("messages", _HERE / "translations", [language])


@cache
def environment(language: str) -> Environment:
    """Return the templates in a language: `nl` or `en`."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(_translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters["day"] = lambda day: _day(day, language)
    environment.filters["moment"] = lambda moment: _moment(moment, language)
    return environment


def _day(day: date, language: str) -> str:
    return format_date(day, "d MMMM y", locale=language)


def _moment(moment: datetime, language: str) -> str:
    pattern = "d MMMM y 'om' HH:mm" if language == "nl" else "d MMMM y 'at' HH:mm"
    return format_datetime(moment.astimezone(NETHERLANDS), pattern, locale=language)
