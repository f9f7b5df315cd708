"""Whatever hangs, a job ends before Lambda stops it, by the striker's watch, and does what needs no answer of that."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest
from botocore.exceptions import BotoCoreError
from chalice.app import CloudWatchEvent

from chalicelib.budget import budget
from chalicelib.catalogue.items import Source
from chalicelib.catalogue.model import Connection, EntityId
from chalicelib.errors import Unavailable
from chalicelib.jobs import sweeping, watching_metadata
from chalicelib.letters.contract.statuses import Mishap, VendorStep
from chalicelib.saml.partners import fetching
from local.events import _schedule_event
from local.invocation import call_of
from print_vendor.function import page_setter, paging
from provisioning.keys import new_key_pair
from tests.faults import state
from tests.faults.flows import Prepare
from tests.faults.striking import Fault
from tests.faults.world import World
from tests.http.journey import ask_for_mandate, deliver, print_one, tell
from tests.http.setting import ROOT
from tests.process import current
from tests.saml.provider import KEYS, FakeProvider

_MANY = 40
"""More than there is time for when each is waited for as long as that is allowed."""


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    """As in `.chalice/config.json`."""
    prepare: Prepare
    start: Callable[[], object]


def _a_letter_is_queued(world: World) -> None:
    ask_for_mandate(world.vera)


def _print() -> None:
    (body,) = state.queued()
    print_one(body)


def _set() -> None:
    (body,) = state.queued()
    paging(json.loads(body), call_of("set_page"), page_setter(current().settings.environment))


def _letters_wait(world: World) -> None:
    table, now = current().letters_table, world.clock.now
    for number in range(_MANY):
        letter_id = f"{number:032x}"
        until = now.replace(year=now.year + 1)
        table.put({"pk": f"LETTER#{letter_id}", "sk": "LETTER", "sealed": b"x", "useful_until": until.isoformat()})
        table.put({"pk": f"OUTBOX#{number % 8}", "sk": letter_id, "since": now.isoformat()})
    world.clock.forward(minutes=1)


def _partners_are_known(world: World) -> None:
    """Know many partners with an address for metadata; the certificate of each eighth ends soon."""
    catalogue, soon = current().catalogue, new_key_pair("soon", days=5, now=world.clock.now)
    for number in range(_MANY):
        entity_id = EntityId(f"https://partner-{number:02}.example/metadata")
        provider = FakeProvider(KEYS if number % 8 else soon, entity_id)
        catalogue.put_connection(Connection(entity_id, "Partner", provider.metadata()))
        catalogue.keep_version(Source(entity_id, entity_id, None), b"<x/>", world.clock.now)


def _scheduled(name: str) -> CloudWatchEvent:
    return CloudWatchEvent(_schedule_event(name), None)


def _a_letter_is_printed(world: World) -> None:
    case_id = ask_for_mandate(world.vera)
    deliver()
    world.facts["case_id"] = case_id


def _tell() -> None:
    (pdf,) = (key for key in state.printed() if key.endswith(".pdf"))
    tell(pdf.removeprefix("letters/").removesuffix(".pdf"), VendorStep.RETURNED, Mishap.MOVED)


_PRINT = Job("print_letter", _a_letter_is_queued, _print)
_SET = Job("set_page", _a_letter_is_queued, _set)
_TELL = Job("take_letter_status", _a_letter_is_printed, _tell)
_SWEEP = Job("sweep_outbox", _letters_wait, lambda: sweeping(_scheduled("sweep_outbox"), current()))
_WATCH = Job("watch_metadata", _partners_are_known, lambda: watching_metadata(_scheduled("watch_metadata"), current()))


def _hung(job: Job, dependency: str, world: World, monkeypatch: pytest.MonkeyPatch) -> float:
    """Return after how many seconds a job ends when something hangs."""

    def silent(_: str) -> bytes:
        world.striker.wait(budget().patience("metadata", fetching.LONGEST))
        raise Unavailable("metadata")

    start = world.moment()
    job.prepare(world)
    world.start_function()
    monkeypatch.setattr(fetching, "fetch_metadata", silent)
    world.striker.fail_all(dependency, Fault.HANGING)
    began = world.striker.watch()
    try:
        with suppress(Unavailable, BotoCoreError):
            job.start()
        return world.striker.watch() - began
    finally:
        world.striker.aim()
        world.back_to(start)


@pytest.mark.parametrize(
    ("job", "dependency"),
    [
        (_PRINT, "dynamodb"),
        (_PRINT, "s3"),
        (_TELL, "dynamodb"),
        (_TELL, "s3"),
        (_SWEEP, "dynamodb"),
        (_SWEEP, "sqs"),
        (_WATCH, "dynamodb"),
        (_WATCH, "metadata"),
    ],
    ids=lambda one: one.name if isinstance(one, Job) else one,
)
def test_a_job_ends_by_itself(world: World, job: Job, dependency: str, monkeypatch: pytest.MonkeyPatch) -> None:
    functions = json.loads((ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]
    took = _hung(job, dependency, world, monkeypatch)
    assert 0 < took <= functions[job.name]["lambda_timeout"] - 2, "and two seconds to tell what it left"


def test_partners_who_are_silent_keep_no_other_partners_end_from_being_seen(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hung(_WATCH, "metadata", world, monkeypatch)
    told = [(record.getMessage(), getattr(record, "entity_id", "")) for record in caplog.records]
    assert len({partner for event, partner in told if event == "metadata_not_fetched"}) == _MANY
    warned = {partner for event, partner in told if event == "partner_ends_soon"}
    assert warned == {f"https://partner-{number:02}.example/metadata" for number in range(0, _MANY, 8)}
