"""Every setting of the function, with meaning and example. `docs/configuration.md` is made from this too."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any


class ConfigurationError(Exception):
    """A setting is missing or wrong; names the key, and never shows the value."""


def _name(meaning: str, example: str) -> Any:  # noqa: ANN401 - as `field` itself
    """Declare the name of something in AWS."""
    return field(metadata={"meaning": meaning, "example": example})


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are. Each is an environment variable, in capitals what the field is called."""

    letters_table: str = _name("Table of letters and their outbox", "digid-machtigen-letters")
    letter_bucket: str = _name("Bucket in which printed letters lie", "digid-machtigen-letters-123456789012")
    field_key: str = _name("KMS key (id, ARN or alias) under which letters are sealed", "alias/digid-machtigen-fields")
    aws_region: str = _name("Region of all the above; Lambda sets it", "eu-west-1")

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """Read all of them. Raises `ConfigurationError`."""
        values = {key.lower(): environment.get(key, "") for key, _, _ in documented()}
        for key, meaning, _ in documented():
            if not (value := values[key.lower()]):
                raise ConfigurationError(f"{key} is missing: {meaning}")
            if not re.fullmatch(r"[A-Za-z0-9:/._-]{1,200}", value, re.ASCII):
                raise ConfigurationError(f"{key} is wrong: it has to be a name: letters, digits and :/._- only")
        return cls(**values)


def documented() -> Iterator[tuple[str, str, str]]:
    """Yield every setting's key, meaning and example, in order."""
    for one in fields(Settings):
        yield one.name.upper(), one.metadata["meaning"], one.metadata["example"]
