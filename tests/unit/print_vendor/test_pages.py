"""What somebody with a letter in their hands can read: nothing cut, nothing over something else, no number broken."""

from dataclasses import replace
from itertools import combinations

import pytest
import zxingcpp

from chalicelib.letters.contract.letter import LetterKind
from print_vendor.rendering import render
from tests.builders import a_letter, a_letter_service
from tests.drawings import letters
from tests.printed import Picture, lines_of, pictures_of, sizes_of, words_of

LETTERS = letters()
RIGHT = 190 + 2
"""In millimetres: a blank at the end of a line hangs over the margin."""
COARSE = 100
"""Points in an inch, where paper has 600: as somebody sees it who holds their telephone far away."""
LONG = f"{'Vergunningen, ontheffingen en subsidies ' * 6}"[:253]
KINDS = pytest.mark.parametrize("kind", LetterKind)
SIZES = pytest.mark.parametrize("large_print", [False, True], ids=["normal", "large"])
LINE = pytest.mark.parametrize("provider", ["Gemeente Ominous" + " en Zuid" * more for more in range(4)])


@pytest.mark.parametrize("name", LETTERS)
def test_all_words_stand_inside_the_margins_and_none_over_others(name: str) -> None:
    for page in words_of(render(LETTERS[name])):
        assert [one for one in page if one.left < 19.5 or one.right > RIGHT or one.top < 17 or one.bottom > 289] == []
        assert [pair for pair in combinations(page, 2) if pair[0].touches(pair[1])] == []


@pytest.mark.parametrize("name", LETTERS)
def test_who_finds_their_code_on_a_later_page_reads_so_on_the_first(name: str) -> None:
    letter = LETTERS[name]
    pages = [" ".join(one.text for one in page) for page in words_of(render(letter))]
    on = next((number for number, text in enumerate(pages, 1) if letter.code and letter.code in text), 1)
    says = {"nl": "Uw machtigingscode staat op pagina", "en": "Your mandate code is on page"}[letter.language]
    assert ([f"{says} {on}." in text for text in pages]) == [on > 1, *[False] * (len(pages) - 1)]


@SIZES
@KINDS
def test_with_the_longest_names_too(kind: LetterKind, *, large_print: bool) -> None:
    services = tuple(a_letter_service(name=f"{number} {LONG}", provider=LONG) for number in range(5))
    letter = a_letter(kind, services=services, large_print=large_print)
    named = {name: LONG for name in ("asker", "other", "addressee", "salutation") if getattr(letter, name)}
    pages = words_of(render(replace(letter, **named)))  # type: ignore[arg-type]
    for page in pages:
        assert [one for one in page if one.right > RIGHT or one.bottom > 289] == []
        assert [pair for pair in combinations(page, 2) if pair[0].touches(pair[1])] == []
    assert len(pages) <= (9 if large_print else 2)


@KINDS
def test_large_print_has_18_points_at_least_but_in_the_window_for_the_post(kind: LetterKind) -> None:
    letter = a_letter(kind, large_print=True)
    window = "".join((letter.addressee, *letter.address)).replace(" ", "")
    small = sizes_of(render(letter), below=17.9)
    assert sorted(character for _, _, character in small) == sorted(window)
    assert {page for page, _, _ in small} <= {0}


@pytest.mark.parametrize("kind", [LetterKind.CODE, LetterKind.TELEPHONE, LetterKind.ASKED, LetterKind.SCREEN])
def test_the_code_is_larger_in_large_print(kind: LetterKind) -> None:
    sizes = [
        {
            size
            for _, size, character in sizes_of(render(a_letter(kind, large_print=large)), below=99)
            if character == "J"
        }
        for large in (False, True)
    ]
    assert [max(one) for one in sizes] == [21, 34]


@SIZES
@KINDS
@LINE
def test_number_reference_code_and_address_of_the_site_are_never_broken(
    kind: LetterKind, provider: str, *, large_print: bool
) -> None:
    """Names move them along their line."""
    letter = a_letter(kind, services=(a_letter_service(provider=provider),), large_print=large_print)
    said = {name: provider for name in ("asker", "other") if getattr(letter, name)}
    lines = lines_of(render(replace(letter, **said)))  # type: ignore[arg-type]
    text = "".join(lines).replace(" ", "")
    for whole in ("088 123 00 00", letter.reference, letter.site, letter.code, letter.refusal_code, "17 mei 2031"):
        if whole:
            times = sum(line.count(whole) for line in lines)
            assert times == text.count(whole.replace(" ", "")), whole
            assert times or (whole == "088 123 00 00" and kind is LetterKind.SCREEN)


@SIZES
@KINDS
def test_the_qr_code_says_the_address_of_the_site_and_nothing_else(kind: LetterKind, *, large_print: bool) -> None:
    first, *others = pictures_of(render(a_letter(kind, large_print=large_print)), COARSE)
    assert _codes(first) == ["https://machtigen.example.nl"]
    assert [_codes(page) for page in others] == [[] for _ in others]


def test_the_qr_code_is_the_same_whoever_gets_a_letter_and_there_is_none_without_an_address() -> None:
    assert _codes(pictures_of(render(a_letter(site="")), 150)[0]) == []
    for site in ("abc123.execute-api.eu-west-1.amazonaws.com/api", "localhost:8000"):
        assert _codes(pictures_of(render(a_letter(site=site)), 150)[0]) == [f"https://{site}"]


def _codes(page: Picture) -> list[str]:
    seen = memoryview(page.points).cast("B", shape=(page.height, page.width))
    return [found.text for found in zxingcpp.read_barcodes(seen)]
