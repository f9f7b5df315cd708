"""Which mandates of somebody are looked for: the one rule, whatever the register leaves out by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.catalogue.model import ServiceId
from chalicelib.mandates.model.mandates import LIVING, Mandate
from chalicelib.people.pseudonym import PersonId


@dataclass(frozen=True, slots=True)
class Selection:
    """All of these hold. What is not said is no condition."""

    services: tuple[ServiceId, ...] | None = None
    """For one of these; there may be none."""
    other: PersonId | None = None
    """Who is on the other side."""
    living_at: datetime | None = None
    """When it has not ended."""
    fits: Callable[[Mandate], bool] = lambda _: True
    """What only the caller knows: asked of mandates for which all the rest holds."""

    def takes(self, mandate: Mandate, other: PersonId) -> bool:
        """Say whether a mandate, with this person on the other side, is looked for."""
        return (
            (self.services is None or mandate.service_id in self.services)
            and self.other in (None, other)
            and (self.living_at is None or mandate.state(self.living_at) in LIVING)
            and self.fits(mandate)
        )


EVERY = Selection()
