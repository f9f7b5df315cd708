"""Commands that change what people have: what they show, do, and never say."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.audit.trail import Event
from chalicelib.errors import Unavailable
from chalicelib.mandates.model.cases import CaseId
from chalicelib.mandates.model.mandates import Mandate, MandateState
from chalicelib.mandates.model.notices import Notice
from chalicelib.mandates.model.requests import OptOut, RequestState
from chalicelib.people.actor import Citizen
from chalicelib.people.bsn import Bsn
from local import aws
from operate import deaths, mandates, optout
from operate.people import People
from provisioning.tables import TABLES
from tests.builders import GENEROUS, HENK, MINA, NOW, PORTAL_ID, SECRETS, VERA, a_mandate, a_request, an_opening, making
from tests.fakes import FakeMandates, FakePrinted

PERSON = SECRETS.pseudonyms.person
LATER = NOW + timedelta(days=1)
CASE = CaseId("ab" * 16)


class Breaking(FakeMandates):
    broken = False

    def change(self, mandate: Mandate, new: Mandate, event: Event, *due: Notice) -> None:
        if self.broken:
            raise Unavailable("dynamodb")
        super().change(mandate, new, event, *due)


@pytest.fixture
def store() -> Breaking:
    """Return a register in which Vera asks, and gave Henk a mandate."""
    made = Breaking(GENEROUS)
    given = a_request(case_id=CASE, represented=PERSON(VERA))
    made.open_requests(an_opening(given))
    mandate = a_mandate(given, representative=PERSON(HENK), activated_at=NOW)
    made.make(making(given, mandate), Citizen(PERSON(HENK), 20))
    asked = a_request(case_id=CaseId("cd" * 16), represented=PERSON(VERA), letter_id="2" * 36, service_id=PORTAL_ID)
    made.open_requests(an_opening(asked))
    return made


@pytest.fixture
def people(store: Breaking) -> People:
    return People(store, PERSON, FakePrinted(), LATER)


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., str]:
    def write(*lines: str) -> str:
        path = tmp_path / "numbers.txt"
        path.write_text("\n".join(lines), encoding="utf-8")
        return str(path)

    return write


def _states(store: FakeMandates) -> list[str]:
    mandate = store.mandate(CASE)
    assert mandate is not None
    return [mandate.state(LATER), *(one.state(LATER) for one in store.requests(PERSON(VERA)) if one.case_id != CASE)]


Printed = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    "command",
    [
        lambda *rest: optout.main(["dev", "add", *rest[:-1]], rest[-1]),
        lambda *rest: deaths.main(["dev", *rest[:-1]], rest[-1]),
    ],
)
def test_without_apply_nothing_is_changed(
    command: Callable[..., int], people: People, store: Breaking, listed: Callable[..., str], capsys: Printed
) -> None:
    assert command(listed(VERA.digits), people) == 0
    assert "Nothing was changed; add --apply" in capsys.readouterr().out
    assert _states(store) == [MandateState.ACTIVE, RequestState.WAITING]
    assert store.opted_out(PERSON(VERA)) is None


@pytest.mark.parametrize("keep", [False, True])
def test_who_is_put_on_the_list_is_asked_nothing_more_and_gives_nothing_unless_it_is_kept(
    people: People, store: Breaking, listed: Callable[..., str], capsys: Printed, *, keep: bool
) -> None:
    options = ["--keep-mandates"] if keep else []
    assert optout.main(["dev", "add", listed(VERA.digits), "--apply", *options], people) == 0
    assert store.opted_out(PERSON(VERA)) == OptOut(LATER)
    assert _states(store) == [MandateState.ACTIVE if keep else MandateState.ENDED, RequestState.UNDELIVERABLE]
    assert f"line 1: 1 request(s) and {0 if keep else 1} mandate(s) ended" in capsys.readouterr().out


def test_who_is_on_the_list_is_told_by_line_and_can_be_taken_off_it(
    people: People, store: Breaking, listed: Callable[..., str], capsys: Printed
) -> None:
    file = listed(VERA.digits, "", HENK.digits)
    store.opt_out(PERSON(VERA), OptOut(NOW))
    assert optout.main(["dev", "list", file], people) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(", ")[2] for line in told] == [
        "line 1: on the list since 2031-05-17T11:42:07+00:00",
        "line 3: not on the list",
    ]
    assert optout.main(["dev", "remove", file, "--apply"], people) == 0
    assert store.opted_out(PERSON(VERA)) is None


def test_with_who_died_all_ends(people: People, store: Breaking, listed: Callable[..., str], capsys: Printed) -> None:
    for ended in (1, 0):
        assert deaths.main(["dev", listed(VERA.digits), "--apply"], people) == 0
        assert f"line 1: {ended} request(s) and {ended} mandate(s) ended" in capsys.readouterr().out
    assert _states(store) == [MandateState.ENDED, RequestState.UNDELIVERABLE]


def test_one_wrong_line_and_nothing_is_done_and_no_number_is_shown(
    people: People, store: Breaking, listed: Callable[..., str], capsys: Printed
) -> None:
    file = listed(VERA.digits, "900100085", "Vera", MINA.digits)
    for command in (["dev", "add", file, "--apply"], ["dev", "list", file]):
        assert optout.main(command, people) == 1
    assert deaths.main(["dev", file, "--apply"], people) == 1
    told = "".join(capsys.readouterr())
    assert told.count("line 2: not a citizen service number") == told.count("line 3: not a citizen") == 3
    assert "Mend 2 line(s)" in told
    assert not any(number in told for number in (VERA.digits, "900100085", MINA.digits))
    assert _states(store) == [MandateState.ACTIVE, RequestState.WAITING]


@pytest.mark.parametrize("lines", [(), ("", "  ")])
def test_a_file_without_numbers_is_told(
    lines: tuple[str, ...], people: People, listed: Callable[..., str], capsys: Printed
) -> None:
    assert deaths.main(["dev", listed(*lines), "--apply"], people) == 1
    assert "Write one citizen service number (BSN) on each line" in capsys.readouterr().err


def test_numbers_can_come_from_standard_input_and_count_once(
    people: People, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{VERA.digits}\n{VERA.digits}\n"))
    assert deaths.main(["dev", "-", "--apply"], people) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_what_could_not_be_done_is_told_and_the_same_again_does_it(
    people: People, store: Breaking, listed: Callable[..., str], capsys: Printed
) -> None:
    file, store.broken = listed(VERA.digits, MINA.digits), True
    assert deaths.main(["dev", file, "--apply"], people) == 1
    told = capsys.readouterr()
    assert "line 1: 1 request(s) and 0 mandate(s) ended, 1 could not be ended" in told.out
    assert "line 2: 0 request(s)" in told.out
    assert "1 of 2 not done. Run the same again" in told.err
    store.broken = False
    assert deaths.main(["dev", file, "--apply"], people) == 0
    assert _states(store)[0] == MandateState.ENDED


def test_an_operator_stops_a_mandate_for_the_time_being_and_for_good(
    people: People, store: Breaking, capsys: Printed
) -> None:
    for action, before, after in (("suspend", "active", "suspended"), ("resume", "suspended", "active")):
        assert mandates.main(["dev", action, CASE], people) == 0
        assert f"{CASE}: is {before}\nNothing was changed" in capsys.readouterr().out
        for was in (before, after):
            assert mandates.main(["dev", action, CASE, "--apply"], people) == 0
            assert f"{CASE}: was {was}, is {after}" in capsys.readouterr().out
    assert mandates.main(["dev", "end", CASE, "--apply"], people) == 0
    assert _states(store)[0] == MandateState.ENDED
    assert mandates.main(["dev", "resume", CASE, "--apply"], people) == 1
    assert "was ended, is ended, and cannot be: resume" in capsys.readouterr().out


def test_of_several_mandates_one_that_is_none_and_one_that_fails_do_not_stop_the_others(
    people: People, store: Breaking, capsys: Printed
) -> None:
    assert mandates.main(["dev", "suspend", "nothing", CASE, "--apply"], people) == 1
    assert "nothing: there is no such mandate" in capsys.readouterr().err
    assert _states(store)[0] == MandateState.SUSPENDED
    store.broken = True
    assert mandates.main(["dev", "end", CASE, "--apply"], people) == 1
    assert "Run the same again" in capsys.readouterr().err


PREFIX = "digid-machtigen-dev"


@pytest.fixture
def stage(
    cloud: None,  # noqa: ARG001 - only set up
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[list[str]]:
    """Return how a stage on moto is named, with its tables and the key under which it knows people."""
    # A command sets it for its process, which ends with it.
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "CRITICAL")
    (tmp_path / "dev.yaml").write_text("region: eu-west-1\nparameters: {BrpUrl: https://brp}")
    dynamodb, manager = aws.client("dynamodb"), aws.client("secretsmanager")
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    types = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
    for kind in TABLES:
        dynamodb.create_table(
            TableName=f"{PREFIX}-{kind}", KeySchema=keys, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST"
        )
    key = base64.b64encode(b"person key" * 4).decode()
    manager.create_secret(Name=f"{PREFIX}/person-key", SecretString=json.dumps({"key": key}))
    yield ["--stage-file", str(tmp_path / "dev.yaml")]
    manager.delete_secret(SecretId=f"{PREFIX}/person-key", ForceDeleteWithoutRecovery=True)
    for kind in TABLES:
        dynamodb.delete_table(TableName=f"{PREFIX}-{kind}")


def test_a_stage_is_changed_where_its_functions_look(
    stage: list[str], listed: Callable[..., str], capsys: Printed
) -> None:
    assert optout.main(["dev", "add", listed(VERA.digits), "--apply", *stage]) == 0
    item: dict[str, Any] = aws.client("dynamodb").get_item(
        TableName=f"{PREFIX}-register",
        Key={"pk": {"S": f"PERSON#{PERSON(Bsn(VERA.digits))}"}, "sk": {"S": "OPTED-OUT"}},
    )
    assert "since" in item["Item"]
    assert mandates.main(["dev", "end", CASE, *stage]) == 1
    assert "there is no such mandate" in capsys.readouterr().err
