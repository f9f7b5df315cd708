"""What the citizen's pages work with; the roof has it all."""

from collections.abc import Callable
from typing import Protocol

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.mandates.ports import LetterSender, MandateStore, Tries
from chalicelib.mandates.requesting import Secrets
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.vault import Vault
from chalicelib.storage.tables import LettersTable
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
    def letters_table(self) -> LettersTable: ...

    @property
    def secrets(self) -> Secrets: ...

    @property
    def vault(self) -> Vault: ...

    @property
    def new_id(self) -> Callable[[], str]: ...

    @property
    def pick(self) -> Callable[[int], int]: ...
