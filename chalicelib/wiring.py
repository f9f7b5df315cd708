"""The one place that knows which adapter stands behind which port. Everything is made on first use."""

# ruff: noqa: PLC0415 - and imported there, where not every function uses it

import base64
import json
import os
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.clients import patient_client
from chalicelib.errors import Unavailable
from chalicelib.keyring import Keyring
from chalicelib.letters.books import LetterBooks
from chalicelib.letters.contract.states import VendorKind
from chalicelib.letters.life import Journey, journey
from chalicelib.letters.limits import Limits
from chalicelib.letters.papers import Papers, VendorPapers
from chalicelib.letters.posting import LETTERS, VendorQueue
from chalicelib.letters.printed import PrintedLetters
from chalicelib.letters.sealing import VendorSeal
from chalicelib.mandates.for_another.admitting import Admitter
from chalicelib.mandates.for_another.check_queue import CheckQueue, CheckTaker
from chalicelib.mandates.for_another.checking import Checker
from chalicelib.mandates.for_another.looking_up import LookUps
from chalicelib.mandates.model.codes import Peppers
from chalicelib.mandates.register.askers import AskerBooks, AskerLimits
from chalicelib.mandates.register.checks import CHECKS
from chalicelib.mandates.register.counted import Sealing, Tables
from chalicelib.mandates.register.hiding import Secrets
from chalicelib.mandates.register.mandates import DynamoMandates
from chalicelib.mandates.register.notices import NOTICES
from chalicelib.mandates.register.ports import CheckSender, LetterSender, MandateStore, Tries
from chalicelib.mandates.register.tries import DynamoTries, look_up_limits
from chalicelib.mandates.telling.notice_queue import NoticeQueue
from chalicelib.outage import outage
from chalicelib.outbox.sending import Outbox
from chalicelib.people.brp.client import HaalCentraal
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.pseudonym import Pseudonyms
from chalicelib.people.vault import KmsVault, Vault
from chalicelib.settings import Settings
from chalicelib.storage.patience import Patience
from chalicelib.storage.table import Table
from chalicelib.storage.tables import AuditTable, CatalogueTable, LettersTable, RegisterTable, TransientTable
from chalicelib.web.sessions import Sessions

if TYPE_CHECKING:
    from chalicelib.login.logins import Logins
    from chalicelib.login.shared import Federation
    from chalicelib.people.bsn import Bsn
    from chalicelib.people.pseudonym import PersonId
    from chalicelib.saml.combiconnect.answering import ProviderAnswers
    from chalicelib.saml.combiconnect.artifacts import Artifacts
    from chalicelib.saml.digid.back_channel import BackChannel
    from chalicelib.saml.digid.identifying import Digid
    from chalicelib.saml.endpoints.views import Views
    from chalicelib.saml.messages.ourselves import Ourselves
    from chalicelib.saml.partners.directory import Directory
    from chalicelib.storage.table import Item

T = TypeVar("T", bound=Table)


