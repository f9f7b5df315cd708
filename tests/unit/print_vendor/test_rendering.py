from concurrent.futures import ThreadPoolExecutor

import pytest

from print_vendor.rendering import CannotSet, not_shown, render
from tests.builders import a_letter, a_letter_service


@pytest.mark.parametrize(
    "text", ["Sluizen & dijken (2027) – “nieuw”", "Žofie Đorđević-Åkesson ĳ ŵ ẞ €", "Ωμέγα", "e\u0301"]
)
def test_what_the_font_has_can_stand_in_a_letter(text: str) -> None:
    assert not_shown(text) == ""
    assert render(a_letter(services=(a_letter_service(name=text, provider=text),)))


@pytest.mark.parametrize(
    ("text", "missing"), [("Opvang 👪", "👪"), ("日本, 日", "日本"), ("a\x07b", "\x07"), ("\ud800", "\ud800")]
)
def test_what_it_does_not_have_is_named_once(text: str, missing: str) -> None:
    assert not_shown(text) == missing
    with pytest.raises(CannotSet, match=r"^TypstError$") as error:
        render(a_letter(services=(a_letter_service(name=text),)))
    assert error.value.__suppress_context__, "what the typesetter says may quote the letter, and reaches no log"


def test_many_are_set_at_the_same_time() -> None:
    """On a laptop the page that somebody waits for is set while letters are printed, in the same process."""
    letters = [a_letter(reference=f"R-{number}") for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(render, letters))
    assert pages == [render(letter) for letter in letters]
