"""Letters look as they did when somebody last looked at them: each is drawn in characters, and the drawing is kept."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.letters.contract.letter import Letter
from print_vendor.rendering import render
from tests.builders import a_letter
from tests.drawings import KEPT, differences, drawn, letters, show

LETTERS = letters()


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_looks_as_when_somebody_last_looked_at_it(name: str) -> None:
    pdf = render(LETTERS[name])
    moved = differences((KEPT / f"{name}.txt").read_text(), drawn(pdf))
    if moved:
        show(name, pdf)
    assert not moved, "\n".join(["see build/letters; if that is how it should be: python -m tests.drawings", *moved])


def test_no_drawing_is_left_over() -> None:
    assert {path.stem for path in KEPT.glob("*.txt")} == LETTERS.keys()


CHANGES: dict[str, Callable[[Letter], Letter]] = {
    "no QR code": lambda letter: replace(letter, site=""),
    "no salutation": lambda letter: replace(letter, salutation=""),
    "another code": lambda letter: replace(letter, code="BCDF-GHJK"),
    "a service more": lambda letter: replace(letter, services=letter.services * 2),
    "an address of four lines": lambda letter: replace(letter, address=("a", *letter.address, "b")),
    "large print": lambda letter: replace(letter, large_print=True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_not_there_any_more_or_stands_elsewhere_is_seen_in_a_drawing(change: str) -> None:
    letter = a_letter()
    assert differences(drawn(render(letter)), drawn(render(CHANGES[change](letter))))


def test_the_same_letter_is_drawn_the_same() -> None:
    assert differences(drawn(render(a_letter())), drawn(render(a_letter()))) == []
