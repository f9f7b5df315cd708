"""Messages that nobody thought of, at the addresses where messages come in: nothing but a refusal comes of them."""

import base64
import random

import pytest
from lxml import etree

from tests.http.client import Person
from tests.http.hostile.doors import DOORS
from tests.saml.hostile.mutating import mutate


@pytest.mark.parametrize("role", DOORS)
def test_whatever_a_partner_signs_is_answered_without_an_error_of_ours(henk: Person, role: str) -> None:
    """The sender's signature is right, so all that follows the gate is reached as well."""
    door, chance = DOORS[role](henk), random.Random(20310301)
    for _ in range(150):
        root = door.sample.fresh()
        for _ in range(chance.randrange(1, 4)):
            mutate(root, chance)
        try:
            message = etree.tostring(door.sample.seal(root))
        except (AssertionError, LookupError, TypeError, ValueError):
            continue
        assert door.send(message).status in (200, 303, 400, 404, 410)


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
