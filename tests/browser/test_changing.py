"""The pages on which less is left of a mandate, and on which several end."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from chalicelib.audit.trail import Event
from chalicelib.catalogue.model import Relation, ServiceId
from chalicelib.days import today
from chalicelib.errors import Unavailable
from chalicelib.mandates.model.mandates import Mandate
from chalicelib.mandates.model.notices import Notice
from chalicelib.wiring import Wiring
from local.brp.site import brp_site, key_holder
from local.serving import serve_in_thread
from tests.browser.conftest import Look
from tests.browser.windows import LANGUAGES, Contexts, window_of
from tests.builders import PORTAL_ID, a_service
from tests.fakes import Clock
from tests.http.client import Person
from tests.http.conftest import client, clock, henk, mina, vera, wired
from tests.http.journey import mandate

__all__ = ["client", "clock", "henk", "mina", "vera", "wired"]

MOVING = ServiceId("4" * 32)


@pytest.fixture(autouse=True)
def another_service(wired: Wiring) -> None:
    """Put one more service behind the portal."""
    named = {"nl": "Verhuizing doorgeven", "en": "Report a move"}
    wired.catalogue.put_service(a_service(service_id=MOVING, index=11, name=named, behind=(Relation(PORTAL_ID),)))


@LANGUAGES
def test_who_restricts_a_mandate_sees_what_it_is_and_what_it_will_be(
    language: str, wired: Wiring, clock: Clock, vera: Person, henk: Person, new_context: Contexts, look: Look
) -> None:
    case_id = mandate(vera, henk, PORTAL_ID)
    with window_of(vera, wired, new_context(language), language) as window:
        page = window.open(f"/mandates/{case_id}/restrict")
        look(page, f"{language}-80-restrict")
        window.press("next")
        look(page, f"{language}-81-restrict-nothing-filled-in")
        page.fill("[name=end_date]", f"{today(clock()) + timedelta(days=3):%d-%m-%Y}")
        page.check(f"[name=service-{MOVING}]")
        window.press("next")
        look(page, f"{language}-82-confirm_restriction")


@LANGUAGES
def test_who_ends_several_mandates_sees_each_before_and_after(
    language: str,
    wired: Wiring,
    vera: Person,
    henk: Person,
    new_context: Contexts,
    look: Look,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken, fine = mandate(vera, henk), mandate(vera, henk, PORTAL_ID)
    change = wired.mandates.change

    def breaking(of: Mandate, new: Mandate, event: Event, *due: Notice) -> None:
        if of.case_id == broken:
            raise Unavailable("dynamodb")
        change(of, new, event, *due)

    with window_of(vera, wired, new_context(language), language) as window:
        page = window.open(f"/mandates/end?{urlencode([('case', broken), ('case', fine)])}")
        look(page, f"{language}-83-end")
        with monkeypatch.context() as while_down:
            while_down.setattr(wired.mandates, "change", breaking)
            window.press("revoke")
        look(page, f"{language}-84-ended-but-for-one")
        look(window.open("/mandates/end"), f"{language}-85-end-nothing-chosen")


@LANGUAGES
def test_the_register_shows_who_can_die_and_who_has(language: str, new_context: Contexts, look: Look) -> None:
    server = serve_in_thread(brp_site(key_holder("key")), 0)
    page = new_context(language).new_page()
    page.goto(f"http://localhost:{server.server_port}/")
    page.get_by_role("button", name="Vera van der Gever").click()
    look(page, f"{language}-86-brp_deaths")
    server.shutdown()
