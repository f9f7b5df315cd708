"""What is looked at, at any address that no flow of the matrix comes to. Nothing changes."""

from tests.builders import HENK, SERVICE_ID, VERA
from tests.faults.flows import Flow, Step, fill_in, look, sign_in, vera_is_here
from tests.faults.mandates import made_for, vera_chose_two
from tests.faults.world import World
from tests.http.test_asking import BORN, begin, choose


def _vera_was_away(world: World) -> None:
    """Let Vera fill in a form for longer than her session lasts."""
    sign_in(world.vera, world)
    world.clock.forward(minutes=20)


HEALTH = Step("GET /health", lambda world: world.vera.get("/health"))

_PAGES = ("/", "/?lang=nl", "/weigeren", "/nothing", "/static/site.css", "/saml/metadata", "/saml/digid/metadata")


def _vera_has_the_code_on_screen(world: World) -> None:
    vera_chose_two(world)
    shown = world.vera.submit(world.facts["review"], {"handing": "screen"}).location
    world.facts["shown"] = shown


def _henk_chose_for_whom(world: World) -> None:
    sign_in(world.henk, world)
    world.facts["choice"] = begin(world.henk)
    world.facts["review"] = choose(world.henk, world.facts["choice"])
    world.facts["visit_id"] = world.facts["review"].rpartition("/")[2]


FLOWS = (
    Flow(
        "end several",
        made_for("vera"),
        (
            look("vera", "/mandates/end?case={case_id}"),
            fill_in("vera", "/mandates/end", cases=""),
            look("vera", "/mandates/end/done?case={case_id}"),
        ),
    ),
    Flow(
        "search",
        made_for("vera"),
        (
            fill_in("vera", "/mandates/search", view="given", q=HENK.digits),
            look("vera", "/mandates/search"),
        ),
    ),
    Flow(
        "ask again",
        made_for("henk", end="month"),
        (look("henk", "/mandates/{case_id}/ask-again"), fill_in("henk", "/mandates/{case_id}/ask-again")),
    ),
    Flow(
        "change for whom",
        _henk_chose_for_whom,
        (
            look("henk", "{choice}/" + SERVICE_ID),
            look("henk", "/ask/{visit_id}"),
            fill_in("henk", "/ask/{visit_id}", bsn=VERA.digits, born=BORN),
        ),
    ),
    Flow(
        "code on screen",
        _vera_has_the_code_on_screen,
        (look("vera", "{shown}.pdf"), fill_in("vera", "{shown}")),
    ),
    Flow("pages that anybody may see", vera_is_here, tuple(look("vera", path) for path in _PAGES)),
    Flow("health", vera_is_here, (HEALTH,)),
    Flow("form after the session", _vera_was_away, (fill_in("vera", "/activate", bsn="1", born="2", code="3"),)),
)
