"""Our end of the queue of statuses: reads a message, and knows by whom it was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.letters.contract.states import VendorKind
from chalicelib.letters.contract.statuses import LetterStatus
from chalicelib.mandates.delivery.taking import Printed, Taken, take_status
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.observe import Metric, count, follow, log

_FAST = timedelta(minutes=5)
"""How far a vendor's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class StatusTaker:
    """Takes the messages of the queue."""

    store: MandateStore
    roles: Mapping[str, str]
    """Of each kind of vendor that may send, the id of its role; none where nobody can be told from another."""
    printed: Printed

    def take(self, text: str, sender: str, now: datetime) -> Taken:
        """Take one message. What it raises sends it back to the queue, and in the end to the dead letters.

        Raises `ValueError` for what is no status, which quotes nothing, and `Unavailable`.
        """
        follow(None)
        try:
            status = _read(text, now)
        except ValueError as error:
            log().error("letter_status_not_read", error=type(error).__name__)
            count(Metric.STATUS_NOT_READ)
            raise
        by = self._by(sender)
        if self.roles and by is None:
            log().error("letter_status_taken", letter_id=status.letter_id, what=Taken.STRANGER.value)
            count(Metric.STATUS_OF_STRANGER)
            return Taken.STRANGER
        return take_status(status, by, store=self.store, printed=self.printed, now=now)

    def _by(self, sender: str) -> VendorKind | None:
        """Return who sent a message, by `role:session` as SQS has it."""
        role = sender.partition(":")[0]
        return next((VendorKind(kind) for kind, known in self.roles.items() if known == role), None)


def _read(text: str, now: datetime) -> LetterStatus:
    status = LetterStatus.from_json(text)
    if status.at > now + _FAST:
        raise ValueError("a status of what is still to come")
    return status
