"""Build the package as it would be deployed, without its libraries, and check what is in it and what is not."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NEEDED = {
    "app.py",
    "chalicelib/web/templates/base.html",
    "chalicelib/web/static/nl-design-system.css",
    "chalicelib/web/translations/nl/LC_MESSAGES/messages.mo",
    "chalicelib/letters/templates/letter.typ",
}
FUNCTIONS = {"APIHandler", "PrintLetter", "SweepOutbox", "WatchMetadata"}


def contents() -> tuple[set[str], set[str]]:
    """Return the names in the package, and the Lambda functions of the template."""
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / "project"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "chalicelib", copy / "chalicelib", ignore=ignored)
        shutil.copytree(ROOT / ".chalice", copy / ".chalice")
        shutil.copytree(ROOT / "tests", copy / "tests", ignore=ignored)
        for folder in ("local", "operate"):
            shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
        shutil.copy(ROOT / "app.py", copy)
        (copy / "requirements.txt").touch()
        run = "from chalice.cli import main; main()"
        command = [
            sys.executable,
            "-c",
            run,
            "package",
            "--stage",
            "dev",
            "--merge-template",
            ".chalice/resources.json",
        ]
        region = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-1"}
        subprocess.run([*command, "out"], cwd=copy, check=True, capture_output=True, env=region)
        names = set(zipfile.ZipFile(copy / "out" / "deployment.zip").namelist())
        template = json.loads((copy / "out" / "sam.json").read_text())["Resources"]
    functions = {name for name, one in template.items() if one["Type"] == "AWS::Serverless::Function"}
    return names, functions


def check() -> list[str]:
    """Return what is wrong with the package."""
    names, functions = contents()
    wrong = [f"missing: {name}" for name in sorted(NEEDED - names)]
    wrong += [
        f"does not belong: {name}"
        for name in sorted(names)
        if name.startswith(("local/", "operate/", "tests/", "docs/"))
    ]
    wrong += [f"functions: {sorted(functions ^ FUNCTIONS)}"] if functions != FUNCTIONS else []
    return wrong


if __name__ == "__main__":
    found = check()
    print("\n".join(found) or "package: complete, and nothing in it that does not belong")  # noqa: T201
    sys.exit(bool(found))
