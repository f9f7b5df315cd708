"""Taking a stage away: refused where there is data, complete where there is none."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from operate import destroy
from operate.deploy.package import Package
from tests.deploy.emulator import client
from tests.deploy.world import World

OTHER = "digid-machtigen-acceptance"


def test_a_stage_with_data_of_people_is_not_destroyed(world: World, on_domain: str) -> None:  # noqa: ARG001
    file = world.stage_file(municipality=True)
    status, said = world.run(destroy.main, ["dev", "--stage-file", str(file), "--yes"])
    assert status == 1
    assert "digid-machtigen-dev holds data and stays:" in said
    for what in ("the table digid-machtigen-dev-register", "the table digid-machtigen-dev-audit", "the bucket "):
        assert what in said
    assert world.outputs()["APIHandlerName"]


@pytest.fixture(scope="module")
def other(world: World, on_domain: str) -> Path:  # noqa: ARG001
    return world.stage_file(prefix=True, name="acceptance")


def test_a_half_made_stack_is_named_and_can_be_removed(world: World, other: Path) -> None:
    def broken(folder: Path, stage: str) -> Package:
        made = world.as_emulated(folder, stage)
        template = json.loads(made.template.read_text())
        template["Resources"]["Impossible"] = {
            "Type": "AWS::IAM::Policy",
            "Properties": {"PolicyName": "x"},
            "DependsOn": ["RegisterTable", "PersonKeySecret"],
        }
        made.template.write_text(json.dumps(template, sort_keys=True))
        return made

    assert world.deploy_with(broken, other, stage="acceptance")[0] == 1
    status, said = world.deploy(other, stage="acceptance")
    assert status == 1
    assert f"The stack {OTHER} is half made (ROLLBACK_COMPLETE)" in said
    assert "make destroy STAGE=acceptance" in said
    assert world.run(destroy.main, ["acceptance", "--stage-file", str(other), "--yes"])[0] == 0


def test_a_stage_without_a_domain_learns_its_own_address(world: World, other: Path) -> None:
    """It is known only once the stage is there, and the functions have to know it too."""
    given = yaml.safe_load(other.read_text())
    del given["parameters"]["BaseUrl"]
    other.write_text(yaml.safe_dump(given))
    status, said = world.deploy(other, stage="acceptance")
    address = f"https://{world.outputs(OTHER)['RestAPIId']}.execute-api.eu-west-1.amazonaws.com/api"
    assert f"Application             {address}" in said
    assert status == 1, "nobody answers there, on this computer"
    (function,) = (one for one in _functions() if one["FunctionName"].startswith(f"{OTHER}-APIHandler"))
    assert function["Environment"]["Variables"]["BASE_URL"] == address
    assert world.deploy(other, stage="acceptance")[1].count("Nothing changes.") == 2


def _functions() -> list[dict[str, Any]]:
    return list(client("lambda").list_functions(MaxItems=50)["Functions"])


def test_an_empty_stage_is_destroyed_and_nothing_of_it_is_left(world: World, other: Path) -> None:
    assert client("dynamodb").describe_table(TableName=f"{OTHER}-register")
    status, said = world.run(destroy.main, ["acceptance", "--stage-file", str(other), "--yes"])
    assert status == 0, said
    assert not [name for name in client("dynamodb").list_tables()["TableNames"] if name.startswith(OTHER)]
    assert not [one for one in client("secretsmanager").list_secrets()["SecretList"] if one["Name"].startswith(OTHER)]
    with pytest.raises(ClientError):
        client("s3").head_bucket(Bucket=f"{OTHER}-letters-{'0' * 12}")
    world.deploy(other, stage="acceptance")
    assert client("dynamodb").describe_table(TableName=f"{OTHER}-register")
