"""What shows through the window of an envelope: 30 mm of it, whatever somebody is called, and nothing else."""

from collections.abc import Iterable

import pytest

from chalicelib.letters.contract.letter import LetterKind
from chalicelib.people.brp.record import LETTERS
from print_vendor.rendering import render
from tests.builders import a_letter
from tests.printed import Words, words_of

LEFT, RIGHT, TOP, BOTTOM = 20, 110, 52, 84
"""Of the window of a C5 or EA5/6 envelope, in millimetres of the page: what stands in it is what the post reads."""

NAMES = [
    ("", "V. van der Gever"),
    ("De hooggeboren heer", "B. graaf van Verzonnen"),
    ("De hooggeboren vrouwe", f"Á.M. gravin {'van der Hoogstraten-Wassenaar ' * 6}".strip()),
    ("De hoogwelgeboren vrouwe", f"Ø.Ł. barones {'van den Langenberg-Schoonhoven tot Oudewater ' * 9}".strip()),
]
ADDRESSES = [
    ("Lindelaan 12", "1234 AB  Voorbeeld"),
    ("t.a.v. afdeling Zonnebloem", "p/a Zorgcentrum De Oude Linde", "Lindelaan 12 A-3", "1234 AB  ’S-GRAVENHAGE"),
]
POSTED = [kind for kind in LetterKind if kind is not LetterKind.SCREEN]


@pytest.mark.parametrize("large_print", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("address", ADDRESSES, ids=["two lines", "four lines"])
@pytest.mark.parametrize(("form", "addressee"), NAMES, ids=["plain", "title", "long", "very long"])
def test_title_name_and_address_fit_in_the_window(
    form: str, addressee: str, address: tuple[str, ...], *, large_print: bool
) -> None:
    letter = a_letter(form_of_address=form, addressee=addressee, address=address, large_print=large_print)
    shown = _in_the_window(words_of(render(letter))[0])
    assert _joined(one.text for one in shown) == _joined((form, addressee, *address))
    assert all(one.top >= TOP and one.bottom <= BOTTOM and one.right <= RIGHT for one in shown), shown


@pytest.mark.parametrize("large_print", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("kind", POSTED)
def test_nothing_of_any_letter_shows_besides(kind: LetterKind, *, large_print: bool) -> None:
    letter = a_letter(kind, large_print=large_print)
    shown = _in_the_window(words_of(render(letter))[0])
    assert _joined(one.text for one in shown) == _joined((letter.addressee, *letter.address))
    # Where the post looks for it, in every letter alike.
    assert (round(shown[0].left), round(shown[0].top)) == (20, 53)


def _in_the_window(page: list[Words]) -> list[Words]:
    return [one for one in page if one.left < RIGHT and one.bottom > TOP - 4 and one.top < BOTTOM]


def _joined(texts: Iterable[str]) -> str:
    """Return texts without blanks and hyphens, which are not read where a line ends with them."""
    return "".join(one for one in "".join(texts) if one.isprintable() and one not in " -")


def test_a_letter_can_show_whatever_a_record_may_hold() -> None:
    """Otherwise somebody's letter would be asked for and never print."""
    writes = "".join(chr(code) for code in range(0x3000) if LETTERS.fullmatch(chr(code)))
    assert len(writes) > 1000
    assert render(a_letter(addressee=writes, form_of_address=writes, salutation=writes))
    assert render(a_letter(LetterKind.ASKED, asker=writes))
    assert render(a_letter(LetterKind.HELD, other=writes))
