"""Writing down that a mandate is used at a provider, or was to be and was refused."""

from datetime import datetime

from chalicelib.audit.trail import Event, Happening
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.people.actor import Citizen, Provider


def note_use(
    mandate: Mandate, use_id: str, *, by: Citizen, where: Provider, store: MandateStore, now: datetime
) -> None:
    """Write down, for both people to see, that a provider is told of a mandate."""
    store.record_use(mandate.case_id, use_id, Event(Happening.USED, now, by, where))


def note_refused_use(
    case_id: str, use_id: str, *, by: Citizen, where: Provider, store: MandateStore, now: datetime
) -> None:
    """Write a refused sign-in in the history of the mandate that was chosen; somebody else's is left alone."""
    mandate = store.mandate(case_id)
    if mandate is not None and mandate.representative == by.person:
        store.record_use(mandate.case_id, use_id, Event(Happening.USE_REFUSED, now, by, where))
