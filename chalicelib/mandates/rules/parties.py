"""Both sides of a mandate, as the population register has them at that moment: it alone keeps names (ADR 5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.catalogue.model import Service
from chalicelib.errors import Refused, Unavailable
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.requests import Request
from chalicelib.mandates.register.hiding import number_in
from chalicelib.mandates.rules.eligibility import check_age, old_enough
from chalicelib.people.brp.person import Person, PopulationRegister
from chalicelib.people.bsn import Bsn
from chalicelib.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Parties:
    representative: Person = field(repr=False)
    represented: Person = field(repr=False)


_MINE = {Party.REPRESENTATIVE: "may_not_act", Party.REPRESENTED: "may_not_give"}
"""What somebody hears of what stands in the way on their own side,"""

_THEIRS = {Party.REPRESENTATIVE: "code_gone", Party.REPRESENTED: "not_with_them"}
"""and of anything that does on the other: that somebody died is not for others to hear from us (invariant 7). Of any
code that is not good any more it is `code_gone`."""


def parties(
    representative: Bsn,
    represented: Bsn,
    *services: Service,
    people: PopulationRegister,
    now: datetime,
    by: Party = Party.REPRESENTATIVE,
) -> Parties:
    """Return both sides of mandates that are about to begin, alive, known and old enough; `by` makes them begin.

    Raises `Refused` with `may_not_act` or `may_not_give`, or what `check_age` says, for what stands in the way on the
    side of who asks, and `code_gone` or `not_with_them` for anything on the other. Raises `Unavailable` when either
    cannot be told now.
    """
    if not all(service.may_be_mandated(now) for service in services):
        raise Refused(_THEIRS[by])
    found = people.find([representative, represented])
    sides = {Party.REPRESENTATIVE: found.get(representative), Party.REPRESENTED: found.get(represented)}
    (other,) = set(sides) - {by}
    mine, theirs = sides[by], sides[other]
    if mine is None or not mine.may_act:
        raise Refused(_MINE[by])
    for service in services:
        check_age(by, mine.born, service, now)
    if theirs is None or not theirs.may_act or not all(old_enough(other, theirs.born, one, now) for one in services):
        raise Refused(_THEIRS[by])
    return Parties(**{by.value: mine, other.value: theirs})


def _numbers_of_others(person: str, cases: Iterable[Mandate | Request], vault: Vault) -> Mapping[str, Bsn]:
    """Return the number of the other side by case; of requests, of those that somebody else made of this person."""
    numbers: dict[str, Bsn] = {}
    for case in cases:
        if isinstance(case, Request):
            other = case.requester_bsn
        else:
            other = case.representative_bsn if case.represented == person else case.represented_bsn
        if other is not None:
            numbers[case.case_id] = number_in(case.case_id, other, vault)
    return numbers


def names_of_others(
    person: str, cases: Iterable[Mandate | Request], *, vault: Vault, people: PopulationRegister
) -> Mapping[str, str]:
    """Return the name of the other side by case, as far as `known_names` has it."""
    numbers = _numbers_of_others(person, cases, vault)
    names = known_names(numbers.values(), people)
    return {case_id: names[bsn] for case_id, bsn in numbers.items() if bsn in names}


def known_names(numbers: Iterable[Bsn], people: PopulationRegister) -> Mapping[Bsn, str]:
    """Return names as far as they can be told now, for what must work without: refusing, revoking.

    Left out is who the register does not know, who has no name, and who cannot be read now.
    """
    asked = set(numbers)
    try:
        known = people.find(asked).people if asked else {}
    except Unavailable:
        return {}
    return {bsn: person.name for bsn, person in known.items() if person.name}
