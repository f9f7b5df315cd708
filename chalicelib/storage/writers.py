"""Who wrote an item, so that a write of one's own that is repeated is known.

The SDK sends a call again when its answer does not come, though it may have been carried out. So every conditional
write carries an id that no other write has. A change or condition that finds this id in the item has been done
before, by the same call. An item carries the ids of those who wrote it in the last minutes, far longer than any call is
repeated: several, because another may have written before the repetition comes.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

_Item = dict[str, Any]

_PARTS = ("writers_0", "writers_1", "writers_2")
"""One for each minute in turn: this minute's is added to, the one of two minutes ago is forgotten."""


@dataclass(frozen=True, slots=True)
class Writer:
    """One write: its id, and the minute in which it began."""

    name: str
    minute: int

    @property
    def part(self) -> str:
        return _PARTS[self.minute % 3]

    @property
    def forgets(self) -> str:
        return _PARTS[(self.minute + 1) % 3]

    def sign(self, write: Mapping[str, _Item]) -> _Item:
        """Return a `Put` or `Update`, as DynamoDB takes it, with this writer in it; others stay as they are."""
        ((kind, call),) = write.items()
        if kind == "Update":
            return {kind: self._update(call)}
        return {kind: self._put(call) if kind == "Put" and "ConditionExpression" in call else call}

    def wrote(self, item: Mapping[str, Any]) -> bool:
        """Tell whether an item, as DynamoDB gives it, carries this writer."""
        return any(self.name in item[part]["SS"] for part in _PARTS if part in item)

    def _put(self, call: _Item) -> _Item:
        return {**call, "Item": {**call["Item"], self.part: {"SS": [self.name]}}, **_TELL}

    def _update(self, call: _Item) -> _Item:
        new = "NOT contains(#writers, :writer)"
        given = call.get("ConditionExpression")
        names, values = call.get("ExpressionAttributeNames", {}), call.get("ExpressionAttributeValues", {})
        return {
            **call,
            "UpdateExpression": _with(_with(call["UpdateExpression"], "ADD", "#writers :writers"), "REMOVE", "#past"),
            "ConditionExpression": f"({given}) AND {new}" if given else new,
            "ExpressionAttributeNames": {**names, "#writers": self.part, "#past": self.forgets},
            "ExpressionAttributeValues": {**values, ":writer": {"S": self.name}, ":writers": {"SS": [self.name]}},
            **_TELL,
        }


_TELL = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def new_writer(new_id: Callable[[], str] = lambda: token_hex(8), clock: Callable[[], float] = time.time) -> Writer:
    return Writer(new_id(), int(clock() // 60))


def without_writers(item: Mapping[str, Any]) -> _Item:
    """Return an item as it was given to be written."""
    return {name: value for name, value in item.items() if name not in _PARTS}


def _with(update: str, clause: str, part: str) -> str:
    """Add a part to an update expression, in which each clause may stand once."""
    changed, found = re.subn(rf"\b{clause} ", f"{clause} {part}, ", update, count=1)
    return changed if found else f"{update} {clause} {part}"
