"""How people and codes are hidden in what is kept."""

from dataclasses import dataclass, field

from chalicelib.mandates.model.codes import Peppers
from chalicelib.people.pseudonym import Pseudonyms
from chalicelib.people.vault import Vault


@dataclass(frozen=True, slots=True)
class Secrets:
    """The means by which people and codes are hidden."""

    pseudonyms: Pseudonyms = field(repr=False)
    peppers: Peppers = field(repr=False)
    vault: Vault = field(repr=False)
