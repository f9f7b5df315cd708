"""Letters with a code, and the page to take along."""

from datetime import date

from chalicelib.letters.contract.letter import LetterKind
from chalicelib.mandates.rules.wanted import WantedService
from chalicelib.mandates.writing.codes import Written, sheet
from tests.builders import PORTAL_ID, a_period, a_service


def test_the_page_to_take_along_says_what_was_asked_and_until_when_its_code_works() -> None:
    portal = a_service(service_id=PORTAL_ID, name={"nl": "Bruggen", "en": "Bridges"})
    wanted = (WantedService(a_service(), a_period(days=5)), WantedService(portal, a_period(days=90)))
    last_day = date(2026, 3, 1)
    page = sheet(Written("ab" * 16, wanted, "BCDF-GHJK-LMNP", last_day, last_day, "machtigen.example.nl"), "en")
    assert page.kind is LetterKind.SCREEN
    assert [line.name for line in page.services] == ["Locks", "Bridges"]
    assert (page.code, page.use_before, page.reference) == ("BCDF-GHJK-LMNP", last_day, "ABABABABABAB")
