import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.people.bsn import Bsn


def _with_check_digit(first: int) -> str:
    """Add the ninth digit that makes the 11-test come out; ten is no digit, so the caller leaves those out."""
    digits = f"{first:08}"
    return digits + str(sum((9 - place) * int(digit) for place, digit in enumerate(digits)) % 11)


valid = st.integers(1_000_000, 99_999_999).map(_with_check_digit).filter(lambda digits: len(digits) == 9)


@given(valid)
def test_every_number_that_passes_the_11_test_is_read_however_it_is_typed(digits: str) -> None:
    for typed in (digits, f" {digits[:3]} {digits[3:6]}-{digits[6:]} ", f"{digits[:4]}.{digits[4:6]}.{digits[6:]}"):
        assert Bsn.parse(typed).digits == digits


@given(valid, st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_refused(digits: str, place: int, step: int) -> None:
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    with pytest.raises(ValueError, match="not a BSN"):
        Bsn.parse(wrong)


def test_eight_digits_get_their_leading_zero() -> None:
    assert Bsn.parse("12345672").digits == "012345672"


@pytest.mark.parametrize("text", ["", "1", "90010008", "9001000840", "٩٠٠١٠٠٠٨٤", "90010008x", "000000000"])
def test_what_is_not_a_number_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a BSN$"):
        Bsn.parse(text)


def test_a_number_does_not_show_in_a_repr() -> None:
    assert "900100084" not in repr(Bsn("900100084"))
