"""Either side confirms a mandate at a higher level than theirs was until now; it counts for the lower of both."""

from dataclasses import replace
from datetime import datetime

from chalicelib.audit.trail import Event, Happening
from chalicelib.errors import Conflict, Refused
from chalicelib.mandates.model import LIVING, Mandate, Party
from chalicelib.mandates.ports import MandateStore
from chalicelib.mandates.seeing import seen_by
from chalicelib.observe import log
from chalicelib.people.actor import Citizen


def part_of(party: Party, mandate: Mandate) -> int:
    """Return the level of a side's own part: at which they consented, or took it on."""
    return mandate.consent.level if party is Party.REPRESENTED else mandate.activated_level


def below(mandate: Mandate, level: int) -> list[Party]:
    """Return the sides that have to confirm a mandate before it counts for a level."""
    return [party for party in Party if part_of(party, mandate) < level]


def confirm_level(by: Citizen, case_id: str, *, store: MandateStore, now: datetime) -> Mandate:
    """Write down that a side of a mandate confirms it at the level of their sign-in. What is lower changes nothing.

    Raises `NotFound`, `Refused("mandate_ended")`, or `Conflict` when it was changed in between.
    """
    mandate, party = seen_by(by.person, case_id, store=store)
    if mandate.state(now) not in LIVING:
        raise Refused("mandate_ended")
    if by.level <= part_of(party, mandate):
        return mandate
    raised = _raised(mandate, party, by.level)
    try:
        store.change(mandate, raised, Event(Happening.RAISED, now, by))
    except Conflict:
        # The same click twice: done is done.
        changed, _ = seen_by(by.person, case_id, store=store)
        if part_of(party, changed) < by.level or changed.state(now) not in LIVING:
            raise
        return changed
    log().info("mandate_raised", case_id=mandate.case_id, by=str(party), level=raised.level)
    return raised


def _raised(mandate: Mandate, party: Party, level: int) -> Mandate:
    if party is Party.REPRESENTED:
        new = replace(mandate, consent=replace(mandate.consent, level=level))
    else:
        new = replace(mandate, activated_level=level)
    return replace(new, level=min(new.consent.level, new.activated_level), version=mandate.version + 1)
