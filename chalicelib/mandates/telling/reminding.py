"""Who asked for themselves is reminded of a code that nobody used, once: if it works still, and a letter is of use."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.days import today
from chalicelib.errors import NotFound
from chalicelib.letters.contract.letter import Letter
from chalicelib.mandates.model.cases import visit_of
from chalicelib.mandates.model.notices import Notice
from chalicelib.mandates.model.requests import Request, RequestState
from chalicelib.mandates.model.wishes import UNSTATED
from chalicelib.mandates.register.hiding import number_in
from chalicelib.mandates.register.ports import MandateStore, Tries
from chalicelib.mandates.rules.deciding import Services
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.writing.telling import Tidings, reminder
from chalicelib.mandates.writing.wording import reference_of
from chalicelib.people.brp.person import Person, PopulationRegister
from chalicelib.people.vault import Vault

IN_TIME = timedelta(days=7)
"""How much longer at least a code has to work: as long as it takes to print a letter, bring it, and do what it says."""


@dataclass(frozen=True, slots=True)
class Reminders:
    """What reminders are written with."""

    store: MandateStore
    services: Services
    people: PopulationRegister
    tries: Tries
    vault: Vault = field(repr=False)
    site: str

    def letter(self, notice: Notice, now: datetime) -> Letter | None:
        """Return the letter about those requests of a reminder that wait still; None where there is nobody to write
        to, or nothing to remind of. Raises `Unavailable`.
        """
        found = {one: wanted for one in self._waiting(notice, now) if (wanted := self._wanted(one, now))}
        if not found:
            return None
        first, *_ = found
        person = self._person(first)
        if person is None or not person.gets_letters:
            return None
        tidings = Tidings(notice.notice_id, list(found.values()), today(now), self.site)
        last_day, wishes = max(one.last_day for one in found), self.store.stated(first.represented) or UNSTATED
        letter = reminder(tidings, person, today(first.written_at), last_day, wishes)
        return replace(letter, reference=reference_of(first.case_id))

    def _waiting(self, notice: Notice, now: datetime) -> list[Request]:
        """Return the requests whose code works long enough, in order; none where somebody used it for one of them."""
        visit = self.store.requests(notice.represented, visit_of(notice.cases[0])) if notice.represented else []
        mine = sorted((one for one in visit if one.case_id in notice.cases), key=lambda one: one.case_id)
        if any(one.ended is RequestState.ACTIVATED for one in mine):
            return []
        return [one for one in mine if self._waits(one, now) and now + IN_TIME <= one.expires_at]

    def _waits(self, request: Request, now: datetime) -> bool:
        guesses = self.tries.total(request.code.claim) if request.code else None
        return request.state(now, guesses) is RequestState.WAITING

    def _person(self, request: Request) -> Person | None:
        number = number_in(request.case_id, request.represented_bsn, self.vault)
        return self.people.find([number]).get(number)

    def _wanted(self, request: Request, now: datetime) -> WantedService | None:
        """Return what somebody asks, if they can be mandated for it still."""
        with suppress(NotFound):
            service = self.services.service(request.service_id)
            return WantedService(service, request.period) if service.may_be_mandated(now) else None
        return None
