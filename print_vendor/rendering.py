"""A letter as PDF: tagged (PDF/UA-1) and to be kept (PDF/A-2a), everything variable shown as plain text."""

import json
from dataclasses import asdict
from datetime import date
from functools import cache, lru_cache, partial
from io import BytesIO
from pathlib import Path
from threading import Lock

import font_source_sans_pro
import segno
import typst
from babel.dates import format_date

from chalicelib.letters.contract.letter import Letter

_TEMPLATES = Path(__file__).parent / "templates"


_SETTING = Lock()
"""One thread at a time: the typesetter refuses a second. On a laptop pages and letters are set in one process."""


class CannotSet(Exception):
    """A letter that cannot be set. What the typesetter says is left out: it may quote the letter."""


def render(letter: Letter) -> bytes:
    """Return the PDF of a letter. The same letter gives the same bytes. Raises `CannotSet`."""
    shown = json.dumps(asdict(letter), default=partial(_day, letter.language))
    return _set("letter.typ", letter=shown, written_on=letter.written_on.isoformat(), qr=_qr(letter.site))


def _day(language: str, day: date) -> str:
    """Return a day in words, which stay on one line."""
    return format_date(day, "d MMMM y", locale=language).replace(" ", "\u00a0")


@lru_cache(maxsize=8)
def _qr(site: str) -> str:
    """Return the picture, SVG, that brings a telephone to our pages; empty without an address."""
    if not site:
        return ""
    picture = BytesIO()
    segno.make_qr(f"https://{site}", error="m").save(picture, kind="svg", border=0, xmldecl=False)
    return picture.getvalue().decode()


def not_shown(text: str) -> str:
    """Return the characters of a text that a letter cannot show: with one of them it never prints."""
    return "".join(character for character in dict.fromkeys(text) if not _shown(character))


@cache
def _shown(character: str) -> bool:
    if character.isascii() and character.isprintable():
        return True
    try:
        _set("sample.typ", text=character)
    except CannotSet:
        return False
    return True


def _set(template: str, **inputs: str) -> bytes:
    try:
        with _SETTING:
            pdf = _compiler().compile(
                input=str(_TEMPLATES / template), format="pdf", sys_inputs=inputs, pdf_standards=["ua-1", "a-2a"]
            )
    except (typst.TypstError, UnicodeEncodeError) as error:
        raise CannotSet(type(error).__name__) from None
    if not isinstance(pdf, bytes):
        raise TypeError("one letter is one document")
    return pdf


@cache
def _compiler() -> typst.Compiler:
    fonts = Path(font_source_sans_pro.__file__).parent / "files"
    return typst.Compiler(root=str(_TEMPLATES), font_paths=[str(fonts)], ignore_system_fonts=True)
