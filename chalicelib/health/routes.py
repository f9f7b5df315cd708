"""The state of the service, for whoever keeps an eye on it (design.md section 5)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.health.report import CERTIFICATES, Report, ask_all, days_left
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.vault import Vault
from chalicelib.settings import Settings
from chalicelib.storage.tables import AuditTable, LettersTable, RegisterTable, TransientTable
from chalicelib.web.http import Caller, Routes
from chalicelib.web.visit import Reply, Visit


class HealthPorts(Protocol):
    """Everything that has to answer."""

    settings: Settings

    def client(self, service: str) -> Any: ...  # noqa: ANN401 - boto3 clients have no public type

    def secret(self, name: str) -> dict[str, Any]: ...

    def read_secret(self, name: str) -> str: ...

    @property
    def register(self) -> RegisterTable: ...

    @property
    def letters_table(self) -> LettersTable: ...

    @property
    def audit(self) -> AuditTable: ...

    @property
    def transient(self) -> TransientTable: ...

    @property
    def catalogue(self) -> DynamoCatalogue: ...

    @property
    def vault(self) -> Vault: ...

    @property
    def people(self) -> PopulationRegister: ...


routes = Routes[HealthPorts](__name__)


@routes.get("/health", Caller.ALIKE)
def health(ports: HealthPorts, visit: Visit) -> Reply:
    """Say how each dependency is, and the days left on each certificate: 200 when all is well, 503 otherwise."""
    found = look_around(ports, visit.now)
    return Reply(found.to_json(), 200 if found.well else 503, "application/json")


def look_around(ports: HealthPorts, now: datetime) -> Report:
    """Ask everything that we need. Raises `Unavailable` when there is no time for it, and `ConfigurationError`."""
    days: dict[str, int] = {}
    answers = ask_all(_checks(ports, now, days))
    # A copy: who comes too late still writes into the other, while this one is told.
    return Report(answers, dict(days))


def _checks(ports: HealthPorts, now: datetime, days: dict[str, int]) -> dict[str, Callable[[], object]]:
    """Return what to ask of each dependency. Who is asked for certificates writes down their `days`."""

    def ask_catalogue() -> None:
        if (ends_at := ports.catalogue.identity_provider().ends_at) is not None:
            days["digid"] = (ends_at - now).days

    def ask_queue() -> None:
        ports.client("sqs").get_queue_attributes(QueueUrl=ports.settings.letter_queue, AttributeNames=["QueueArn"])

    def ask_secrets() -> None:
        ports.read_secret("person-key")
        for name in CERTIFICATES:
            days[name] = days_left(ports.secret(name), now)

    return {
        "register": lambda: ports.register.get("HEALTH", "HEALTH"),
        "letters": lambda: ports.letters_table.get("HEALTH", "HEALTH"),
        "audit": lambda: ports.audit.query("HEALTH", "", None),
        "transient": lambda: ports.transient.get("HEALTH", "HEALTH"),
        "catalogue": ask_catalogue,
        "letter_queue": ask_queue,
        # Asks KMS in a new process only: one that has a key goes on without it.
        "kms": lambda: ports.vault.seal("", "health"),
        "secrets": ask_secrets,
        "brp": ports.people.check,
    }
