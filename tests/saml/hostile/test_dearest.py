"""The search for the dearest message is alive: every family grows, and what it finds costs little to refuse."""

import pytest

from chalicelib.errors import InvalidMessage
from tests.saml.hostile.dearest import ENTRANCES, Entrance, families
from tests.saml.hostile.samples import ROLES


@pytest.mark.parametrize("entrance", ENTRANCES, ids=lambda entrance: entrance.name)
def test_a_genuine_message_is_let_in_and_every_family_is_refused_at_every_size(entrance: Entrance) -> None:
    entrance.genuine()()
    sample = entrance.sample()
    for family in families(signed_beside=entrance.signed_beside):
        few, many = family.make(sample, 4), family.make(sample, 400)
        assert len(few) < len(many), family.name
        for message in (few, many):
            with pytest.raises(InvalidMessage):
                entrance.refused(message)()


def test_every_role_that_takes_xml_is_an_entrance() -> None:
    assert {entrance.sample().role for entrance in ENTRANCES} | {"DigiD, assertion"} == set(ROLES)
