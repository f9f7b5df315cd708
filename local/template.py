"""What `.chalice/resources` says, understood as CloudFormation does, as far as the laptop needs it."""

import re
from collections.abc import Mapping
from typing import Any

from provisioning.resources import read_resources

_VARIABLE = re.compile(r"\$\{([A-Za-z:.]+)\}")

Made = dict[str, dict[str, str]]
"""What was created: by logical name, what `Ref` and each attribute give."""


class Template:
    """Resources with their references resolved. `pseudo` gives `AWS::Region` and the like."""

    def __init__(self, pseudo: Mapping[str, str]) -> None:
        document = read_resources()
        parameters = {name: {"Ref": str(one.get("Default", ""))} for name, one in document["Parameters"].items()}
        self.made: Made = {**parameters, **{name: {"Ref": value} for name, value in pseudo.items()}}
        # What has a condition is for a real account, and what has no type belongs to Chalice's own template.
        self.resources: dict[str, dict[str, Any]] = {
            name: one for name, one in document["Resources"].items() if "Type" in one and "Condition" not in one
        }

    def resolved(self, value: Any) -> Any:  # noqa: ANN401 - any JSON
        """Return a value with its references replaced. Raises `KeyError` for what was not made yet."""
        match value:
            case {"Ref": name}:
                return self.made[name]["Ref"]
            case {"Fn::GetAtt": [name, attribute]}:
                return self.made[name][attribute]
            case {"Fn::Sub": str(text)}:
                return _VARIABLE.sub(lambda found: self._variable(found[1]), text)
            case dict():
                return {name: self.resolved(inner) for name, inner in value.items()}
            case list():
                return [self.resolved(inner) for inner in value]
            case _:
                return value

    def _variable(self, name: str) -> str:
        logical, _, attribute = name.partition(".")
        return self.made[logical][attribute or "Ref"]
