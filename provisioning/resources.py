"""Every AWS resource of ours, as it stands in `.chalice/resources`: YAML, a file for each subject."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from provisioning.command import CannotGoOn

FOLDER = Path(__file__).parent.parent / ".chalice" / "resources"

_SECTIONS = ("Parameters", "Conditions", "Globals", "Resources", "Outputs")
_FRAGMENT = "x-"
"""Begins the names of what is no section: parts that stand here once, for the anchors of their file."""


class _ShortForms(yaml.SafeLoader):
    """YAML with `!Ref`, `!Sub` and their like, in which a name stands once in its mapping.

    Chalice's own reader teaches the short forms to every other reader in the process, and takes the second of two
    names; cfn-lint's is slow to import, and no laptop needs it otherwise.
    """

    def compose_mapping_node(self, anchor: dict[str, yaml.Node]) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        names = [key.value for key, _ in node.value]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            line = node.start_mark.line + 1
            raise CannotGoOn(f"{self.name}: {', '.join(twice)} stands twice in what begins on line {line}")
        return node


def _short_form(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = str(node.value).split(".", 1) if name == "GetAtt" else node.value
    return {name if name == "Ref" else f"Fn::{name}": value}


_ShortForms.add_multi_constructor("!", _short_form)


def read_resources(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """Return what all files say, by section of a template and name. Raises `CannotGoOn` for what is said twice."""
    whole: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yaml")):
        for section, named in _read(path).items():
            there = whole.setdefault(section, {})
            if twice := sorted(there.keys() & named.keys()):
                raise CannotGoOn(f"{path}: {', '.join(twice)} stands in another file too, under {section}")
            there.update(named)
    return whole


def _read(path: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            said: dict[str, Any] = _ShortForms(file).get_single_data()
    except yaml.YAMLError as error:
        raise CannotGoOn(f"{path} cannot be read: {error}") from None
    sections = {name: named for name, named in said.items() if not name.startswith(_FRAGMENT)}
    if unknown := sorted(sections.keys() - set(_SECTIONS)):
        raise CannotGoOn(f"{path}: no section of a template: {', '.join(unknown)}")
    return sections
