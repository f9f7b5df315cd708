"""What counts once counts once, also when it comes fifty times at the same moment (security.md sections 1 and 5)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree

from local.gateway import ThreadedChalice
from tests.http.client import Person
from tests.http.hostile.doors import DOORS
from tests.process import app
from tests.saml.provider import NAMES

TIMES = 50
ONCE = [role for role in DOORS if role != "logout"]
"""A logout that is repeated is answered again: what it ends has ended."""


@pytest.fixture
def threaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one application answer several requests at a time, as several functions do."""
    monkeypatch.setattr(app, "__class__", ThreadedChalice)


@pytest.mark.parametrize("role", ONCE)
def test_a_message_counts_once_one_after_the_other(henk: Person, role: str) -> None:
    door = DOORS[role](henk)
    message = etree.tostring(door.sample.signed())
    assert door.send(message).status == door.welcome
    assert [door.send(message).status for _ in range(3)] == [400] * 3


@pytest.mark.usefixtures("threaded")
@pytest.mark.parametrize("role", ONCE)
def test_a_message_counts_once_at_the_same_moment(henk: Person, role: str) -> None:
    door = DOORS[role](henk)
    message = etree.tostring(door.sample.signed())

    with ThreadPoolExecutor(TIMES) as pool:
        statuses = Counter(answer.status for answer in pool.map(door.send, [message] * TIMES))
    assert statuses[door.welcome] == 1
    assert sum(statuses[refused] for refused in (400, 410)) == TIMES - 1


@pytest.mark.usefixtures("threaded")
def test_an_artifact_that_is_asked_for_fifty_times_is_told_once(henk: Person) -> None:
    door = DOORS["artifact resolution"](henk)
    messages = []
    for number in range(TIMES):
        root = door.sample.fresh()
        root.set("ID", f"_ask{number}")
        messages.append(etree.tostring(door.sample.seal(root)))
    with ThreadPoolExecutor(TIMES) as pool:
        answers = list(pool.map(door.send, messages))
    assert {answer.status for answer in answers} == {200}
    told = [etree.fromstring(answer.body.encode()).find(".//p:Response", NAMES) is not None for answer in answers]
    assert told.count(True) == 1
