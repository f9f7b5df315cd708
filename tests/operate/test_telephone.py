"""The command with which staff ask for somebody who calls: what it shows and does, and what it never says."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.days import today
from chalicelib.mandates.model.requests import OptOut, Request
from chalicelib.mandates.own.requesting import withdraw
from chalicelib.outage import outage
from chalicelib.people.actor import Staff, StaffRole
from chalicelib.people.brp.person import Found
from chalicelib.wiring import Wiring
from operate import calls, telephone
from operate.calls import environment_of
from operate.deploy.stages import Stage
from operate.telephone import REASONS
from tests.builders import PORTAL_ID, SERVICE_ID, VERA
from tests.http.journey import code_of

ROOT = Path(__file__).parent.parent.parent
BORN = "12-03-1948"
Printed = pytest.CaptureFixture[str]
Command = Callable[..., int]


@pytest.fixture
def command(wired: Wiring, tmp_path: Path) -> Command:
    """Return the command, with Vera on the telephone unless somebody else is."""

    def run(*more: str, services: tuple[str, ...] = (SERVICE_ID,), says: str = f"{VERA.digits}\n{BORN}\n") -> int:
        who = tmp_path / "who.txt"
        who.write_text(says, encoding="utf-8")
        return telephone.main(["dev", *services, "--staff", "medewerker-7", "--who", str(who), *more], wired)

    return run


def _asked(wired: Wiring) -> list[Request]:
    return wired.mandates.requests(wired.secrets.pseudonyms.person(VERA))


def test_without_apply_it_is_said_what_may_be_asked_and_nothing_is(
    command: Command, wired: Wiring, capsys: Printed
) -> None:
    assert command() == 0
    told = capsys.readouterr().out
    assert "Locks, Gemeente Ominous" in told
    assert "Nothing was asked; add --apply" in told
    assert _asked(wired) == []


def test_what_is_asked_has_one_letter_that_alone_knows_the_code_and_the_address(
    command: Command, wired: Wiring, capsys: Printed
) -> None:
    end = today(wired.clock()) + timedelta(days=9)
    assert command("--apply", "--end", end.isoformat(), services=(SERVICE_ID, PORTAL_ID, SERVICE_ID)) == 0
    told = "".join(capsys.readouterr())
    made = sorted(_asked(wired), key=lambda one: one.case_id)
    assert [one.service_id for one in made] == [SERVICE_ID, PORTAL_ID]
    assert {one.period.end for one in made} == {end}
    assert {one.staff for one in made} == {Staff("medewerker-7", (StaffRole.OPERATOR,))}
    assert f"Reference {made[0].case_id[:12].upper()}." in told
    assert [f"{one.case_id}: asked" in told for one in made] == [True, True]
    code = code_of(made[0].case_id)
    person = wired.people.find([VERA]).people[VERA]
    secrets = (code, code.replace("-", ""), VERA.digits, BORN, person.name, person.addressee, *person.address)
    assert [secret for secret in secrets if secret in told] == []


def test_a_call_that_is_sent_again_is_asked_once(command: Command, wired: Wiring, capsys: Printed) -> None:
    assert command("--apply") == 0
    found = re.search(r"--call (\w+)", capsys.readouterr().out)
    assert found
    assert command("--apply", "--call", found[1]) == 0
    assert len(_asked(wired)) == 1
    for way in ((), ("--apply",)):
        assert command(*way) == 1
        assert f"it waits still: {SERVICE_ID}" in capsys.readouterr().err


def test_of_a_call_that_is_sent_again_it_is_told_what_became_of_it(
    command: Command, wired: Wiring, capsys: Printed
) -> None:
    assert command("--apply") == 0
    found = re.search(r"--call (\w+)", capsys.readouterr().out)
    assert found
    (made,) = _asked(wired)
    withdraw(made.represented, made.case_id, by=made.requester, store=wired.mandates, now=wired.clock())
    assert command("--apply", "--call", found[1]) == 0
    told = capsys.readouterr().out
    assert "it is withdrawn" in told
    assert "the code works" not in told


def test_who_calls_can_be_told_on_standard_input_or_typed_unseen(
    wired: Wiring, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    asking = ["dev", SERVICE_ID, "--staff", "medewerker-7"]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"9001.00.084\n\n{BORN}\n"))
    assert telephone.main([*asking, "--who", "-"], wired) == 0
    typed = iter((VERA.digits, BORN))
    monkeypatch.setattr(calls, "getpass", lambda _: next(typed))
    assert telephone.main(asking, wired) == 0
    assert VERA.digits not in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "says", ["", VERA.digits, f"{VERA.digits}\n1948", f"900100085\n{BORN}", f"{VERA.digits}\n{BORN}\nx"]
)
def test_what_is_no_number_with_a_birth_date_is_told_and_never_shown(
    command: Command, says: str, capsys: Printed
) -> None:
    assert command("--apply", says=says) == 1
    told = "".join(capsys.readouterr())
    assert "Nothing was done" in told
    assert VERA.digits[:6] not in told


@pytest.mark.parametrize(
    ("says", "more", "told"),
    [
        (f"{VERA.digits}\n13-03-1948", (), "nobody with this number and this birth date"),
        (f"{VERA.digits}\n{BORN}", ("--start", "2020-01-01"), "--start is in the past"),
        (f"{VERA.digits}\n{BORN}", ("--end", "2020-01-01"), "--end is before the start"),
        (f"{VERA.digits}\n{BORN}", ("--end", "2999-01-01"), "--end is later than a service allows"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words_for_staff(
    command: Command, wired: Wiring, says: str, more: tuple[str, ...], told: str, capsys: Printed
) -> None:
    for way in ((), ("--apply",)):
        assert command(*more, *way, says=says) == 1
        assert told in capsys.readouterr().err
    assert _asked(wired) == []


def test_who_is_on_the_list_is_told_to_staff(command: Command, wired: Wiring, capsys: Printed) -> None:
    wired.mandates.opt_out(wired.secrets.pseudonyms.person(VERA), OptOut(wired.clock()))
    assert command("--apply") == 1
    assert "Take them off it first: python -m operate.optout." in capsys.readouterr().err


def test_a_service_that_nobody_has_or_that_wants_more_is_told(command: Command, wired: Wiring, capsys: Printed) -> None:
    assert command(services=("nothing",)) == 1
    assert "nothing: the catalogue has no such service" in capsys.readouterr().err
    service = wired.catalogue.service(SERVICE_ID)
    for changed, told in (({"letter_level": 10}, "they have to sign in"), ({"mandatable": False}, "Nobody can be")):
        wired.catalogue.put_service(replace(service, **changed))
        assert command() == 1
        assert told in capsys.readouterr().err
    assert command(services=tuple(f"service {number}" for number in range(6))) == 1
    assert "5 at most" in capsys.readouterr().err


def test_who_got_their_letters_is_told_from_when_on(command: Command, wired: Wiring, capsys: Printed) -> None:
    assert command("--apply") == 0
    (made,) = _asked(wired)
    withdraw(made.represented, made.case_id, by=made.requester, store=wired.mandates, now=wired.clock())
    assert command("--apply") == 1
    tomorrow = today(wired.clock()) + timedelta(days=1)
    assert f"Another is possible from {tomorrow} on." in capsys.readouterr().err


def test_who_ends_the_prompt_is_told_that_nothing_was_done(
    wired: Wiring, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(calls, "getpass", ended)
    assert telephone.main(["dev", SERVICE_ID, "--staff", "medewerker-7"], wired) == 1
    assert "Nothing was done" in capsys.readouterr().err


def test_of_what_does_not_answer_the_kind_of_failure_is_told_and_nothing_of_its_text(
    command: Command, wired: Wiring, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    refused = ClientError({"Error": {"Code": "AccessDeniedException", "Message": f"{VERA.digits} no"}}, "Query")

    def find(_: object) -> Found:
        with outage("brp"):
            raise refused

    monkeypatch.setattr(wired.people, "find", find)
    assert command("--apply") == 1
    told = "".join(capsys.readouterr())
    assert "brp does not answer (ClientError AccessDeniedException)." in told
    assert VERA.digits not in told


def test_when_the_register_is_silent_staff_are_told_to_try_again(
    command: Command, wired: Wiring, capsys: Printed
) -> None:
    wired.people.down = True  # type: ignore[attr-defined]
    assert command("--apply") == 1
    assert "brp does not answer" in capsys.readouterr().err


def test_every_refusal_that_a_call_can_meet_has_words_for_staff() -> None:
    rooms = ("mandates/own/telephoning.py", "mandates/rules/eligibility.py", "mandates/rules/wanted.py")
    texts = "".join((ROOT / "chalicelib" / room).read_text(encoding="utf-8") for room in rooms)
    known = set(re.findall(r'"((?:not|letter|opted|no|too|age|start|end|period)_\w+)"', texts)) - {"too_young_to_hold"}
    assert known == set(REASONS)


class FakeAccount:
    """AWS, as far as it is asked which settings a stage's pages have."""

    def client(self, _: str) -> Any:  # noqa: ANN401 - as the real one
        return self

    def describe_stack_resource(self, **named: str) -> dict[str, Any]:
        assert named == {"StackName": "digid-machtigen-dev", "LogicalResourceId": "APIHandler"}
        return {"StackResourceDetail": {"PhysicalResourceId": "the function"}}

    def get_function_configuration(self, **named: str) -> dict[str, Any]:
        assert named == {"FunctionName": "the function"}
        return {"Environment": {"Variables": {"LETTER_LIMITS": "1,5,3,10"}}}


def test_a_stage_is_asked_with_the_settings_that_its_pages_have() -> None:
    stage = Stage("dev", "eu-west-1")
    settings = environment_of(FakeAccount(), stage)  # type: ignore[arg-type]
    assert settings == {"LETTER_LIMITS": "1,5,3,10", "AWS_REGION": "eu-west-1"}
