"""Both sides of a mandate, as the population register has them at that moment: it alone keeps names (ADR 5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.catalogue.model import Service
from chalicelib.errors import Refused, Unavailable
from chalicelib.mandates.ages import check_age, old_enough
from chalicelib.mandates.model import Mandate, Party
from chalicelib.people.brp.person import Person, PopulationRegister
from chalicelib.people.bsn import Bsn
from chalicelib.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Parties:
    representative: Person = field(repr=False)
    represented: Person = field(repr=False)


def parties(
    representative: Bsn, represented: Bsn, *, service: Service, people: PopulationRegister, now: datetime
) -> Parties:
    """Return both sides of a mandate that is about to begin, alive, known and old enough.

    Raises `Refused` with `may_not_act`, `too_young_to_hold` or `age_uncertain` for what stands in the way on the side
    of who asks, and otherwise `Refused("code_gone")`, the word for any code that is not good any more: that somebody
    died is not for others to hear from us (invariant 7). Raises `Unavailable` when either cannot be told now.
    """
    if not service.may_be_mandated(now):
        raise Refused("code_gone")
    found = people.find([representative, represented])
    acting, other = found.get(representative), found.get(represented)
    if acting is None or not acting.may_act:
        raise Refused("may_not_act")
    check_age(Party.REPRESENTATIVE, acting.born, service, now)
    if other is None or not other.may_act or not old_enough(Party.REPRESENTED, other.born, service, now):
        raise Refused("code_gone")
    return Parties(acting, other)


def names_of_others(
    person: str, mandates: Iterable[Mandate], *, vault: Vault, people: PopulationRegister
) -> Mapping[str, str]:
    """Return the name of the other side by case, as far as it can be told: revoking must work without.

    Left out is who the register does not know, who has no name, and who cannot be read now.
    """
    numbers: dict[str, Bsn] = {}
    for mandate in mandates:
        other = mandate.representative_bsn if mandate.represented == person else mandate.represented_bsn
        numbers[mandate.case_id] = Bsn(vault.open(other, f"case:{mandate.case_id}"))
    try:
        known = people.find(numbers.values()).people
    except Unavailable:
        return {}
    return {case_id: known[bsn].name for case_id, bsn in numbers.items() if bsn in known and known[bsn].name}
