"""What shows through the window of an envelope: 30 mm of it, whatever somebody is called."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from chalicelib.letters.contract.letter import LetterKind
from chalicelib.people.brp.record import LETTERS
from print_vendor.rendering import render
from tests.builders import a_letter

POINTS_PER_MM = 72 / 25.4
PAGE, TOP, BOTTOM = 297 * POINTS_PER_MM, 52 * POINTS_PER_MM, 84 * POINTS_PER_MM

NAMES = [
    ("", "V. van der Gever"),
    ("De hooggeboren heer", "B. graaf van Verzonnen"),
    ("De hooggeboren vrouwe", f"A.M. gravin {'van der Hoogstraten-Wassenaar ' * 6}".strip()),
    ("De hoogwelgeboren vrouwe", f"A.M. barones {'van den Langenberg-Schoonhoven tot Oudewater ' * 9}".strip()),
]


@pytest.mark.parametrize(("form", "addressee"), NAMES, ids=["plain", "title", "long", "very long"])
def test_title_name_and_address_fit_in_the_window(form: str, addressee: str) -> None:
    heights: dict[str, float] = {}

    def visit(text: str, page: Any, at: Any, *_: Any) -> None:  # noqa: ANN401 - pypdf's own
        if text.strip():
            heights.setdefault(text.strip(), PAGE - float(at[5] * page[3] + page[5]))

    letter = a_letter(form_of_address=form, addressee=addressee)
    PdfReader(BytesIO(render(letter))).pages[0].extract_text(visitor_text=visit)
    lines = [at for text, at in heights.items() if text in (form, addressee[:10], *letter.address) or "1234" in text]
    assert lines
    assert all(TOP <= at <= BOTTOM for at in lines), heights


def test_a_letter_can_show_whatever_a_record_may_hold() -> None:
    """Otherwise somebody's letter would be asked for and never print."""
    writes = "".join(chr(code) for code in range(0x3000) if LETTERS.fullmatch(chr(code)))
    assert len(writes) > 1000
    assert render(a_letter(addressee=writes, form_of_address=writes, salutation=writes))
    assert render(a_letter(LetterKind.ASKED, asker=writes))
    assert render(a_letter(LetterKind.HELD, other=writes))
