"""The state of the service, for whoever keeps an eye on it (design.md section 5)."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.health.report import CERTIFICATES, Report, ask, days_left
from chalicelib.web.http import Caller, Routes
from chalicelib.web.visit import Reply, Visit
from chalicelib.wiring import Wiring, current

routes = Routes(__name__)


@routes.get("/health", Caller.ALIKE)
def health(visit: Visit) -> Reply:
    """Say how each dependency is, and the days left on each certificate: 200 when all is well, 503 otherwise."""
    days: dict[str, int] = {}
    found = Report(ask(_checks(current(), visit.now, days)), days)
    return Reply(found.to_json(), 200 if found.well else 503, "application/json")


def _checks(wiring: Wiring, now: datetime, days: dict[str, int]) -> dict[str, Callable[[], object]]:
    """Return what to ask of each dependency. Who is asked for certificates writes down their `days`."""

    def ask_catalogue() -> None:
        if (ends_at := wiring.catalogue.identity_provider().ends_at) is not None:
            days["digid"] = (ends_at - now).days

    def ask_queue() -> None:
        wiring.client("sqs").get_queue_attributes(QueueUrl=wiring.settings.letter_queue, AttributeNames=["QueueArn"])

    def ask_secrets() -> None:
        wiring.read_secret("person-key")
        for name in CERTIFICATES:
            days[name] = days_left(wiring.secret(name), now)

    return {
        "register": lambda: wiring.register.get("HEALTH", "HEALTH"),
        "letters": lambda: wiring.letters_table.get("HEALTH", "HEALTH"),
        "audit": lambda: wiring.audit.query("HEALTH", "", None),
        "transient": lambda: wiring.transient.get("HEALTH", "HEALTH"),
        "catalogue": ask_catalogue,
        "letter_queue": ask_queue,
        # Asks KMS in a new process only: one that has a key goes on without it.
        "kms": lambda: wiring.vault.seal("", "health"),
        "secrets": ask_secrets,
        "brp": wiring.people.check,
    }
