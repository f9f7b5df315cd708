"""Either side confirms a mandate at a higher level than theirs was until now; it counts for the lower of both."""

from dataclasses import replace
from datetime import datetime

from chalicelib.audit.trail import Happening
from chalicelib.errors import Refused
from chalicelib.mandates.living.changing import Fields, change
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import LIVING, Mandate
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.rules.sides import mandate_of
from chalicelib.people.actor import Citizen


def part_of(party: Party, mandate: Mandate) -> int:
    """Return the level of a side's own part: at which they consented, or took it on."""
    return mandate.consent.level if party is Party.REPRESENTED else mandate.activated_level


def below(mandate: Mandate, level: int) -> list[Party]:
    """Return the sides that have to confirm a mandate before it counts for a level."""
    return [party for party in Party if part_of(party, mandate) < level]


def confirm_level(by: Citizen, case_id: str, *, store: MandateStore, now: datetime) -> Mandate:
    """Write down that a side of a mandate confirms it at the level of their sign-in, whatever else is changed.
    What is lower changes nothing. Raises `NotFound`, `Refused("mandate_ended")` or `Unavailable`.
    """
    _, party = mandate_of(by.person, case_id, store=store)

    def fields(mandate: Mandate) -> Fields:
        return _raised(mandate, party, by.level)

    made = change(case_id, Happening.RAISED, by, fields, store=store, now=now)
    if made.state(now) not in LIVING:
        raise Refused("mandate_ended")
    return made


def _raised(mandate: Mandate, party: Party, level: int) -> Fields:
    if level <= part_of(party, mandate):
        return {}
    if party is Party.REPRESENTED:
        return {
            "consent": replace(mandate.consent, level=level),
            "level": min(level, mandate.activated_level),
        }
    return {"activated_level": level, "level": min(mandate.consent.level, level)}
