"""Names of the other person in a mandate, fetched when a page shows them: the register does not keep names."""

from collections.abc import Iterable, Mapping

from chalicelib.errors import Unavailable
from chalicelib.mandates.model import Mandate
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import current


def names_of_others(person: str, mandates: Iterable[Mandate]) -> Mapping[str, str]:
    """Return the name of the other side by case, as far as it can be told: revoking must work without.

    Left out is who the register does not know, who has no name, and who cannot be read now.
    """
    wiring = current()
    numbers: dict[str, Bsn] = {}
    for mandate in mandates:
        other = mandate.representative_bsn if mandate.represented == person else mandate.represented_bsn
        numbers[mandate.case_id] = Bsn(wiring.vault.open(other, f"case:{mandate.case_id}"))
    try:
        people = wiring.people.find(numbers.values()).people
    except Unavailable:
        return {}
    return {case_id: people[bsn].name for case_id, bsn in numbers.items() if bsn in people and people[bsn].name}
