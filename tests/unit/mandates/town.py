"""Vera, and Henk who represented her before, with the use cases of mandating again on ports in memory."""

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.catalogue.model import Service
from chalicelib.mandates.direct.granting import Grant, grant
from chalicelib.mandates.direct.renewing import Renewal, renew_mandate
from chalicelib.mandates.model.cases import CaseId, VisitId
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.people.bsn import Bsn
from tests.builders import (
    GENEROUS,
    HENK,
    NOW,
    SECRETS,
    SERVICE_ID,
    VERA,
    a_mandate,
    a_period,
    a_person,
    a_request,
    a_service,
    an_opening,
    making,
    signed_in,
)
from tests.fakes import FakeMandates, FakeRegister, FakeSender, FakeTries

EARLIER = CaseId("ea" * 16)
LATER = timedelta(days=1)
"""When Vera mandates again: her mandates began by then."""


class Town:
    def __init__(self) -> None:
        self.store, self.letters, self.tries = FakeMandates(GENEROUS), FakeSender(), FakeTries()
        self.people = FakeRegister({VERA: a_person(), HENK: a_person(name="Henk Helper", addressee="H. Helper")})

    def represented_before(self, by: Bsn = HENK, case_id: CaseId = EARLIER, **changes: object) -> Mandate:
        """Let somebody have activated a mandate of Vera."""
        vera = signed_in(VERA)
        asked = a_request(
            case_id=case_id,
            represented=vera.person,
            represented_bsn=SECRETS.vault.seal(VERA.digits, f"case:{case_id}"),
            letter_id=f"{case_id}0001",
            **{name: changes.pop(name) for name in ("service_id", "period") if name in changes},
        )
        made = a_mandate(
            asked,
            representative=signed_in(by).person,
            representative_bsn=SECRETS.vault.seal(by.digits, f"case:{case_id}"),
            **changes,
        )
        self.store.open_requests(an_opening(asked))
        self.store.make(making(asked, made), signed_in(by, made.activated_level))
        return made

    def grant(self, now: datetime = NOW + LATER, /, **changes: object) -> tuple[Mandate, ...]:
        return grant(self.asked(**changes), **self._ports(now))  # type: ignore[arg-type]

    def asked(self, **changes: object) -> Grant:
        """Return what Vera wants: another service for Henk, unless it says otherwise."""
        facts: dict[str, object] = {
            "visit_id": VisitId("f0" * 15 + "00"),
            "by": signed_in(),
            "bsn": VERA,
            "earlier": EARLIER,
            "wanted": (WantedService(a_service(service_id="another"), a_period()),),
            "language": "nl",
            "site": "machtigen.example.nl",
        }
        return Grant(**{**facts, **changes})  # type: ignore[arg-type]

    def renew(self, mandate: Mandate, now: datetime, wanted: WantedService, level: int = 20, by: Bsn = VERA) -> Mandate:
        asked = Renewal(mandate.case_id, signed_in(by, level), by, wanted, "nl", "machtigen.example.nl")
        return renew_mandate(asked, **self._ports(now))  # type: ignore[arg-type]

    def _ports(self, now: datetime) -> dict[str, object]:
        pick: Callable[[int], int] = lambda below: below - 1  # noqa: E731 - one digit before it begins anew
        return {
            "store": self.store,
            "people": self.people,
            "tries": self.tries,
            "letters": self.letters,
            "secrets": SECRETS,
            "pick": pick,
            "now": now,
        }


def wanting(*numbers: int, **terms: object) -> tuple[WantedService, ...]:
    """Return services that are wanted, by their number."""
    return tuple(WantedService(a_service(service_id=f"service {number}", **terms), a_period()) for number in numbers)


THE_SERVICE: Service = a_service(service_id=SERVICE_ID)
