"""Both sides of a mandate that is about to begin, as the population register has them at that moment."""

from dataclasses import dataclass, field

from chalicelib.errors import Refused
from chalicelib.people.brp.person import Person, PopulationRegister
from chalicelib.people.bsn import Bsn


@dataclass(frozen=True, slots=True)
class Parties:
    representative: Person = field(repr=False)
    represented: Person = field(repr=False)


def parties(representative: Bsn, represented: Bsn, *, people: PopulationRegister) -> Parties:
    """Return both, alive and known: no mandate begins of or by the dead.

    Raises `Refused("may_not_act")` for what stands in the way on the side of who asks, and otherwise
    `Refused("code_gone")`, the word for any code that is not good any more: that somebody died is not for others to
    hear from us (invariant 7). Raises `Unavailable` when either cannot be told now.
    """
    found = people.find([representative, represented])
    acting, other = found.get(representative), found.get(represented)
    if acting is None or not acting.may_act:
        raise Refused("may_not_act")
    if other is None or not other.may_act:
        raise Refused("code_gone")
    return Parties(acting, other)
