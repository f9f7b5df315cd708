"""What somebody else asks comes before the represented: with a letter that brings a code, and names who asks."""

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
from chalicelib.observe import Metric, count, log


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
        """Let requests wait: those that a letter's code suffices for with one letter and code, the others without.

        All wait without when others asked for as many letters as they may: who signs in can approve all the same.
        Raises `Conflict` as `MandateStore.admit` does, or `Unavailable`.
        """
        by_letter = [one for one in fit if one.service.letter_suffices(now)]
        bare = [one.request for one in fit if not one.service.letter_suffices(now)]
        if by_letter:
            try:
                self._admit_by_letter(check, both, by_letter, now)
            except TooManyLetters:
                log().info("asked_without_letter", case_id=by_letter[0].request.case_id)
                bare += [one.request for one in by_letter]
        if bare:
            # Nothing is posted: the outer limit, which who asked was told, is the end.
            self.store.admit(Admission(tuple(replace(_checked(one, now), valid_days=None) for one in bare)))

    def _admit_by_letter(self, check: Check, both: Parties, fit: Sequence[Fit], now: datetime) -> None:
        code, refusal = generate(self.pick), new_refusal(self.pick)
        code_id = fit[0].request.case_id
        terms = CodeTerms(check.claim, code_id, self.tries.total(check.claim))
        letter_id = f"{code_id}{self.pick(16**4):04x}"
        requests = tuple(replace(_checked(one.request, now), code=terms, letter_id=letter_id) for one in fit)
        until, use_before = max(one.expires_at for one in requests), max(one.safe_day for one in requests)
        wanted = [WantedService(one.service, one.request.period) for one in fit]
        written = Written(letter_id, wanted, grouped(code), use_before, today(now), self.site)
        look = self.store.stated(check.represented) or UNSTATED
        letter = asked_letter(written, both, grouped(refusal), look)
        self.store.admit(
            Admission(
                requests,
                self._stored(code, terms, check, until),
                Mailing(letter, self.secrets.pseudonyms.address(both.represented.address)),
                StoredRefusal(refusal_ids(refusal, self.secrets.peppers)[0], check.represented, check.visit_id, until),
            )
        )
        count(Metric.MANDATE_REQUESTED)
        send_letter(letter_id, self.letters, now)

    def _stored(self, code: Code, terms: CodeTerms, check: Check, until: datetime) -> StoredCode:
        fingerprint = self.secrets.peppers.fingerprint(code, terms.claim)
        return StoredCode(terms.claim, terms.code_id, check.represented, fingerprint, terms.guesses_before, until)


def _checked(request: Request, now: datetime) -> Request:
    return replace(request, checked_at=now, version=request.version + 1)
