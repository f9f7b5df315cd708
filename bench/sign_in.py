"""A complete sign-in on behalf of someone: all messages of both roles, as the server computes them.

Counted is the processor time inside the application, its pages included. Tables and keys are in memory, so that nothing
is spent on calls to AWS; what DigiD, the provider and the browser do is not counted either. The unit is one RSA-2048
signature, timed in the same round.
"""

import json
import os
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from chalice.app import Chalice
from chalice.test import Client
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from bench import cloud
from bench.timing import Comparison
from chalicelib.catalogue.store import DynamoCatalogue
from chalicelib.keyring import Keyring
from chalicelib.people.actor import Citizen
from chalicelib.people.vault import KmsVault
from chalicelib.settings import Settings, documented
from chalicelib.storage.tables import CatalogueTable, TransientTable
from chalicelib.wiring import Wiring
from local.digid.answers import signed_in
from provisioning.keys import new_key_pair
from provisioning.secrets import fresh_secrets
from tests.builders import HENK, VERA, a_mandate, a_period, a_request, an_opening, making
from tests.fakes import FakeMandates, FakeTable
from tests.http.client import BASE, Person, at_digid
from tests.http.setting import ROOT, pin_digid, register
from tests.process import app, use
from tests.saml.provider import FakeProvider, private_key

PROVIDER = FakeProvider()
_WARM, _ROUNDS = 5, 60
_LEAST = 5000
"""Characters: an answer with an assertion is longer, a failure is not."""


class _Timed(Chalice):
    """The application with a stopwatch: seconds of processor time."""

    spent = 0.0

    def __call__(self, event: Any, context: Any) -> Any:  # noqa: ANN401 - as Chalice has it
        started = time.process_time()
        try:
            return super().__call__(event, context)
        finally:
            _Timed.spent += time.process_time() - started


class _Kms:
    """Gives out data keys, as KMS does; they are opened from memory afterwards."""

    def generate_data_key(self, **_: object) -> dict[str, bytes]:
        return {"CiphertextBlob": secrets.token_bytes(180), "Plaintext": secrets.token_bytes(32)}


def wire() -> Wiring:
    """Put tables, keys and people in memory: what is left is ours."""
    secret = _secrets()
    wiring = Wiring(
        Settings({**{key: setting.example for key, setting in documented()}, "BASE_URL": BASE}),
        lambda: datetime.now(UTC),
    )
    wiring.keyring = Keyring(lambda name: json.dumps(secret[name]), wiring.clock)
    wiring.vault = KmsVault(_Kms(), "unused")
    wiring.transient, wiring.mandates = cast("TransientTable", FakeTable()), FakeMandates()
    wiring.catalogue = DynamoCatalogue(cast("CatalogueTable", FakeTable()))
    use(wiring)
    register(wiring)
    # By POST, or what DigiD does when its answer is fetched would be counted as ours.
    pin_digid(wiring, by_artifact=False)
    return wiring


_secrets = cache(fresh_secrets)
"""Made once: to find the primes of its keys takes longer than a sign-in."""


def mandated(wiring: Wiring) -> str:
    """Let Henk act for Vera; returns the id of the case."""
    person = wiring.secrets.pseudonyms.person
    asked = a_request(represented=person(VERA), expires_at=datetime.now(UTC) + timedelta(days=1))
    mandate = a_mandate(
        asked,
        representative=person(HENK),
        represented_bsn=wiring.vault.seal(VERA.digits, f"case:{asked.case_id}"),
        representative_bsn=wiring.vault.seal(HENK.digits, f"case:{asked.case_id}"),
        period=a_period(datetime.now(UTC).date()),
        activated_at=datetime.now(UTC),
    )
    wiring.mandates.open_requests(an_opening(asked))
    wiring.mandates.make(making(asked, mandate), Citizen(mandate.representative, 20))
    return asked.case_id


class Journey:
    """Henk, who acts for Vera, signs in again and again."""

    def __init__(self, client: Client, case_id: str) -> None:
        self.henk, self._case_id = Person(client, HENK), case_id

    def sign_in(self, *, artifact: bool) -> None:
        request = PROVIDER.on_behalf(AssertionConsumerServiceIndex="1" if artifact else "0")
        asked = at_digid(self.henk.post("/saml/sso", PROVIDER.post_form(request)))
        choice = self.henk.answer(asked, signed_in(asked, HENK.digits, "25")).location
        self.henk.get(choice)
        done = self.henk.post(choice, {"person": self._case_id})
        if artifact:
            resolve = PROVIDER.resolve(parse_qs(urlsplit(done.location).query)["SAMLart"][0])
            answer = self.henk.client.http.post("/saml/artifact", headers={"content-type": "text/xml"}, body=resolve)
            told = answer.body.decode()
        else:
            told = done.hidden["SAMLResponse"]
        if len(told) < _LEAST:
            raise AssertionError("the sign-in that we time did not succeed")


def run(rounds: int, *, artifact: bool) -> tuple[list[float], list[float]]:
    """Sign in again and again; return milliseconds of ours, and of one RSA-2048 signature, per round."""
    key = private_key(new_key_pair("unit"))
    ours, units = [], []
    with Client(app, project_dir=str(ROOT)) as client:
        journey = Journey(client, mandated(wire()))
        app.__class__ = _Timed
        for number in range(_WARM + rounds):
            _Timed.spent = 0.0
            journey.sign_in(artifact=artifact)
            if number >= _WARM:
                ours.append(_Timed.spent * 1000)
                units.append(_unit(key))
    return ours, units


def _unit(key: RSAPrivateKey) -> float:
    """Time a signature: milliseconds of processor time."""
    started = time.process_time()
    for _ in range(10):
        key.sign(b"x" * 400, PKCS1v15(), SHA256())
    return (time.process_time() - started) * 100


def measurements() -> Iterator[Comparison]:
    """Measure each in a process of its own."""
    for what, binding, target in (
        ("a complete sign-in on behalf of someone, by Artifact", "artifact", 25),
        ("the same, by POST", "post", None),
    ):
        command = [sys.executable, "-m", "bench.sign_in", binding, str(_ROUNDS)]
        quiet = {**os.environ, **cloud.QUIET}
        told = subprocess.run(command, check=True, env=quiet, cwd=ROOT, stdout=subprocess.PIPE).stdout
        ours, units = json.loads(told.splitlines()[-1])
        ratios = [mine / unit for mine, unit in zip(ours, units, strict=True)]
        medians = statistics.median(ours), statistics.median(units)
        yield Comparison(what, "one RSA-2048 signature", *medians, ratios, target=target)


MEASUREMENTS = (measurements,)

if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[2]), artifact=sys.argv[1] == "artifact")))
