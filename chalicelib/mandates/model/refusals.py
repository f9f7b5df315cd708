"""Refusal codes: what somebody else asked is refused with the code of its letter, without signing in (design.md 4).

They let nobody do anything but refuse, so a keyed hash is enough to keep them by, and they are found by it alone.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import NewType

from chalicelib.mandates.model.codes import Peppers, checked, drawn

RefusalCode = NewType("RefusalCode", str)
"""Eight characters in their plain form, the last of them a check character. Lives in memory and in the sealed letter
only; `codes.py::grouped` writes it for people."""

RefusalId = NewType("RefusalId", str)
"""Keyed hash of a refusal code."""

LENGTH = 8
_PURPOSE = b"refusal:"
"""So that no hash under a pepper can be taken for that of a mandate code."""


def new_refusal(pick: Callable[[int], int]) -> RefusalCode:
    """Make a code. `pick(n)` returns a uniform number below n from a secure source, as `secrets.randbelow` does."""
    return RefusalCode(drawn(LENGTH, pick))


def typed_refusal(text: str) -> RefusalCode:
    """Read a code as typed or pasted: case, spaces and dashes do not matter. Raises `ValueError` for a typing error."""
    return RefusalCode(checked(text, LENGTH))


def refusal_ids(code: RefusalCode, peppers: Peppers) -> list[RefusalId]:
    """Return under what a code may be kept: first what it is kept under now, then what it was under older peppers."""
    newest_first = sorted(peppers.keys, key=lambda pepper_id: pepper_id != peppers.current)
    return [_kept_under(code, peppers.keys[pepper_id]) for pepper_id in newest_first]


def _kept_under(code: RefusalCode, pepper: bytes) -> RefusalId:
    return RefusalId(hmac.new(pepper, _PURPOSE + code.encode(), hashlib.sha256).hexdigest())
