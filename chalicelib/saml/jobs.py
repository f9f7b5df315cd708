"""The function that a schedule starts for partners' metadata. It loads XML, but neither the application nor pysaml2."""

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.budget import of_function, within
from chalicelib.wiring import current

jobs = Blueprint(__name__)


@jobs.schedule(Rate(1, unit=Rate.HOURS))
def watch_metadata(event: CloudWatchEvent) -> None:
    """Fetch partners' metadata anew where it has an address, and warn of what ends soon."""
    # Imported here: the application registers this module, and should not load XML for it.
    from chalicelib.saml.fetching import fetch  # noqa: PLC0415
    from chalicelib.saml.watching import watch  # noqa: PLC0415

    wiring = current()
    with within(of_function(event.context, longest=280, clock=wiring.watch)):
        watch(wiring.catalogue, fetch, wiring.clock())
