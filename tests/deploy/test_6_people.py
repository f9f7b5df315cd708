"""What operators do for people by docs/operations.md, and what the population register tells: done on the stage."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chalicelib.mandates.living.leaving import write_death
from operate import deaths, mandates, optout
from tests.browser.people import code_in, someone
from tests.deploy.emulator import client
from tests.deploy.walking import Walker, activate, ask, signed_in_for
from tests.deploy.world import NAME, World, eventually


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what a command sets for its process: that ends with it, and this one goes on."""
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "CRITICAL")


@pytest.fixture
def file(world: World, on_domain: str) -> Path:  # noqa: ARG001 - only set up
    return world.stage_file(municipality=True)


@pytest.fixture
def giver(world: World, on_domain: str) -> Walker:
    return Walker(world, on_domain, someone("Hera Hergebruik"))


@pytest.fixture
def helper(world: World, on_domain: str) -> Walker:
    return Walker(world, on_domain, someone("Lies Ligplaats"))


def _mandate(giver: Walker, helper: Walker) -> str:
    case_id = ask(giver, handing="screen")
    code = code_in(giver.get(f"/requests/{case_id}/code").body)
    giver.world.hidden.update((code, code.replace("-", "")))
    activate(helper, giver, code)
    return case_id


def _operate(world: World, file: Path, main: Callable[..., int], *arguments: str) -> str:
    status, said = world.run(main, ["dev", *arguments, "--stage-file", str(file), "--apply"])
    assert status == 0, said
    return said


def _numbers(world: World, people: Sequence[Walker]) -> str:
    written = world.folder / "numbers.txt"
    written.write_text("\n".join(one.bsn.digits for one in people))
    return str(written)


def test_operators_stop_a_mandate_for_a_while_and_for_good(
    world: World, file: Path, giver: Walker, helper: Walker
) -> None:
    case_id = _mandate(giver, helper)
    assert f"{case_id}: was active, is suspended" in _operate(world, file, mandates.main, "suspend", case_id)
    assert "You may not act for" in helper.get(f"/mandates/{case_id}").body
    assert f"{case_id}: was suspended, is active" in _operate(world, file, mandates.main, "resume", case_id)
    assert signed_in_for(helper, case_id, "post").attributes["LegalSubjectID"] == giver.bsn.digits
    assert _goes_on(giver, case_id)
    _operate(world, file, mandates.main, "end", case_id)
    assert not _goes_on(giver, case_id)


def test_who_wants_no_mandates_is_put_on_the_list_and_taken_off_it(
    world: World, file: Path, giver: Walker, helper: Walker
) -> None:
    case_id, numbers = _mandate(giver, helper), _numbers(world, [giver])
    assert "1 mandate(s) ended" in _operate(world, file, optout.main, "add", numbers)
    assert "You told us that you want no mandates any more." in giver.get(f"/mandates/{case_id}").body
    assert "on the list since" in _operate(world, file, optout.main, "list", numbers)
    assert "You are on the list of people who want no mandates" in giver.get("/direct").body
    _operate(world, file, optout.main, "remove", numbers)
    assert giver.get("/direct").status == 200


@pytest.mark.parametrize("told_by", ["an operator", "the register"])
def test_with_somebody_ends_what_they_gave(
    world: World, file: Path, giver: Walker, helper: Walker, told_by: str
) -> None:
    case_id = _mandate(giver, helper)
    assert _goes_on(helper, case_id)
    if told_by == "an operator":
        assert "1 mandate(s) ended" in _operate(world, file, deaths.main, _numbers(world, [giver]))
    else:
        sqs = client("sqs")
        url = sqs.get_queue_url(QueueName=f"{NAME}-deaths")["QueueUrl"]
        # The minute that the queue waits is AWS's.
        sqs.send_message(QueueUrl=url, MessageBody=write_death(giver.bsn), DelaySeconds=0)
    eventually(lambda: not _goes_on(helper, case_id))
    assert "What the population register tells us does not allow it" in helper.get(f"/mandates/{case_id}").body


def _goes_on(walker: Walker, case_id: str) -> bool:
    """Whether a mandate can still be revoked."""
    return f"/mandates/{case_id}/revoke" in walker.get(f"/mandates/{case_id}").body
