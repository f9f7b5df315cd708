"""The state of the service, for whoever keeps an eye on it (design.md section 5)."""

from collections.abc import Callable, Iterator
from datetime import datetime

from chalicelib.errors import NotFound, Unavailable
from chalicelib.health.report import CERTIFICATES, Report, answers, days_left
from chalicelib.people.brp import HaalCentraal
from chalicelib.web.http import Caller, Routes
from chalicelib.web.visit import Reply, Visit
from chalicelib.wiring import Wiring, current

routes = Routes(__name__)


@routes.get("/health", Caller.ANYONE)
def health(visit: Visit) -> Reply:
    """Say how each dependency is, and the days left on each certificate: 200 when all is well, 503 otherwise."""
    wiring = current()
    answered = {name: answers(check) for name, check in _checks(wiring).items()}
    found = Report(answered, dict(_certificates(wiring, visit.now)))
    return Reply(found.to_json(), 200 if found.well else 503, "application/json")


def _checks(wiring: Wiring) -> dict[str, Callable[[], object]]:
    def ask_queue() -> None:
        wiring.client("sqs").get_queue_attributes(QueueUrl=wiring.settings.letter_queue, AttributeNames=["QueueArn"])

    def ask_brp() -> None:
        if isinstance(wiring.people, HaalCentraal) and not wiring.people.alive():
            raise Unavailable("brp")

    return {
        "register": lambda: wiring.register.get("HEALTH", "HEALTH"),
        "letters": lambda: wiring.letters_table.get("HEALTH", "HEALTH"),
        "audit": lambda: wiring.audit.query("HEALTH", "", None),
        "transient": lambda: wiring.transient.get("HEALTH", "HEALTH"),
        "catalogue": wiring.catalogue.identity_provider,
        "letter_queue": ask_queue,
        # Asks KMS in a new process only: one that has a key goes on without it.
        "kms": lambda: wiring.vault.seal("", "health"),
        "secrets": lambda: wiring.read_secret("person-key"),
        "brp": ask_brp,
    }


def _certificates(wiring: Wiring, now: datetime) -> Iterator[tuple[str, int]]:
    """Yield the days left by certificate. What cannot be read is told among the dependencies."""
    try:
        for name in CERTIFICATES:
            yield name, days_left(wiring.secret(name), now)
        if (ends_at := wiring.catalogue.identity_provider().ends_at) is not None:
            yield "digid", (ends_at - now).days
    except (Unavailable, NotFound):
        return
