"""Things for tests, with defaults that are odd enough to notice."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import islice
from typing import ClassVar

from chalicelib.audit.trail import Event, Happening
from chalicelib.catalogue.model import EntityId, Service, ServiceId
from chalicelib.letters.contract.letter import EndReason, Letter, LetterKind, LetterService, Reader
from chalicelib.letters.limits import Limits
from chalicelib.mandates.model.cases import CaseId, VisitId
from chalicelib.mandates.model.codes import Code, Fingerprint, Peppers, generate
from chalicelib.mandates.model.guesses import Guesses
from chalicelib.mandates.model.mandates import Consent, Mandate, Way
from chalicelib.mandates.model.period import Period
from chalicelib.mandates.model.requests import CodeTerms, Request, RequestState
from chalicelib.mandates.model.selection import Selection
from chalicelib.mandates.own.activating import activate
from chalicelib.mandates.own.requesting import Wish
from chalicelib.mandates.own.telephoning import Call
from chalicelib.mandates.register.hiding import Secrets
from chalicelib.mandates.register.ports import MandateStore
from chalicelib.mandates.register.transactions import Closing, Mailing, Making, Opening, StoredCode
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.actor import Citizen, Staff, StaffRole
from chalicelib.people.birth_date import BirthDate
from chalicelib.people.brp.person import Person, Standing
from chalicelib.people.bsn import Bsn
from chalicelib.people.pseudonym import AddressId, ClaimId, PersonId, Pseudonyms
from tests.fakes import FakeVault

NOW = datetime(2031, 5, 17, 11, 42, 7, tzinfo=UTC)
VERA, HENK, MINA = Bsn("900100084"), Bsn("900100758"), Bsn("900101416")
VERA_BORN = BirthDate("1948-03-12")
SERVICE_ID = ServiceId("22222222-2222-4222-8222-222222222222")
PORTAL_ID = ServiceId("33333333-3333-4333-8333-333333333333")


class RememberingPeppers(Peppers):
    """Does the slow work once for each code of a claim: that it is done at each guess is shown in `test_codes`."""

    _made: ClassVar[dict[tuple[Code, ClaimId], Fingerprint]] = {}
    _done: ClassVar[dict[tuple[Code, ClaimId], Callable[[Fingerprint], bool]]] = {}

    def fingerprint(self, code: Code, claim: ClaimId) -> Fingerprint:
        if (code, claim) not in self._made:
            self._made[code, claim] = super().fingerprint(code, claim)
        return self._made[code, claim]

    def recognise(self, code: Code, claim: ClaimId) -> Callable[[Fingerprint], bool]:
        if (code, claim) not in self._done:
            self._done[code, claim] = super().recognise(code, claim)
        return self._done[code, claim]


PEPPERS = RememberingPeppers("p2", {"p1": b"old pepper" * 4, "p2": b"new pepper" * 4})
CODE = generate(random.Random(17).randrange)
SECRETS = Secrets(Pseudonyms(b"person key" * 4), PEPPERS, FakeVault())

GENEROUS = Limits(1000, 1000, 1000, 1000)


def some_bsns(count: int) -> list[Bsn]:
    """Return numbers that pass the 11-test, of nobody."""
    return list(islice(_bsns(), count))


def _bsns() -> Iterator[Bsn]:
    for number in range(300_000_000, 400_000_000):
        with suppress(ValueError):
            yield Bsn(f"{number:09}")


def signed_in(bsn: Bsn = VERA, level: int = 20) -> Citizen:
    return Citizen(SECRETS.pseudonyms.person(bsn), level)


def a_person(**changes: object) -> Person:
    facts: dict[str, object] = {
        "name": "Vera van der Gever",
        "addressee": "V. van der Gever",
        "salutation": "Geachte mevrouw Van der Gever",
        "born": VERA_BORN,
        "address": ("Lindelaan 12", "1234 AB  Voorbeeld"),
        "standing": Standing.CURRENT,
    }
    return Person(**{**facts, **changes})  # type: ignore[arg-type]


def a_service(**changes: object) -> Service:
    facts: dict[str, object] = {
        "service_id": SERVICE_ID,
        "entity_id": EntityId("https://ominous.example/metadata"),
        "index": 2,
        "provider": "Gemeente Ominous",
        "name": {"nl": "Sluizen", "en": "Locks"},
        "description": {"nl": "Over sluizen.", "en": "About locks."},
        "level": 20,
        "max_days": 365,
    }
    return Service(**{**facts, **changes})  # type: ignore[arg-type]


def a_period(start: date = date(2031, 5, 17), days: int = 30) -> Period:
    return Period(start, start + timedelta(days=days - 1))


def a_wish(**changes: object) -> Wish:
    """Return a wish for one service; `service` and `period` change it, `wanted` says others."""
    one = {"service": changes.pop("service", a_service()), "period": changes.pop("period", a_period())}
    facts: dict[str, object] = {
        "visit_id": VisitId("ca5e" * 7 + "ca00"),
        "by": signed_in(),
        "bsn": VERA,
        "wanted": (WantedService(**one),),  # type: ignore[arg-type]
        "language": "nl",
        "site": "machtigen.example.nl",
    }
    return Wish(**{**facts, **changes})  # type: ignore[arg-type]


STAFF = Staff("medewerker-7", (StaffRole.OPERATOR,))


def a_call(**changes: object) -> Call:
    """Return what Vera asks by telephone."""
    facts: dict[str, object] = {
        "visit_id": VisitId("ca11" * 7 + "ca00"),
        "by": STAFF,
        "represented": VERA,
        "born": VERA_BORN,
        "wanted": (WantedService(a_service(), a_period()),),
        "language": "nl",
        "site": "machtigen.example.nl",
    }
    return Call(**{**facts, **changes})  # type: ignore[arg-type]


def a_request(**changes: object) -> Request:
    facts: dict[str, object] = {
        "case_id": CaseId("ca5e" * 8),
        "represented": PersonId("vera"),
        "represented_bsn": b"sealed vera",
        "service_id": SERVICE_ID,
        "period": a_period(),
        "requested_at": NOW,
        "expires_at": NOW + timedelta(days=42),
        "level": 20,
        "code": CodeTerms(ClaimId("vera-claim"), CaseId(""), Guesses()),
        "letter_id": "ca5e" * 8 + "0001",
    }
    asked = {**facts, **changes}
    if isinstance(terms := asked["code"], CodeTerms):
        asked["code"] = replace(terms, code_id=CaseId(str(asked["case_id"])))
    return Request(**{"requester": Citizen(asked["represented"], 20), **asked})  # type: ignore[arg-type]


def a_bare_request(**changes: object) -> Request:
    """Return a request without code and letter, which somebody else makes, to whom nobody has consented yet."""
    bare = {
        "requester": Citizen(PersonId("henk"), 25),
        "requester_bsn": b"sealed henk",
        "checked_at": NOW,
        "level": None,
        "code": None,
        "letter_id": None,
    }
    return a_request(**{**bare, **changes})


def an_opening(request: Request, **changes: object) -> Opening:
    letter = a_letter(letter_id=request.letter_id)
    facts: dict[str, object] = {
        "requests": (request,),
        "code": a_code(request) if request.code else None,
        "mailing": Mailing(letter, AddressId(f"home of {request.represented}")) if request.letter_id else None,
    }
    return Opening(**{**facts, **changes})  # type: ignore[arg-type]


def claim_of(request: Request) -> ClaimId:
    assert request.code is not None
    return request.code.claim


def a_code(request: Request, **changes: object) -> StoredCode:
    assert request.code is not None
    facts: dict[str, object] = {
        "claim": request.code.claim,
        "code_id": request.code.code_id,
        "represented": request.represented,
        "fingerprint": _fingerprint(request.code.claim),
        "guesses_before": request.code.guesses_before,
        "expires_at": request.expires_at,
    }
    return StoredCode(**{**facts, **changes})  # type: ignore[arg-type]


@cache
def _fingerprint(claim: ClaimId) -> Fingerprint:
    return PEPPERS.fingerprint(CODE, claim)


def a_mandate(request: Request | None = None, **changes: object) -> Mandate:
    asked = request or a_request()
    facts: dict[str, object] = {
        "case_id": asked.case_id,
        "represented": asked.represented,
        "representative": PersonId("henk"),
        "represented_bsn": asked.represented_bsn,
        "representative_bsn": b"sealed henk",
        "service_id": asked.service_id,
        "period": asked.period,
        "level": 20,
        "activated_at": NOW + timedelta(hours=3),
        "version": asked.version + 1,
    }
    made = {**facts, **changes}
    given = {"consent": Consent(Way.ASKED, made["level"]), "activated_level": made["level"]}  # type: ignore[arg-type]
    return Mandate(**{**given, **made})  # type: ignore[arg-type]


def making(request: Request, mandate: Mandate) -> Making:
    return Making((mandate,), (request,))


def closing(request: Request, by: Citizen, at: datetime, how: RequestState = RequestState.WITHDRAWN) -> Closing:
    return Closing((request,), how, by, at, told=how is RequestState.WITHDRAWN)


def held_for(store: MandateStore, representative: PersonId, service_id: ServiceId) -> list[Mandate]:
    """Return what somebody holds for one service."""
    return list(store.held_page(representative, selection=Selection(services=(service_id,))).rows)


def revoke_in(store: MandateStore, mandate: Mandate, by: Citizen, at: datetime) -> Mandate:
    """Write that a mandate was revoked."""
    revoked = replace(mandate, ended_at=at, ended_by=mandate.party(by.person), version=mandate.version + 1)
    store.change(mandate, revoked, Event(Happening.REVOKED, at, by))
    return revoked


_HOME = {"addressee": "V. van der Gever", "address": ("Lindelaan 12", "1234 AB  Voorbeeld")}
_GREETED = {**_HOME, "salutation": "Geachte mevrouw Van der Gever"}
_CODED = {"code": "BCDF-GHJK-LMNP", "use_before": date(2031, 6, 28)}
_SAYING: dict[LetterKind, dict[str, object]] = {
    LetterKind.CODE: {**_GREETED, **_CODED},
    LetterKind.TELEPHONE: {**_GREETED, **_CODED},
    LetterKind.ASKED: {**_GREETED, **_CODED, "asker": "H. Helper", "refusal_code": "QRST-VWXZ"},
    LetterKind.GIVEN: {**_GREETED, "other": "H. Helper"},
    LetterKind.HELD: {**_GREETED, "other": "N. Jansen"},
    LetterKind.SCREEN: _CODED,
    LetterKind.TEST: {**_GREETED},
    LetterKind.ASKED_NOTICE: {**_GREETED, "asker": "H. Helper", "use_before": date(2031, 6, 28)},
    LetterKind.ACTIVATED: {**_GREETED, "other": "H. Helper", "happened_on": date(2031, 5, 16)},
    LetterKind.APPROVED: {**_GREETED, "other": "N. Jansen", "happened_on": date(2031, 5, 16)},
    LetterKind.ENDED: {
        **_GREETED,
        "other": "H. Helper",
        "happened_on": date(2031, 5, 16),
        "reader": Reader.REPRESENTED,
        "reason": EndReason.REVOKED_BY_OTHER,
    },
    LetterKind.REMINDER: {**_GREETED, "use_before": date(2031, 6, 28), "happened_on": date(2031, 5, 3)},
}


def a_letter(kind: LetterKind = LetterKind.CODE, **changes: object) -> Letter:
    facts: dict[str, object] = {
        "letter_id": "ca5e" * 8 + "0001",
        "kind": kind,
        "reference": "CA5ECA5ECA5E",
        "language": "nl",
        "written_on": date(2031, 5, 17),
        "services": (a_letter_service(),),
        "site": "machtigen.example.nl",
        **_SAYING[kind],
    }
    return Letter(**{**facts, **changes})  # type: ignore[arg-type]


def a_letter_service(**changes: object) -> LetterService:
    facts: dict[str, object] = {
        "name": "Sluizen",
        "provider": "Gemeente Ominous",
        "start": date(2031, 5, 17),
        "end": date(2031, 6, 15),
    }
    return LetterService(**{**facts, **changes})  # type: ignore[arg-type]


def activated(case_id: CaseId, by: Bsn, store: MandateStore, level: int = 20) -> Mandate:
    """Activate a request of Vera, as if `by` had told the right code."""
    return activate(
        SECRETS.pseudonyms.person(VERA),
        case_id,
        by=signed_in(by, level),
        bsn=by,
        services={SERVICE_ID: a_service()},
        store=store,
        secrets=SECRETS,
        now=NOW,
    )[0]
