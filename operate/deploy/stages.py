"""A stage: where it is deployed and with what, from `operate/stages/<stage>.yaml`, which an operator fills in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from provisioning.command import CannotGoOn
from provisioning.tables import PEOPLE_TABLES

STAGES = ("dev", "acceptance", "production")
FOLDER = Path(__file__).parent.parent / "stages"
_ACCOUNT = re.compile(r"[0-9]{12}")
ENTITY_IDS = ("CombiconnectEntityId", "DigidEntityId", "MachtigenEntityId")
_PUBLIC = ("acceptance", "production")
"""Stages that others connect to: there no entityID is a default."""

_KEYS = {"region", "account", "catalogue", "digid", "parameters"}
_DIGID = {"metadata", "by_artifact", "roots"}


class BadStage(CannotGoOn):
    """What is wrong with a stage or its file, and what to do."""


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    region: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Of the template: those that are not given keep their default."""
    account: str | None = None
    """The only account in which it may be deployed."""
    catalogue: Path | None = None
    digid: Path | None = None
    """DigiD's metadata, which is pinned."""
    digid_by_artifact: bool | None = None
    """Whether it answers by Artifact, as DigiD does; None: if its metadata says that it can."""
    digid_roots: Path | None = None
    """The private roots of its back channel, as PEM."""

    @property
    def prefix(self) -> str:
        """Begins the name of everything, and is the name of the stack."""
        return f"digid-machtigen-{self.name}"

    @property
    def people_tables(self) -> Mapping[str, str]:
        """Name by kind of each of these tables, as the functions use them: restored or not."""
        restored = self.parameters.get("Restored", "")
        return {kind: f"{self.prefix}-{kind}{restored}" for kind in PEOPLE_TABLES}


def read_stage(name: str, file: Path | None = None) -> Stage:
    """Read a stage's file, by default the one in `operate/stages`. Raises `BadStage`."""
    if name not in STAGES:
        raise BadStage(f"There is no stage {name!r}. There are {', '.join(STAGES)}; for make: STAGE=dev")
    path = file or FOLDER / f"{name}.yaml"
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise BadStage(f"{path} cannot be read: {error}") from None
    if not isinstance(given, dict) or not isinstance(given.get("region"), str):
        raise BadStage(f"{path}: it has to name a region, for example: region: eu-west-1")
    if unknown := sorted(given.keys() - _KEYS):
        raise BadStage(f"{path}: not known: {', '.join(unknown)}. Known are {', '.join(sorted(_KEYS))}")
    return _stage(name, path, given)


def _stage(name: str, path: Path, given: dict[str, Any]) -> Stage:
    digid, parameters = (_mapping(path, given, key) for key in ("digid", "parameters"))
    if unknown := sorted(digid.keys() - _DIGID):
        raise BadStage(f"{path}: not known under digid: {', '.join(unknown)}. Known are {', '.join(sorted(_DIGID))}")
    if not isinstance(digid.get("by_artifact", True), bool):
        raise BadStage(f"{path}: by_artifact under digid is true or false")
    if "BrpUrl" not in parameters:
        raise BadStage(f"{path}: parameters has to name BrpUrl, the address of the population register")
    if name in _PUBLIC and (missing_ids := [key for key in ENTITY_IDS if key not in parameters]):
        raise BadStage(
            f"{path}: parameters has to name {', '.join(missing_ids)}: by it providers know us, and it cannot change "
            "without every one of them"
        )
    account = given.get("account")
    if account is not None and not (isinstance(account, str) and _ACCOUNT.fullmatch(account)):
        raise BadStage(f'{path}: account is twelve digits between quotes, for example "012345678901"')
    stage = Stage(
        name=name,
        region=given["region"],
        parameters={key: str(value) for key, value in parameters.items()},
        account=account,
        catalogue=_beside(path, given.get("catalogue")),
        digid=_beside(path, digid.get("metadata")),
        digid_by_artifact=digid.get("by_artifact"),
        digid_roots=_beside(path, digid.get("roots")),
    )
    files = (stage.catalogue, stage.digid, stage.digid_roots)
    if missing := [str(one) for one in files if one is not None and not one.is_file()]:
        raise BadStage(f"{path} names files that are not there: {', '.join(missing)}")
    return stage


def _mapping(path: Path, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Return what stands under a key, without what was left empty."""
    found = given.get(key) or {}
    if not isinstance(found, dict):
        raise BadStage(f"{path}: under {key} stand names with values, not {found!r}")
    return {name: value for name, value in found.items() if value not in (None, "")}


def _beside(path: Path, name: str | None) -> Path | None:
    return path.parent / name if name else None
