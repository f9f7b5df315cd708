"""The two packages that are deployed: what is in each, with whose libraries, and which services of AWS it calls."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """An archive. All paths are this repository's; its functions are those of one Chalice application."""

    name: str
    app: str
    sources: tuple[str, ...]
    requirements: str
    services: frozenset[str]
    """Of the SDK's descriptions these are packaged, and no others; tests/shape compares them with the code."""

    @property
    def archive(self) -> str:
        return f"{self.name}.zip"


APPLICATION = Part(
    name="application",
    app="app.py",
    sources=("chalicelib",),
    requirements="requirements.txt",
    services=frozenset({"dynamodb", "kms", "lambda", "s3", "secretsmanager", "sqs"}),
)
PRINT_VENDOR = Part(
    name="print-vendor",
    app="print_vendor/app.py",
    sources=(
        "print_vendor",
        "chalicelib/__init__.py",
        "chalicelib/letters/__init__.py",
        "chalicelib/letters/contract",
    ),
    requirements="print_vendor/requirements.txt",
    services=frozenset({"dynamodb", "kms", "s3", "secretsmanager", "sqs"}),
)
PARTS = (APPLICATION, PRINT_VENDOR)
