"""What somebody asked for another, checked and passed on: with a letter that has both codes, or without any."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.catalogue.model import ServiceId
from chalicelib.letters.contract.letter import LetterKind
from chalicelib.mandates.model.cases import CaseId, VisitId, case_of
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.refusals import new_refusal, refusal_ids
from chalicelib.mandates.model.requests import CodeTerms, Request
from chalicelib.mandates.register.hiding import Secrets
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.transactions import Admission, Mailing, Opening, StoredRefusal
from chalicelib.people.actor import Citizen
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import AddressId
from tests.builders import (
    HENK,
    NOW,
    SECRETS,
    SERVICE_ID,
    VERA,
    VERA_BORN,
    a_bare_request,
    a_code,
    a_letter,
    a_period,
)

VISIT = VisitId("a5ed" * 7 + "a500")
REFUSAL = new_refusal(random.Random(17).randrange)


def asked_and_passed_on(
    store: MandateStore,
    *services: ServiceId,
    visit_id: str = VISIT,
    by: Bsn = HENK,
    of: Bsn = VERA,
    level: int = 25,
    letter: bool = True,
    now: datetime = NOW,
    secrets: Secrets = SECRETS,
) -> tuple[Request, ...]:
    """Ask for services in one visit, and let the check pass it on; return the requests as they wait."""
    visit, person = VisitId(visit_id), secrets.pseudonyms.person
    asked = [
        a_bare_request(
            case_id=case_id,
            represented=person(of),
            represented_bsn=secrets.vault.seal(of.digits, f"case:{case_id}"),
            requester=Citizen(person(by), level),
            requester_bsn=secrets.vault.seal(by.digits, f"case:{case_id}"),
            service_id=service_id,
            period=a_period(now.date()),
            requested_at=now,
            checked_at=None,
            expires_at=now + timedelta(days=30),
        )
        for number, service_id in enumerate(services or (SERVICE_ID,))
        for case_id in (case_of(visit, number),)
    ]
    store.open_requests(Opening(tuple(asked)))
    code = CodeTerms(secrets.pseudonyms.claim(of, VERA_BORN), CaseId(visit), Guesses()) if letter else None
    letter_id = f"{visit}0001" if letter else None
    waiting = tuple(replace(one, checked_at=now, version=2, code=code, letter_id=letter_id) for one in asked)
    store.admit(_admission(waiting, secrets) if letter else Admission(waiting))
    return waiting


def _admission(requests: Sequence[Request], secrets: Secrets) -> Admission:
    first = requests[0]
    refusal = StoredRefusal(refusal_ids(REFUSAL, secrets.peppers)[0], first.represented, first.visit, first.expires_at)
    mailing = Mailing(a_letter(LetterKind.ASKED, letter_id=first.letter_id), AddressId(f"home of {first.represented}"))
    return Admission(tuple(requests), a_code(first), mailing, refusal)
