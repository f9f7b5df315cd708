"""Days of the Netherlands: they begin and end at 24:00 there, whatever the clock says elsewhere (invariant 4)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NETHERLANDS = ZoneInfo("Europe/Amsterdam")


def today(now: datetime) -> date:
    """Return the date in the Netherlands at an instant."""
    return now.astimezone(NETHERLANDS).date()


def midnight_after(day: date) -> datetime:
    """Return the instant, in UTC, at which a day ends in the Netherlands."""
    return datetime.combine(day + timedelta(days=1), time.min, NETHERLANDS).astimezone(UTC)


def midnight_before(day: date) -> datetime:
    """Return the instant, in UTC, at which a day begins in the Netherlands."""
    return midnight_after(day - timedelta(days=1))


def day_before(midnight: datetime) -> date:
    """Return the day in the Netherlands that ends at an instant."""
    return today(midnight - timedelta(microseconds=1))
