"""Requests, codes and mandates as items of the register's table, and back."""

from datetime import date, datetime
from typing import Any

from chalicelib.catalogue.model import ServiceId
from chalicelib.mandates.codes import Fingerprint
from chalicelib.mandates.model import CaseId, Guesses, Mandate, Party, Request, RequestState
from chalicelib.mandates.period import Period
from chalicelib.mandates.ports import StoredCode
from chalicelib.people.pseudonym import ClaimId, PersonId
from chalicelib.storage.table import Item


def person_key(person: PersonId) -> str:
    return f"PERSON#{person}"


def request_key(case_id: str) -> str:
    return f"REQUEST#{case_id}"


def open_key(service_id: ServiceId) -> str:
    """Key of the mark that a person has an open request for a service."""
    return f"OPEN#{service_id}"


def given_key(case_id: str) -> str:
    return f"GIVEN#{case_id}"


def held_key(mandate: Mandate) -> str:
    return f"HELD#{mandate.service_id}#{mandate.case_id}"


def request_item(request: Request) -> Item:
    return {
        "pk": person_key(request.represented),
        "sk": request_key(request.case_id),
        "case_id": request.case_id,
        "represented": request.represented,
        "represented_bsn": request.represented_bsn,
        "claim": request.claim,
        "service_id": request.service_id,
        **_period_fields(request.period),
        "requested_at": request.requested_at.isoformat(),
        "expires_at": request.expires_at.isoformat(),
        "level": request.level,
        "letter_id": request.letter_id,
        **_guesses_fields(request.guesses_before),
        "version": request.version,
    }


def request_from(item: Item) -> Request:
    return Request(
        case_id=CaseId(item["case_id"]),
        represented=PersonId(item["represented"]),
        represented_bsn=item["represented_bsn"],
        claim=ClaimId(item["claim"]),
        service_id=ServiceId(item["service_id"]),
        period=_period(item),
        requested_at=datetime.fromisoformat(item["requested_at"]),
        expires_at=datetime.fromisoformat(item["expires_at"]),
        level=item["level"],
        letter_id=item["letter_id"],
        guesses_before=_guesses(item),
        ended=RequestState(item["ended"]) if "ended" in item else None,
        ended_at=_instant(item, "ended_at"),
        version=item["version"],
    )


def mandate_item(mandate: Mandate) -> dict[str, Any]:
    """Return the fields of a mandate, without the key: it is written under both people."""
    return {
        "case_id": mandate.case_id,
        "represented": mandate.represented,
        "representative": mandate.representative,
        "represented_bsn": mandate.represented_bsn,
        "representative_bsn": mandate.representative_bsn,
        "service_id": mandate.service_id,
        **_period_fields(mandate.period),
        "level": mandate.level,
        "activated_at": mandate.activated_at.isoformat(),
        "version": mandate.version,
    }


def mandate_from(item: Item) -> Mandate:
    return Mandate(
        case_id=CaseId(item["case_id"]),
        represented=PersonId(item["represented"]),
        representative=PersonId(item["representative"]),
        represented_bsn=item["represented_bsn"],
        representative_bsn=item["representative_bsn"],
        service_id=ServiceId(item["service_id"]),
        period=_period(item),
        level=item["level"],
        activated_at=datetime.fromisoformat(item["activated_at"]),
        revoked_at=_instant(item, "revoked_at"),
        revoked_by=Party(item["revoked_by"]) if "revoked_by" in item else None,
        version=item["version"],
    )


def code_item(code: StoredCode) -> Item:
    return {
        "pk": f"CLAIM#{code.claim}",
        "sk": f"CODE#{code.case_id}",
        "case_id": code.case_id,
        "represented": code.represented,
        "pepper_id": code.fingerprint.pepper_id,
        "digest": code.fingerprint.digest,
        **_guesses_fields(code.guesses_before),
        "expires_at": code.expires_at.isoformat(),
        # Only cleans up: whether a code has expired is decided by the clock.
        "ttl": int(code.expires_at.timestamp()),
    }


def code_from(item: Item) -> StoredCode:
    return StoredCode(
        claim=ClaimId(item["pk"].removeprefix("CLAIM#")),
        case_id=CaseId(item["case_id"]),
        represented=PersonId(item["represented"]),
        fingerprint=Fingerprint(item["pepper_id"], item["digest"]),
        guesses_before=_guesses(item),
        expires_at=datetime.fromisoformat(item["expires_at"]),
    )


def _period_fields(period: Period) -> Item:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}


def _guesses_fields(before: Guesses) -> Item:
    return {"made_before": before.made, "wearing_before": before.wearing}


def _guesses(item: Item) -> Guesses:
    return Guesses(item["made_before"], item["wearing_before"])


def _period(item: Item) -> Period:
    return Period(date.fromisoformat(item["start"]), date.fromisoformat(item["end"]))


def _instant(item: Item, name: str) -> datetime | None:
    return datetime.fromisoformat(item[name]) if name in item else None
