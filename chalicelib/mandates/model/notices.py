"""What one side is told by letter because somebody else did it, or nobody, not even themselves. Pure: what follows from
what happened.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.mandates.model.cases import CaseId, Party
from chalicelib.mandates.model.mandates import Mandate, Way
from chalicelib.mandates.model.requests import Request
from chalicelib.people.pseudonym import PersonId


class NoticeKind(StrEnum):
    ACTIVATED = "activated"
    """To the represented: somebody activated the code."""
    APPROVED = "approved"
    """To the representative: what they asked was approved."""
    ENDED = "ended"
    """To the side that did not end it, or to both where neither did, or one called."""
    REMINDER = "reminder"
    """To who asked for themselves: nobody used the code yet."""


@dataclass(frozen=True, slots=True)
class Notice:
    """That somebody is to be told by letter. When it is written, the register and their mandates say the rest."""

    kind: NoticeKind
    cases: tuple[CaseId, ...]
    """Mandates between the same two, told of in one letter; one at least. Of a reminder, the requests of its code."""
    to: Party
    at: datetime
    """When it happened; of a reminder, when it is due."""
    represented: PersonId | None = None
    """Of a reminder, whose requests they are, under whom they are found; None for mandates."""

    @property
    def notice_id(self) -> str:
        """Return the id of the notice, and of its letter: what happens once is told once."""
        return hashlib.sha256(f"notice {self.kind} {self.to} {self.cases[0]}".encode()).hexdigest()[:36]


_TOLD_AT_ONCE = (Way.KNOWN, Way.RENEWED)
"""Without a code: letters to both are written with the mandate."""


def of_beginning(mandates: Sequence[Mandate]) -> tuple[Notice, ...]:
    """Return who is told of mandates that begin together: the side that did not make them begin."""
    first, cases = mandates[0], tuple(one.case_id for one in mandates)
    if first.consent.way in _TOLD_AT_ONCE:
        return ()
    if first.consent.way is Way.APPROVED:
        return (Notice(NoticeKind.APPROVED, cases, Party.REPRESENTATIVE, first.activated_at),)
    return (Notice(NoticeKind.ACTIVATED, cases, Party.REPRESENTED, first.activated_at),)


def of_ending(ended: Mandate, gone: PersonId | None = None, *, called: bool = False) -> tuple[Notice, ...]:
    """Return who is told that a mandate ended: the other side, or where neither ended it both, but for who died.

    Both also where a side `called` to end it: that it was they nobody saw, and the letter comes to their home.
    """
    if ended.ended_at is None:
        return ()
    told = [party for party in Party if (called or party is not ended.ended_by) and ended.sides[party] != gone]
    return tuple(Notice(NoticeKind.ENDED, (ended.case_id,), party, ended.ended_at) for party in told)


def of_posting(posted: Sequence[Request], at: datetime) -> tuple[Notice, ...]:
    """Return who is reminded of a code whose letter was posted, and when: at half of the time that it works.

    Only of what somebody asked for themselves: to whom another asks something, silence is an answer.
    """
    own = [one for one in posted if one.is_own]
    if not own:
        return ()
    half = at + (max(one.expires_at for one in own) - at) / 2
    cases = tuple(one.case_id for one in own)
    return (Notice(NoticeKind.REMINDER, cases, Party.REPRESENTED, half, own[0].represented),)
