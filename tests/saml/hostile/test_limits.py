"""Bombs do not take memory or time: each is refused by a process that may use hardly more than it did before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.saml.hostile.bounds import VARIANTS

ROOT = Path(__file__).parent.parent.parent.parent
MEGABYTE = 1024 * 1024

ROLES = ["sign-on", "DigiD, Response", "artifact resolution", "logout", "metadata import"]

# The messages are made before the cap is set; refusing them is all that happens under it. Each role has a process of
# its own, forked from one that has loaded everything.
SCRIPT = """
import os, resource, sys, time
from chalicelib.errors import InvalidMessage
from tests.saml.hostile import queries, samples
from tests.saml.hostile.bounds import VARIANTS
from tests.saml.hostile.gates import accept
from chalicelib.saml.craft import gate
from chalicelib.saml.craft.shapes import AUTHN_REQUEST
from urllib.parse import parse_qs

def refuse_all(role):
    sample = next(made for made in (make() for make in samples.SAMPLES) if made.role == role)
    messages = [(one.name, one.make(sample)) for one in VARIANTS]
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    cap = used + int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
    for name, message in messages:
        started = time.process_time()
        try:
            accept(sample, message)
        except InvalidMessage:
            assert time.process_time() - started < 1, name
        else:
            raise AssertionError(name)
    try:
        gate.from_query(parse_qs(bomb), "SAMLRequest", AUTHN_REQUEST)
    except InvalidMessage:
        print(f"{role}: refused {len(messages) + 1}", flush=True)

bomb = next(one for one in queries.VARIANTS if one.name == "a bomb").make()
for role in sys.argv[2:]:
    if not (child := os.fork()):
        refuse_all(role)
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.fixture(scope="module")
def refused() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(40 * MEGABYTE), *ROLES],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MALLOC_ARENA_MAX": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the cap is set in the way of Linux")
@pytest.mark.parametrize("role", ROLES)
def test_bombs_are_refused_within_forty_megabytes(role: str, refused: subprocess.CompletedProcess[str]) -> None:
    assert f"{role}: refused {len(VARIANTS) + 1}" in refused.stdout.splitlines(), refused.stderr[-2000:]


def test_a_careless_parser_does_not_survive_such_a_cap() -> None:
    script = f"""
import resource
from lxml import etree
from tests.saml.hostile import samples
from tests.saml.hostile.bounds import VARIANTS
bomb = next(one for one in VARIANTS if one.name == "one large entity, often").make(samples.authn_request())
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + {40 * MEGABYTE}, used + {40 * MEGABYTE}))
parser = etree.XMLParser(resolve_entities=True, huge_tree=True, load_dtd=True)
print(len(etree.tostring(etree.fromstring(bomb, parser))))
"""
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert shown.returncode != 0, shown.stdout
