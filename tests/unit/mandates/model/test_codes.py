import secrets
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mandates.model.codes import ALPHABET, LENGTH, Code, Peppers, generate, grouped, typed_code
from chalicelib.people.pseudonym import ClaimId

codes = st.randoms(use_true_random=False).map(lambda random: generate(random.randrange))
places = st.integers(0, LENGTH - 1)


@given(codes)
def test_a_code_is_read_back_as_it_was_printed_or_pasted(code: Code) -> None:
    for typed in (code, grouped(code), grouped(code).lower(), f"  {grouped(code).replace('-', ' ')} ", "-".join(code)):
        assert typed_code(typed) == code


@given(codes, places, st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_a_typing_error(code: Code, place: int, character: str) -> None:
    wrong = code[:place] + character + code[place + 1 :]
    if wrong != code:
        with pytest.raises(ValueError, match="check character"):
            typed_code(wrong)


@given(codes, places, places)
def test_two_characters_swapped_is_always_a_typing_error(code: Code, one: int, other: int) -> None:
    letters = list(code)
    letters[one], letters[other] = letters[other], letters[one]
    if (wrong := "".join(letters)) != code:
        with pytest.raises(ValueError, match="check character"):
            typed_code(wrong)


@pytest.mark.parametrize("text", ["", "BCDF", "AAAA-AAAA-AAAA", "0000-0000-0000", "BCDF-GHJK-LMNPQ", "ΒCDF-GHJK-LMNP"])
def test_what_has_not_the_form_of_a_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a code"):
        typed_code(text)


def test_a_code_holds_at_least_50_bits() -> None:
    # Of the 28**11 bodies one in 29 is dropped for its check character, and a few for what they spell.
    assert 28**11 * 27 // 29 > 2**50
    assert len(ALPHABET) == len(set(ALPHABET)) == 28


def test_codes_spell_nothing_offensive() -> None:
    made = {generate(secrets.randbelow) for _ in range(3000)}
    assert len(made) == 3000
    assert not any(word in code for code in made for word in ("KKR", "NSB", "88", "SS"))


def test_a_code_is_recognised_under_the_current_and_the_previous_pepper_and_no_other() -> None:
    code, claim = generate(secrets.randbelow), ClaimId("somebody")
    old = Peppers("p1", {"p1": b"1" * 32})
    rotated = Peppers("p2", {"p1": b"1" * 32, "p2": b"2" * 32})
    stored = old.fingerprint(code, claim)
    assert rotated.recognise(code, claim)(stored)
    assert rotated.fingerprint(code, claim).pepper_id == "p2"
    assert not Peppers("p1", {"p1": b"3" * 32}).recognise(code, claim)(stored)
    assert not rotated.recognise(generate(secrets.randbelow), claim)(stored)
    assert not Peppers("p2", {"p2": b"2" * 32}).recognise(code, claim)(stored), "a retired pepper is no match"
    assert not Peppers("p1", {"p1": b"1" * 32}).recognise(code, claim)(replace(stored, pepper_id="gone"))
    assert not rotated.recognise(code, ClaimId("somebody else"))(stored)


def test_a_fingerprint_does_not_show_the_code() -> None:
    code = generate(secrets.randbelow)
    stored = Peppers("p", {"p": b"1" * 32}).fingerprint(code, ClaimId("x"))
    assert code not in repr(stored)
    assert code.encode() not in stored.digest
