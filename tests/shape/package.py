"""Build the package as it would be deployed, without its libraries, and check what is in it and what is not."""

import json
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from operate.deploy.package import build
from operate.deploy.stages import STAGES

NEEDED = {
    "app.py",
    "chalicelib/web/templates/base.html",
    "chalicelib/web/static/nl-design-system.css",
    "chalicelib/web/translations/nl/LC_MESSAGES/messages.mo",
    "chalicelib/letters/templates/letter.typ",
}
FUNCTIONS = {"APIHandler", "PrintLetter", "SweepOutbox", "WatchHealth", "WatchMetadata"}


@cache
def packaged(stage: str) -> tuple[set[str], dict[str, Any]]:
    """Return the names in the package of a stage, and its template."""
    with tempfile.TemporaryDirectory() as made:
        package = build(Path(made), stage, libraries=False)
        with zipfile.ZipFile(package.archive) as archive:
            return set(archive.namelist()), json.loads(package.template.read_text())


def check() -> list[str]:
    """Return what is wrong with the packages."""
    return [f"{stage}: {wrong}" for stage in STAGES for wrong in _wrong(*packaged(stage))]


def _wrong(names: set[str], template: dict[str, Any]) -> list[str]:
    functions = {name for name, one in template["Resources"].items() if one["Type"] == "AWS::Serverless::Function"}
    outside = [name for name in sorted(names) if not name.startswith(("app.py", "chalice/", "chalicelib/"))]
    wrong = [f"missing: {name}" for name in sorted(NEEDED - names)]
    wrong += [f"does not belong: {name}" for name in outside]
    return wrong + ([f"functions: {sorted(functions ^ FUNCTIONS)}"] if functions != FUNCTIONS else [])


if __name__ == "__main__":
    found = check()
    print("\n".join(found) or "package: complete, and nothing in it that does not belong")  # noqa: T201
    sys.exit(bool(found))
