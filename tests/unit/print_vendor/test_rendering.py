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
