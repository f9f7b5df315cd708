"""The test kit: real providers' metadata goes through, and what is wrong with one is said."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.test import Client

from local.kit.__main__ import findings, main
from local.kit.findings import Verdict
from local.kit.site import Findings, kit_site, run
from local.kit.stage import Clock, Stage, on_stage
from provisioning.keys import new_key_pair
from tests import inside
from tests.builders import a_service
from tests.http.setting import wire
from tests.saml.national import ENTITY_ID, NEXT, READING, SUPPLIER, SUPPLIER_KEYS, NationalProvider
from tests.saml.provider import FakeProvider

ROOT = Path(__file__).parent.parent.parent
PROVIDERS: dict[str, bytes] = {
    "any client": FakeProvider().metadata(),
    "the national profile, changing certificates": NationalProvider(reading=(READING, NEXT)).metadata(),
    "a cluster supplier": NationalProvider(keys=SUPPLIER_KEYS, entity_id=SUPPLIER, behind=ENTITY_ID).metadata(),
}
SAID = (
    "for oneself, asked by POST",
    "for another",
    "while certificates change",
    "cancelled at DigiD",
    "cancelled at the choice",
    "too low a level",
    "signed by another is refused",
    "resolved once",
    "resolved after two minutes",
    "revoked between",
    "no mandate",
)


report = cache(run)
"""Run once: in a process of its own, that takes seconds."""


def _here(document: bytes) -> Findings:
    """Run the kit on the AWS of this process."""
    inside.empty()
    return [asdict(one) for one in findings(document, on=lambda: nullcontext(on_stage()))]


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("name", PROVIDERS)
def test_every_scenario_is_run(name: str) -> None:
    found = (report if name == "any client" else _here)(PROVIDERS[name])
    good = [one["about"] for one in found if one["verdict"] == Verdict.OK]
    for said in SAID:
        assert any(said in about for about in good), f"{said}: {found}"
    assert {one["about"].rpartition(" on ")[0] for one in found if one["verdict"] == Verdict.MEND} <= {
        "a certificate for signing ends",
        "a certificate for encryption ends",
    }


@pytest.mark.usefixtures("cloud")
def test_a_mandate_is_made_of_the_day_in_the_netherlands() -> None:
    clock = Clock(datetime(2031, 1, 31, 23, 30, tzinfo=UTC) - datetime.now(UTC))
    assert Stage(wire(clock), clock).mandate(a_service()).period.start == date(2031, 2, 1)


WRONG: list[tuple[str, Callable[[], bytes], str]] = [
    ("nothing", lambda: b"", "not XML"),
    ("no key to read with", lambda: FakeProvider().metadata(encryption=False), "never sent in the clear"),
    (
        "nowhere to answer to",
        lambda: FakeProvider().metadata().replace(b"https://ominous.example/a", b"http://ominous.example/a"),
        "no AssertionConsumerService",
    ),
    (
        "another organisation's certificate",
        lambda: NationalProvider(keys=new_key_pair("x", oin="00000001111111111111")).metadata(),
        "not of the organisation",
    ),
    (
        "what it reads, we cannot write",
        lambda: (
            FakeProvider()
            .metadata()
            .replace(
                b"</md:KeyDescriptor>",
                b'<md:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#tripledes-cbc"/></md:KeyDescriptor>',
            )
        ),
        "offer one of",
    ),
]


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(("name", "document", "said"), WRONG, ids=[name for name, _, _ in WRONG])
def test_what_is_wrong_is_said(name: str, document: Callable[[], bytes], said: str) -> None:
    assert name
    found = _here(document())
    assert any(one["verdict"] == Verdict.MEND and said in one["text"] for one in found), found


def test_the_command_prints_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.xml").write_bytes(b"<x/>")
    command = [sys.executable, "-m", "local.kit", str(tmp_path / "broken.xml")]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 1
    assert "0 as it should be, 1 to mend, 0 to know" in told.stdout
    assert main([str(tmp_path / "absent.xml")]) == 1
    assert "absent.xml" in capsys.readouterr().err


def test_the_page_shows_the_report() -> None:
    client = Client(kit_site(report))
    assert "Choose a file first." in client.post("/?lang=en", data={"x": "y"}).text
    shown = client.post("/?lang=en", data={"metadata": (BytesIO(PROVIDERS["any client"]), "provider.xml")}).text
    assert "for another" in shown
    assert "Report" in shown
    large = client.post("/?lang=en", data={"metadata": (BytesIO(b"x" * 300_000), "large.xml")})
    assert (large.status_code, "larger than 256 kB" in large.text) == (422, True)
