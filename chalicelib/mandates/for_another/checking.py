"""What somebody asks for another is checked: whether it is for that person to decide on, and a letter can come.

Who asks hears nothing of it. Made twice, or broken off and made again, a check does no more than once: only what is
being checked still is looked at.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.errors import NotFound
from chalicelib.mandates.for_another.admitting import Admitter, Fit
from chalicelib.mandates.for_another.looking_up import Both, LookUps
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.register.checks import Check
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.retrying import retried
from chalicelib.mandates.register.transactions import Closing
from chalicelib.mandates.rules.deciding import Services
from chalicelib.mandates.rules.eligibility import old_enough
from chalicelib.mandates.rules.parties import Parties
from chalicelib.observe import Metric, count, log
from chalicelib.people.actor import Cause, System
from chalicelib.people.brp.person import Person, Standing


class Reason(StrEnum):
    """Why something does not come before whom it was asked of. For the log alone."""

    OPT_OUT = "opt-out"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    BIRTH_DATE = "birth date"
    DECEASED = "deceased"
    NO_LETTER = "no letter"
    """No home address that a letter can be sent to, or nobody who can act."""
    ASKER = "asker"
    """Who asks has died since, or has no name by which a letter can name them."""
    SERVICE = "service"
    AGE = "age"
    """Too young to give a mandate, or nobody can tell."""


@dataclass(frozen=True, slots=True)
class Checker:
    """What checks are made with."""

    store: MandateStore
    look_ups: LookUps
    services: Services
    admitter: Admitter

    def check(self, check: Check, now: datetime) -> None:
        """Let what is being checked of a visit wait, or end it unseen.

        Raises `RateLimited` where the look-up is put off: then nothing was decided, and the check is to be made later.
        Raises `Unavailable`.
        """

        def decided() -> None:
            if requests := self._being_checked(check, now):
                self._decide(check, requests, now)

        # Somebody may withdraw something, or block who asks, in the meantime: then it looks again at what is left.
        retried(decided)

    def _being_checked(self, check: Check, now: datetime) -> list[Request]:
        found = self.store.requests(check.represented, check.visit_id)
        return sorted((one for one in found if one.state(now) is RequestState.CHECKING), key=lambda one: one.case_id)

    def _decide(self, check: Check, requests: Sequence[Request], now: datetime) -> None:
        if reason := self._unwanted(requests[0]):
            self._close(requests, reason, now)
            return
        both = _both(self.look_ups.find(check, requests[0], now))
        if isinstance(both, Reason):
            self._close(requests, both, now)
            return
        fit = [one for request in requests if (one := self._fit(request, both.represented, now))]
        if fit:
            self.admitter.admit(check, both, fit, now)
        log().info("requests_checked", case_id=check.check_id)

    def _unwanted(self, request: Request) -> Reason | None:
        """Of who wants to be left alone not even the register is asked."""
        if self.store.opted_out(request.represented) is not None:
            return Reason.OPT_OUT
        blocked = {one.requester for one in self.store.blocked(request.represented)}
        return Reason.BLOCKED if request.requester.person in blocked else None

    def _fit(self, request: Request, other: Person, now: datetime) -> Fit | None:
        """Return a request with its service, or end it where nobody can be mandated for that, or not by this person."""
        service = None
        with suppress(NotFound):
            service = self.services.service(request.service_id)
        if service is None or not service.may_be_mandated(now):
            self._close([request], Reason.SERVICE, now)
            return None
        if not old_enough(Party.REPRESENTED, other.born, service, now):
            self._close([request], Reason.AGE, now)
            return None
        return Fit(request, service)

    def _close(self, requests: Sequence[Request], reason: Reason, now: datetime) -> None:
        by = System(Cause.OPT_OUT if reason is Reason.OPT_OUT else Cause.REGISTER)
        self.store.close(Closing(tuple(requests), RequestState.UNDELIVERABLE, by, now))
        for request in requests:
            log().info("request_undeliverable", case_id=request.case_id, reason=reason.value)
            count(Metric.REQUEST_UNDELIVERABLE)


def _both(found: Both) -> Parties | Reason:
    """Return both sides, or what stands in the way of asking the one for the other."""
    other, asker, known = found
    if other is None:
        return Reason.UNKNOWN
    if not known:
        return Reason.BIRTH_DATE
    if other.standing is Standing.DECEASED:
        return Reason.DECEASED
    if not (other.gets_letters and other.may_act):
        return Reason.NO_LETTER
    return Parties(asker, other) if asker is not None and asker.may_act else Reason.ASKER
