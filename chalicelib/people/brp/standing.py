"""Whether someone lives, and whether the register still follows them (brp.md section 8)."""

from chalicelib.people.brp.address import home
from chalicelib.people.brp.person import Standing
from chalicelib.people.brp.record import Group, group, text

_ELSEWHERE = ("E", "R", "M")
"""Emigrated, registered as a non-resident, or by ministerial decree: alive, and not living at an address of ours."""


def standing(record: Group) -> Standing:
    """Return how someone stands. Fails closed: a suspension without a reason that we know is one."""
    reason = text(group(group(record, "opschortingBijhouding"), "reden"), "code")
    # `{}` too: a death is registered, and nothing of it is known. A non-resident stays one after death.
    if "overlijden" in record or reason == "O":
        return Standing.DECEASED
    if "opschortingBijhouding" in record and reason not in _ELSEWHERE:
        return Standing.SUSPENDED
    if "opschortingBijhouding" in record or not home(record):
        return Standing.NO_ADDRESS
    return Standing.CURRENT
