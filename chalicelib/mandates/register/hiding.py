"""How people and codes are hidden in what is kept."""

from dataclasses import dataclass, field

from chalicelib.mandates.model.codes import Peppers
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import Pseudonyms
from chalicelib.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Secrets:
    """The means by which people and codes are hidden."""

    pseudonyms: Pseudonyms = field(repr=False)
    peppers: Peppers = field(repr=False)
    vault: Vault = field(repr=False)


def sealed_number(bsn: Bsn, case_id: str, vault: Vault) -> bytes:
    """Seal the number of somebody in a case, for that case only. Raises `Unavailable`."""
    return vault.seal(bsn.digits, _context(case_id))


def number_in(case_id: str, sealed: bytes, vault: Vault) -> Bsn:
    """Return the number of somebody in a case. Raises `Unavailable`, and `ValueError` for one of another case."""
    return Bsn(vault.open(sealed, _context(case_id)))


def _context(case_id: str) -> str:
    return f"case:{case_id}"
