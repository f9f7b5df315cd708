"""Reading forms: what was typed, what it means, and what is wrong with it, field by field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from chalicelib.web.pages import N_

T = TypeVar("T")

ERRORS: dict[str, str] = {
    "bsn_missing": N_("Fill in the citizen service number (BSN)."),
    "bsn_wrong": N_("This is not a citizen service number (BSN). It has 8 or 9 digits. Check them one by one."),
    "own_bsn": N_("This is your own number. Fill in the number of the person you want to act for."),
    "born_missing": N_("Fill in the date of birth."),
    "born_wrong": N_("Write the date of birth as day-month-year, for example 31-12-1950. Is the day or month unknown? "
                     "Write 00."),
    "code_missing": N_("Fill in the mandate code. It is in the letter."),
    "code_wrong": N_("There is a typing error in the code. It has 12 characters, without vowels, 0 and 1. Copy it again "
                     "from the letter."),
    "start_missing": N_("Choose when the mandate starts."),
    "start_wrong": N_("Write the start date as day-month-year, for example 31-12-2030."),
    "start_in_past": N_("The start date is in the past. Choose today or a later day."),
    "start_too_far": N_("The start date is too far away. Choose a day within one year."),
    "end_missing": N_("Choose until when the mandate lasts."),
    "end_wrong": N_("Write the end date as day-month-year, for example 31-12-2030."),
    "end_before_start": N_("The end date is before the start date. Choose a later end date."),
    "period_too_long": N_("This is longer than this service allows. Choose an earlier end date."),
    "person_missing": N_("Choose for whom you want to sign in."),
}
"""Texts by key, as message ids of the translations."""

_TYPED_DATE = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2})[\s./-]+(\d{4})", re.ASCII)


@dataclass(slots=True)
class Form:
    """The values of a form as typed, and the errors found so far by field."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Parse a field; a `ValueError` becomes the error `<name>_wrong`, an empty field `<name>_missing`."""
        text = self.value(name)
        if not text:
            self.errors[name] = f"{name}_missing"
            return None
        try:
            return parse(text)
        except ValueError:
            self.errors[name] = f"{name}_wrong"
            return None

    def value(self, name: str) -> str:
        return self.values.get(name, "").strip()


def typed_date(text: str) -> date:
    """Read `dd-mm-yyyy`, or `yyyy-mm-dd` as date pickers write it. Raises `ValueError`."""
    match = _TYPED_DATE.fullmatch(text)
    return date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(text)
