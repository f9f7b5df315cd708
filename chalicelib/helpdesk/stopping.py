"""Stopping what a letter is about: letters tell people to call and to mention a reference, and they may have no DigiD.

Who calls knows number, birth date, and the reference of a letter. That does not show that it came to their home: who
asked them for a mandate filled in the former two, and sees the reference on a page. So nothing begins by it, a stranger
ends what can be asked anew, and what is returned here is for staff: who calls is told the same whatever it is.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from chalicelib.audit.trail import Happening
from chalicelib.errors import NotFound, Refused
from chalicelib.mandates.living.changing import change
from chalicelib.mandates.model.mandates import LIVING, MandateState
from chalicelib.mandates.model.requests import RequestState
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.retrying import retried
from chalicelib.mandates.register.transactions import Closing
from chalicelib.mandates.writing.wording import reference_of
from chalicelib.observe import log
from chalicelib.people.actor import Staff
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import PopulationRegister
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import PersonId, Pseudonyms


@dataclass(frozen=True, slots=True)
class Stopping:
    """What somebody wants to stop who calls, and who of the staff writes that down."""

    by: Staff
    caller: Bsn
    born: BirthDate = field(repr=False)
    """As they say it."""
    reference: str
    """Of a letter, in whatever case and with whatever spaces."""


class About(NamedTuple):
    """A case that a letter is about, and how it is."""

    case_id: str
    state: RequestState | MandateState

    @property
    def can_be_stopped(self) -> bool:
        return self.state is RequestState.WAITING or self.state in LIVING


def cases_of_letter(
    stopping: Stopping, *, store: MandateStore, people: PopulationRegister, pseudonyms: Pseudonyms, now: datetime
) -> list[About]:
    """Return what a letter of who calls is about, as it is now.

    Raises `Refused("not_known")` for a number and birth date that are not somebody's, `NotFound("reference")` also for
    the letter of somebody else, and `Unavailable`.
    """
    return _about(_caller(stopping, people, pseudonyms), stopping.reference, store, now)


def stop(
    stopping: Stopping, *, store: MandateStore, people: PopulationRegister, pseudonyms: Pseudonyms, now: datetime
) -> list[About]:
    """Withdraw what they asked, refuse what another asked of them, revoke what came of it; return how all is then.

    What has ended stays as it is; the same again changes nothing. Raises what `cases_of_letter` does.
    """
    person = _caller(stopping, people, pseudonyms)
    cases = [one.case_id for one in _about(person, stopping.reference, store, now)]
    for case_id in cases:
        retried(partial(_end_request, person, case_id, stopping.by, store, now))
    # What was activated meanwhile is a mandate now.
    for case_id in cases:
        _end_mandate(person, case_id, stopping.by, store, now)
    return _about(person, stopping.reference, store, now)


def _caller(stopping: Stopping, people: PopulationRegister, pseudonyms: Pseudonyms) -> PersonId:
    person = people.find([stopping.caller]).get(stopping.caller)
    if person is None or person.born != stopping.born:
        raise Refused("not_known")
    return pseudonyms.person(stopping.caller)


def _about(person: PersonId, reference: str, store: MandateStore, now: datetime) -> list[About]:
    # Of what did not pass its check nobody has a letter.
    requests = [one for one in store.requests(person) if one.is_own or one.checked_at is not None]
    states: dict[str, RequestState | MandateState] = {one.case_id: one.state(now) for one in requests}
    states |= {one.case_id: one.state(now) for one in (*store.given(person), *store.held(person))}
    said = reference.replace(" ", "").upper()
    found = [About(one, states[one]) for one in sorted(states) if reference_of(one) == said]
    if not found:
        raise NotFound("reference")
    return found


def _end_request(person: PersonId, case_id: str, by: Staff, store: MandateStore, now: datetime) -> None:
    request = store.request(person, case_id)
    if request is None or request.state(now) is not RequestState.WAITING:
        return
    how = RequestState.WITHDRAWN if request.is_own else RequestState.REFUSED
    store.close(Closing((request,), how, by, now))
    log().info("request_stopped", case_id=case_id, what=how.value)


def _end_mandate(person: PersonId, case_id: str, by: Staff, store: MandateStore, now: datetime) -> None:
    mandate = store.mandate(case_id)
    party = mandate.party(person) if mandate else None
    if party is not None:
        ended = {"ended_at": now, "ended_by": party}
        change(case_id, Happening.REVOKED, by, lambda _: ended, store=store, now=now)
