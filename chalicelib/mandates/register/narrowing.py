"""What DynamoDB leaves out of a page of mandates, so that it is not sent: the rule itself is `Selection.takes`."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from chalicelib.days import today
from chalicelib.mandates.model.selection import Selection
from chalicelib.mandates.register.items import GIVEN
from chalicelib.storage.table import Condition

_ENDED = GIVEN.stored_as["ended_at"]

_MOST_SERVICES = 100
"""As many as DynamoDB takes in one IN."""


class _Part(NamedTuple):
    text: str
    values: dict[str, Any]


def narrowed(selection: Selection, other: str) -> Condition | None:
    """Return what holds for every mandate that is looked for, and not for most others, if there is such a thing.

    `other` is the field in which the other side stands.
    """
    parts = list(_parts(selection, other))
    values = {name: value for part in parts for name, value in part.values.items()}
    names = {"#end": "end"} if selection.living_at else {}
    return Condition(" AND ".join(part.text for part in parts), names, values) if parts else None


def _parts(selection: Selection, other: str) -> Iterator[_Part]:
    if selection.other is not None:
        yield _Part(f"{other} = :other", {":other": selection.other})
    if selection.living_at is not None:
        yield _Part(f"attribute_not_exists({_ENDED}) AND #end >= :today", {":today": today(selection.living_at)})
    if selection.services and len(selection.services) <= _MOST_SERVICES:
        values = {f":service{number}": one for number, one in enumerate(selection.services)}
        yield _Part(f"service_id IN ({', '.join(values)})", values)
