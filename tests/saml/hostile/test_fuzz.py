"""Messages that nobody thought of: bytes and trees changed at random. Nothing but a refusal comes of them."""

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from chalicelib.errors import InvalidMessage
from tests.saml.hostile.gates import accept
from tests.saml.hostile.mutating import mutate
from tests.saml.hostile.samples import SAMPLES, Sample

GENUINE = {make.__name__: (sample, etree.tostring(sample.signed())) for make in SAMPLES for sample in [make()]}
READ = {name: accept(sample, message) for name, (sample, message) in GENUINE.items()}
"""What is read of each."""


@pytest.mark.parametrize("make", SAMPLES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.differing_executors])
@given(data=st.data())
def test_one_changed_byte_is_refused_or_changes_nothing_that_is_read(
    make: Callable[[], Sample], data: st.DataObject
) -> None:
    sample, message = GENUINE[make.__name__]
    genuine = bytearray(message)
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(genuine) - 1), st.integers(0, 255)), max_size=3)
    ):
        genuine[place] = byte
    try:
        after = accept(sample, bytes(genuine))
    except InvalidMessage:
        return
    assert after == READ[make.__name__]


@pytest.mark.parametrize("make", SAMPLES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.differing_executors])
@given(chance=st.randoms(use_true_random=False), times=st.integers(1, 4))
def test_a_changed_tree_is_refused_or_changes_nothing_that_is_read(
    make: Callable[[], Sample], chance: random.Random, times: int
) -> None:
    sample, message = GENUINE[make.__name__]
    root = etree.fromstring(message)
    for _ in range(times):
        mutate(root, chance)
    try:
        after = accept(sample, etree.tostring(root))
    except InvalidMessage:
        return
    assert after == READ[make.__name__]


@settings(max_examples=60)
@given(noise=st.binary(max_size=600))
@pytest.mark.parametrize("make", SAMPLES)
def test_noise_is_refused(make: Callable[[], Sample], noise: bytes) -> None:
    with pytest.raises(InvalidMessage):
        accept(GENUINE[make.__name__][0], noise)
