"""What is deployed: the same bytes from the same sources, wheels that load in Lambda, well within its limits."""

import json
from pathlib import Path

from operate.deploy.archive import digest
from operate.deploy.package import Package
from tests.deploy.world import built
from tests.package.building import lint, not_alone, too_large


def test_two_builds_are_the_same_bytes(package: Package, folder: Path) -> None:
    again = built(folder / "again")
    for name, archive in package.archives.items():
        assert digest(again.archives[name]) == digest(archive), name
    assert again.template.read_bytes() == package.template.read_bytes()


def test_cfn_lint_finds_nothing(package: Package, tmp_path: Path) -> None:
    """Of a stage; `make shape` looks at the others too, which differ from it in numbers only."""
    assert lint({"dev": json.loads(package.template.read_text())}, tmp_path) == []


def test_the_packages_are_as_small_as_they_are_meant_to_be(package: Package) -> None:
    assert too_large(package) == []


def test_each_package_starts_its_functions_and_clients_with_nothing_else_around(package: Package, folder: Path) -> None:
    assert not_alone(package, folder / "alone") == []
