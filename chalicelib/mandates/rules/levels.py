"""The level of assurance that services ask of who asks for, gives or takes on a mandate (design.md section 4)."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.catalogue.model import Service
from chalicelib.errors import LevelTooLow
from chalicelib.people.actor import Citizen


def check_level(by: Citizen, services: Iterable[Service], now: datetime) -> None:
    """Raise `LevelTooLow` for who is signed in too low for one of these services, with the level that does for all."""
    if by.level < (level := max(service.level_at(now) for service in services)):
        raise LevelTooLow(level)
