"""Every setting of the function, with meaning and example. `docs/configuration.md` is made from this too."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


class ConfigurationError(Exception):
    """A setting is missing or wrong; names the key, and never shows the value."""


class Name:
    """The name of something in AWS: an environment variable, in capitals what the attribute is called.

    Reading it raises `ConfigurationError`; a function needs only what it uses.
    """

    def __init__(self, meaning: str, example: str) -> None:
        self.meaning, self.example = meaning, example

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = name.upper()

    def __get__(self, settings: "Settings", owner: type) -> str:
        value = settings.environment.get(self.key, "")
        if not value:
            raise ConfigurationError(f"{self.key} is missing: {self.meaning}")
        if not re.fullmatch(r"[A-Za-z0-9:/._-]{1,200}", value, re.ASCII):
            raise ConfigurationError(f"{self.key} is wrong: it has to be a name: letters, digits and :/._- only")
        return value


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are."""

    environment: Mapping[str, str]

    letters_table = Name("Table of letters and their outbox", "digid-machtigen-letters")
    letter_bucket = Name("Bucket in which printed letters lie", "digid-machtigen-letters-123456789012")
    vendor_keys = Name(
        "Secret with the private keys of the print vendor, as a JWK Set", "digid-machtigen/print-vendor-keys"
    )
    field_key = Name(
        "KMS key (id, ARN or alias) under which the release before sealed letters", "alias/digid-machtigen-fields"
    )
    aws_region = Name("Region of all the above; Lambda sets it", "eu-west-1")


def documented() -> Iterator[tuple[str, str, str]]:
    """Yield every setting's key, meaning and example, in order."""
    for one in vars(Settings).values():
        if isinstance(one, Name):
            yield one.key, one.meaning, one.example
