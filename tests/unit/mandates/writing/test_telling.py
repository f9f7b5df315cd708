"""Letters that tell both sides what happened to their mandates, by the wishes of who gets them."""

from datetime import date
from itertools import product

import pytest

from chalicelib.letters.contract.letter import EndReason, Letter, LetterKind, Reader
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.wishes import LetterWishes
from chalicelib.mandates.rules.parties import Parties
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.writing.telling import (
    Tidings,
    activated_notice,
    approved_notice,
    asked_notice,
    end_reason,
    ended_notice,
    reminder,
)
from chalicelib.people.actor import Cause
from tests.builders import NOW, a_mandate, a_period, a_person, a_service

VERA = a_person(form_of_address="De hooggeboren vrouwe")
HENK = a_person(
    name="Henk Helper",
    addressee="H. Helper",
    salutation="Geachte heer Helper",
    address=("Elders 9", "9999 ZZ  Ver"),
)
BOTH = Parties(representative=HENK, represented=VERA)
TIDINGS = Tidings(
    "ab" * 16 + "0001", (WantedService(a_service(), a_period(days=5)),), date(2031, 5, 17), "machtigen.example.nl"
)
DAY, LAST = date(2031, 5, 16), date(2031, 6, 28)
ENGLISH_LARGE = LetterWishes("en", large_print=True)


def _all(wishes: LetterWishes) -> dict[LetterKind, Letter]:
    letters = (
        asked_notice(TIDINGS, BOTH, LAST, wishes),
        activated_notice(TIDINGS, BOTH, DAY, wishes),
        approved_notice(TIDINGS, BOTH, DAY, wishes, confirm_level=25),
        ended_notice(TIDINGS, BOTH, Party.REPRESENTATIVE, EndReason.PERIOD, DAY, wishes),
        reminder(TIDINGS, VERA, DAY, LAST, wishes),
    )
    return {letter.kind: letter for letter in letters}


@pytest.mark.parametrize("kind", _all(ENGLISH_LARGE))
def test_each_is_written_as_its_reader_wishes(kind: LetterKind) -> None:
    plain, wished = _all(LetterWishes())[kind], _all(ENGLISH_LARGE)[kind]
    assert (plain.language, plain.large_print, plain.services[0].name) == ("nl", False, "Sluizen")
    assert (wished.language, wished.large_print, wished.services[0].name) == ("en", True, "Locks")
    assert (plain.salutation[:7], wished.salutation[:4]) == ("Geachte", "Dear")
    assert (plain.reference, plain.written_on, plain.site) == (
        "ABABABABABAB",
        date(2031, 5, 17),
        "machtigen.example.nl",
    )


@pytest.mark.parametrize("kind", _all(ENGLISH_LARGE))
def test_none_has_a_code_or_says_where_the_other_side_lives(kind: LetterKind) -> None:
    letter = _all(LetterWishes())[kind]
    other = "Elders" if letter.addressee == "V. van der Gever" else "Lindelaan"
    assert other not in letter.to_json()
    assert (letter.code, letter.refusal_code) == ("", "")


def test_the_represented_hears_who_asks_and_until_when_they_can_decide() -> None:
    letter = _all(LetterWishes())[LetterKind.ASKED_NOTICE]
    assert (letter.form_of_address, letter.addressee) == ("De hooggeboren vrouwe", "V. van der Gever")
    assert (letter.asker, letter.use_before) == ("Henk Helper", LAST)


def test_the_represented_hears_who_used_their_code_and_when() -> None:
    letter = _all(LetterWishes())[LetterKind.ACTIVATED]
    assert (letter.addressee, letter.other, letter.happened_on) == ("V. van der Gever", "Henk Helper", DAY)


def test_the_representative_hears_who_approved_and_what_to_confirm_first() -> None:
    letter = _all(LetterWishes())[LetterKind.APPROVED]
    assert (letter.addressee, letter.other, letter.happened_on) == ("H. Helper", "Vera van der Gever", DAY)
    assert letter.confirm_level == 25


def test_a_reminder_points_to_the_day_of_the_letter_that_has_the_code() -> None:
    letter = _all(LetterWishes())[LetterKind.REMINDER]
    assert (letter.addressee, letter.happened_on, letter.use_before) == ("V. van der Gever", DAY, LAST)


@pytest.mark.parametrize(
    ("to", "reader", "addressee", "other"),
    [
        (Party.REPRESENTED, Reader.REPRESENTED, "V. van der Gever", "Henk Helper"),
        (Party.REPRESENTATIVE, Reader.REPRESENTATIVE, "H. Helper", "Vera van der Gever"),
    ],
)
def test_either_side_hears_that_a_mandate_ended_and_with_whom_it_was(
    to: Party, reader: Reader, addressee: str, other: str
) -> None:
    letter = ended_notice(TIDINGS, BOTH, to, EndReason.SERVICE, DAY, LetterWishes())
    assert (letter.reader, letter.addressee, letter.other) == (reader, addressee, other)
    assert (letter.reason, letter.happened_on) == (EndReason.SERVICE, DAY)


def test_who_revoked_is_told_so_and_the_other_that_it_was_not_they() -> None:
    for by, to in product(Party, Party):
        told = end_reason(a_mandate(ended_at=NOW, ended_by=by), to)
        assert told is (EndReason.REVOKED_BY_READER if by is to else EndReason.REVOKED_BY_OTHER)


@pytest.mark.parametrize("to", Party)
@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (Cause.DEATH, EndReason.REGISTER),
        (Cause.REGISTER, EndReason.REGISTER),
        (Cause.OPERATOR, EndReason.OPERATOR),
        (Cause.GUESSES, EndReason.OPERATOR),
    ],
)
def test_what_neither_ended_is_told_without_saying_who_died(to: Party, cause: Cause, told: EndReason) -> None:
    assert end_reason(a_mandate(ended_at=NOW, cause=cause), to) is told


def test_only_who_wants_no_mandates_is_told_that_this_is_why() -> None:
    left = a_mandate(ended_at=NOW, cause=Cause.OPT_OUT)
    assert end_reason(left, Party.REPRESENTED) is EndReason.OPT_OUT
    assert end_reason(left, Party.REPRESENTATIVE) is EndReason.OPERATOR


@pytest.mark.parametrize("to", Party)
def test_a_mandate_that_nobody_ended_has_reached_its_last_day(to: Party) -> None:
    assert end_reason(a_mandate(), to) is EndReason.PERIOD
