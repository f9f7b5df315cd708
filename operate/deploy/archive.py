"""An archive of a function: written anew so that it is the same bytes each time, looked through, and measured."""

import hashlib
import re
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from provisioning.command import CannotGoOn

LIMIT = 250 * 1024 * 1024
"""Bytes that Lambda allows, unpacked."""

_GLIBC = (2, 26)
"""Of Lambda's Python 3.11: wheels that need a newer one would not load there."""

_TIME = (2020, 1, 1, 0, 0, 0)
_LOCALES = {"root", "en", "nl"}
_DESCRIPTION = re.compile(r"botocore/data/([^/]+)/[^/]+/([^/]+)")
_OF_CLIENTS = ("service-2", "endpoint-rule-set-1")
"""Descriptions that a client reads. Others are for paginators, waiters and examples; boto3's own for its `resource`."""
_LOCALE = re.compile(r"babel/locale-data/([^/]+)\.dat")
_MANYLINUX = re.compile(r"manylinux_(\d+)_(\d+)_x86_64|manylinux2014_x86_64|manylinux2010_x86_64|manylinux1_x86_64")


class CannotPackage(CannotGoOn):
    """Why the package cannot be built, and what to do."""


def repack(built: Path, archive: Path, services: Collection[str]) -> None:
    """Write an archive anew: in order, without times, and without descriptions of what no function uses."""
    with zipfile.ZipFile(built) as source, zipfile.ZipFile(archive, "w") as target:
        for name in sorted(name for name in source.namelist() if not name.endswith("/") and is_used(name, services)):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name), compresslevel=6)


def is_used(name: str, services: Collection[str]) -> bool:
    """Tell whether a file is of use: of the SDK's descriptions those of `services`, of languages those we speak."""
    if described := _DESCRIPTION.match(name):
        return described[1] in services and described[2].startswith(_OF_CLIENTS)
    if locale := _LOCALE.match(name):
        return locale[1] in _LOCALES
    return not name.startswith("boto3/data/")


def check(archive: Path) -> None:
    """Raise `CannotPackage` for an archive that Lambda would refuse, or could not load."""
    with zipfile.ZipFile(archive) as packed:
        size = sum(entry.file_size for entry in packed.infolist())
        wheels = {name: packed.read(name).decode() for name in packed.namelist() if name.endswith(".dist-info/WHEEL")}
    if size > LIMIT:
        raise CannotPackage(f"{size} bytes unpacked; Lambda allows {LIMIT}")
    if foreign := sorted(name.partition(".dist-info")[0] for name, wheel in wheels.items() if not loads(wheel)):
        raise CannotPackage(f"no wheel for Lambda (x86_64, glibc {'.'.join(map(str, _GLIBC))}): {', '.join(foreign)}")


def loads(wheel: str) -> bool:
    """Tell from a wheel's `WHEEL` file whether it loads in Lambda: pure Python, or manylinux that is old enough."""
    tags = [line.partition(": ")[2] for line in wheel.splitlines() if line.startswith("Tag: ")]
    if any(tag.endswith("-none-any") for tag in tags):
        return True
    found = [match for tag in tags if (match := _MANYLINUX.search(tag))]
    return any(match[1] is None or (int(match[1]), int(match[2])) <= _GLIBC for match in found)


def digest(archive: Path) -> str:
    """Return the SHA-256 of an archive, in hex."""
    return hashlib.sha256(archive.read_bytes()).hexdigest()


def sizes(archive: Path) -> Mapping[str, int]:
    """Return the bytes of each dependency, unpacked, the largest first. Our own code is `chalicelib`."""
    counted: Counter[str] = Counter()
    with zipfile.ZipFile(archive) as packed:
        for entry in packed.infolist():
            counted[entry.filename.partition("/")[0].partition(".")[0].partition("-")[0]] += entry.file_size
    return dict(counted.most_common())


def size_table(archive: Path, rows: int = 8) -> Iterator[str]:
    """Yield lines that show what takes the room."""
    counted = sizes(archive)
    for name, size in list(counted.items())[:rows]:
        yield f"  {name:<24}{size / 1e6:8.1f} MB"
    rest, total = sum(list(counted.values())[rows:]), sum(counted.values())
    yield f"  {'the rest':<24}{rest / 1e6:8.1f} MB"
    packed = archive.stat().st_size
    yield f"  {'all, unpacked':<24}{total / 1e6:8.1f} MB of {LIMIT / 1e6:.0f}; packed {packed / 1e6:.1f} MB"
