"""Every moment that a message states, one second to either side of where it stops being good (skew: one minute)."""

from datetime import timedelta

import pytest
from lxml import etree

from tests.fakes import Clock
from tests.http.client import Person
from tests.http.hostile.doors import DOORS
from tests.saml.provider import found, written

_ISSUED = {-361: False, -360: True, -359: True, 59: True, 60: True, 61: False}
"""Seconds from now, and whether that is good: five minutes old at most (combiconnect.md section 6)."""
_UNTIL = {-61: False, -60: False, -59: True}
_FROM = {59: True, 60: True, 61: False}
_SIGNED_IN = {-901: False, -900: True, -899: True, 59: True, 60: True, 61: False}

EDGES = [
    *(("sign-on", ".", "IssueInstant", seconds, good) for seconds, good in _ISSUED.items()),
    *(("artifact resolution", ".", "IssueInstant", seconds, good) for seconds, good in _ISSUED.items()),
    *(("logout", ".", "IssueInstant", seconds, good) for seconds, good in _ISSUED.items()),
    *(("DigiD, Response", ".//a:SubjectConfirmationData", "NotOnOrAfter", *edge) for edge in _UNTIL.items()),
    *(("DigiD, Response", ".//a:Conditions", "NotOnOrAfter", *edge) for edge in _UNTIL.items()),
    *(("DigiD, assertion", ".//a:Conditions", "NotBefore", *edge) for edge in _FROM.items()),
    *(("DigiD, assertion", ".//a:AuthnStatement", "AuthnInstant", *edge) for edge in _SIGNED_IN.items()),
]


@pytest.mark.parametrize(("role", "path", "name", "seconds", "good"), EDGES)
def test_a_moment_is_good_up_to_its_edge(
    henk: Person, clock: Clock, role: str, path: str, name: str, seconds: int, *, good: bool
) -> None:
    clock.now = clock.now.replace(microsecond=0)
    door = DOORS[role](henk)
    root = door.sample.fresh()
    element = root if path == "." else found(root, path)
    element.set(name, written(clock.now + timedelta(seconds=seconds)))
    assert door.send(etree.tostring(door.sample.seal(root))).status == (door.welcome if good else 400)
