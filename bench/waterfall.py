"""Where the time of a cold start goes: processor time per step, up to the answer to the first SAML request."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import cloud
from bench.cold_start import A_REQUEST, ANSWERED, a_request, written

_ROUNDS = 9
_SCRIPT = """
import json, sys, time
laps, last = [], 0.0
def lap():
    global last
    now = time.process_time()
    laps.append((now - last) * 1000)
    last = now
lap()
import chalice; lap()
from cryptography import x509; from cryptography.hazmat.primitives.ciphers import aead; lap()
import urllib3; lap()
import lxml.etree, xmlsec; lap()
from app import app; lap()
from saml2 import md, saml, samlp, xmldsig; lap()
import chalicelib.saml.endpoints.views; lap()
import boto3; from boto3.dynamodb import types; lap()
from chalicelib.wiring import of_process
wiring = of_process()
wiring.client("dynamodb"); lap()
wiring.client("secretsmanager"); lap()
answer = app(json.load(open(sys.argv[1])), None); lap()
assert answer["statusCode"] == int(sys.argv[2]), answer
print(json.dumps(laps))
"""
STEPS = (
    ("Python itself", "the interpreter's own start"),
    ("chalice", "routes and events"),
    ("cryptography", "certificates and keys; boto3 needs it too"),
    ("urllib3", "the population register's client; boto3 needs it too"),
    ("lxml and xmlsec", "checked at start: they must share one libxml2"),
    ("our own modules", "everything but SAML: rules, register, pages, routes"),
    ("pysaml2", "message classes; its validator, signer and client are never loaded"),
    ("our SAML modules", "with the views, at the first message"),
    ("boto3", "at the first call to AWS"),
    ("a client for DynamoDB", "reading the description of the service is most of it"),
    ("a client for Secrets Manager", "for the signing key"),
    ("the answer", "gate, seven calls to AWS, our signed request to DigiD"),
)
"""What each step is, and why it is there."""


def steps(rounds: int = _ROUNDS) -> Iterator[tuple[str, float, str]]:
    """Yield name, milliseconds and reason of each step."""
    with cloud.running() as environment, TemporaryDirectory() as folder:
        every = []
        for number in range(rounds):
            event = written(Path(folder), number, *A_REQUEST, a_request())
            told = subprocess.run(
                [sys.executable, "-c", _SCRIPT, str(event), str(ANSWERED)],
                check=True,
                env=environment,
                cwd=cloud.ROOT,
                stdout=subprocess.PIPE,
            ).stdout
            every.append(json.loads(told.splitlines()[-1]))
    medians = [statistics.median(laps) for laps in zip(*every, strict=True)]
    yield from ((name, median, why) for (name, why), median in zip(STEPS, medians, strict=True))
