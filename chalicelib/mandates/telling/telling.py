"""A notice that is due becomes a letter, to who lives, has an address, and got not too many such letters lately."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.catalogue.model import ServiceId
from chalicelib.days import today
from chalicelib.errors import NotFound, RateLimited
from chalicelib.letters.contract.letter import Letter
from chalicelib.mandates.model.cases import Party
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.notices import Notice, NoticeKind
from chalicelib.mandates.model.wishes import UNSTATED, LetterWishes
from chalicelib.mandates.register.hiding import number_in
from chalicelib.mandates.register.ports import LetterSender, MandateStore, Notices, Tries
from chalicelib.mandates.register.sending import send_letter
from chalicelib.mandates.rules.deciding import Services
from chalicelib.mandates.rules.parties import Parties
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.telling.reminding import Reminders
from chalicelib.mandates.writing.notices import level_to_confirm
from chalicelib.mandates.writing.telling import Tidings, activated_notice, approved_notice, end_reason, ended_notice
from chalicelib.mandates.writing.wording import reference_of
from chalicelib.observe import Metric, count, log
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.bsn import Bsn
from chalicelib.people.vault import Vault

_NAMELESS = {"nl": "Iemand van wie wij de naam nu niet hebben", "en": "Somebody whose name we do not have now"}
"""How a letter names the other side where the register does not: what happened is told all the same."""


@dataclass(frozen=True, slots=True)
class Teller:
    """What notices are told with."""

    notices: Notices
    store: MandateStore
    services: Services
    people: PopulationRegister
    tries: Tries
    letters: LetterSender
    vault: Vault = field(repr=False)
    site: str

    @property
    def _reminders(self) -> Reminders:
        return Reminders(self.store, self.services, self.people, self.tries, self.vault, self.site)

    def tell(self, notice_id: str, now: datetime) -> None:
        """Tell a notice, if that was not done before. Raises `Unavailable`: then it is to be told later."""
        notice = self.notices.due(notice_id, now)
        if notice is None:
            log().info("notice_not_due", letter_id=notice_id)
            return
        write = self._reminders.letter if notice.kind is NoticeKind.REMINDER else self._letter
        letter = write(notice, now)
        if not self.notices.tell(notice, letter, now) or letter is None:
            log().info("notice_without_letter", letter_id=notice_id)
            return
        log().info("notice_written", letter_id=notice_id, what=notice.kind.value)
        count(Metric.NOTICE_WRITTEN)
        send_letter(notice_id, self.letters, now)

    def _letter(self, notice: Notice, now: datetime) -> Letter | None:
        """Return the letter about mandates; None where there is nobody to write to, or nothing to write about."""
        mandates = [one for case_id in notice.cases if (one := self.store.mandate(case_id)) is not None]
        wanted = self._wanted(mandates)
        if not wanted:
            return None
        first = mandates[0]
        (other,) = set(Party) - {notice.to}
        numbers = self._numbers(first)
        found = self.people.find(numbers.values())
        to, they = found.get(numbers[notice.to]), found.people.get(numbers[other])
        if to is None or not to.gets_letters or self._too_many(notice, first, now):
            return None
        wishes = self.store.stated(first.sides[notice.to]) or UNSTATED
        # Of the other side a letter has nothing but the name.
        named = they if they is not None and they.name else replace(to, name=_NAMELESS[wishes.language])
        both = Parties(**{notice.to.value: to, other.value: named})
        letter = _written(notice, Tidings(notice.notice_id, wanted, today(now), self.site), both, first, wishes)
        # The id of a notice says nothing; people call it by its case.
        return replace(letter, reference=reference_of(first.case_id))

    def _numbers(self, mandate: Mandate) -> dict[Party, Bsn]:
        return {party: number_in(mandate.case_id, one, self.vault) for party, one in mandate.numbers.items()}

    def _wanted(self, mandates: Sequence[Mandate]) -> list[WantedService]:
        """Return services and periods; a service that the catalogue has no more has no name to be told by."""
        found = []
        for mandate in mandates:
            with suppress(NotFound):
                found.append(WantedService(self.services.service(ServiceId(mandate.service_id)), mandate.period))
        return found

    def _too_many(self, notice: Notice, mandate: Mandate, now: datetime) -> bool:
        """Whether the other side made enough letters come: nobody floods somebody else's letterbox.

        Counted for the two of them, so that nobody keeps back what a third has to be told of.
        """
        (other,) = set(Party) - {notice.to}
        try:
            self.tries.spend(f"notice:{mandate.sides[notice.to]}:{mandate.sides[other]}", now)
        except RateLimited:
            log().warning("notice_kept_back", letter_id=notice.notice_id)
            count(Metric.NOTICE_KEPT_BACK)
            return True
        return False


def _written(notice: Notice, tidings: Tidings, both: Parties, first: Mandate, wishes: LetterWishes) -> Letter:
    day = today(notice.at)
    match notice.kind:
        case NoticeKind.ACTIVATED:
            return activated_notice(tidings, both, day, wishes)
        case NoticeKind.APPROVED:
            level = level_to_confirm(first, tidings.wanted)
            return approved_notice(tidings, both, day, wishes, confirm_level=level)
        case NoticeKind.ENDED:
            return ended_notice(tidings, both, notice.to, end_reason(first, notice.to), day, wishes)
        case NoticeKind.REMINDER:
            raise ValueError("nobody is reminded of a mandate")
