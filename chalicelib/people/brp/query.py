"""What we ask of the register, within what may be asked (brp.md sections 1 and 3)."""

import json
from collections.abc import Iterator, Sequence

from chalicelib.people.brp.address import STRICT

TYPE = "RaadpleegMetBurgerservicenummer"

FIELDS = (
    "burgerservicenummer",
    "naam.volledigeNaam",
    "geboorte.datum",
    "overlijden.datum",
    "adresseringBinnenland.aanhef",
    "adresseringBinnenland.aanschrijfwijze",
    "adresseringBinnenland.adresregel1",
    "adresseringBinnenland.adresregel2",
    *(("verblijfplaats",) if STRICT else ()),
)
"""The least that decides about letters and mandates. Suspension, investigations and secrecy come unasked: to ask for
them is refused, and so would be the whole question."""

MOST_NUMBERS = 20

NOBODY = "999999999"
"""A number that nobody has and the register takes: it does not pass the 11-test."""


def query(numbers: Sequence[str]) -> str:
    return json.dumps({"type": TYPE, "burgerservicenummer": list(numbers), "fields": list(FIELDS)})


def parts(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield as many numbers at a time as one question may hold."""
    for start in range(0, len(numbers), MOST_NUMBERS):
        yield numbers[start : start + MOST_NUMBERS]
