"""What is looked at, at any address that no flow of the matrix comes to. Nothing changes."""

from tests.faults.flows import Flow, Step, fill_in, look, sign_in, vera_is_here
from tests.faults.world import World


def _vera_was_away(world: World) -> None:
    """Let Vera fill in a form for longer than her session lasts."""
    sign_in(world.vera, world)
    world.clock.forward(minutes=20)


HEALTH = Step("GET /health", lambda world: world.vera.get("/health"))

_PAGES = ("/", "/?lang=nl", "/nothing", "/static/site.css", "/saml/metadata", "/saml/digid/metadata")

FLOWS = (
    Flow("pages that anybody may see", vera_is_here, tuple(look("vera", path) for path in _PAGES)),
    Flow("health", vera_is_here, (HEALTH,)),
    Flow("form after the session", _vera_was_away, (fill_in("vera", "/activate", bsn="1", born="2", code="3"),)),
)
