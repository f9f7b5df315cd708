"""Resources from several files: the short forms of CloudFormation, and nothing said twice."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from provisioning.command import CannotGoOn
from provisioning.resources import read_resources

QUEUE = "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n"


def _read(folder: Path, **files: str) -> dict[str, Any]:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return read_resources(folder)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("!Ref Prefix", {"Ref": "Prefix"}),
        ("!Ref RestAPI.Stage", {"Ref": "RestAPI.Stage"}),
        ("!GetAtt Queue.Arn", {"Fn::GetAtt": ["Queue", "Arn"]}),
        ("!Sub '${Prefix}-letters'", {"Fn::Sub": "${Prefix}-letters"}),
        ("!Sub 300", {"Fn::Sub": "300"}),
        ("!Not [!Equals [!Ref Name, '']]", {"Fn::Not": [{"Fn::Equals": [{"Ref": "Name"}, ""]}]}),
        ("!If [HasDomain, {A: !Ref B}, false]", {"Fn::If": ["HasDomain", {"A": {"Ref": "B"}}, False]}),
    ],
)
def test_short_forms_are_the_functions_that_they_stand_for(written: str, meant: object, tmp_path: Path) -> None:
    assert _read(tmp_path, one=f"Outputs: {{One: {written}}}") == {"Outputs": {"One": meant}}


def test_files_are_one_template_whatever_their_names(tmp_path: Path) -> None:
    read = _read(tmp_path, b="Resources: {B: {Type: b}}\nOutputs: {B: {}}", a="Resources: {A: {Type: a}}")
    assert read == {"Resources": {"A": {"Type": "a"}, "B": {"Type": "b"}}, "Outputs": {"B": {}}}


@pytest.mark.parametrize("section", ["Parameters", "Conditions", "Globals", "Resources", "Outputs"])
def test_what_two_files_say_is_refused(section: str, tmp_path: Path) -> None:
    with pytest.raises(CannotGoOn, match=rf"two\.yaml: One stands in another file too, under {section}"):
        _read(tmp_path, one=f"{section}: {{One: {{}}}}", two=f"{section}: {{One: {{}}}}")


@pytest.mark.parametrize(
    "twice",
    [
        QUEUE + "  Queue: {Type: AWS::SNS::Topic}\n",
        QUEUE + "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n",
        "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1, DelaySeconds: 2}}}",
    ],
)
def test_what_one_file_says_twice_is_refused(twice: str, tmp_path: Path) -> None:
    with pytest.raises(CannotGoOn, match=r"one\.yaml: (Queue|Resources|DelaySeconds) stands twice .* line [12]"):
        _read(tmp_path, one=twice)


def test_a_fragment_is_said_once_used_often_and_no_section(tmp_path: Path) -> None:
    text = """
x-heard: &heard {Action: !Ref Topic, Missing: fine}
x-alarm: &alarm {<<: *heard, Missing: bad}
Resources:
  One: {<<: *alarm, Threshold: 1}
  Two: {<<: *alarm, Missing: worse}
"""
    assert _read(tmp_path, one=text) == {
        "Resources": {
            "One": {"Action": {"Ref": "Topic"}, "Missing": "bad", "Threshold": 1},
            "Two": {"Action": {"Ref": "Topic"}, "Missing": "worse"},
        }
    }


@pytest.mark.parametrize(("text", "told"), [("Resource: {}", "no section of a template: Resource"), ("A: [", "read")])
def test_what_is_no_part_of_a_template_is_refused(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(CannotGoOn, match=told):
        _read(tmp_path, one=text)


def test_other_readers_of_yaml_learn_no_short_forms() -> None:
    with pytest.raises(yaml.YAMLError, match="could not determine a constructor"):
        yaml.safe_load("!Ref Prefix")
