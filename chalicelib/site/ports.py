"""What the citizen's pages work with; the roof has it all."""

from collections.abc import Callable
from typing import Protocol

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.letters.life import Journey
from chalicelib.letters.papers import Papers
from chalicelib.mandates.register.hiding import Secrets
from chalicelib.mandates.register.ports import CheckSender, LetterSender, MandateStore, Tries
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.vault import Vault
from chalicelib.web.sessions import Sessions


class SitePorts(Protocol):
    @property
    def sessions(self) -> Sessions: ...

    @property
    def mandates(self) -> MandateStore: ...

    @property
    def catalogue(self) -> DynamoCatalogue: ...

    @property
    def people(self) -> PopulationRegister: ...

    @property
    def tries(self) -> Tries: ...

    @property
    def letters(self) -> LetterSender: ...

    @property
    def checks(self) -> CheckSender: ...

    def letter_journey(self, letter_id: str) -> Journey:
        """Return how far a letter has come."""
        ...

    @property
    def site(self) -> str:
        """Our address as people type it."""
        ...

    @property
    def papers(self) -> Papers: ...

    @property
    def services_per_visit(self) -> int: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def vault(self) -> Vault: ...

    @property
    def new_id(self) -> Callable[[], str]: ...

    @property
    def pick(self) -> Callable[[int], int]: ...
