"""What is deployed: the same bytes from the same sources, wheels that load in Lambda, well within its limits."""

from pathlib import Path

from operate.deploy.package import LIMIT, Package, sizes
from tests.deploy.world import built


def test_two_builds_are_the_same_bytes(package: Package, folder: Path) -> None:
    again = built(folder / "again")
    assert again.digest == package.digest
    assert again.template.read_bytes() == package.template.read_bytes()


def test_the_package_is_well_within_the_limits_of_lambda(package: Package) -> None:
    assert sum(sizes(package.archive).values()) < 0.75 * LIMIT
    assert package.archive.stat().st_size < 100_000_000
