"""What somebody else asks comes before the represented: with a letter that brings a code, and names who asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from chalicelib.catalogue.model import Service
from chalicelib.days import today
from chalicelib.errors import TooManyLetters
from chalicelib.letters.contract import Letter, LetterKind
from chalicelib.mandates.checks import Check
from chalicelib.mandates.codes import Code, generate, grouped
from chalicelib.mandates.handing import lines, reference_of
from chalicelib.mandates.model import CodeTerms, Request
from chalicelib.mandates.ports import Admission, LetterSender, Mailing, MandateStore, StoredCode, StoredRefusal, Tries
from chalicelib.mandates.refusals import RefusalCode, new_refusal, refusal_ids
from chalicelib.mandates.requesting import Secrets, send_at_once
from chalicelib.observe import Metric, count, log
from chalicelib.people.brp.person import Person


class Fit(NamedTuple):
    """A request that the represented may decide on, and its service."""

    request: Request
    service: Service


class Sides(NamedTuple):
    """Who is asked for, and who asks."""

    other: Person
    asker: Person


@dataclass(frozen=True, slots=True)
class Admitter:
    """What requests are admitted with."""

    store: MandateStore
    tries: Tries
    letters: LetterSender
    secrets: Secrets = field(repr=False)
    pick: Callable[[int], int]
    site: str

    def admit(self, check: Check, sides: Sides, fit: Sequence[Fit], now: datetime) -> None:
        """Let requests wait: those that a letter's code suffices for with one letter and code, the others without.

        All wait without when others asked for as many letters as they may: who signs in can approve all the same.
        Raises `Conflict` when one is not being checked any more.
        """
        by_letter = [one for one in fit if one.service.letter_suffices(now)]
        bare = [one.request for one in fit if not one.service.letter_suffices(now)]
        if by_letter:
            try:
                self._admit_by_letter(check, sides, by_letter, now)
            except TooManyLetters:
                log().info("asked_without_letter", case_id=by_letter[0].request.case_id)
                bare += [one.request for one in by_letter]
        if bare:
            self.store.admit(Admission(tuple(_checked(one, now) for one in bare)))

    def _admit_by_letter(self, check: Check, sides: Sides, fit: Sequence[Fit], now: datetime) -> None:
        code, refusal = generate(self.pick), new_refusal(self.pick)
        code_id = fit[0].request.case_id
        terms = CodeTerms(check.claim, code_id, self.tries.total(check.claim))
        letter_id = f"{code_id}{self.pick(16**4):04x}"
        requests = tuple(replace(_checked(one.request, now), code=terms, letter_id=letter_id) for one in fit)
        until = max(one.expires_at for one in requests)
        letter = self._letter(letter_id, check, sides, fit, code, refusal, now)
        self.store.admit(
            Admission(
                requests,
                self._stored(code, terms, check, until),
                Mailing(letter, self.secrets.pseudonyms.address(sides.other.address)),
                StoredRefusal(refusal_ids(refusal, self.secrets.peppers)[0], check.represented, check.visit_id, until),
            )
        )
        count(Metric.MANDATE_REQUESTED)
        send_at_once(letter_id, self.letters, now)

    def _stored(self, code: Code, terms: CodeTerms, check: Check, until: datetime) -> StoredCode:
        fingerprint = self.secrets.peppers.fingerprint(code, terms.claim)
        return StoredCode(terms.claim, terms.code_id, check.represented, fingerprint, terms.guesses_before, until)

    def _letter(
        self,
        letter_id: str,
        check: Check,
        sides: Sides,
        fit: Sequence[Fit],
        code: Code,
        refusal: RefusalCode,
        now: datetime,
    ) -> Letter:
        other, language = sides.other, check.language
        return Letter(
            letter_id=letter_id,
            kind=LetterKind.ASKED,
            reference=reference_of(letter_id),
            language=language,
            form_of_address=other.form_of_address,
            addressee=other.addressee,
            address=other.address,
            salutation=other.salutation_in(language),
            written_on=today(now),
            services=lines(((one.service, one.request.period) for one in fit), language),
            site=self.site,
            code=grouped(code),
            # What ends earlier does so with its period, which stands beside it.
            use_before=max(one.request.last_day for one in fit),
            asker=sides.asker.name,
            refusal_code=grouped(refusal),
        )


def _checked(request: Request, now: datetime) -> Request:
    return replace(request, checked_at=now, version=request.version + 1)
