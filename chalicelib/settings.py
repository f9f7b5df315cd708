"""The only reader of the environment. Values are read on first use, never at import (packaging imports us too)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields


class ConfigurationError(Exception):
    """One or more settings are missing; names every one of them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are. Every field is the environment variable of the same name in capitals.

    Secrets are named here, never held here.
    """

    base_url: str
    """Public address of the application, without a slash at the end."""
    back_channel_url: str
    """Public address at which partners show a client certificate, without a slash at the end."""
    register_table: str
    transient_table: str
    catalogue_table: str
    letter_queue: str
    """URL of the queue that the print vendor's function reads."""
    letter_bucket: str
    field_key: str
    """KMS key (id, ARN or alias) under which fields are encrypted."""
    secrets_prefix: str
    """Names in Secrets Manager are `<prefix>/<secret>`."""
    brp_url: str
    """Base address of "BRP Personen bevragen" version 2."""
    aws_region: str

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> "Settings":
        """Raise `ConfigurationError` with the name of every key that is missing or empty."""
        names = {field.name: field.name.upper() for field in fields(cls)}
        missing = sorted(key for key in names.values() if not environment.get(key))
        if missing:
            raise ConfigurationError(f"Missing settings: {', '.join(missing)}")
        values = {name: environment[key] for name, key in names.items()}
        addresses = {name: values[name].rstrip("/") for name in ("base_url", "back_channel_url")}
        return cls(**{**values, **addresses})
