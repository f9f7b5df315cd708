"""Looking somebody up in the register because another asks for them, guarded: nobody tries birth dates there.

Look-ups that fail are counted in a quarter of an hour, of one person and at one home address (machtigen.md 3.4). Above
the limit the look-up is put off, never refused: what a stranger tries must not harm who asks honestly (invariant 8).
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from chalicelib.mandates.for_another.approving import asker_number
from chalicelib.mandates.model.requests import Request
from chalicelib.mandates.register.checks import Check
from chalicelib.mandates.register.hiding import Secrets, number_in
from chalicelib.mandates.register.ports import Tries
from chalicelib.people.brp.person import Person, PopulationRegister


class Both(NamedTuple):
    """Who is asked for, and who asks, as the register has them: None for who is unknown there."""

    other: Person | None
    asker: Person | None
    known: bool
    """Whether there is such a person, who has the birth date that was filled in."""


@dataclass(frozen=True, slots=True)
class LookUps:
    people: PopulationRegister
    tries: Tries
    """With the limits of `register/tries.py::look_up_limits`."""
    secrets: Secrets = field(repr=False)

    def find(self, check: Check, request: Request, now: datetime) -> Both:
        """Look both sides of a request up.

        Raises `RateLimited` when too many look-ups failed lately, and `Unavailable`. Each takes a try before its
        outcome counts, so that many at a time learn no more than one after the other; what does not fail gives it back.
        """
        with ExitStack() as given_back:
            self._take(f"look-up:{check.represented}", given_back, now)
            both = self._ask(check, request)
            if both.other is not None and both.other.address:
                self._take(f"home:{self.secrets.pseudonyms.address(both.other.address)}", given_back, now)
            if not both.known:
                given_back.pop_all()
        return both

    def _take(self, subject: str, given_back: ExitStack, now: datetime) -> None:
        self.tries.spend(subject, now)
        given_back.callback(self.tries.refund, subject)

    def _ask(self, check: Check, request: Request) -> Both:
        represented = number_in(request.case_id, request.represented_bsn, self.secrets.vault)
        requester = asker_number(request, self.secrets.vault)
        found = self.people.find([represented, requester])
        other, asker = found.get(represented), found.get(requester)
        known = other is not None and check.claim == self.secrets.pseudonyms.claim(represented, other.born)
        return Both(other, asker, known)
