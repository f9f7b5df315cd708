import zipfile
from pathlib import Path

import pytest

from operate.deploy.archive import CannotPackage, check, digest, loads, repack, size_table


@pytest.mark.parametrize(
    ("tags", "fits"),
    [
        (["py3-none-any"], True),
        (["py2-none-any", "py3-none-any"], True),
        (["cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux2014_x86_64"], True),
        (["cp311-cp311-manylinux_2_26_x86_64", "cp311-cp311-manylinux_2_28_x86_64"], True),
        (["cp311-cp311-manylinux_2_28_x86_64"], False),
        (["cp311-cp311-linux_x86_64"], False),
        (["cp311-cp311-manylinux2014_aarch64"], False),
        (["cp311-cp311-musllinux_1_2_x86_64"], False),
        ([], False),
    ],
)
def test_a_wheel_loads_in_lambda_or_not(tags: list[str], fits: bool) -> None:  # noqa: FBT001
    assert loads("Wheel-Version: 1.0\n" + "".join(f"Tag: {tag}\n" for tag in tags)) is fits


def _archive(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_wheel_that_would_not_load_is_named(tmp_path: Path) -> None:
    wheels = {
        "lxml-6.dist-info/WHEEL": b"Tag: cp311-cp311-linux_x86_64\n",
        "six-1.dist-info/WHEEL": b"Tag: py3-none-any\n",
    }
    with pytest.raises(CannotPackage, match=r"no wheel for Lambda .*: lxml-6$"):
        check(_archive(tmp_path / "a.zip", wheels))


def test_the_same_files_give_the_same_archive_whatever_their_order_and_time(tmp_path: Path) -> None:
    files = {"b.py": b"b", "a.py": b"a"}
    made = []
    for number, names in enumerate((files, reversed(files))):
        built = tmp_path / f"built{number}.zip"
        with zipfile.ZipFile(built, "w") as archive:
            for name in names:
                archive.writestr(zipfile.ZipInfo(name, (2020 + number, 1, 1, 0, 0, 0)), files[name])
        made.append(tmp_path / f"{number}.zip")
        repack(built, made[-1], set())
    assert digest(made[0]) == digest(made[1])


@pytest.mark.parametrize(
    ("name", "used"),
    [
        ("botocore/data/s3/2006-03-01/service-2.json.gz", True),
        ("botocore/data/s3/2006-03-01/service-2.sdk-extras.json", True),
        ("botocore/data/s3/2006-03-01/endpoint-rule-set-1.json.gz", True),
        ("botocore/data/s3/2006-03-01/paginators-1.json", False),
        ("botocore/data/s3control/2018-08-20/service-2.json.gz", False),
        ("botocore/data/partitions.json", True),
        ("boto3/data/s3/2006-03-01/resources-1.json", False),
        ("boto3/session.py", True),
        ("babel/locale-data/nl.dat", True),
        ("babel/locale-data/nl_BE.dat", False),
    ],
)
def test_what_no_function_uses_is_left_out(tmp_path: Path, name: str, used: bool) -> None:  # noqa: FBT001
    repack(_archive(tmp_path / "built.zip", {name: b"x"}), tmp_path / "a.zip", {"s3"})
    assert (name in zipfile.ZipFile(tmp_path / "a.zip").namelist()) is used


def test_sizes_are_told_per_dependency(tmp_path: Path) -> None:
    archive = _archive(tmp_path / "a.zip", {"typst/typst.abi3.so": b"x" * 2_000_000, "chalicelib/a.py": b"x"})
    lines = list(size_table(archive))
    assert lines[0].split() == ["typst", "2.0", "MB"]
    assert "all, unpacked" in lines[-1]
