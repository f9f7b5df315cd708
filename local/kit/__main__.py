"""`python -m local.kit METADATA`: run a provider's metadata through every kind of sign-in, and say what to mend.
`python -m local.kit [METADATA] --request FILE`: say what to mend in a request that was recorded.

Nothing goes over a network: the application, DigiD and the registers run in this process, and a client of the kit
stands in for the provider's, with a key of its own added to the metadata. So no private key is needed, and every
certificate of the provider is used as it would be.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.catalogue.model import Profile
from chalicelib.errors import InvalidMessage
from chalicelib.saml.partners.registration import import_metadata
from local.identities import MACHTIGEN
from local.kit.client import Client
from local.kit.findings import Finding, Verdict, mend
from local.kit.judging import judge
from local.kit.metadata import look_at
from local.kit.recorded import FORMS, read_recording
from local.kit.scenarios import Trial, run_all
from local.kit.stage import BASE, Stage, stage
from local.partners import describe, register
from provisioning.command import CannotGoOn, command


def findings(
    document: bytes, profile: Profile | None = None, on: Callable[[], AbstractContextManager[Stage]] = stage
) -> Iterator[Finding]:
    """Yield what is found, one after another: the whole takes a few seconds."""
    now = datetime.now(UTC)
    try:
        imported = import_metadata(document, now, profile=profile)
    except InvalidMessage as error:
        yield mend("the metadata cannot be used", error.told)
        return
    yield from look_at(imported, now)
    with on() as opened:
        yield from run_all(_trial(document, imported.profile, opened))


def _trial(document: bytes, profile: Profile, opened: Stage) -> Trial:
    client = Client(document, f"{BASE}/saml/sso", MACHTIGEN)
    now, catalogue = opened.clock(), opened.wired.catalogue
    with_kit = import_metadata(client.metadata, now, profile=profile)
    described = describe("provider", {}, with_kit, now)
    for row in described["services"]:
        row["level"] = 20
    service, *_ = register(catalogue, with_kit, described, now)
    return Trial(opened, client, import_metadata(document, now, profile=profile), service)


def judged(recorded: bytes, document: bytes | None, profile: Profile | None = None) -> Iterator[Finding]:
    """Yield what is found in a recorded request; with the sender's metadata also about its key and addresses.

    Raises `CannotGoOn` when there is no request in what was recorded.
    """
    recording, now = read_recording(recorded), datetime.now(UTC)
    imported = None
    if document is not None:
        try:
            imported = import_metadata(document, now, profile=profile)
        except InvalidMessage as error:
            yield mend("the metadata cannot be used", error.told)
    yield from judge(recording, imported, now)


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local.kit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "metadata", type=Path, nargs="?", metavar="METADATA", help="EntityDescriptor or EntitiesDescriptor"
    )
    parser.add_argument("--request", type=Path, metavar="FILE", help=f"a recorded request: {FORMS}")
    parser.add_argument(
        "--profile", type=Profile, choices=list(Profile), help="the national one for a national entityID"
    )
    parser.add_argument("--json", action="store_true", help="one finding a line, for programs")
    return parser.parse_args(given)


@command
def main(arguments: Sequence[str]) -> int:
    """Return 0 when nothing has to be mended, 1 otherwise."""
    asked = _arguments(arguments)
    if asked.metadata is None and asked.request is None:
        raise CannotGoOn("Name a file: make kit METADATA=provider.xml, or REQUEST=request.txt, or both.")
    document = asked.metadata.read_bytes() if asked.metadata else None
    if asked.request is not None:
        found = judged(asked.request.read_bytes(), document, asked.profile)
    else:
        found = findings(document or b"", asked.profile)
    counts = dict.fromkeys(Verdict, 0)
    for finding in found:
        counts[finding.verdict] += 1
        print(json.dumps(asdict(finding)) if asked.json else finding.line, flush=True)
    if not asked.json:
        print(f"\n{counts[Verdict.OK]} as it should be, {counts[Verdict.MEND]} to mend, {counts[Verdict.NOTE]} to know")
    return 1 if counts[Verdict.MEND] else 0


if __name__ == "__main__":
    # The report is for the engineer; what the application would log is not.
    os.environ.update(POWERTOOLS_LOG_LEVEL="CRITICAL", POWERTOOLS_METRICS_DISABLED="true")
    sys.exit(main(sys.argv[1:]))
