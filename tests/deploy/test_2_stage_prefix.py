"""The first deploy, of a stage without a domain: everything lies under the prefix of the stage."""

import pytest
from botocore.exceptions import ClientError

from tests.browser.people import someone
from tests.deploy.emulator import client
from tests.deploy.shapes import shapes
from tests.deploy.walking import Walker, activate, ask, read_code, signed_in_for
from tests.deploy.world import World, eventually


def test_the_emulator_enforces_iam(world: World) -> None:  # noqa: ARG001 - only set up
    """A caller without any permission is refused: otherwise nothing here would be shown."""
    iam = client("iam")
    iam.create_user(UserName="stranger")
    made = iam.create_access_key(UserName="stranger")["AccessKey"]
    with pytest.raises(ClientError, match="AccessDenied"):
        client("dynamodb", made["AccessKeyId"], made["SecretAccessKey"]).list_tables()


def test_a_second_deploy_changes_nothing(world: World, behind_prefix: str) -> None:
    before = client("secretsmanager").get_secret_value(SecretId="digid-machtigen-dev/person-key")["VersionId"]
    status, said = world.deploy(world.stage_file(prefix=True))
    assert status == 0, said
    assert said.count("Nothing changes.") == 2, "neither stack nor catalogue"
    assert "Our secrets have their values." in said
    assert "DigiD's metadata is pinned." in said
    assert f"Application             {behind_prefix}" in said
    after = client("secretsmanager").get_secret_value(SecretId="digid-machtigen-dev/person-key")["VersionId"]
    assert after == before


@pytest.mark.parametrize(
    ("representative", "represented"),
    [("Henk Helper", "Vera van der Gever"), ("Vera van der Gever", "Mina Mantelzorg")],
)
def test_a_mandate_lives_behind_the_prefix_of_a_stage(
    world: World, behind_prefix: str, representative: str, represented: str
) -> None:
    giver, helper = (Walker(world, behind_prefix, someone(name)) for name in (represented, representative))
    case_id = ask(giver)
    activate(helper, giver, read_code(giver, world.letters))
    for binding in ("redirect", "post", "artifact"):
        result = signed_in_for(helper, case_id, binding)
        assert result.status == ["Success"]
        assert result.attributes["LegalSubjectID"] == giver.bsn.digits
        assert result.attributes["ActingSubjectID"] == helper.bsn.digits
    assert giver.someone.name in helper.get("/mandates").body
    assert "Used to sign in" in giver.get(f"/mandates/{case_id}").body
    assert giver.submit(f"/mandates/{case_id}/revoke", {}).status == 303
    assert "Revoked" in giver.get(f"/mandates/{case_id}").body


def test_one_id_follows_a_request_from_the_browser_through_the_queue_to_the_letter(
    world: World, behind_prefix: str
) -> None:
    walker = Walker(world, behind_prefix, someone("Gerda Geheim"))
    case_id = ask(walker)
    assert walker.last is not None
    correlation = walker.last.headers["X-Correlation-Id"]
    read_code(walker, world.letters)

    def followed() -> bool:
        lines = [line for line in world.lines() if line.get("correlation_id") == correlation]
        found = {(line["service"], line["message"]) for line in lines if "message" in line}
        return {("api", "mandate_requested"), ("print-letter", "letter_printed")} <= found

    eventually(followed)
    lines = [line for line in world.lines() if line.get("correlation_id") == correlation]
    assert all({"cold_start", "function_name", "function_request_id"} <= line.keys() for line in lines)
    assert len({line["function_name"] for line in lines}) == len({"the application", "the print vendor"})
    bucket = f"digid-machtigen-dev-letters-{'0' * 12}"
    s3 = client("s3")
    (slip,) = (
        one["Key"]
        for one in s3.list_objects_v2(Bucket=bucket, Prefix=f"letters/{case_id}")["Contents"]
        if one["Key"].endswith(".json")
    )
    assert f'"correlation_id": "{correlation}"'.encode() in s3.get_object(Bucket=bucket, Key=slip)["Body"].read()


def test_behind_the_prefix_everything_is_as_on_the_laptop(behind_prefix: str, laptop: str) -> None:
    ours, theirs = shapes(behind_prefix), shapes(laptop)
    assert {what: shape for what, shape in ours.items() if shape != theirs[what]} == {}
