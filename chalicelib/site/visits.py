"""What somebody asks for in one visit, as far as they have chosen it: a draft, sealed for them, kept for an hour.

`/request` begins one for oneself, `/ask` one for somebody else, and `/direct` one without a code; from there the pages
are the same (`site/choosing.py`).
In the drafts of who asks (`Sessions`) it lies under `visit:{visit_id}` as

    {"chosen": [{"service_id", "start", "end", "typed": {field: text}}, ...],
     "other": null or {"bsn", "born"}, "known": null or {"case_id", "name"}}

with dates as `yyyy-mm-dd`. Addresses name a visit only in their path: that is what a browser comes back to after
signing in again, and whoever asks for somebody else may never end up asking for themselves.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from chalicelib.catalogue.model import Service, ServiceId
from chalicelib.days import today
from chalicelib.errors import NotFound, Refused
from chalicelib.mandates.model.cases import CaseId, VisitId, visit_of
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.rules.eligibility import check_level
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.bsn import Bsn
from chalicelib.site.ports import SitePorts
from chalicelib.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Other:
    """For whom somebody asks, as they filled it in. Nothing of it was looked up."""

    bsn: Bsn
    born: BirthDate


@dataclass(frozen=True, slots=True)
class Chosen:
    """A service and its period; `typed` is the form of the period, for who comes back to change it."""

    service_id: ServiceId
    period: Period
    typed: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Whom somebody mandates without a code: by a mandate by which they acted before, with the name that was shown."""

    case_id: CaseId
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class VisitDraft:
    visit_id: VisitId
    chosen: tuple[Chosen, ...] = ()
    other: Other | None = None
    """None where somebody asks for themselves."""
    known: Acquaintance | None = None
    """None where a code is needed."""

    def typed(self, service_id: str) -> Mapping[str, str]:
        """Return the form of the period of a service; empty for one that was not chosen."""
        return next((one.typed for one in self.chosen if one.service_id == service_id), {})

    def adding(self, new: Chosen) -> "VisitDraft":
        """Return it with a service, which takes the place that it had."""
        places = {one.service_id: one for one in self.chosen} | {new.service_id: new}
        return replace(self, chosen=tuple(places.values()))

    def without(self, service_ids: Collection[str]) -> "VisitDraft":
        return replace(self, chosen=tuple(one for one in self.chosen if one.service_id not in service_ids))


def new_visit(ports: SitePorts, other: Other | None = None, known: Acquaintance | None = None) -> VisitDraft:
    """Return an empty draft, which is not kept yet."""
    return VisitDraft(visit_of(ports.new_id()), other=other, known=known)


def keep(ports: SitePorts, visit: Visit, draft: VisitDraft) -> None:
    """Keep a draft for an hour from now."""
    other = {"bsn": draft.other.bsn.digits, "born": draft.other.born.iso} if draft.other else None
    known = {"case_id": draft.known.case_id, "name": draft.known.name} if draft.known else None
    values = {"chosen": [_written(one) for one in draft.chosen], "other": other, "known": known}
    ports.sessions.save_draft(visit.signed_in.actor.person, _name(draft.visit_id), values, visit.now)


def kept(ports: SitePorts, visit: Visit, visit_id: str) -> VisitDraft | None:
    values = ports.sessions.draft(visit.signed_in.actor.person, _name(visit_id), visit.now)
    if values is None:
        return None
    other = Other(Bsn(values["other"]["bsn"]), BirthDate(values["other"]["born"])) if values["other"] else None
    known = Acquaintance(CaseId(values["known"]["case_id"]), values["known"]["name"]) if values.get("known") else None
    return VisitDraft(VisitId(visit_id), tuple(_read(one) for one in values["chosen"]), other, known)


def drafted(ports: SitePorts, visit: Visit, visit_id: str) -> VisitDraft:
    """Return the draft of a visit. Raises `Refused("draft_gone")`: of whom it was for, nothing is known any more."""
    draft = kept(ports, visit, visit_id)
    if draft is None:
        raise Refused("draft_gone")
    return draft


def forget(ports: SitePorts, visit: Visit, draft: VisitDraft) -> None:
    """Forget a draft whose requests were made."""
    person = visit.signed_in.actor.person
    for name in (_name(draft.visit_id), *(_pointer(one.service_id) for one in draft.chosen)):
        ports.sessions.drop_draft(person, name)


def begun(ports: SitePorts, visit: Visit, service_id: str) -> VisitDraft:
    """Return the draft that somebody began for themselves with a service, or else a new one: whoever goes back to the
    first page has left nothing.
    """
    pointer = ports.sessions.draft(visit.signed_in.actor.person, _pointer(service_id), visit.now)
    return (pointer and kept(ports, visit, pointer["visit_id"])) or new_visit(ports)


def remember(ports: SitePorts, visit: Visit, draft: VisitDraft, service_id: str) -> None:
    """Let `begun` find a draft."""
    values = {"visit_id": draft.visit_id}
    ports.sessions.save_draft(visit.signed_in.actor.person, _pointer(service_id), values, visit.now)


def mandatable(ports: SitePorts, visit: Visit, service_id: str) -> Service:
    """Return a service that may be asked for now. Raises `NotFound`, or `LevelTooLow` for who is signed in too low."""
    service = ports.catalogue.service(service_id)
    if not service.may_be_mandated(visit.now):
        raise NotFound("service")
    check_level(visit.signed_in.actor, [service], visit.now)
    return service


def wanted(ports: SitePorts, visit: Visit, draft: VisitDraft) -> tuple[WantedService, ...]:
    """Return what is asked for. Raises what `mandatable` does, and `Refused("draft_gone")` for what began yesterday."""
    if not draft.chosen or any(one.period.start < today(visit.now) for one in draft.chosen):
        # The form was left open past midnight.
        raise Refused("draft_gone")
    return tuple(WantedService(mandatable(ports, visit, one.service_id), one.period) for one in draft.chosen)


def _written(chosen: Chosen) -> dict[str, Any]:
    days = {"start": chosen.period.start.isoformat(), "end": chosen.period.end.isoformat()}
    return {"service_id": chosen.service_id, **days, "typed": dict(chosen.typed)}


def _read(values: Mapping[str, Any]) -> Chosen:
    period = Period(date.fromisoformat(values["start"]), date.fromisoformat(values["end"]))
    return Chosen(ServiceId(values["service_id"]), period, values["typed"])


def _name(visit_id: str) -> str:
    """Return what the draft of a visit is kept under; never that of another kind, whatever an address says."""
    return f"visit:{visit_id}"


def _pointer(service_id: str) -> str:
    return f"begun:{service_id}"
