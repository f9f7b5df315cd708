"""The gate refuses every variant for every role; what the sender really sent still passes; the careless fall for it."""

import time
from collections.abc import Callable

import pytest
from lxml import etree

from chalicelib.errors import InvalidMessage
from tests.saml.hostile.careless import believed
from tests.saml.hostile.gates import accept
from tests.saml.hostile.samples import SAMPLES, Sample
from tests.saml.hostile.variants import Variant, gate_variants

CASES = [(make, variant) for make in SAMPLES for variant in gate_variants() if variant.fits(make())]
IDS = [f"{make.__name__}: {variant.label}" for make, variant in CASES]


@pytest.mark.parametrize("make", SAMPLES)
def test_what_the_sender_really_sends_passes_and_is_believed(make: Callable[[], Sample]) -> None:
    sample = make()
    genuine = etree.tostring(sample.signed())
    assert sample.part(sample.root).get("ID", "").encode() in accept(sample, genuine)
    assert believed(genuine, sample.claim, sample.keys)
    assert sample.evil not in believed(genuine, sample.claim, sample.keys)


@pytest.mark.parametrize(("make", "variant"), CASES, ids=IDS)
def test_a_hostile_message_is_refused_at_once_and_would_have_fooled_the_careless(
    make: Callable[[], Sample], variant: Variant
) -> None:
    sample = make()
    message = variant.make(sample)
    started = time.process_time()
    with pytest.raises(InvalidMessage):
        accept(sample, message)
    assert time.process_time() - started < 1
    # Not every variant is made to be believed: some only cost, or are not signed at all.
    assert not variant.fools or sample.evil in believed(message, sample.claim, sample.keys)
