"""How letters look, drawn in characters: what somebody looked at is kept as text, and a test finds what moved.

`python -m tests.drawings` draws all of them anew. Look at the pictures in `build/letters` before the drawings are kept.
"""

from dataclasses import replace
from itertools import product, zip_longest
from pathlib import Path

from chalicelib.letters.contract.letter import EndReason, Letter, LetterKind, Reader
from print_vendor.rendering import render
from tests.builders import a_letter, a_letter_service
from tests.printed import Picture, pictures_of

KEPT = Path(__file__).parent / "unit" / "print_vendor" / "drawings"
LOOKED_AT = Path(__file__).parents[1] / "build" / "letters"

_CELL = 6
"""Millimetres of a page that one character stands for, across and down."""
_INKS = " .:-=+*#%@"
_DARKEST = 0.3
"""Of a cell is black, or more, where the last ink is drawn: text covers a tenth."""
_DOTS_PER_MM = 4
_NEXT_PAGE = "\n\f\n"

_FIVE = ("Belastingen en heffingen", "Parkeervergunning", "Mijn Voorbeeld", "Verhuizing doorgeven", "Uitkering")
_COUNTESS = {
    "form_of_address": "De hooggeboren vrouwe",
    "addressee": "Á.M. gravin van der Hoogstraten-Wassenaar tot Øst-Łęczyca",
    "address": (
        "t.a.v. afdeling Zonnebloem",
        "p/a Zorgcentrum De Oude Linde",
        "Lindelaan 12 A-3",
        "1234 AB  ’S-GRAVENHAGE",
    ),
}


def letters() -> dict[str, Letter]:
    """Return a letter of each kind, in both languages, in normal and in large print, and some that are unlike them."""
    shown = {
        f"{kind}-{language}{'-large' if large else ''}": a_letter(kind, language=language, large_print=large)
        for kind, language, large in product(LetterKind, ("nl", "en"), (False, True))
    }
    for name, letter in shown.items():
        if letter.language == "en" and letter.salutation:
            shown[name] = replace(letter, salutation=f"Dear {letter.addressee}")
    several = replace(shown["asked-nl"], services=tuple(a_letter_service(name=name) for name in _FIVE))
    shown["asked-nl-several"] = several
    shown["asked-nl-several-large"] = replace(several, large_print=True)
    shown["held-nl-confirming"] = replace(shown["held-nl"], confirm_level=25)
    shown["code-nl-countess"] = replace(shown["code-nl"], **_COUNTESS)  # type: ignore[arg-type]
    for reader, reason in ((Reader.REPRESENTATIVE, EndReason.PERIOD), (Reader.REPRESENTED, EndReason.REGISTER)):
        shown[f"ended-nl-{reason}"] = replace(shown["ended-nl"], reader=reader, reason=reason)
    return shown


def drawn(pdf: bytes) -> str:
    """Return the pages of a PDF in characters: the darker, the more of it is black."""
    return _NEXT_PAGE.join(_drawing(page) for page in pictures_of(pdf, round(_DOTS_PER_MM * 25.4))) + "\n"


def _drawing(page: Picture) -> str:
    side = _CELL * _DOTS_PER_MM
    lines = (
        "".join(_ink(page, left, top, side) for left in range(0, page.width - side + 1, side)).rstrip()
        for top in range(0, page.height - side + 1, side)
    )
    return "\n".join(lines).rstrip()


def _ink(page: Picture, left: int, top: int, side: int) -> str:
    starts = ((top + row) * page.width + left for row in range(side))
    rows = (page.points[start : start + side] for start in starts)
    black = 1 - sum(map(sum, rows)) / (255 * side * side)
    return _INKS[min(len(_INKS) - 1, round(black / _DARKEST * (len(_INKS) - 1)))]


def differences(kept: str, now: str) -> list[str]:
    """Return where two drawings differ by more than one shade: page, and what stood there and stands there now."""
    before, after = kept.split(_NEXT_PAGE), now.split(_NEXT_PAGE)
    if len(before) != len(after):
        return [f"{len(before)} pages, and now {len(after)}"]
    return [
        f"page {number}, line {at}:\n  was {was}\n  now {is_now}"
        for number, pages in enumerate(zip(before, after, strict=True), 1)
        for at, (was, is_now) in enumerate(zip_longest(*(page.split("\n") for page in pages), fillvalue=""), 1)
        if any(_apart(one, other) > 1 for one, other in zip_longest(was, is_now, fillvalue=" "))
    ]


def _apart(one: str, other: str) -> int:
    return abs(_INKS.index(one) - _INKS.index(other))


def show(name: str, pdf: bytes) -> None:
    """Write pictures of a letter to look at."""
    LOOKED_AT.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(pictures_of(pdf, 100), 1):
        (LOOKED_AT / f"{name}-{number}.png").write_bytes(page.png())


def _draw_anew() -> None:
    KEPT.mkdir(exist_ok=True)
    for old in KEPT.glob("*.txt"):
        old.unlink()
    for name, letter in letters().items():
        pdf = render(letter)
        show(name, pdf)
        (KEPT / f"{name}.txt").write_text(drawn(pdf))


if __name__ == "__main__":
    _draw_anew()
