"""Rows of My mandates: which of them are looked for, and what they are shown with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from chalicelib.catalogue.model import ServiceId, search
from chalicelib.mandates.for_another.approving import AskedOfMe
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.mandates import LIVING, Mandate
from chalicelib.mandates.model.requests import Asking, Request, RequestState
from chalicelib.mandates.model.selection import Selection
from chalicelib.mandates.register.hiding import number_in
from chalicelib.mandates.rules.parties import names_of_others
from chalicelib.mandates.rules.standing import shown_state
from chalicelib.mandates.seeing.asked import AskedByMe, is_open
from chalicelib.people.pseudonym import ClaimId, PersonId
from chalicelib.site.ports import SitePorts
from chalicelib.site.services import Services, every_service
from chalicelib.web.visit import Visit


class View(StrEnum):
    GIVEN = "given"
    HELD = "held"
    ASKED = "asked"
    ASKED_OF_ME = "asked-of-me"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which rows of which list somebody wants to see: of now or of the past, and of what is not None."""

    view: View
    past: bool = False
    words: str = ""
    """Of services."""
    service: str = ""
    """The id of one."""
    services: tuple[ServiceId, ...] | None = None
    """Which these are, by words and id."""
    other: PersonId | None = None
    """Who is on the other side; in no address."""

    def address(self, **changes: object) -> str:
        """Return the address of the list, or of one that differs in this."""
        shown = replace(self, **changes)  # type: ignore[arg-type]
        state = "past" if shown.past else ""
        named = {"view": shown.view.value, "state": state, "service": shown.service, "q": shown.words}
        return f"/mandates?{urlencode({name: value for name, value in named.items() if value})}"

    def among(self, known: Services, language: str) -> "Sought":
        """Return this with the services that words and id mean. An id that nobody knows means nothing."""
        one = known.get(ServiceId(self.service))
        if one is None and not self.words:
            return replace(self, service="")
        found = search([one] if one else known.values(), self.words, language)
        return replace(self, service=one.service_id if one else "", services=tuple(each.service_id for each in found))

    def selection(self, now: datetime) -> Selection:
        return Selection(
            self.services,
            self.other,
            None if self.past else now,
            lambda mandate: (mandate.state(now) in LIVING) is not self.past,
        )

    def asked(self, everything: Iterable[AskedByMe], now: datetime) -> list[AskedByMe]:
        """Return what is looked for, of all that somebody asked."""
        return [
            one
            for one in everything
            if is_open(one, now) is not self.past and self._fits([one.service_id], one.represented)
        ]

    def asked_of_me(self, visits: Iterable[AskedOfMe], now: datetime) -> list[AskedOfMe]:
        """Return what is looked for, of all that others ask of somebody."""
        return [
            one
            for one in visits
            if bool(one.waiting(now)) is not self.past
            and self._fits([request.service_id for request in one.requests], one.asker)
        ]

    def _fits(self, services: Sequence[ServiceId], other: PersonId) -> bool:
        return self.other in (None, other) and (self.services is None or not set(self.services).isdisjoint(services))


@dataclass(frozen=True, slots=True)
class Captions:
    """What rows are shown with, by case."""

    services: Services
    states: Mapping[str, str]
    names: Mapping[str, str] = field(repr=False)
    """Of the other side of mandates, and of who asks, as far as they can be told."""
    numbers: Mapping[str, str] = field(repr=False)
    """Of the people for whom somebody asked, as they filled them in: nothing is looked up of these (invariant 7)."""


def captions(ports: SitePorts, visit: Visit, cases: Sequence[Mandate | AskedByMe], known: Services) -> Captions:
    """Return what is shown with rows; `known` are services that were read already."""
    person, now = visit.signed_in.actor.person, visit.now
    # All there are, by one question: a mandate's own does not tell whether anything of it is left.
    services = known or (every_service(ports.catalogue) if cases else {})
    told = [one for one in cases if not isinstance(one, Asking)]
    guesses = _guesses(ports, cases, now)
    return Captions(
        services,
        {one.case_id: _state(one, services, guesses, now) for one in cases},
        names_of_others(person, told, vault=ports.vault, people=ports.people),
        {
            one.case_id: number_in(one.case_id, one.represented_bsn, ports.vault).digits
            for one in cases
            if isinstance(one, Asking)
        },
    )


def _guesses(ports: SitePorts, cases: Iterable[Mandate | AskedByMe], now: datetime) -> Mapping[ClaimId, Guesses]:
    """Return what was tried for somebody, where that may have made a code void for which they asked."""
    waiting = [one for one in cases if isinstance(one, Request) and one.is_own and is_open(one, now)]
    return {claim: ports.tries.total(claim) for claim in {one.code.claim for one in waiting if one.code}}


def _state(one: Mandate | AskedByMe, services: Services, guesses: Mapping[ClaimId, Guesses], now: datetime) -> str:
    if isinstance(one, Mandate):
        return shown_state(one, services, now).value
    if isinstance(one, Request):
        return one.state(now, guesses.get(one.code.claim) if one.code else None).value
    return "asked" if one.is_open(now) else (one.ended or RequestState.EXPIRED).value
