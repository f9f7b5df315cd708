"""What somebody else asks comes before the represented: with a letter that names who asks, and mostly brings a code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from chalicelib.catalogue.model import Service
from chalicelib.days import today
from chalicelib.errors import TooManyLetters
from chalicelib.mandates.model.codes import Code, generate, grouped
from chalicelib.mandates.model.refusals import new_refusal, refusal_ids
from chalicelib.mandates.model.requests import CodeTerms, Request
from chalicelib.mandates.model.wishes import UNSTATED
from chalicelib.mandates.register.checks import Check
from chalicelib.mandates.register.hiding import Secrets
from chalicelib.mandates.register.ports import LetterSender, MandateStore, Tries
from chalicelib.mandates.register.sending import send_letter
from chalicelib.mandates.register.transactions import Admission, Mailing, StoredCode, StoredRefusal
from chalicelib.mandates.rules.parties import Parties
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.writing.codes import Written, asked_letter
from chalicelib.mandates.writing.telling import Tidings, asked_notice
from chalicelib.observe import Metric, count, log
from chalicelib.people.pseudonym import AddressId


class Fit(NamedTuple):
    """A request that the represented may decide on, and its service."""

    request: Request
    service: Service


@dataclass(frozen=True, slots=True)
class Admitter:
    """What requests are admitted with."""

    store: MandateStore
    tries: Tries
    letters: LetterSender
    secrets: Secrets = field(repr=False)
    pick: Callable[[int], int]
    site: str

    def admit(self, check: Check, both: Parties, fit: Sequence[Fit], now: datetime) -> None:
        """Let requests wait: those that a letter's code suffices for with one letter and code, the others with a letter
        that only tells of them.

        Where others asked for as many letters as they may, they wait without: who signs in can approve all the same.
        Raises `Conflict` as `MandateStore.admit` does, or `Unavailable`.
        """
        by_code = [one for one in fit if one.service.letter_suffices(now)]
        by_signing_in = [one for one in fit if not one.service.letter_suffices(now)]
        for some, admit in ((by_code, self._admit_with_code), (by_signing_in, self._admit_with_notice)):
            if some:
                try:
                    admit(check, both, some, now)
                except TooManyLetters:
                    log().info("asked_without_letter", case_id=some[0].request.case_id)
                    self.store.admit(Admission(tuple(_for_approval(one.request, now) for one in some)))

    def _admit_with_notice(self, check: Check, both: Parties, fit: Sequence[Fit], now: datetime) -> None:
        letter_id = self._letter_id(fit)
        requests = tuple(replace(_for_approval(one.request, now), letter_id=letter_id) for one in fit)
        tidings = Tidings(letter_id, _wanted(fit), today(now), self.site)
        last_day = max(one.last_day for one in requests)
        letter = asked_notice(tidings, both, last_day, self.store.stated(check.represented) or UNSTATED)
        self.store.admit(Admission(requests, mailing=Mailing(letter, self._home(both))))
        send_letter(letter_id, self.letters, now)

    def _admit_with_code(self, check: Check, both: Parties, fit: Sequence[Fit], now: datetime) -> None:
        code, refusal = generate(self.pick), new_refusal(self.pick)
        code_id = fit[0].request.case_id
        terms = CodeTerms(check.claim, code_id, self.tries.total(check.claim))
        letter_id = self._letter_id(fit)
        requests = tuple(replace(_checked(one.request, now), code=terms, letter_id=letter_id) for one in fit)
        until, use_before = max(one.expires_at for one in requests), max(one.safe_day for one in requests)
        written = Written(letter_id, _wanted(fit), grouped(code), use_before, today(now), self.site)
        look = self.store.stated(check.represented) or UNSTATED
        letter = asked_letter(written, both, grouped(refusal), look)
        self.store.admit(
            Admission(
                requests,
                self._stored(code, terms, check, until),
                Mailing(letter, self._home(both)),
                StoredRefusal(refusal_ids(refusal, self.secrets.peppers)[0], check.represented, check.visit_id, until),
            )
        )
        count(Metric.MANDATE_REQUESTED)
        send_letter(letter_id, self.letters, now)

    def _letter_id(self, fit: Sequence[Fit]) -> str:
        return f"{fit[0].request.case_id}{self.pick(16**4):04x}"

    def _home(self, both: Parties) -> AddressId:
        return self.secrets.pseudonyms.address(both.represented.address)

    def _stored(self, code: Code, terms: CodeTerms, check: Check, until: datetime) -> StoredCode:
        fingerprint = self.secrets.peppers.fingerprint(code, terms.claim)
        return StoredCode(terms.claim, terms.code_id, check.represented, fingerprint, terms.guesses_before, until)


def _checked(request: Request, now: datetime) -> Request:
    return replace(request, checked_at=now, version=request.version + 1)


def _for_approval(request: Request, now: datetime) -> Request:
    """Return it as it waits for approval alone: no code is posted, so the outer limit, which who asked was told, is its
    end.
    """
    return replace(_checked(request, now), valid_days=None)


def _wanted(fit: Sequence[Fit]) -> list[WantedService]:
    return [WantedService(one.service, one.request.period) for one in fit]
