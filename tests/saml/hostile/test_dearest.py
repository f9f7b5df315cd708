"""The search for the dearest message is alive: every family grows, and what it finds costs little to refuse."""

import pytest
import xmlsec

from chalicelib.errors import InvalidMessage
from chalicelib.saml.craft import gate, signatures
from tests.saml.hostile.bounds import listing
from tests.saml.hostile.entrances import ENTRANCES, Entrance
from tests.saml.hostile.samples import ROLES

SIGNED_INSIDE = [one for one in ENTRANCES if not (one.query or one.rubbish)]
COUNTED = "too many (tags|attributes|namespaces)"


@pytest.mark.parametrize("entrance", ENTRANCES, ids=lambda entrance: entrance.name)
def test_a_genuine_message_is_let_in_and_every_family_is_refused_at_every_size(entrance: Entrance) -> None:
    entrance.genuine()()
    sample = entrance.sample()
    for family in entrance.families():
        few, many = family.make(sample, 4), family.make(sample, 400)
        assert len(few) < len(many), family.name
        for made in (few, many):
            with pytest.raises(InvalidMessage):
                entrance.refused(made)()


def test_every_role_that_takes_xml_is_an_entrance() -> None:
    assert {entrance.sample().role for entrance in ENTRANCES} | {"DigiD, assertion"} == set(ROLES)


@pytest.mark.parametrize("entrance", SIGNED_INSIDE, ids=lambda entrance: entrance.name)
@pytest.mark.parametrize(
    ("namespaces", "prefixes", "key_names", "reason"),
    [
        (17, 17, 0, "PrefixList too long"),
        (49, 16, 0, "too many namespaces"),
        (2_001, 16, 0, COUNTED),
        (1_400, 1_400, 500, COUNTED),
        (3_400, 3_400, 1_300, f"{COUNTED}|too large"),
    ],
)
def test_namespaces_and_prefixes_are_refused_in_words_before_anything_is_made_canonical(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch, namespaces: int, prefixes: int, key_names: int, reason: str
) -> None:
    refuse = entrance.refused(listing(namespaces, prefixes, key_names)(entrance.sample()))

    def never(*_: object) -> None:
        raise AssertionError("made canonical")

    for place, name in ((signatures, "canonical"), (gate, "canonical"), (xmlsec, "SignatureContext")):
        monkeypatch.setattr(place, name, never)
    with pytest.raises(InvalidMessage, match=f"^({reason})$"):
        refuse()


@pytest.mark.parametrize("entrance", SIGNED_INSIDE, ids=lambda entrance: entrance.name)
def test_as_many_as_may_be_are_refused_by_the_signature(entrance: Entrance) -> None:
    with pytest.raises(InvalidMessage, match="signature does not verify"):
        entrance.refused(listing(40, 16, 100)(entrance.sample()))()
