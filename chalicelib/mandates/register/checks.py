"""Checks of what somebody asks for another: parcels of the outbox, for the function that asks the population register.

Whoever asks has their answer before: that depends on nothing which the register says (invariant 7).
"""

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import NamedTuple

from chalicelib.mandates.model.cases import VisitId
from chalicelib.observe import Metric
from chalicelib.outbox.parcels import Measured, ParcelKind
from chalicelib.people.pseudonym import ClaimId, PersonId
from chalicelib.storage.kinds import Kept, Kind
from chalicelib.storage.tables import LettersTable


@dataclass(frozen=True, slots=True)
class Check:
    """What is to be checked: whether the person whom somebody asks for has the birth date that they filled in."""

    check_id: str
    represented: PersonId
    visit_id: VisitId
    claim: ClaimId = field(repr=False)
    """Of number and birth date, as filled in."""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Check":
        """Read what `to_json` wrote, which may have said more once. Raises `ValueError`; it quotes nothing."""
        try:
            values = json.loads(text)
            return cls(**{one.name: values[one.name] for one in fields(cls)})
        except (ValueError, TypeError, KeyError):
            raise ValueError("no check") from None


class CheckRow(NamedTuple):
    """A check that is to be made."""

    check_id: str
    requested_at: datetime | None = None
    useful_until: datetime | None = None
    """When its requests expire."""
    sealed: bytes | None = None
    correlation_id: str | None = None


CHECK = Kind(
    "That the population register is to be asked about what somebody asks for another.",
    LettersTable,
    CheckRow,
    pk="CHECK#{check_id}",
    sk="CHECK",
    kept=Kept("further notice; `sealed` until the queue of checks has it"),
    personal=("check_id", "sealed"),
    sealed=("sealed",),
    keyed=("check_id",),
)

CHECKS = ParcelKind(
    "check",
    CHECK,
    Check.to_json,
    Measured(Metric.CHECKS_UNSENT, Metric.OLDEST_UNSENT_CHECK, Metric.CHECKS_NOT_SENT),
)
