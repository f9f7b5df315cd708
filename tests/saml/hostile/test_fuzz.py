"""Messages that nobody thought of: bytes and trees changed at random. Nothing but a refusal comes of them."""

import base64
import copy
import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from chalicelib.errors import InvalidMessage
from tests.http.client import Person
from tests.saml.hostile.doors import DOORS
from tests.saml.hostile.gates import accept
from tests.saml.hostile.samples import SAMPLES, Sample

Element = etree._Element
WORDS = [
    "",
    " ",
    "0",
    "-1",
    "x" * 500,
    "true",
    "é",
    "\u202e",
    "2031-01-01T00:00:00Z",
    "urn:x",
    "https://x.example/",
    "9" * 400,
]
GENUINE = {make.__name__: etree.tostring(make().signed()) for make in SAMPLES}


def _mutate(root: Element, chance: random.Random) -> None:
    """Change one thing in a tree: take away, double, move, rename, or fill with something else."""
    elements = list(root.iter(etree.Element))
    element, other = chance.choice(elements), chance.choice(elements)
    parent = element.getparent()
    match chance.randrange(7):
        case 0 if parent is not None:
            parent.remove(element)
        case 1 if parent is not None:
            parent.insert(chance.randrange(len(parent) + 1), copy.deepcopy(element))
        case 2 if parent is not None and element not in other.iterancestors() and element is not other:
            other.append(element)
        case 3:
            element.text = chance.choice(WORDS)
        case 4 if element.attrib:
            name = chance.choice(list(element.attrib))
            element.set(name, chance.choice(WORDS))
        case 5 if element.attrib:
            del element.attrib[chance.choice(list(element.attrib))]
        case _:
            element.tag = chance.choice(elements).tag


@pytest.mark.parametrize("make", SAMPLES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.differing_executors])
@given(data=st.data())
def test_one_changed_byte_is_refused_or_changes_nothing_that_is_read(
    make: Callable[[], Sample], data: st.DataObject
) -> None:
    genuine = bytearray(GENUINE[make.__name__])
    before = accept(make(), bytes(genuine))
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(genuine) - 1), st.integers(0, 255)), max_size=3)
    ):
        genuine[place] = byte
    try:
        after = accept(make(), bytes(genuine))
    except InvalidMessage:
        return
    assert after == before


@pytest.mark.parametrize("make", SAMPLES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.differing_executors])
@given(chance=st.randoms(use_true_random=False), times=st.integers(1, 4))
def test_a_changed_tree_is_refused_or_changes_nothing_that_is_read(
    make: Callable[[], Sample], chance: random.Random, times: int
) -> None:
    root = etree.fromstring(GENUINE[make.__name__])
    before = accept(make(), GENUINE[make.__name__])
    for _ in range(times):
        _mutate(root, chance)
    try:
        after = accept(make(), etree.tostring(root))
    except InvalidMessage:
        return
    assert after == before


@pytest.mark.parametrize("role", DOORS)
def test_whatever_a_partner_signs_is_answered_without_an_error_of_ours(henk: Person, role: str) -> None:
    """The sender's signature is right, so all that follows the gate is reached as well."""
    door, chance = DOORS[role](henk), random.Random(20310301)
    for _ in range(150):
        root = door.sample.fresh()
        for _ in range(chance.randrange(1, 4)):
            _mutate(root, chance)
        try:
            message = etree.tostring(door.sample.seal(root))
        except (AssertionError, LookupError, TypeError, ValueError):
            continue
        assert door.send(message).status in (200, 303, 400, 404, 410)


@settings(max_examples=60)
@given(noise=st.binary(max_size=600))
@pytest.mark.parametrize("make", SAMPLES)
def test_noise_is_refused(make: Callable[[], Sample], noise: bytes) -> None:
    with pytest.raises(InvalidMessage):
        accept(make(), noise)


@pytest.mark.parametrize("path", ["/saml/sso", "/saml/slo", "/saml/digid/acs", "/saml/artifact"])
def test_noise_at_an_address_is_refused(henk: Person, path: str) -> None:
    chance = random.Random(20310302)
    for size in (0, 1, 7, 300, 5000):
        noise = chance.randbytes(size)
        for body in (
            noise,
            base64.b64encode(noise),
            b"SAMLRequest=" + noise,
            b"SAMLResponse=" + base64.b64encode(noise),
        ):
            kind = "text/xml" if path == "/saml/artifact" else "application/x-www-form-urlencoded"
            answer = henk.client.http.post(path, headers={"content-type": kind}, body=body)
            assert answer.status_code == 400
