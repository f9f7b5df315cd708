import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mandates.model.wishes import LETTER_LANGUAGES, UNSTATED, LetterWishes, own_wishes

STATED = st.builds(LetterWishes, st.sampled_from(LETTER_LANGUAGES), st.booleans())


def test_what_comes_unasked_to_who_states_nothing_is_in_dutch_and_in_normal_print() -> None:
    assert LetterWishes("nl", large_print=False) == UNSTATED


@given(st.none() | STATED, st.sampled_from(LETTER_LANGUAGES))
def test_what_somebody_states_of_letters_goes_before_the_language_of_their_page(
    stated: LetterWishes | None, page: str
) -> None:
    assert own_wishes(stated, page) == (stated or LetterWishes(page))


def test_no_letter_is_written_in_another_language() -> None:
    with pytest.raises(ValueError, match="no language of letters"):
        LetterWishes("de")
