"""What somebody asked for another, as it lies in the register: for tests of pages that show it."""

from collections.abc import Mapping
from datetime import timedelta

from chalicelib.catalogue.model import ServiceId
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.requests import Request
from chalicelib.people.actor import Citizen
from chalicelib.people.bsn import Bsn
from chalicelib.wiring import Wiring
from tests.builders import HENK, SERVICE_ID, VERA, a_bare_request, a_period, an_opening


def asked_by(
    wired: Wiring,
    asker: Bsn = HENK,
    of: Bsn = VERA,
    *,
    case_id: str = "a5ed" * 7 + "a500",
    service_id: str = SERVICE_ID,
    **changes: object,
) -> Request:
    """Write what somebody asks for another, checked already unless `checked_at` is None."""
    now, person = wired.clock(), wired.secrets.pseudonyms.person
    facts: Mapping[str, object] = {
        "case_id": CaseId(case_id),
        "represented": person(of),
        "represented_bsn": wired.vault.seal(of.digits, f"case:{case_id}"),
        "requester": Citizen(person(asker), 20),
        "requester_bsn": wired.vault.seal(asker.digits, f"case:{case_id}"),
        "service_id": ServiceId(service_id),
        "period": a_period(now.date()),
        "requested_at": now,
        "checked_at": now,
        "expires_at": now + timedelta(days=30),
    }
    request = a_bare_request(**{**facts, **changes})
    wired.mandates.open_requests(an_opening(request))
    return request
