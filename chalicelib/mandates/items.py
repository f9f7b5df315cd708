"""Which kinds of items the register holds, and under which keys."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.catalogue.model import ServiceId
from chalicelib.mandates.model import CaseId, Mandate, Request
from chalicelib.mandates.ports import StoredCode
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.kinds import FOR_GOOD, Kept, Kind
from chalicelib.storage.table import Item
from chalicelib.storage.tables import RegisterTable


class OpenMark(NamedTuple):
    """That somebody has an open request for a service."""

    case_id: CaseId
    expires_at: datetime


class PartiesRow(NamedTuple):
    """Under whom a case is found."""

    represented: PersonId
    representative: PersonId
    service_id: ServiceId


_PERIOD, _GUESSES = ("start", "end"), ("made_before", "wearing_before")


def _asked_by_the_represented(item: Item) -> Item:
    """Say of a request who asked: before actors nobody else could."""
    if "requester" in item:
        return item
    return {**item, "requester": {"person": item["represented"], "level": item["level"]}}


REQUEST = Kind(
    "A request for a mandate, and how it ended.",
    RegisterTable,
    Request,
    pk="PERSON#{represented}",
    sk="REQUEST#{case_id}",
    kept=FOR_GOOD,
    personal=("represented", "represented_bsn", "requester", "claim", "service_id"),
    sealed=("represented_bsn",),
    spread={"period": _PERIOD, "code": ("claim", "guesses_before"), "guesses_before": _GUESSES},
    older=_asked_by_the_represented,
)

OPEN = Kind(
    "The mark that somebody has an open request of their own for a service.",
    RegisterTable,
    OpenMark,
    pk="PERSON#{represented}",
    sk="OPEN#{service_id}",
    kept=Kept("its request is activated or withdrawn, or a later one takes its place"),
    personal=("represented", "service_id"),
)

OPEN_BY_OTHER = replace(
    OPEN,
    what="The mark that somebody has an open request for a service, made for somebody else.",
    sk="OPEN#{service_id}#{requester}",
    personal=("represented", "requester", "service_id"),
)

CODE = Kind(
    "A code that waits to be used: its fingerprint, which only its pepper can make again.",
    RegisterTable,
    StoredCode,
    pk="CLAIM#{claim}",
    sk="CODE#{case_id}",
    kept=Kept("it is used, or its request is withdrawn or gives way", timedelta(0), "expires_at"),
    personal=("claim", "represented"),
    keyed=("claim",),
    spread={"fingerprint": ("pepper_id", "digest"), "guesses_before": _GUESSES},
)

GIVEN = Kind(
    "A mandate, for who gave it.",
    RegisterTable,
    Mandate,
    pk="PERSON#{represented}",
    sk="GIVEN#{case_id}",
    kept=FOR_GOOD,
    personal=("represented", "representative", "represented_bsn", "representative_bsn", "service_id"),
    sealed=("represented_bsn", "representative_bsn"),
    spread={"period": _PERIOD},
)

HELD = replace(
    GIVEN, what="A mandate, for who holds it.", pk="PERSON#{representative}", sk="HELD#{service_id}#{case_id}"
)

PARTIES = Kind(
    "Whose mandate a case is.",
    RegisterTable,
    PartiesRow,
    pk="CASE#{case_id}",
    sk="PARTIES",
    kept=FOR_GOOD,
    personal=("represented", "representative", "service_id"),
)
