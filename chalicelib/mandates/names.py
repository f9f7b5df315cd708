"""Names of the other person in a mandate, fetched when a page shows them: the register does not keep names."""

from collections.abc import Iterable, Mapping

from chalicelib.errors import Unavailable
from chalicelib.mandates.model import Mandate
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.bsn import Bsn
from chalicelib.people.vault import Vault


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
