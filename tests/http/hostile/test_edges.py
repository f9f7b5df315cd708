"""Every attribute and text of every message at the edges: refused or passed over, never an error of ours."""

import pytest
from lxml import etree

from tests.http.client import Person
from tests.http.hostile.doors import DOORS
from tests.saml.hostile.edges import spoilt


@pytest.mark.parametrize("role", DOORS)
def test_every_attribute_and_text_may_be_at_an_edge(henk: Person, role: str) -> None:
    door = DOORS[role](henk)
    for number, (what, root) in enumerate(spoilt(door.sample)):
        # Each is one of a few hundred: a third of them, another third on each door, is enough of a sample.
        if (number + len(role)) % 3:
            continue
        try:
            message = etree.tostring(door.sample.seal(root))
        except (AssertionError, ValueError):
            continue
        assert door.send(message).status in (200, 303, 400, 404, 410), what
