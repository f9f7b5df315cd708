"""The function that looks at the service from outside. It needs no right to anything but its log."""

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.wiring import current

jobs = Blueprint(__name__)


@jobs.schedule(Rate(5, unit=Rate.MINUTES))
def watch_health(_: CloudWatchEvent) -> None:
    """Measure what is down, and the days left on certificates."""
    # Imported here: the application registers this module, and should not load more for it.
    from chalicelib.health.watching import fetch, watch  # noqa: PLC0415

    watch(current().settings.base_url, fetch)
