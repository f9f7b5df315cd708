import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mandates.model.codes import ALPHABET, Peppers, generate, grouped, typed_code
from chalicelib.mandates.model.refusals import LENGTH, RefusalCode, new_refusal, refusal_ids, typed_refusal

refusals = st.randoms(use_true_random=False).map(lambda random: new_refusal(random.randrange))
places = st.integers(0, LENGTH - 1)


@given(refusals)
def test_a_refusal_code_is_read_back_as_it_was_printed_or_pasted(code: RefusalCode) -> None:
    printed = grouped(code)
    assert [len(part) for part in printed.split("-")] == [4, 4]
    for typed in (code, printed, printed.lower(), f"  {printed.replace('-', ' ')} "):
        assert typed_refusal(typed) == code


@given(refusals, places, st.sampled_from(ALPHABET), places)
def test_one_wrong_character_and_two_swapped_are_typing_errors(
    code: RefusalCode, place: int, character: str, other: int
) -> None:
    swapped = list(code)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    for wrong in (code[:place] + character + code[place + 1 :], "".join(swapped)):
        if wrong != code:
            with pytest.raises(ValueError, match="check character"):
                typed_refusal(wrong)


def test_a_mandate_code_is_no_refusal_code_and_the_other_way_round() -> None:
    with pytest.raises(ValueError, match="not a code"):
        typed_refusal(generate(secrets.randbelow))
    with pytest.raises(ValueError, match="not a code"):
        typed_code(new_refusal(secrets.randbelow))


def test_refusal_codes_differ_and_spell_nothing_offensive() -> None:
    made = [new_refusal(secrets.randbelow) for _ in range(3000)]
    # 28**7 of them: that two of 3,000 are the same happens once in 3,000 runs.
    assert len(set(made)) >= 2999
    assert not any(word in code for code in made for word in ("KKR", "NSB", "88", "SS"))


def test_a_refusal_code_is_kept_under_the_current_pepper_and_found_under_older_ones_but_not_retired_ones() -> None:
    code = new_refusal(secrets.randbelow)
    kept = refusal_ids(code, Peppers("p1", {"p1": b"1" * 32}))[0]
    rotated = refusal_ids(code, Peppers("p2", {"p1": b"1" * 32, "p2": b"2" * 32}))
    assert rotated[1] == kept
    assert rotated[0] == refusal_ids(code, Peppers("p2", {"p2": b"2" * 32}))[0] != kept
    assert kept not in refusal_ids(code, Peppers("p2", {"p2": b"2" * 32, "p1": b"3" * 32}))
    assert kept not in refusal_ids(new_refusal(secrets.randbelow), Peppers("p1", {"p1": b"1" * 32}))


def test_what_a_refusal_code_is_kept_under_does_not_show_it() -> None:
    code = new_refusal(secrets.randbelow)
    assert code not in refusal_ids(code, Peppers("p", {"p": b"1" * 32}))[0]
