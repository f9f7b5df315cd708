"""Which kinds of items the register holds, and under which keys."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.catalogue.model import ServiceId
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.mandates import Mandate, Way
from chalicelib.mandates.model.requests import Asking, Blocked, OptOut, Request
from chalicelib.mandates.register.transactions import StoredCode, StoredRefusal
from chalicelib.people.pseudonym import PersonId
from chalicelib.storage.kinds import FOR_GOOD, Kept, Kind
from chalicelib.storage.table import Item
from chalicelib.storage.tables import RegisterTable


class OpenMark(NamedTuple):
    """That somebody has an open request for a service."""

    case_id: CaseId
    expires_at: datetime


class Turn(NamedTuple):
    """How often somebody mandated, or something of theirs was suspended, so that each time saw what was before."""

    number: int
    at: datetime


class PartiesRow(NamedTuple):
    """Under whom a case is found."""

    represented: PersonId
    representative: PersonId
    service_id: ServiceId


_PERIOD, _GUESSES = ("start", "end"), ("made_before", "wearing_before")


def _asked_by_the_represented(item: Item) -> Item:
    """Say of a request who asked, before actors nobody else could; and of its code by which id it is kept."""
    asker = {} if "requester" in item else {"requester": {"person": item["represented"], "level": item["level"]}}
    code = {"code_id": item["case_id"]} if "claim" in item and "code_id" not in item else {}
    return {**item, **asker, **code}


def _granted_by_asking(item: Item) -> Item:
    """Say of a mandate how it came to be: before there were other ways, the represented asked and gave the code."""
    if "consent_way" in item:
        return item
    return {**item, "consent_way": Way.ASKED, "consent_level": item["level"], "activated_level": item["level"]}


REQUEST = Kind(
    "A request for a mandate, and how it ended.",
    RegisterTable,
    Request,
    pk="PERSON#{represented}",
    sk="REQUEST#{case_id}",
    kept=FOR_GOOD,
    personal=("represented", "represented_bsn", "requester", "requester_bsn", "staff", "claim", "service_id"),
    sealed=("represented_bsn", "requester_bsn"),
    spread={"period": _PERIOD, "code": ("claim", "code_id", "guesses_before"), "guesses_before": _GUESSES},
    older=_asked_by_the_represented,
)

OPEN = Kind(
    "The mark that somebody has an open request of their own for a service.",
    RegisterTable,
    OpenMark,
    pk="PERSON#{represented}",
    sk="OPEN#{service_id}",
    kept=Kept("its request has ended as far as who asked knows, or a later one takes its place"),
    personal=("represented", "service_id"),
)

OPEN_BY_OTHER = replace(
    OPEN,
    what="The mark that somebody has an open request for a service, made for somebody else.",
    sk="OPEN#{service_id}#{requester}",
    personal=("represented", "requester", "service_id"),
)

ASKING = Kind(
    "What somebody asked for another, as far as they may know.",
    RegisterTable,
    Asking,
    pk="PERSON#{requester}",
    sk="ASKED#{case_id}",
    kept=FOR_GOOD,
    personal=("requester", "represented", "represented_bsn", "service_id"),
    sealed=("represented_bsn",),
    spread={"period": _PERIOD},
)

CODE = Kind(
    "A code that waits to be used: its fingerprint, which only its pepper can make again.",
    RegisterTable,
    StoredCode,
    pk="CLAIM#{claim}",
    sk="CODE#{code_id}",
    kept=Kept("it is used, or the last of its requests ends", timedelta(0), "expires_at"),
    personal=("claim", "represented"),
    keyed=("claim",),
    stored_as={"code_id": "case_id"},
    spread={"fingerprint": ("pepper_id", "digest"), "guesses_before": _GUESSES},
)

REFUSAL = Kind(
    "That the refusal code of a letter refuses what was asked in a visit.",
    RegisterTable,
    StoredRefusal,
    pk="REFUSAL#{refusal_id}",
    sk="REFUSAL",
    kept=Kept("", timedelta(0), "expires_at"),
    personal=("represented",),
    keyed=("refusal_id",),
)

BLOCKED = Kind(
    "That somebody wants no requests of somebody else any more.",
    RegisterTable,
    Blocked,
    pk="PERSON#{represented}",
    sk="BLOCKED#{requester}",
    kept=Kept("they want them again"),
    personal=("represented", "requester", "requester_bsn"),
    sealed=("requester_bsn",),
    keyed=("requester",),
)

OPTED_OUT = Kind(
    "That a person is on the list of those who want no mandates.",
    RegisterTable,
    OptOut,
    pk="PERSON#{person}",
    sk="OPTED-OUT",
    kept=Kept("an operator takes them off it"),
    personal=("person",),
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
    spread={"period": _PERIOD, "consent": ("consent_way", "consent_level")},
    # A release of before lets nobody use what ended for whatever reason: it knows this name.
    stored_as={"ended_at": "revoked_at", "ended_by": "revoked_by"},
    lacking=("without",),
    older=_granted_by_asking,
)

HELD = replace(
    GIVEN, what="A mandate, for who holds it.", pk="PERSON#{representative}", sk="HELD#{service_id}#{case_id}"
)

GRANTS = Kind(
    "How often somebody mandated directly lately, or what they gave was suspended: who mandates at the same time looks "
    "again.",
    RegisterTable,
    Turn,
    pk="PERSON#{represented}",
    sk="GRANTS",
    kept=Kept("", timedelta(days=1), "at"),
    personal=("represented",),
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
