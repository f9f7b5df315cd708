"""A stack in every state that CloudFormation knows, and a stage's file with every mistake."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operate.deploy.__main__ import _UNKNOWN, parameters_of
from operate.deploy.__main__ import main as deploy
from operate.deploy.package import Package
from operate.deploy.stack import Stack, StackTrouble
from operate.deploy.stages import ENTITY_IDS, BadStage, Stage, read_stage
from operate.metadata import main as show_metadata


class FakeCloudFormation:
    """One stack that goes through the states it is given; change sets change something, or nothing."""

    def __init__(self, *states: str, change_set: str = "CREATE_COMPLETE", reason: str = "") -> None:
        self.states, self.change_set, self.reason = list(states), change_set, reason
        self.done: list[str] = []

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if not state:
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": "Stack x does not exist"}}, "DescribeStacks"
            )
        return {"Stacks": [{"StackStatus": state, "Outputs": [{"OutputKey": "Release", "OutputValue": "before"}]}]}

    def describe_change_set(self, **_: str) -> dict[str, Any]:
        change = {"ResourceChange": {"Action": "Modify", "LogicalResourceId": "A", "ResourceType": "AWS::X"}}
        return {"Status": self.change_set, "StatusReason": self.reason, "Changes": [change]}

    def describe_stack_events(self, **_: str) -> dict[str, Any]:
        failed = {"LogicalResourceId": "A", "ResourceStatus": "UPDATE_FAILED", "ResourceStatusReason": "no such key"}
        return {"StackEvents": [failed]}

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda **arguments: self.done.append(f"{name} {arguments.get('ChangeSetType', '')}".strip())


def _change(cloud: FakeCloudFormation) -> bool:
    return Stack(cloud, "x", "dev", lambda _: None, pause=0).change("https://template", {})


def test_a_stack_that_is_not_there_is_created_and_one_that_is_updated() -> None:
    fresh = FakeCloudFormation("", "CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    assert _change(fresh)
    assert fresh.done == ["create_change_set CREATE", "execute_change_set"]
    known = FakeCloudFormation(
        "UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"
    )
    assert _change(known)
    assert known.done == ["create_change_set UPDATE", "execute_change_set"]


@pytest.mark.parametrize(
    "reason", ["The submitted information didn't contain changes.", "No updates are to be performed."]
)
def test_when_nothing_changes_nothing_is_done(reason: str) -> None:
    cloud = FakeCloudFormation("CREATE_COMPLETE", change_set="FAILED", reason=reason)
    assert not _change(cloud)
    assert cloud.done == ["create_change_set UPDATE", "delete_change_set"]


@pytest.mark.parametrize(
    ("state", "advice"),
    [
        ("ROLLBACK_COMPLETE", "make destroy STAGE=dev"),
        ("ROLLBACK_FAILED", "make destroy STAGE=dev"),
        ("CREATE_FAILED", "make destroy STAGE=dev"),
        ("DELETE_FAILED", "Its events say what holds it"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name x"),
        ("UPDATE_IN_PROGRESS", "Try again when that is done"),
        ("DELETE_IN_PROGRESS", "Try again when that is done"),
    ],
)
def test_a_stack_that_is_half_made_is_left_alone_with_advice(state: str, advice: str) -> None:
    cloud = FakeCloudFormation(state)
    with pytest.raises(StackTrouble, match=state) as trouble:
        _change(cloud)
    assert advice in str(trouble.value)
    assert cloud.done == []


def test_an_update_that_fails_is_waited_for_until_it_is_undone_and_its_reasons_are_told() -> None:
    states = ("CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE")
    with pytest.raises(StackTrouble, match="A: no such key"):
        _change(FakeCloudFormation(*states))


def test_a_template_that_is_not_accepted_says_why() -> None:
    with pytest.raises(StackTrouble, match="not accepted: Circular dependency"):
        _change(FakeCloudFormation("CREATE_COMPLETE", change_set="FAILED", reason="Circular dependency"))


def _read(tmp_path: Path, text: str, name: str = "dev") -> Stage:
    (tmp_path / "stage.yaml").write_text(text)
    return read_stage(name, tmp_path / "stage.yaml")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "has to name a region"),
        ("[]", "has to name a region"),
        ("region: 3", "has to name a region"),
        ("region: eu-west-1", "has to name BrpUrl"),
        ("region: eu-west-1\ncatalog: x", "not known: catalog. Known are account, catalogue"),
        (
            "region: eu-west-1\nparameters: {BrpUrl: x}\ncatalogue: nothing.yaml",
            "files that are not there: .*nothing.yaml",
        ),
        ("region: [", "cannot be read"),
        ("region: eu-west-1\nparameters: [BrpUrl]", "under parameters stand names with values"),
        ("region: eu-west-1\nparameters: {BrpUrl: }", "has to name BrpUrl"),
        ("region: eu-west-1\nparameters: {BrpUrl: x}\ndigid: digid.xml", "under digid stand names with values"),
        # YAML reads digits that begin with a nought as another number.
        ("region: eu-west-1\nparameters: {BrpUrl: x}\naccount: 012345670123", "twelve digits between quotes"),
        ("region: eu-west-1\nparameters: {BrpUrl: x}\naccount: '12'", "twelve digits between quotes"),
    ],
)
def test_a_stages_file_with_a_mistake_says_what_to_mend(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(BadStage, match=complaint):
        _read(tmp_path, text)


@pytest.mark.parametrize("name", ["acceptance", "production"])
def test_where_providers_connect_the_entity_ids_are_chosen_and_none_is_a_default(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadStage, match="has to name DigidEntityId, MachtigenEntityId"):
        _read(tmp_path, "region: eu-west-1\nparameters: {BrpUrl: x, CombiconnectEntityId: urn:a}", name)
    chosen = "{BrpUrl: x, CombiconnectEntityId: urn:a, DigidEntityId: urn:b, MachtigenEntityId: urn:c}"
    parameters = parameters_of(_read(tmp_path, f"region: eu-west-1\nparameters: {chosen}", name), "1", {})
    assert [parameters[key] for key in ENTITY_IDS] == ["urn:a", "urn:b", "urn:c"]


def test_a_stage_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(BadStage, match="There are dev, acceptance, production"):
        read_stage("")


def test_addresses_follow_from_domains_or_from_where_the_stage_lies(tmp_path: Path) -> None:
    bare = _read(tmp_path, "region: eu-west-1\nparameters: {BrpUrl: https://brp}")
    assert parameters_of(bare, "1", {})["BaseUrl"] == _UNKNOWN
    lies = parameters_of(bare, "1", {"EndpointURL": "https://id.execute-api.eu-west-1.amazonaws.com/api/"})
    assert lies["BaseUrl"] == lies["BackChannelUrl"] == "https://id.execute-api.eu-west-1.amazonaws.com/api"
    named = _read(
        tmp_path,
        "region: eu-west-1\nparameters: {BrpUrl: https://brp, DomainName: a.example, BackChannelName: b.example}",
    )
    assert parameters_of(named, "1", {})["BaseUrl"] == "https://a.example"
    assert parameters_of(named, "1", {})["BackChannelUrl"] == "https://b.example"
    assert parameters_of(named, "1", {})["Prefix"] == "digid-machtigen-dev"
    empty = _read(tmp_path, "region: eu-west-1\nparameters: {BrpUrl: https://brp, DomainName: , BackChannelName: ''}")
    assert parameters_of(empty, "1", {}) == parameters_of(bare, "1", {})


def test_an_operator_who_stops_a_deploy_reads_what_goes_on(
    cloud: None,  # noqa: ARG001 - only set up
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stopped(_folder: Path, _stage: str) -> Package:
        raise KeyboardInterrupt

    (tmp_path / "dev.yaml").write_text("region: eu-west-1\nparameters: {BrpUrl: https://brp}")
    assert deploy(["dev", "--stage-file", str(tmp_path / "dev.yaml")], stopped) == 130
    assert "What CloudFormation began goes on by itself" in capsys.readouterr().err


def test_a_command_for_a_stage_that_cannot_be_reached_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    """The files that an operator puts beside the stage's are not in the repository."""
    assert show_metadata(["urn:x", "--stage", "production"]) == 1
    told = capsys.readouterr()
    assert "names files that are not there" in told.err
    assert told.out == ""