class Wiring:
    """Real adapters by default; a test makes one with its own settings and clock, and replaces what it likes."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.settings, self.clock = settings, clock
        self.pick: Callable[[int], int] = secrets.randbelow
        self.new_id: Callable[[], str] = lambda: secrets.token_hex(16)
        self.patience = Patience()
        self.stopwatch: Callable[[], float] = time.monotonic
        """By which time-outs are counted, in seconds."""

    @cached_property
    def mandates(self) -> MandateStore:
        books = LetterBooks(self.transient, Limits(*self.settings.letter_limits))
        askers = AskerBooks(self.transient, AskerLimits(*self.settings.asker_limits))
        return DynamoMandates(Tables(self.register, self.letters_table, self.audit), self.sealing, books, askers)

    @property
    def sealing(self) -> Sealing:
        return Sealing(self.vault, self.letter_seal, self.vendor)

    @property
    def vendor(self) -> VendorKind:
        return VendorKind(self.settings.print_vendor)

    @cached_property
    def tries(self) -> Tries:
        return DynamoTries(self.transient)

    @cached_property
    def people(self) -> PopulationRegister:
        return HaalCentraal(self.settings.brp_url, lambda: self.secret("brp-key"))

    @cached_property
    def letters(self) -> LetterSender:
        return self.outbox.of(LETTERS)

    @property
    def letter_seal(self) -> VendorSeal:
        return VendorSeal(lambda: self.secret("letter-key"))

    @cached_property
    def papers(self) -> Papers:
        seal = VendorSeal(lambda: self.secret("page-key"))
        return VendorPapers(self.client("lambda"), self.settings.page_function, seal)

    @property
    def printed(self) -> PrintedLetters:
        return PrintedLetters(self.client("s3"), self.settings.letter_bucket)

    @property
    def site(self) -> str:
        return self.settings.site

    @property
    def services_per_visit(self) -> int:
        return self.settings.services_per_visit

    @cached_property
    def outbox(self) -> Outbox:
        sqs, checks = self.client("sqs"), self.settings.check_queue
        letters = VendorQueue(self.letters_table, sqs, self.settings.letter_queue, checks)
        notices = NoticeQueue(sqs, checks)
        return Outbox(self.letters_table, {LETTERS: letters, CHECKS: self.check_queue, NOTICES: notices})

    @cached_property
    def check_queue(self) -> CheckQueue:
        return CheckQueue(self.client("sqs"), self.settings.check_queue)

    @cached_property
    def checks(self) -> CheckSender:
        return self.outbox.of(CHECKS)

    @property
    def check_taker(self) -> CheckTaker:
        guarded = DynamoTries(self.transient, look_up_limits(*self.settings.look_up_limits))
        look_ups = LookUps(self.people, guarded, self.secrets)
        admitter = Admitter(self.mandates, self.tries, self.letters, self.secrets, self.pick, self.site)
        checker = Checker(self.mandates, look_ups, self.catalogue, admitter)
        return CheckTaker(self.check_queue, self.vault, checker)

    @cached_property
    def catalogue(self) -> DynamoCatalogue:
        return DynamoCatalogue(self._table(CatalogueTable, self.settings.catalogue_table))

    @cached_property
    def register(self) -> RegisterTable:
        return self._table(RegisterTable, self.settings.register_table)

    @cached_property
    def letters_table(self) -> LettersTable:
        return self._table(LettersTable, self.settings.letters_table)

    def letter_journey(self, letter_id: str) -> Journey:
        return journey(self.letters_table, letter_id)

    @cached_property
    def audit(self) -> AuditTable:
        return self._table(AuditTable, self.settings.audit_table)

    @cached_property
    def transient(self) -> TransientTable:
        return self._table(TransientTable, self.settings.transient_table)

    @cached_property
    def vault(self) -> Vault:
        return KmsVault(self.client("kms"), self.settings.field_key)

    @property
    def pseudonyms(self) -> Pseudonyms:
        return Pseudonyms(base64.b64decode(self.secret("person-key")["key"]))

    @property
    def secrets(self) -> Secrets:
        return Secrets(self.pseudonyms, Peppers.from_secret(self.secret("code-peppers")), self.vault)

    @property
    def sessions(self) -> Sessions:
        return Sessions(self.transient, self.vault)

    # What a sign-in works with is imported where it is made: pages need no XML, and workers nothing of a sign-in.

    @cached_property
    def saml_views(self) -> "Views":
        from chalicelib.saml.endpoints.views import Views

        return Views(self)

    @cached_property
    def logins(self) -> "Logins":
        from chalicelib.login.logins import Logins

        return Logins(self.transient)

    @cached_property
    def federation(self) -> "Federation":
        from chalicelib.login.shared import Federation

        return Federation(self.transient, self.vault)

    @cached_property
    def artifacts(self) -> "Artifacts":
        from chalicelib.saml.combiconnect.artifacts import Artifacts

        return Artifacts(self.transient)

    @cached_property
    def identifies(self) -> "Digid":
        from chalicelib.saml.digid.identifying import Digid

        return Digid(self)

    @cached_property
    def answers(self) -> "ProviderAnswers":
        from chalicelib.saml.combiconnect.answering import ProviderAnswers

        return ProviderAnswers(self)

    @property
    def partners(self) -> "Directory":
        from chalicelib.saml.partners.directory import Directory

        return Directory(self.catalogue)

    @property
    def ourselves(self) -> "Ourselves":
        from chalicelib.saml.messages.ourselves import Ourselves

        return Ourselves(self.settings, self.keyring, self.new_id)

    @cached_property
    def back_channel(self) -> "BackChannel":
        from chalicelib.saml.digid.back_channel import MutualTls

        return MutualTls()

    def person(self, subject: "Bsn") -> "PersonId":
        return self.pseudonyms.person(subject)

    def once(self, kind: str, sender: str, message_id: str, now: datetime) -> "Item":
        from chalicelib.login.once import remembering

        return remembering(self.transient, kind, sender, message_id, now)

    def use_once(self, kind: str, sender: str, message_id: str, now: datetime) -> None:
        from chalicelib.login.once import use_once

        use_once(self.transient, kind, sender, message_id, now)

    @cached_property
    def keyring(self) -> Keyring:
        return Keyring(self.read_secret, self.clock)

    def secret(self, name: str) -> dict[str, Any]:
        """Return a secret, one JSON object, as it was a few minutes ago at most. Raises `Unavailable`."""
        value: dict[str, Any] = json.loads(self.keyring.get(name))
        return value

    def read_secret(self, name: str) -> str:
        """Read a secret's text now. Raises `Unavailable`."""
        full_name = f"{self.settings.secrets_prefix}/{name}"
        with outage("secrets"):
            text = str(self.client("secretsmanager").get_secret_value(SecretId=full_name)["SecretString"])
        if not text:
            raise Unavailable("secrets")
        return text

    def _table(self, kind: type[T], name: str) -> T:
        return kind(self.client("dynamodb"), name, self.patience)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 clients have no public type
        """Return an AWS client that waits no longer than the request may. Raises `Unavailable`."""
        region = self.settings.aws_region
        with outage(service):
            return patient_client(service, region)


def of_process() -> Wiring:
    """Return the wiring of a function in the cloud: settings from its environment, and the clock."""
    return Wiring(Settings(os.environ), lambda: datetime.now(UTC))
